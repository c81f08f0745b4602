"""From figures to candidate claims, and to figures left out with the reason.

What belongs here: the walk through a document, one decision per figure, and the rules
for absolute figures. What does not: the grammar (numbers.py), whom a figure is about
(statements.py), shares and ratios (shares.py, ratios.py), the file (draft.py). A
candidate is a proposal for a person; what is uncertain about it stands in its flags.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from pipeline.drafting import money, words
from pipeline.drafting.candidates import (
    Candidate,
    Found,
    LeftOut,
    candidate,
    hardware,
    uncertain,
)
from pipeline.drafting.document import listed_names, sentences
from pipeline.drafting.names import Mention, Names, Subject
from pipeline.drafting.numbers import MAX_FIGURES, Figure, figures
from pipeline.drafting.ratios import times, without_reference
from pipeline.drafting.shares import of_pretraining, share
from pipeline.drafting.statements import Memory, Place, opens, remember
from pipeline.notes.registry import Registry

MAX_CANDIDATES = 300  # of one document; what is beyond is counted, not dropped silently
MAX_LEFT_OUT = 600
_SMALLEST = 1e16  # less is no training run
_LONGEST_TEXT = 1e10  # tokens: no context window holds more
_FEWEST_TOKENS = 1e8  # less is an answer or a context window


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
    named = Counter(m.subject for s, found in read if not s.advert for m in found)
    memory = Memory(main=_main_subject(named))
    for number, (sentence, mentions) in enumerate(read):
        place = Place(
            sentence, number, mentions, figures(_masked(sentence.text, mentions), f"{sentence.lead} {sentence.heading}"),
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


def _main_subject(counts: Counter[Subject]) -> Subject | None:
    """The model that most mentions of a document are of, if there is one."""
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
    dated = bytearray(len(text) + 1)  # a joined figure may stand at the end
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
            outcome = uncertain(place, figure, outcome) or outcome
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


def _flop(place: Place, figure: Figure) -> Candidate | str:
    if figure.value < _SMALLEST:
        return "too small for a training run"
    if re.match(
        r"\s?(?:per|/|每)\s?(?:token|forward|step|second)",
        place.text[figure.end :],
        re.I,
    ):
        return "a speed, not an amount"
    if re.match(r"\s?(?:[*×·÷=/]|x\s?\d)", place.text[figure.end :]) or re.search(
        r"\d\s?[*×·/]\s?$", place.text[: figure.start]
    ):
        return "a step of a calculation"
    if words.PEAK.search(place.text[max(0, figure.start - 30) : figure.end + 30]):
        return "what machines could do, not what a run took"
    claim = candidate(
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
    claim = candidate(place, figure, "chip_hours", "chip-hours as stated")
    return replace(claim, hardware=hardware(place, figure.chip))


def _chips(place: Place, figure: Figure) -> Candidate | str:
    """Chips × time: the duration stands in the same sentence or list."""
    spans = [
        (k, f) for k, f in enumerate(place.figures)
        if (f.unit == "time" or (f.unit == "hours" and not f.chips_said))
        and f.value >= 0.1 and abs(f.start - figure.start) <= 80
        and not re.match(r"(?:之)?内", place.text[f.end :]) and not re.search(r"每|every|per |ago|前$|later", place.text[max(0, f.start - 8) : f.end + 6])
    ]  # fmt: skip
    if re.match(
        r"\s?(?:machines?|nodes?|servers?|机器|服务器|节点|台机)",
        place.text[figure.end :],
    ):
        return "machines, not chips"
    if not spans:
        place.memory.chips = (place.number, figure)
        return "chips without a time beside them"
    if place.sentence.kind == "prose" and not words.TRAINED_ON.search(place.text):
        return "chips and a time; trained on them is not said"
    nodes = re.search(r"(?<![\d.])(\d{1,5})\s?[x×*]\s?$", place.text[: figure.start])
    if nodes:  # `64×8 H800`
        figure = replace(figure, value=figure.value * int(nodes[1]))
    k, time = min(spans, key=lambda s: abs(s[1].start - figure.start))
    product = figure.value * time.value
    stated = [f for f in place.figures if f.unit == "hours" and f.chips_said]
    if any(abs(f.value / product - 1) < 0.05 for f in stated):
        place.used.add(k)
        return "the same as the chip-hours beside it"
    place.used.add(k)
    claim = candidate(place, figure, "chips_x_time", "chips × time")
    return replace(
        claim, value=figure.value, chips=figure.value, duration_hours=time.value,
        hardware=hardware(place, figure.chip), low=None, high=None,
        text=place.text[min(figure.start, time.start) : max(figure.end, time.end)][:200],
    )  # fmt: skip


def _tokens(place: Place, figure: Figure) -> Candidate | str:
    """Tokens × parameters, where the parameters stand beside them."""
    if figure.value < _FEWEST_TOKENS:
        return "tokens of an answer or a context window"
    near = place.text[max(0, figure.start - 30) : figure.end + 30]
    if words.PER_TIME.search(near):
        return "a speed, not an amount"
    if figure.value < _LONGEST_TEXT and words.WINDOW.search(near):
        return "tokens of an answer or a context window"
    first, last = place.clause(figure.start, figure.end)
    said = f"{place.sentence.lead} {place.text}"
    on = re.search(
        r"(?:train\w*|训练)\s?(?:on|with|for|over|了|于)?[^,，;；]{0,24}$",
        place.text[: figure.start],
        re.I,
    )
    product = re.match(r"\s?[*×x]\s?\d", place.text[figure.end :])
    on = on or re.search(r"train\w* on [^.;]{0,70}$", place.text[: figure.start], re.I)
    on = on or re.match(r"[^,，。;；]{0,10}训练", place.text[figure.end :])
    held = words.HELD.search(place.text[first:last])
    if held and words.ROLLED.search(place.text) and words.GENERATED.match(held[0]):
        held = None
    if not (product or words.TRAINED_ON.search(said)) or (held and not on):
        return "tokens of data; trained on them is not said"
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
    claim = candidate(place, figure, "tokens_x_params", "tokens × parameters")
    if len(active or sizes) == 1:
        k, size = (active or sizes)[0]
        place.used.add(k)
        return replace(claim, tokens=figure.value, parameters=size.value)
    return replace(claim, tokens=figure.value)


def _fraction(place: Place, figure: Figure) -> Candidate | str:
    """A fraction in words: of a model that the sentence points at, else a share."""
    if re.search(r"前者的\s?$", place.text[: figure.start]) or re.match(
        r"\s?of the (?:former|one above)", place.text[figure.end :]
    ):
        return without_reference(place, figure)
    return share(place, figure)


def _cost(place: Place, figure: Figure) -> Candidate | str:
    text = (
        f"{place.sentence.lead} {place.text}"
        if place.sentence.kind != "prose"
        else place.text
    )
    shift = len(text) - len(place.text)
    moved = replace(figure, start=figure.start + shift, end=figure.end + shift)
    before = place.memory.before or place.sentence.heading
    if place.sentence.kind == "item":
        before = f"{before} {place.sentence.heading}"
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
    if not other and words.CHANGE.search(place.text[: figure.start]):
        return "what it would cost at another time"
    return other or candidate(place, figure, "cost", "cost of training")


_Rule = Callable[[Place, Figure], Candidate | str]
_RULES: dict[str, _Rule] = {
    "FLOP": _flop, "hours": _hours, "chips": _chips, "tokens": _tokens, "USD": _cost,
    "%": share, "share": _fraction, "x": times, "OOM": times,
}  # fmt: skip


def _whole_figures(place: Place, draft: _Draft) -> None:
    """Parity with pre-training, which has no figure, and rollouts, which have four."""
    for match in words.PARITY.finditer(place.text):
        figure = Figure(1.0, "x", match.start(), match.end(), text=match[0])
        if place.mentions or place.memory.carried or place.memory.item:
            claim = of_pretraining(place, figure)
            doubt = uncertain(place, figure, claim)
            if doubt:
                draft.drop(place, figure, doubt)
            else:
                draft.keep(replace(claim, rule="parity with pre-training"))
    _rollouts(place, draft)
    _chips_of_list(place)


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
        claim = candidate(
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
    if place.sentence.kind != "item" or not re.match(
        r"[^=≈]{2,40}[:：][^=≈]*$", place.text
    ):
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
