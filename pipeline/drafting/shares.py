"""Percentages and fractions: scores, shares of pre-training, shares of the whole run.

What belongs here: of what a share is a share. What does not: ratios to other models
(ratios.py), absolute figures (rules.py).
"""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.drafting import words
from pipeline.drafting.candidates import Candidate, candidate
from pipeline.drafting.numbers import Figure
from pipeline.drafting.statements import Place, subject_of

_CORRECT = re.compile(
    r"准确率|正确|得分|accura|correct|solve[ds]?\b|scor(?:es?|ed|ing)\b", re.I
)


def share(place: Place, figure: Figure) -> Candidate | str:
    """A percentage or a fraction: a score, a share of pre-training or of the whole."""
    text = place.text
    start, end = place.clause(figure.start, figure.end)
    benchmarks = list(words.BENCHMARK.finditer(text))
    around = text[max(0, start - 40) : end]
    if figure.unit == "%" and benchmarks and not is_of_pretraining(place, figure):
        return _score(place, figure, benchmarks)
    over = list(
        words.BENCHMARK.finditer(f"{place.sentence.lead} {place.memory.before[-160:]}")
    )
    if figure.unit == "%" and over and _CORRECT.search(text[: figure.end + 14]):
        return _score(place, figure, over[:1] if place.sentence.lead else over[-1:])
    if words.NO_SHARE.search(text[max(0, figure.start - 30) : figure.end + 30]):
        return "a share of something else"
    if is_of_pretraining(place, figure):
        return of_pretraining(place, figure)
    compute = words.COMPUTE.search(f"{place.memory.before} {text}")
    if re.match(r"\s?of (?:the|a) (?:total |whole )?[\d$]", text[figure.end :]):
        return "a share of another figure"
    who = subject_of(place, figure, relative=True)
    staged = words.first_stage(text) or (who.subject and who.how != "document")
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


def is_of_pretraining(place: Place, figure: Figure) -> bool:
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
        and not re.match(
            r"[^.;,，。]{0,30}\bthan (?!pre|its|the base)", behind[m.end() :]
        )
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


def of_pretraining(place: Place, figure: Figure) -> Candidate:
    """A share of pre-training, or a multiple of it."""
    reference = _share_reference(place, figure)
    claim = candidate(
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
    claim = candidate(place, figure, "share_of_run", "share of the whole run")
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
    if re.match(r"\s?(?:boost|improvement|gains?\b|increase|higher|better|jump|提升|提高|增长)",
                place.text[figure.end :], re.I):  # fmt: skip
        return "a difference of scores"
    if re.search(
        r"[+＋]$|error|std|±|\bby (?:up to |about |around )?$|(?:超过|领先|高出|优于)[^,，。;；]{2,22}$|提升|提高了|improv\w+ (?:by|of)|up by|points|\bgain|relative",
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
    claim = candidate(place, figure, "score", "score on a benchmark")
    if claim.model is None and place.sentence.kind == "cell":
        return "a score of nobody named"
    protocol = words.PROTOCOL.search(place.text)
    flags = tuple(f for f in claim.flags if f != "stage not stated")
    between = {f.start for f in place.figures if f.unit == "%"}
    if not on and len(benchmarks) > 1 and len(benchmarks) != len(between):
        flags = (*flags, "which benchmark?")
    return replace(claim, benchmark=near[0].strip(), stage=None, flags=flags,
                   protocol=protocol[0] if protocol else None)  # fmt: skip
