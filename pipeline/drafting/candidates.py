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
    if QUESTION.search(place.text):
        return "a question"
    if claim.evidence == "score":
        return None
    same = [f for f in place.figures if f.unit == figure.unit and f.end <= figure.start]
    since = same[-1].end if same else 0
    _, end = place.clause(figure.start, figure.end)
    before, around = place.text[since : figure.start], place.text[since:end]
    upto = None if claim.evidence == "chips_x_time" else figure.start
    if words.SUPPOSED.search(place.text[:upto]):
        return "supposed, not stated"
    if words.EXPERIMENTS.search(before):
        return "of experiments, not of a model's training"
    if words.SEVERAL.search(around):
        return "of several models together"
    if figure.unit == "FLOP" and words.THRESHOLD.search(
        place.text[max(0, figure.start - 40) : figure.end + 40]
    ):
        return "a threshold, not a run"
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
    if doubt or words.CORRECTION.search(place.text):
        flags.append(
            f"“{doubt[0]}”: perhaps no disclosure" if doubt else "said to be wrong"
        )
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
        stage=stage, locator=locator, flags=tuple(flags),
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
