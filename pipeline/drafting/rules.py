"""From figures to candidate claims, and to figures left out with the reason.

What belongs here: one decision per figure, rule by rule. What does not: the grammar
(numbers.py), whom a figure is about (statements.py), the file (draft.py). A candidate is
a proposal for a person; what is uncertain about it stands in its flags.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from pipeline.drafting import money, words
from pipeline.drafting.document import Sentence, listed_names, sentences
from pipeline.drafting.names import Mention, Names, Subject
from pipeline.drafting.numbers import MAX_FIGURES, Figure, figures
from pipeline.drafting.numerals import english
from pipeline.drafting.statements import (
    DOUBTFUL,
    Memory,
    Place,
    Who,
    opens,
    remember,
    stage_of,
    subject_of,
)
from pipeline.notes.registry import Registry

MAX_CANDIDATES = 300  # of one document; what is beyond is counted, not dropped silently
MAX_LEFT_OUT = 600
_FORMS = ("", " SXM", "-sxm", " SXM5", " PCIe", "-pcie")  # of one chip, the usual first
_SMALLEST = 1e16  # less is no training run
_FEWEST_TOKENS = 1e8  # less is an answer or a context window


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


@dataclass
class _Draft:
    """Candidates and what waits to be joined with another figure."""

    registry: Registry
    kept: list[Candidate] = field(default_factory=list)
    dropped: list[LeftOut] = field(default_factory=list)
    unlisted: int = 0

    def keep(self, candidate: Candidate) -> None:
        if len(self.kept) < MAX_CANDIDATES:
            self.kept.append(candidate)
        else:
            self.unlisted += 1

    def drop(self, place: Place, figure: Figure, reason: str) -> None:
        if len(self.dropped) < MAX_LEFT_OUT:
            self.dropped.append(
                LeftOut(figure.text, reason, place.sentence.shown[:300],
                        place.sentence.start + figure.start)
            )  # fmt: skip
        else:
            self.unlisted += 1


def extract(text: str, registry: Registry) -> Found:
    """Every figure of an article, as a candidate or as left out."""
    names = Names(registry, text, listed_names(text))
    draft = _Draft(registry)
    read = [(s, names.mentions(s.text)) for s in sentences(text)]
    memory = Memory(
        main=_main_subject(m for s, found in read if not s.advert for m in found)
    )
    for number, (sentence, mentions) in enumerate(read):
        place = Place(
            sentence, number, mentions, figures(_masked(sentence.text, mentions)),
            memory, names, registry,
        )  # fmt: skip
        opens(place)
        if not sentence.advert:
            _whole_figures(place, draft)
        _decide(place, draft)
        remember(place)
    kept = _repeats(_sums(draft.kept))
    new = {c.model for c in kept} | {c.reference for c in kept}
    return Found(
        tuple(kept), tuple(draft.dropped),
        tuple(s for s in names.new.values() if s.id in new), draft.unlisted,
    )  # fmt: skip


def _main_subject(mentions: Iterable[Mention]) -> Subject | None:
    """The model that most mentions of a document are of, if there is one."""
    counts = Counter(m.subject for m in mentions)
    if not counts:
        return None
    subject, most = counts.most_common(1)[0]
    return subject if most >= 2 and most >= 0.6 * counts.total() else None


def _masked(text: str, mentions: Iterable[Mention]) -> str:
    """The sentence with names blacked out, so that their digits are no figures."""
    for m in mentions:
        text = f"{text[: m.start]}{'_' * (m.end - m.start)}{text[m.end :]}"
    return text


def _decide(place: Place, draft: _Draft) -> None:
    text = place.text
    dated = bytearray(len(text))
    for m in words.DATE.finditer(text):
        dated[m.start() : m.end()] = b"\1" * len(m[0])
    for k, stated in enumerate(place.figures):
        if k in place.used:
            continue
        figure = _elliptic(place, k, stated)
        if dated[figure.start] and figure.unit in ("", "span", "time"):
            draft.drop(place, figure, "date")
            continue
        if place.sentence.advert:
            draft.drop(place, figure, "advert or outside of the article")
            continue
        if words.INJECTED.search(text):
            draft.drop(place, figure, "said to a program, not to people")
            continue
        if figure.vague or figure.value <= 0:
            draft.drop(place, figure, "vague: some, not how many")
            continue
        rule = _RULES.get(figure.unit)
        if rule is None:
            draft.drop(place, figure, _NO_RULE.get(figure.unit, "no unit of compute"))
            continue
        outcome = rule(place, figure)
        if isinstance(outcome, Candidate):
            draft.keep(outcome)
        else:
            draft.drop(place, figure, outcome)
    if len(place.figures) >= MAX_FIGURES:
        last = place.figures[-1]
        draft.drop(place, last, f"the sentence goes on after {MAX_FIGURES} figures")


_NO_RULE = {
    "FLOP/s": "a speed, not an amount",
    "points": "percentage points",
    "money": "not in US dollars: convert it first",
    "time": "a time without chips beside it",
    "span": "date",
    "parameters": "parameters without tokens beside them",
    "steps": "part of a count of rollouts that is not complete",
    "prompts": "part of a count of rollouts that is not complete",
    "samples": "part of a count of rollouts that is not complete",
}


def _elliptic(place: Place, k: int, figure: Figure) -> Figure:
    """`R1 a further 41K hours, the data another 5K`: the unit stands with the figure before."""
    before = place.figures[:k]
    if figure.unit == "hours" and not figure.chips_said:
        chips = [f for f in before if f.unit == "hours" and f.chips_said]
        if chips:
            return replace(figure, chip=figure.chip or chips[-1].chip, chips_said=True)
    if figure.unit or figure.text[-1] not in "kKMBT万亿":
        return figure
    last = next((f for f in reversed(before) if f.unit in _CARRIED), None)
    if last is not None and _MORE.search(place.text[: figure.start]):
        return replace(
            figure, unit=last.unit, chip=last.chip, chips_said=last.chips_said
        )
    return figure


_CARRIED = ("hours", "USD", "FLOP", "tokens")
_MORE = re.compile(r"(?:another|a further|the rest|其余|另外|另有)\s?$")


# --- what every rule shares


def _candidate(
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


def _hardware(place: Place, chip: str | None) -> str | None:
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


# --- the rules, by unit


def _flop(place: Place, figure: Figure) -> Candidate | str:
    if figure.value < _SMALLEST:
        return "too small for a training run"
    if re.match(
        r"\s?(?:per|/|每)\s?(?:token|forward|step|second)",
        place.text[figure.end :],
        re.I,
    ):
        return "a speed, not an amount"
    claim = _candidate(
        place, figure, "bound" if figure.bound else "flop", "FLOP as stated"
    )
    both = {f.bound for f in place.figures if f.bound}
    if claim.model is None and len(both | {_word_bound(place.text)} - {None}) > 1:
        claim = replace(claim, flags=(*claim.flags, "two bounds in one sentence"))
    return claim


def _word_bound(text: str) -> str | None:
    return "upper" if re.search(r"低于|below|under|less than", text) else None


def _hours(place: Place, figure: Figure) -> Candidate | str:
    if not figure.chips_said:
        return "hours of a clock, not of chips"
    if words.NO_SHARE.search(place.text[figure.end : figure.end + 12]) or re.search(
        r"\$[\d.]+\s?(?:/|per|an)\s?$", place.text[: figure.start]
    ):
        return "a price per hour"
    claim = _candidate(place, figure, "chip_hours", "chip-hours as stated")
    return replace(claim, hardware=_hardware(place, figure.chip))


def _chips(place: Place, figure: Figure) -> Candidate | str:
    """Chips × time: the duration stands in the same sentence or list."""
    spans = [
        (k, f) for k, f in enumerate(place.figures)
        if (f.unit == "time" or (f.unit == "hours" and not f.chips_said))
        and f.value >= 1 and abs(f.start - figure.start) <= 80
        and not re.match(r"(?:之)?内", place.text[f.end :]) and not re.search(r"每|every|per |ago|前$|later", place.text[max(0, f.start - 8) : f.end + 6])
    ]  # fmt: skip
    if not spans:
        place.memory.chips = (place.number, figure)
        return "chips without a time beside them"
    k, time = min(spans, key=lambda s: abs(s[1].start - figure.start))
    product = figure.value * time.value
    stated = [f for f in place.figures if f.unit == "hours" and f.chips_said]
    if any(abs(f.value / product - 1) < 0.05 for f in stated):
        place.used.add(k)
        return "the same as the chip-hours beside it"
    place.used.add(k)
    claim = _candidate(place, figure, "chips_x_time", "chips × time")
    return replace(
        claim, value=figure.value, chips=figure.value, duration_hours=time.value,
        hardware=_hardware(place, figure.chip), low=None, high=None,
        text=place.text[min(figure.start, time.start) : max(figure.end, time.end)][:200],
    )  # fmt: skip


def _tokens(place: Place, figure: Figure) -> Candidate | str:
    """Tokens × parameters, where the parameters stand beside them."""
    if figure.value < _FEWEST_TOKENS:
        return "tokens of an answer or a context window"
    near = place.text[max(0, figure.start - 30) : figure.end + 30]
    if words.PER_TIME.search(near):
        return "a speed, not an amount"
    if words.WINDOW.search(near):
        return "tokens of an answer or a context window"
    sizes = [
        (k, f)
        for k, f in enumerate(place.figures)
        if f.unit == "parameters" and f.value > 1e6
    ]
    active = [
        s
        for s in sizes
        if words.ACTIVE.search(place.text[max(0, s[1].start - 12) : s[1].end + 12])
    ]
    claim = _candidate(place, figure, "tokens_x_params", "tokens × parameters")
    if len(active or sizes) == 1:
        k, size = (active or sizes)[0]
        place.used.add(k)
        return replace(claim, tokens=figure.value, parameters=size.value)
    return replace(claim, tokens=figure.value)


def _cost(place: Place, figure: Figure) -> Candidate | str:
    text = (
        f"{place.sentence.lead} {place.text}"
        if place.sentence.kind != "prose"
        else place.text
    )
    shift = len(text) - len(place.text)
    moved = replace(figure, start=figure.start + shift, end=figure.end + shift)
    before = place.memory.before or place.sentence.heading
    if place.sentence.kind == "cell":
        before = f"{place.sentence.heading} training compute {before}"
    other = money.unrelated(text, moved, before)
    if (
        other
        and place.sentence.kind == "item"
        and "no word" in other
        and place.memory.default
    ):
        other = None
    return other or _candidate(place, figure, "cost", "cost of training")


def _share(place: Place, figure: Figure) -> Candidate | str:
    """A percentage or a fraction: a score, a share of pre-training or of the whole."""
    text = place.text
    start, end = place.clause(figure.start, figure.end)
    benchmarks = list(words.BENCHMARK.finditer(text))
    around = text[max(0, start - 40) : end]
    if figure.unit == "%" and benchmarks and not _pretraining_share(place, figure):
        return _score(place, figure, benchmarks)
    if words.NO_SHARE.search(text[max(0, figure.start - 30) : figure.end + 30]):
        return "a share of something else"
    if _pretraining_share(place, figure):
        return _of_pretraining(place, figure)
    if figure.unit == "share" and (
        re.search(r"前者的\s?$", text[: figure.start])
        or re.match(r"\s?of the (?:former|one above)", text[figure.end :])
    ):
        return _without_reference(place, figure)
    compute = words.COMPUTE.search(f"{place.memory.before} {text}")
    staged = subject_of(place, figure, relative=True).subject or words.first_stage(text)
    if (
        compute
        and staged
        and (words.OF_WHOLE.search(around) or _inherits(place, figure))
    ):
        return _of_whole(place, figure)
    last = place.memory.measure
    if last and last[0] == "whole" and _carried_share(place, figure):
        return _of_whole(place, figure)
    return "a share of nothing named"


def _inherits(place: Place, figure: Figure) -> bool:
    """`half a million dollars, of which a fifth went to RL`; `spent 80% on RL`."""
    text = place.text
    behind = text[figure.end : figure.end + 60]
    ahead = text[max(0, figure.start - 24) : figure.start]
    stage = words.first_stage(behind) or words.stage_of(ahead)
    return bool(stage and re.search(
        r"of which|of that|其中|占|spent|went|goes|花|用在|投入|用于", text[max(0, figure.start - 30) : figure.end + 30], re.I
    )) or bool(re.search(r"(?:花|用|投)(?:在|于)了?[^,，。]{0,12}(?:后训练|强化学习|预训练之后)", behind))  # fmt: skip


def _carried_share(place: Place, figure: Figure) -> bool:
    return bool(
        re.search(
            r"比|than|上一代|前代|predecessor|compared",
            place.text[max(0, figure.start - 20) : figure.start],
            re.I,
        )
    )


def _pretraining_share(place: Place, figure: Figure) -> bool:
    """Whether pre-training, or the base, is what a share is of."""
    text = place.text
    behind = text[figure.end : figure.end + 90]
    ahead = re.split(
        r"[,，。;；]",
        re.sub(
            r"[(（][^()（）]{0,40}[)）]",
            "",
            text[max(0, figure.start - 70) : figure.start],
        ),
    )[-1]
    if (
        re.match(
            r"[\s]?(?:of|as much as|that of|what|the|its|times|more than|over)?\s?[^.;,，。]{0,50}?",
            behind,
        )
        and (m := words.OF_PRETRAINING.search(behind))
        and m.start() <= 55
        and not re.search(
            r"[;；。，]|,(?!\d)|went|goes|花在|用在|was spent", behind[: m.start()]
        )
    ):
        return not re.search(
            r"(?:after|之后|以后|beyond)\s?(?:the )?$", behind[: m.start()]
        )
    if re.search(
        r"(?:预训练|預訓練|底座|基座|pre-?training)[^,，。;；]{0,16}的\s?(?:约|約|大约|近|不到|超过|百分之|超|逾|差不多|仅|一|二|三|\s)*$",
        ahead,
    ):
        return True
    if place.sentence.kind == "cell":
        return bool(
            words.OF_PRETRAINING.search(text[: figure.start])
            and re.search(r"占|share|ratio|比|% of|of pre|÷|/", text)
        )
    return bool(
        re.search(
            r"(?:占|相当于|為|为|是|超过|低于|约为|約為)[^,，。]{0,16}(?:预训练|預訓練)[^,，。]{0,10}$",
            ahead,
        )
    )


def _of_pretraining(place: Place, figure: Figure) -> Candidate | str:
    reference = _share_reference(place, figure)
    claim = _candidate(
        place, figure, "share_of_pretraining", "share of pre-training", reference
    )
    stage = (
        claim.stage if claim.stage in ("sft", "reasoning", "post_training") else None
    )
    if stage is None:
        named = words.first_stage(place.text[: figure.start])
        stage = named if named in ("sft", "reasoning", "post_training") else "reasoning"
    built = next(
        (k for k, s in place.memory.bases.items() if s.id == claim.model), None
    )
    if built:  # `RL amounts to 5% of it`, said of the base: of the model built on it
        known = built in place.registry.models
        reference = reference or claim.model
        claim = replace(claim, model=built, known=known)
    if reference is None and claim.model:
        base = place.registry.models.get(claim.model)
        own = place.memory.bases.get(claim.model)
        reference = own.id if own else base.base_model if base else None
    flags = claim.flags
    place.memory.measure = ("share_of_pretraining", reference, "")
    return replace(
        claim,
        reference=reference,
        basis=_basis(place),
        stage=stage,
        flags=flags,
    )


def _basis(place: Place) -> str | None:
    """What a share counts; `compute` alone does not say."""
    text = (
        f"{place.memory.before[-80:]} {place.text}"
        if words.PRONOUN.match(place.text)
        else place.text
    )
    if re.search(
        r"成本|费用|花费|开销|\bcosts?\b|spen[dt]|费|budget|bill|\$|money", text, re.I
    ):
        return "cost"
    if re.search(r"GPU[- ]hours|GPU time|accelerator|卡时|小时|hours", text, re.I):
        return "accelerator_time"
    return "operations" if re.search(r"FLOP|浮点|operations", text) else None


def _of_whole(place: Place, figure: Figure) -> Candidate | str:
    """`85% of the whole was spent after the base`: in the record, of its own total."""
    claim = _candidate(place, figure, "share_of_run", "share of the whole run")
    value = figure.value if figure.unit == "share" else figure.value / 100
    stage = _share_stage(place, figure)
    place.memory.measure = ("whole", None, "")
    return replace(
        claim, value=value, unit="share", low=_hundredth(figure.low, figure), high=_hundredth(figure.high, figure),
        of="total", basis=_basis(place), stage=stage,
    )  # fmt: skip


def _hundredth(value: float | None, figure: Figure) -> float | None:
    return value / 100 if value is not None and figure.unit == "%" else value


def _share_stage(place: Place, figure: Figure) -> str:
    """The stage that a share of the whole went to; words behind it come first."""
    behind = words.first_stage(place.text[figure.end :])
    ahead = words.stage_of(place.text[: figure.start], figure.start)
    for stage in (behind, ahead):
        if stage in ("reasoning", "sft", "post_training"):
            return stage
    return "post_training"


def _share_reference(place: Place, figure: Figure) -> str | None:
    """`20% of DeepSeek-V3's pre-training`, `DeepSeek-V3预训练成本的20%`."""
    text = place.text
    for m in place.mentions:
        behind = text[m.end : m.end + 25]
        if re.match(r"(?:['’]s)?\s?(?:base )?(?:的|原始)?\s?(?:total )?"
                    r"(?:预训练|預訓練|pre[- ]?train)", behind, re.I):  # fmt: skip
            return m.subject.id
        before = text[max(0, m.start - 40) : m.start]
        if (
            re.search(
                r"(?:预训练|pre[- ]?training)[ a-z]{0,20}(?:of|for)? $", before, re.I
            )
            and m.start > figure.start
        ):
            return m.subject.id
    return None


def _score(
    place: Place, figure: Figure, benchmarks: list[re.Match[str]]
) -> Candidate | str:
    """A score, with the nearest benchmark: behind `on`, else in front."""
    if not 0 <= figure.value <= 100:
        return "no score"
    if re.search(
        r"error|std|±|提升|提高了|improv\w+ (?:by|of)|up by|points|\bgain|relative",
        place.text[max(0, figure.start - 22) : figure.start],
        re.I,
    ):
        return "a difference of scores"
    behind = [m for m in benchmarks if m.start() >= figure.end]
    on = next(
        (
            m
            for m in behind
            if re.search(
                r"^[\s(]{0,2}(?:\([^)]{0,30}\)\s?)?(?:accuracy |pass@1 )?(?:on|in|at|for)\s(?:the )?$",
                place.text[figure.end : m.start()],
                re.I,
            )
        ),
        None,
    )
    ahead = [m for m in benchmarks if m.end() <= figure.start]
    near = on or (ahead[-1] if ahead else behind[0])
    claim = _candidate(place, figure, "score", "score on a benchmark")
    if claim.model is None and place.sentence.kind == "cell":
        return "a score of nobody named"
    protocol = words.PROTOCOL.search(place.text)
    flags = tuple(f for f in claim.flags if f != "stage not stated")
    between = {f.start for f in place.figures if f.unit == "%"}
    if not on and len(benchmarks) > 1 and len(benchmarks) != len(between):
        flags = (*flags, "which benchmark?")
    return replace(claim, benchmark=near[0].strip(), stage=None, flags=flags,
                   protocol=protocol[0] if protocol else None)  # fmt: skip


def _times(place: Place, figure: Figure) -> Candidate | str:
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
    if figure.unit == "x" and _pretraining_share(place, figure):
        return _of_pretraining(place, figure)
    reference, subject = _direction(place, figure)
    if reference is None:
        return _without_reference(place, figure)
    claim = _candidate(place, figure, "ratio", "ratio to another model", reference.id)
    if subject is not None:
        claim = replace(
            claim,
            model=subject.id,
            known=subject.known,
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
    if figure.unit != "OOM":
        return claim
    down = re.search(r"低|(?<!至)少|lower|less|fewer|smaller|below|under", near, re.I)
    size = figure.value if not down else -figure.value
    return replace(claim, value=10.0**size, unit="x", low=None, high=None)


def _without_reference(place: Place, figure: Figure) -> Candidate | str:
    """Ratios whose reference the words before it or the list say."""
    text, memory = place.text, place.memory
    former = re.search(r"前者|the former|the one above|above\b", text)
    if (
        former
        and memory.carried
        and memory.item
        and memory.item.id != memory.carried[1].id
    ):
        claim = _candidate(
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
        return _of_pretraining(place, figure)
    last = memory.ratio
    if (
        last
        and place.number - last[0] <= 2
        and not place.mentions
        and figure.unit == "x"
        and not words.UNNAMED.search(text)
    ):
        claim = _candidate(place, figure, "ratio", "ratio to another model", last[2].id)
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
        claim = _candidate(
            place, figure, "ratio", "ratio to another model", memory.reference[1].id
        )
        return replace(_ordered(place, figure, claim), reference=memory.reference[1].id)
    if words.UNNAMED.search(text) or re.search(
        r"predecessor|前代|上一代|previous", text
    ):
        claim = _candidate(place, figure, "ratio", "ratio to another model")
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
        place, figure, _candidate(place, figure, "growth_rate", "rate of growth")
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


_Rule = Callable[[Place, Figure], Candidate | str]
_RULES: dict[str, _Rule] = {
    "FLOP": _flop, "hours": _hours, "chips": _chips, "tokens": _tokens, "USD": _cost,
    "%": _share, "share": _share, "x": _times, "OOM": _times,
}  # fmt: skip


# --- rules that need more than one figure, or none


def _whole_figures(place: Place, draft: _Draft) -> None:
    """Parity with pre-training, which has no figure, and rollouts, which have four."""
    for match in words.PARITY.finditer(place.text):
        figure = Figure(1.0, "x", match.start(), match.end(), text=match[0])
        if place.mentions or place.memory.carried or place.memory.item:
            draft.keep(
                replace(
                    _of_pretraining_text(place, figure), rule="parity with pre-training"
                )
            )
    _rollouts(place, draft)
    _chips_of_list(place)


def _of_pretraining_text(place: Place, figure: Figure) -> Candidate:
    claim = _of_pretraining(place, figure)
    assert isinstance(claim, Candidate)  # noqa: S101 - this rule leaves nothing out
    return claim


def _rollouts(place: Place, draft: _Draft) -> None:
    """Steps × prompts × samples × mean length, over two sentences at most."""
    by_unit = {
        f.unit: f for f in place.figures if f.unit in ("steps", "prompts", "samples")
    }
    last = draft.kept[-1] if draft.kept else None
    length = next(
        (f for f in place.figures
         if f.unit == "tokens" and f.value < _FEWEST_TOKENS
         and words.MEAN_LENGTH.search(place.text[max(0, f.start - 40) : f.end + 30])), None
    )  # fmt: skip
    if (
        last
        and last.evidence == "rollouts"
        and (by_unit or length)
        and last.mean_tokens is None
    ):
        parts = {u: f.value for u, f in by_unit.items() if getattr(last, u) is None}
        if length:
            parts["mean_tokens"] = length.value
        draft.kept[-1] = replace(last, **parts)  # type: ignore[arg-type]
    elif len(by_unit) >= 2:
        first = min(by_unit.values(), key=lambda f: f.start)
        claim = _candidate(
            place, first, "rollouts", "rollouts: steps × prompts × samples"
        )
        draft.keep(replace(
            claim, steps=_value(by_unit, "steps"), prompts=_value(by_unit, "prompts"),
            samples=_value(by_unit, "samples"), mean_tokens=length.value if length else None,
            stage="reasoning", bound=None, low=None, high=None,
        ))  # fmt: skip
    else:
        return
    gone = [f for f in place.figures if f in by_unit.values() or f is length]
    place.figures[:] = [f for f in place.figures if f not in gone]


def _value(by_unit: dict[str, Figure], unit: str) -> float | None:
    return by_unit[unit].value if unit in by_unit else None


def _chips_of_list(place: Place) -> None:
    """`Hardware: 256 H100` and, in the next item, `Duration: 9 days`."""
    waiting = place.memory.chips
    if waiting is None or any(f.unit == "chips" for f in place.figures):
        return
    if place.sentence.kind != "item":
        return
    number, figure = waiting
    times = [f for f in place.figures if f.unit == "time"]
    if (
        times
        and place.number - number == 1
        and not any(f.chips_said for f in place.figures)
    ):
        at = times[0].end
        place.figures.append(
            replace(figure, start=at, end=at, text=f"{figure.text} × {times[0].text}")
        )
        place.memory.chips = None


def _sums(claims: list[Candidate]) -> list[Candidate]:
    """`cost 300: 200 for A, 10 for the data, 90 for B`: the first is of all parts."""
    out = list(claims)
    for k, c in enumerate(claims):
        parts = [d for d in claims[k + 1 : k + 5]
                 if d.sentence == c.sentence and (d.evidence, d.unit) == (c.evidence, c.unit)]  # fmt: skip
        for n in range(2, len(parts) + 1):
            if abs(sum(p.value for p in parts[:n]) / c.value - 1) < 0.02:
                stages = {p.stage for p in parts[:n]}
                whole = "post_training" if stages == {"reasoning", "sft"} else c.stage
                out[k] = replace(
                    c,
                    stage=whole,
                    flags=(*c.flags, "the sum of the figures that follow"),
                )
    return out


def _repeats(claims: list[Candidate]) -> list[Candidate]:
    """What the article says twice points to the first time."""
    seen: dict[tuple[object, ...], int] = {}
    told: dict[tuple[str, str, str], int] = {}
    out: list[Candidate] = []
    for c in claims:
        if told.setdefault((c.sentence, c.text, c.evidence), c.offset) != c.offset:
            continue  # the same sentence again
        key = (
            c.evidence,
            f"{c.value:.3g}",
            c.bound,
            c.model,
            c.stage,
            c.reference,
            c.benchmark,
        )
        first = seen.setdefault(key, len(out) + 1)
        out.append(c if first == len(out) + 1 else replace(c, repeats=first))
    return out


__all__ = ["DOUBTFUL", "Candidate", "Found", "LeftOut", "Sentence", "Who", "extract"]
