"""From figures to candidate claims, and to figures left out with the reason.

What belongs here: one decision per figure, rule by rule. What does not: the grammar
(numbers.py), names (subjects.py), the file (draft.py). A candidate is a proposal for a
person; what is uncertain about it stands in its flags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pipeline.notes.draft import context, money
from pipeline.notes.draft.numbers import Figure, figures
from pipeline.notes.draft.place import (
    DOUBTFUL,
    Candidate,
    Found,
    LeftOut,
    Place,
    proposed,
)
from pipeline.notes.draft.ratios import times
from pipeline.notes.draft.sentences import Sentence, sentences
from pipeline.notes.draft.subjects import Names
from pipeline.notes.registry import Registry

MAX_CANDIDATES = 300
MAX_SENTENCE = 60  # figures of one sentence
MAX_FIGURES = 600  # more is a table of data, not an article
_LOOK_BACK = 3  # sentences over which a subject carries
_FORMS = ("", " SXM", "-sxm", " SXM5", " PCIe", "-pcie")  # of one chip, the usual first
_SMALLEST = 1e16  # less is no training run


def extract(text: str, registry: Registry) -> Found:
    """Every figure of an article, as a candidate or as left out."""
    names = Names(registry)
    kept: list[Candidate] = []
    dropped: list[LeftOut] = []
    carried: list[tuple[int, str]] = []
    stage: str | None = None
    previous: Sentence | None = None
    for k, sentence in enumerate(sentences(text)):
        mentions = names.mentions(sentence.text)
        recent = [m for at, m in carried if k - at <= _LOOK_BACK]
        place = Place(
            sentence, mentions, recent[-1] if recent else None, stage,
            previous.text if previous else "", registry,
            figures(sentence.text)[:MAX_SENTENCE],
        )  # fmt: skip
        _decide(place, kept, dropped)
        about = [m.model for m in mentions if m.role == "subject"]
        if about and not sentence.advert:
            carried.append((k, about[0]))
        stage = context.stage_of(sentence.text) or stage
        previous = sentence
        if len(kept) >= MAX_CANDIDATES or len(dropped) >= MAX_FIGURES:
            break
    return Found(tuple(_distinct(kept)), tuple(dropped[:MAX_CANDIDATES]))


def _decide(place: Place, kept: list[Candidate], dropped: list[LeftOut]) -> None:
    text = place.sentence.text
    dates = [m.span() for m in context.DATE.finditer(text)]
    pending: list[Candidate] = []
    for figure in place.figures:
        if any(m.start <= figure.start < m.end for m in place.mentions):
            continue  # the digits of a name
        outcome = _left_out(place, figure, dates) or _claim(place, figure)
        if isinstance(outcome, Candidate):
            pending.append(outcome)
        elif outcome:
            dropped.append(
                LeftOut(figure.text, outcome, text.strip(),
                        place.sentence.start + figure.start)
            )  # fmt: skip
    named = any(m.role == "subject" for m in place.mentions)
    kept.extend(_raised(text, place.sentence.start, pending, named))


def _left_out(place: Place, figure: Figure, dates: list[tuple[int, int]]) -> str | None:
    """The reason why a figure is none of our business, or None."""
    text = place.sentence.text
    if any(a <= figure.start < b for a, b in dates) and figure.unit in ("", "time"):
        return "date"
    if place.sentence.advert:
        return "advert"
    if figure.value <= 0:
        return "no positive number"
    if figure.vague:
        return "vague: some, not how many"
    if figure.unit in ("", "time", "points", "FLOP/s", "chips", "parameters"):
        return "no unit of compute" if figure.unit != "time" else "date"
    if figure.unit == "money":
        return "money unrelated"
    if figure.unit == "USD":
        return money.unrelated(text, figure, place.before)
    return None


def _claim(place: Place, figure: Figure) -> Candidate | str:
    rule = {
        "FLOP": _flop, "hours": _hours, "tokens": _tokens, "USD": _cost,
        "%": _percent, "x": times, "OOM": times,
    }[figure.unit]  # fmt: skip
    return rule(place, figure)


def _flop(place: Place, figure: Figure) -> Candidate | str:
    if figure.value < _SMALLEST:
        return "too small for a training run"
    claim = proposed(place, figure, "bound" if figure.bound else "flop")
    bounds = {f.bound for f in place.figures if f.bound}
    if claim.model is None and "upper" in bounds | {_word_bound(place.sentence.text)}:
        claim = replace(claim, flags=(*claim.flags, "two bounds in one sentence"))
    return claim


def _word_bound(text: str) -> str | None:
    return "upper" if re.search(r"低于|below|under|less than", text) else None


def _hours(place: Place, figure: Figure) -> Candidate | str:
    chip = figure.chip
    if chip is None and not re.search(
        r"GPU|chip|TPU|卡时|accelerator", figure.text, re.I
    ):
        return "no chip-hours"
    hardware = None
    if chip is None:
        near = re.search(r"\b([ABHV]\d{2,3})\b", place.sentence.text)
        chip = near[1] if near else None
    if chip:
        hardware = next(
            filter(None, (place.registry.accelerator(chip + form) for form in _FORMS)),
            chip,
        )
    claim = proposed(place, figure, "chip_hours")
    return replace(claim, hardware=hardware)


def _tokens(place: Place, figure: Figure) -> Candidate | str:
    if figure.value < 1e9:  # a context window, not a training set
        return "tokens of an answer or a context window"
    if re.search(
        r"per second|每秒|per day|每天|context|上下文", place.sentence.text, re.I
    ):
        return "tokens of an answer or a context window"
    return proposed(place, figure, "tokens_x_params")


def _cost(place: Place, figure: Figure) -> Candidate | str:
    return proposed(place, figure, "cost")


def _percent(place: Place, figure: Figure) -> Candidate | str:
    text = place.sentence.text
    benchmarks = list(context.BENCHMARK.finditer(text))
    share = re.search(r"预训练|pre[- ]?train", text, re.I)
    if share and not (benchmarks and context.SCORE.search(text[: figure.end])):
        reference = _share_reference(place, figure)
        claim = proposed(place, figure, "share_of_pretraining", reference)
        basis = "cost" if re.search(r"成本|cost|spend|花费", text, re.I) else "flop"
        if re.search(r"GPU[- ]hours|卡时|小时", text, re.I):
            basis = "gpu_hours"
        base = place.registry.models[claim.model].base_model if claim.model else None
        stage = claim.stage if claim.stage in ("sft", "reasoning") else "reasoning"
        return replace(
            claim, unit="%", reference=reference or base, basis=basis, stage=stage
        )
    if benchmarks:
        near = min(benchmarks, key=lambda m: abs(m.start() - figure.start))
        protocol = context.PROTOCOL.search(text)
        claim = proposed(place, figure, "score")
        return replace(claim, benchmark=near[0], stage=None,
                       protocol=protocol[0] if protocol else None)  # fmt: skip
    return "unknown subject: a share of nothing named"


def _share_reference(place: Place, figure: Figure) -> str | None:
    """`20% of DeepSeek-V3's pre-training`, `DeepSeek-V3预训练成本的20%`."""
    text = place.sentence.text
    for m in place.mentions:
        behind = text[m.end : m.end + 25]
        if re.match(r"(?:['’]s)?\s?(?:base )?(?:的|原始)?\s?(?:total )?"
                    r"(?:预训练|pre[- ]?train)", behind, re.I):  # fmt: skip
            return m.model
        before = text[max(0, m.start - 40) : m.start]
        if re.search(
            r"(?:预训练|pre[- ]?training)[ a-z]{0,20}(?:of|for) $", before, re.I
        ):
            return m.model
        if m.start > figure.end and re.search(
            r"(?:of|used for|on|to (?:pre-?)?train) (?:the )?$", before, re.I
        ):
            return m.model
    return None


def _raised(
    text: str, start: int, claims: list[Candidate], named: bool
) -> list[Candidate]:
    """`from $0.1M to $1M` is one claim, of no model unless one is named."""
    out: list[Candidate] = []
    for claim in claims:
        last = out[-1] if out else None
        if last and last.evidence == claim.evidence == "cost" and last.low is None:
            between = text[last.offset - start + len(last.text) : claim.offset - start]
            if (
                last.value < claim.value
                and len(between) <= 12
                and context.TIGHTER.search(between)
            ):
                out[-1] = replace(
                    claim, low=last.value, high=claim.value, offset=last.offset,
                    bound=None, text=last.text + between + claim.text,
                    model=claim.model if named else None,
                    flags=claim.flags if named else (DOUBTFUL,),
                )  # fmt: skip
                continue
        out.append(claim)
    return out


def _distinct(claims: Iterable[Candidate]) -> list[Candidate]:
    """Without what the article says twice."""
    seen: set[tuple[object, ...]] = set()
    out = []
    for c in claims:
        key = (c.evidence, c.value, c.unit, c.bound, c.model, c.stage, c.reference)
        if key not in seen:
            seen.add(key)
            out.append(c)
    return out
