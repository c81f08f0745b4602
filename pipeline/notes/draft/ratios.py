"""Times, orders of magnitude and rates of growth.

What belongs here: of what and against what a ratio is stated. What does not: shares and
absolute figures (candidates.py).
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.notes.draft import context
from pipeline.notes.draft.numbers import Figure
from pipeline.notes.draft.numerals import WORDS
from pipeline.notes.draft.place import DOUBTFUL, Candidate, Place, proposed
from pipeline.notes.draft.subjects import Mention

_LOWER_THAN = re.compile(r"低|少|lower|less|fewer|smaller|below|under", re.I)


def times(place: Place, figure: Figure) -> Candidate | str:
    """A ratio or rate of growth as a candidate, else why it is left out."""
    text = place.sentence.text
    growth = _growth(place, figure)
    if growth:
        return growth
    if not context.COMPUTE.search(f"{place.before} {text}") and not place.mentions:
        return "unknown subject"
    reference, subject = _direction(place, figure)
    if reference is None and figure.unit != "OOM":
        return "unknown subject: times what?"
    claim = proposed(place, figure, "ratio", reference)
    if subject:
        claim = replace(claim, model=subject, flags=())
    if reference is None:
        return "unknown subject: orders of magnitude of what?"
    flags = claim.flags
    if claim.model == reference:
        claim, flags = replace(claim, model=None), (DOUBTFUL,)
    if figure.unit == "OOM" and _LOWER_THAN.search(
        text[max(0, figure.start - 12) : figure.end + 12]
    ):
        flags = (*flags, "lower than the reference")
    return replace(claim, reference=reference, flags=flags)


def _direction(place: Place, figure: Figure) -> tuple[str | None, str | None]:
    """Reference and subject of a ratio."""
    text = place.sentence.text
    mentions = [m for m in place.mentions if m.role != "data"]
    reference: Mention | None = None
    for m in mentions:
        if m.start >= figure.end and m.start - figure.end <= 60 and (
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
        reference = earlier[-1] if earlier else None
    if reference is None:
        later = [m for m in mentions if m.role == "reference"]
        reference = later[0] if later else None
    if reference is None:
        return None, None
    others = [m for m in mentions if m.model != reference.model]
    before = [m for m in others if m.end <= figure.start]
    chosen = before[-1] if before else (others[0] if others else None)
    return reference.model, chosen.model if chosen else None


def _growth(place: Place, figure: Figure) -> Candidate | None:
    text = place.sentence.text
    if not context.GROWTH.search(text):
        return None
    near = text[max(0, figure.start - 40) : figure.end + 40]
    months = context.MONTHS_ZH.search(near) or context.MONTHS_EN.search(near)
    span = _months(months) if months else None
    few = context.FEW_MONTHS.search(near)
    yearly = context.YEARLY.search(near)
    if not (span or few or yearly):
        return None
    if not context.COMPUTE.search(f"{place.before} {text}") and not place.carried:
        return None
    frontier = yearly is not None and span is None
    claim = proposed(place, figure, "growth_rate")
    flags: tuple[str, ...] = ()
    if not span and not frontier:
        flags = ("how many months is not stated",)
    return replace(claim, model=None, stage=None, reference=None, flags=flags,
                   per=span or ("year" if frontier else None),
                   of="frontier" if frontier else "reasoning")  # fmt: skip


def _months(match: re.Match[str]) -> tuple[float, float] | None:
    def one(word: str) -> float | None:
        return float(word) if word.isdigit() else WORDS.get(word.lower())

    low = one(match[1])
    high = one(match[2]) if match[2] else low
    return (low, high) if low and high else None
