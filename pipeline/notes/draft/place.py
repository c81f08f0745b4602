"""What a figure becomes, and the place where it stands.

What belongs here: the records of the drafts, and subject and stage of a figure by the
words around it. What does not: which figure is a claim (candidates.py, ratios.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.notes.draft import context
from pipeline.notes.draft.numbers import Figure
from pipeline.notes.draft.sentences import Sentence
from pipeline.notes.draft.subjects import Mention
from pipeline.notes.registry import Registry

DOUBTFUL = "subject doubtful"


@dataclass(frozen=True)
class Candidate:
    """One proposed claim."""

    value: float
    unit: str
    evidence: str
    sentence: str
    offset: int
    text: str
    bound: str | None = None
    low: float | None = None
    high: float | None = None
    model: str | None = None
    stage: str | None = None
    reference: str | None = None
    hardware: str | None = None
    benchmark: str | None = None
    protocol: str | None = None
    per: str | tuple[float, float] | None = None
    of: str | None = None
    basis: str | None = None
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
    """What an article holds."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[LeftOut, ...]


@dataclass
class Place:
    """A sentence, its names, and what the sentences before it were about."""

    sentence: Sentence
    mentions: list[Mention]
    carried: str | None
    stage: str | None
    before: str
    registry: Registry
    figures: list[Figure] = field(default_factory=list)


def proposed(
    place: Place, figure: Figure, evidence: str, skip: str | None = None
) -> Candidate:
    """A candidate with what its place tells; `skip` is the reference, no subject."""
    model = _subject(place, figure, skip)
    flags: tuple[str, ...] = () if model else (DOUBTFUL,)
    return Candidate(
        value=figure.value, unit=figure.unit, evidence=evidence, bound=figure.bound,
        low=figure.low, high=figure.high, text=figure.text, model=model,
        sentence=place.sentence.text.strip(),
        offset=place.sentence.start + figure.start,
        stage=_stage(place, figure, model), flags=flags,
    )  # fmt: skip


def _subject(place: Place, figure: Figure, skip: str | None) -> str | None:
    """The model a figure is about: nearest before it, else carried, else after it."""
    fit = [m for m in place.mentions if m.role == "subject" and m.model != skip]
    before = [m for m in fit if m.end <= figure.start]
    if before:
        return before[-1].model
    if context.CLASS.search(place.sentence.text[: figure.start]):
        return None
    if place.carried and context.PRONOUN.search(place.sentence.text[: figure.start]):
        return place.carried if place.carried != skip else None
    if fit and fit[0].start - figure.end <= 60:
        return fit[0].model
    if place.carried != skip:
        return place.carried
    return fit[0].model if fit else None


def _stage(place: Place, figure: Figure, model: str | None) -> str | None:
    own = context.stage_of(place.sentence.text, figure.start)
    if own:
        return own
    if model and place.registry.models[model].is_reasoning:
        return "reasoning"
    return place.stage if model is None else "pretraining"
