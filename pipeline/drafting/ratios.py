"""Times, orders of magnitude and rates of growth.

What belongs here: of what and against what a ratio is stated. What does not: shares
(shares.py) and absolute figures (rules.py).
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.drafting import words
from pipeline.drafting.candidates import Candidate, candidate
from pipeline.drafting.money import COST
from pipeline.drafting.names import Mention, Subject
from pipeline.drafting.numbers import Figure
from pipeline.drafting.numerals import english
from pipeline.drafting.shares import is_of_pretraining, of_pretraining
from pipeline.drafting.statements import DOUBTFUL, Place, conjoined

_OF_COMPUTE = re.compile(
    rf"{words.OPERATIONS.pattern}|train|训练|推理部分|{words.PRONOUN.pattern}", re.I
)


_LESS = re.compile(r"\s?(?:less|fewer|lower|smaller)\b")


def times(place: Place, figure: Figure) -> Candidate | str:
    """A ratio to another model or to pre-training, or a rate of growth."""
    text = place.text
    growth = _growth(place, figure)
    if growth:
        return growth
    if (
        not words.COMPUTE.search(f"{place.memory.before} {place.sentence.lead} {text}")
        and not place.memory.measure
    ):
        return "times what? No word of compute near it"
    around = text[max(0, figure.start - 40) : figure.end + 30]
    if words.NO_RATIO.search(around) or words.WINDOW.search(
        text[max(0, figure.start - 120) : figure.start]
    ):
        return "no ratio of compute"
    if figure.unit == "x" and is_of_pretraining(place, figure):
        return of_pretraining(place, figure)
    first, last = place.clause(figure.start, figure.end)
    said = f"{place.sentence.lead} {text[max(0, first - 60) : last + 20]}"
    if figure.unit == "x" and not place.memory.measure and not _OF_COMPUTE.search(said):
        return "times what? No word of compute near it"
    near = text[max(0, first - 40) : figure.end + 30]
    if COST.search(near) and not words.OPERATIONS.search(near):
        return "a ratio of cost, not of compute"
    reference, subject = _direction(place, figure)
    if reference is None:
        return without_reference(place, figure)
    claim = candidate(place, figure, "ratio", "ratio to another model", reference.id)
    if subject is not None:
        claim = replace(
            claim,
            model=subject.id,
            known=subject.known,
            how="sentence",
            flags=tuple(
                f for f in claim.flags if not f.startswith((DOUBTFUL, "subject"))
            ),
        )
    place.memory.ratio = (place.number, subject, reference)
    if claim.model == reference.id:
        claim = replace(claim, model=None, flags=(*claim.flags, DOUBTFUL))
    return replace(_ordered(place, figure, claim), reference=reference.id)


def _ordered(place: Place, figure: Figure, claim: Candidate) -> Candidate:
    """Orders of magnitude as a factor, downwards where the words say so."""
    near = place.text[max(0, figure.start - 12) : figure.end + 12]
    if figure.unit == "x" and _LESS.match(place.text[figure.end :]):
        return replace(claim, value=1 / claim.value, low=None, high=None)
    if figure.unit != "OOM":
        return claim
    down = re.search(r"低|(?<!至)少|lower|less|fewer|smaller|below|under", near, re.I)
    size = figure.value if not down else -figure.value
    return replace(claim, value=10.0**size, unit="x", low=None, high=None)


def without_reference(place: Place, figure: Figure) -> Candidate | str:
    """Ratios whose reference the words before it or the list say."""
    text, memory = place.text, place.memory
    former = re.search(r"前者|the former|the one above|above\b", text)
    if (
        former
        and memory.carried
        and memory.item
        and memory.item.id != memory.carried[1].id
    ):
        claim = candidate(
            place, figure, "ratio", "ratio to another model", memory.carried[1].id
        )
        return replace(
            claim,
            unit="x",
            model=memory.item.id,
            known=memory.item.known,
            reference=memory.carried[1].id,
        )
    if (
        memory.measure
        and figure.unit == "x"
        and re.search(
            r"factor|stood at|倍数|比例|ratio",
            text[max(0, figure.start - 40) : figure.end],
        )
        and memory.measure[0] == "share_of_pretraining"
    ):
        return of_pretraining(place, figure)
    last = memory.ratio
    if (
        last
        and place.number - last[0] <= 2
        and not place.mentions
        and figure.unit == "x"
        and not words.UNNAMED.search(text)
    ):
        claim = candidate(place, figure, "ratio", "ratio to another model", last[2].id)
        who = last[1]
        return replace(
            claim,
            reference=last[2].id,
            model=who.id if who else None,
            known=bool(who and who.known),
        )
    if (
        memory.reference
        and place.number - memory.reference[0] == 1
        and re.search(r"涨|增|提|up|grew|rose|more", text)
    ):
        claim = candidate(
            place, figure, "ratio", "ratio to another model", memory.reference[1].id
        )
        return replace(_ordered(place, figure, claim), reference=memory.reference[1].id)
    if words.UNNAMED.search(text) or re.search(
        r"predecessor|前代|上一代|previous", text
    ):
        claim = candidate(place, figure, "ratio", "ratio to another model")
        return replace(
            _ordered(place, figure, claim),
            flags=(*claim.flags, "the reference is not named"),
        )
    return "times what?"


def _direction(place: Place, figure: Figure) -> tuple[Subject | None, Subject | None]:
    """Reference and subject of a ratio."""
    text = place.text
    mentions = [m for m in place.mentions if m.role != "data"]
    reference: Mention | None = None
    for m in mentions:
        if figure.end <= m.start <= min(figure.end + 60, place.clause(figure.start, figure.end)[1]) and (
            m.role == "reference"
            or re.search(r"\b(?:of|as|than|over|times|x|used (?:for|by)|for|that)\b",
                         text[figure.end : m.start], re.I)
            or m.start - figure.end <= 12  # ten times o1's compute
        ):  # fmt: skip
            reference = m
            break
    if reference is None:
        earlier = [
            m for m in mentions if m.role == "reference" and m.end <= figure.start
        ]
        later = [m for m in mentions if m.role == "reference"]
        reference = earlier[-1] if earlier else later[0] if later else None
    if reference is None:
        return None, None
    others = [
        m for m in mentions if m.subject.id != reference.subject.id and m.role != "base"
    ]
    before = [m for m in others if m.end <= figure.start]
    # The subject of an earlier sentence stands closer than a name behind the ratio.
    chosen = before[-1] if before else None
    if chosen and conjoined(place, chosen):
        return reference.subject, None
    if chosen is None and others and not words.PRONOUN.search(text[: figure.start]):
        chosen = others[0] if others[0].start - figure.end < 60 else None
    return reference.subject, chosen.subject if chosen else None


def _growth(place: Place, figure: Figure) -> Candidate | None:
    text = place.text
    near = text[max(0, figure.start - 40) : figure.end + 40]
    months = words.MONTHS_ZH.search(near) or words.MONTHS_EN.search(near)
    span = _months(months) if months else None
    few = words.FEW_MONTHS.search(near)
    yearly = words.YEARLY.search(near) or (
        re.search("每年|a year", text) if not span else None
    )
    if not (span or few or yearly) or not (span or words.GROWTH.search(near)):
        return None
    if (
        not words.COMPUTE.search(f"{place.memory.before} {text}")
        and not place.memory.carried
    ):
        return None
    frontier = (
        yearly is not None
        and span is None
        and not re.search(r"推理训练|强化学习|reasoning|\bRL\b", _clause(place, figure))
    )
    claim = _ordered(
        place, figure, candidate(place, figure, "growth_rate", "rate of growth")
    )
    flags: tuple[str, ...] = ()
    if not span and not yearly:
        flags = ("how many months is not stated",)
    return replace(claim, model=None, known=False, stage=None, reference=None, flags=flags,
                   per=span or ("year" if yearly else None),
                   of="frontier" if frontier else "reasoning")  # fmt: skip


def _clause(place: Place, figure: Figure) -> str:
    start, end = place.clause(figure.start, figure.end)
    return place.text[start:end]


def _months(match: re.Match[str]) -> tuple[float, float] | None:
    def one(word: str) -> float | None:
        return float(word) if word.isdigit() else english(word)

    low = one(match[1])
    high = one(match[2]) if match[2] else low
    return (low, high) if low and high else None
