"""What a figure becomes: candidates, figures left out, and what every rule shares.

What belongs here: the records of a draft, and a candidate with its subject, stage, place
and doubts. What does not: which figure is a claim (rules.py, shares.py, ratios.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.drafting import words
from pipeline.drafting.names import Subject
from pipeline.drafting.numbers import Figure
from pipeline.drafting.statements import (
    DOUBTFUL,
    GENERAL,
    QUESTION,
    Place,
    stage_of,
    subject_of,
)


@dataclass(frozen=True)
class Candidate:
    """One proposed claim.

    Attributes:
        model: an id of the registry, or of `Found.new_models`; None where the text
            does not say.
        rule: which rule made it.
        flags: what is uncertain; they become the claim's caveat.
        repeats: number of the candidate (from 1) that states the same.
        source: `rules`, `model`, or `rules and model`.
        how: where its subject was found, as `Who` has it.
    """

    value: float
    unit: str
    evidence: str
    text: str
    sentence: str
    offset: int
    rule: str
    locator: str = ""
    bound: str | None = None
    low: float | None = None
    high: float | None = None
    model: str | None = None
    known: bool = False
    stage: str | None = None
    reference: str | None = None
    basis: str | None = None
    hardware: str | None = None
    chips: float | None = None
    duration_hours: float | None = None
    tokens: float | None = None
    parameters: float | None = None
    steps: float | None = None
    prompts: float | None = None
    samples: float | None = None
    mean_tokens: float | None = None
    benchmark: str | None = None
    protocol: str | None = None
    per: str | tuple[float, float] | None = None
    of: str | None = None
    repeats: int | None = None
    source: str = "rules"
    flags: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True)
class LeftOut:
    """A figure that is no claim, and why."""

    text: str
    reason: str
    sentence: str
    offset: int


@dataclass(frozen=True)
class Found:
    """What an article holds; `new_models` are subjects that the registry has not."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]
    new_models: tuple[Subject, ...] = ()
    unlisted: int = 0  # figures beyond the limits


def uncertain(place: Place, figure: Figure, claim: Candidate) -> str | None:
    """Why a figure that looks like a claim is left out: who or what it states is a guess."""
    if claim.evidence == "growth_rate":
        return None
    doubt = next((f for f in claim.flags if f.startswith(DOUBTFUL)), None)
    if doubt:
        return doubt
    if claim.model is None and not any(f.startswith(GENERAL) for f in claim.flags):
        return f"{DOUBTFUL}: no model is named"
    whose = _whose(place, claim)
    return f"{DOUBTFUL}: {whose}" if whose else _not_stated(place, figure, claim)


def _not_stated(place: Place, figure: Figure, claim: Candidate) -> str | None:
    """Why a figure is not what the document says a model's training took."""
    ahead = place.text[: figure.start]
    if QUESTION.search(place.text):
        return "a question"
    if words.DENIED.search(place.text):
        return "denied, not stated"
    owned = claim.how in ("owner", "for", "respectively")
    if not owned and _AGAINST.search(ahead):
        return "the other side of a comparison"
    if claim.evidence == "score":
        return None
    same = [f for f in place.figures if f.unit == figure.unit and f.end <= figure.start]
    since = same[-1].end if same else 0
    _, end = place.clause(figure.start, figure.end)
    said = place.text if claim.evidence == "chips_x_time" else ahead
    for pattern, text, reason in (
        (words.SUPPOSED, said, "supposed, not stated"),
        (words.ADAPTER, place.text, "of an adapter, not of the model's training"),
        (words.EXPERIMENTS, ahead[since:], "of experiments, not of a model's training"),
        (words.SEVERAL, place.text[since:end], "of several models together"),
    ):
        if pattern.search(text):
            return reason
    near = place.text[max(0, figure.start - 40) : figure.end + 40]
    if figure.unit == "FLOP" and words.THRESHOLD.search(near):
        return "a threshold, not a run"
    return None


_AGAINST = re.compile(
    r"(?:\bvs\.?|versus|compared (?:to|with)|against|rather than|instead of|,? not|than (?:its|their|the)\b[^.;,]{0,30}?)\s?"
    r"(?:about |around |roughly |only |an? |~|≈)?(?:US)?\$?$",
    re.I,
)
_FIELD = re.compile(r"[^:：.。,，]{2,40}[:：]")  # `GPUs: 512 H100`, in a card


def _whose(place: Place, claim: Candidate) -> str | None:
    """Why a figure may not be of its subject, above all of one named elsewhere."""
    text, memory = place.text, place.memory
    if claim.model and not claim.known and place.registry.model(claim.model):
        return "the name of a family"
    if claim.how not in ("earlier", "heading", "title", "document"):
        return None
    if claim.evidence == "ratio":
        return "the model of the ratio is not named beside it"
    roles = {m.role for m in place.mentions if m.subject.id == claim.model}
    if roles and "subject" not in roles:
        return "it stands here as a base or for comparison"
    if memory.since - {claim.model} and (
        place.sentence.kind == "item" and not _FIELD.match(text)
    ):
        return "another model is named in the list"
    ahead = text[: claim.offset - place.sentence.start]
    if place.mentions and not words.PRONOUN.search(ahead):
        return "another model is named beside it"
    makers = place.names.makers(text)
    its = place.names.maker_of(place.names.subject(claim.model or ""))
    if makers and its not in makers:
        return "another developer is named beside it"
    if memory.somebody or words.SOMEBODY.search(text):
        return "of a model or team that is not named"
    return None


_FORMS = ("", " SXM", "-sxm", " SXM5", " PCIe", "-pcie")  # of one chip, the usual first


def candidate(
    place: Place, figure: Figure, evidence: str, rule: str, skip: str | None = None
) -> Candidate:
    """A candidate with its subject, stage, place and doubts."""
    relative = evidence in ("ratio", "share_of_pretraining", "share_of_run")
    who = subject_of(place, figure, skip, relative=relative)
    stage, stated = stage_of(place, figure, who.subject)
    flags = [*who.flags]
    if stage and not stated:
        flags.append("stage not stated")
    start, _ = place.clause(figure.start, figure.end)
    if words.WHOLE.search(place.text[start : figure.end]) and evidence in (
        "cost",
        "chip_hours",
        "flop",
        "bound",
    ):
        flags.append("of the whole, perhaps more than this stage")
    doubt = words.DOUBT.search(place.text)
    if doubt:
        flags.append(f"“{doubt[0]}”: perhaps no disclosure")
    elif words.CORRECTION.search(place.text):
        flags.append("said to be wrong")
    sentence = place.sentence
    locator = ", ".join(
        filter(
            None,
            (sentence.heading[:80], sentence.where or f"“{_short(sentence.shown)}”"),
        )
    )
    return Candidate(
        value=figure.value, unit=figure.unit, evidence=evidence, bound=figure.bound,
        low=figure.low, high=figure.high, text=figure.text, rule=rule,
        model=who.subject.id if who.subject else None,
        known=bool(who.subject and who.subject.known),
        sentence=sentence.shown, offset=sentence.start + figure.start,
        stage=stage, locator=locator, flags=tuple(flags), how=who.how,
    )  # fmt: skip


def _short(text: str) -> str:
    """The beginning of a sentence, to be found again by."""
    cut = text.strip()[:60]
    return cut if len(text.strip()) <= 60 else cut.rsplit(" ", 1)[0] + " …"


def hardware(place: Place, chip: str | None) -> str | None:
    """The registry's id of a chip, the text's own word if it has none."""
    if chip is None:
        near = re.search(
            r"(?<![A-Za-z0-9])((?:GB|MI|[ABHV])\d{2,3}X?)(?![0-9A-Za-rt-z])", place.text
        )
        chip = (
            near[1]
            if near
            else place.memory.chips[1].chip
            if place.memory.chips
            else None
        )
    if chip is None:
        return None
    names = [chip, chip.replace(" ", ""), f"NVIDIA {chip}", f"Google {chip}"]
    return next(
        (
            h
            for n in names
            for form in _FORMS
            if (h := place.registry.accelerator(n + form))
        ),
        chip,
    )
