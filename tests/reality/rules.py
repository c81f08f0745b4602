"""Which rows qualify for which method, and why the others do not.

What belongs here: the rules, each with the words under which exclusions are counted.
What does not: arithmetic (the pipeline's own formulas do that), scores.

No rule looks at the published compute, except that a row needs one to be scored and
that the same run is scored once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pipeline.notes.registry import Registry
from tests.reality.table import Row

SINCE = date(2020, 1, 1)
SAME = 0.02  # two figures within 2% are the same figure: `bulk.same_value`
TEXT = frozenset(
    {"language", "mathematics", "biology", "medicine", "materials science"}
)
_WORDS = r"[\s-]*(?:[\w,/-]+[\s-]+){0,4}?"  # "trillion diverse and high-quality tokens"
_FIGURE = (
    r"(\d[\d,]*(?:\.\d+)?(?:e\d+)?)\s*\+?\s*"
    r"(trillions?|billions?|millions?|thousand|bn|[kmbt])?\b\+?"
)
_SIZE = {"k": 1e3, "th": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_TOKENS = (
    re.compile(_FIGURE + _WORDS + r"tokens?\b", re.IGNORECASE),
    re.compile(r"\btokens?\b\s*(?:is|are|of|:|=|~)?\s*" + _FIGURE, re.IGNORECASE),
)
_UNTIL = r"\s*(?:[-–~∼]|to)\s*"  # 18.6B∼31.3B
_ACTIVE = (
    re.compile(
        rf"(?:{_FIGURE}{_UNTIL})?{_FIGURE}[\s-]*(?:parameters?|params?|weights)?[\s-]*"
        r"(?:(?:are|is|being)\s+)?activ",
        re.IGNORECASE,
    ),
    re.compile(
        r"\bactivat(?:e|es|ed|ing)\s*(?:parameters?|params?)?\s*"
        rf"(?:of|only|about|around|approximately|~|:)?\s*{_FIGURE}(?:{_UNTIL}{_FIGURE})?",
        re.IGNORECASE,
    ),
)
_ACTIVE_IN_NAME = re.compile(r"-A(\d+(?:\.\d+)?)B\b")  # Qwen3-235B-A22B
_SPARSE = re.compile(
    r"mixture[\s-]+of[\s-]+(?:\w+[\s-]+)?experts?|\bMoEs?\b|\b\d+\s+experts\b|"
    r"\bsparse(?:ly)?[\s-]+(?:activated|architecture|model|transformer|expert|all-mlp)|"
    r"switch transformer",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class HardwareFacts:
    """What a note would hold of the hardware; hours are wall time or chip-hours."""

    accelerator: str
    chips: float | None
    hours: float
    utilisation: tuple[float, float] | None
    precision: str


@dataclass(frozen=True)
class TokenFacts:
    """What a note would hold of parameters (active) and tokens."""

    parameters: tuple[float, float]
    tokens: float
    epochs: float


@dataclass
class Selection:
    """Rows by the facts that they qualify with, and a count of every exclusion."""

    hardware: dict[int, HardwareFacts] = field(default_factory=dict)
    tokens: dict[int, TokenFacts] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    no_hardware: Counter[str] = field(default_factory=Counter)
    no_tokens: Counter[str] = field(default_factory=Counter)


def select(rows: Iterable[Row], registry: Registry) -> Selection:
    """Apply the rules to all rows of a file."""
    found = Selection()
    runs: set[tuple[Any, ...]] = set()
    for row in rows:
        reason = out_of_scope(row)
        if reason:
            found.left_out[reason] += 1
            continue
        kinds: tuple[tuple[Callable[..., Any], Any, Any, Any], ...] = (
            (hardware_facts, (row, registry), found.hardware, found.no_hardware),
            (token_facts, (row,), found.tokens, found.no_tokens),
        )
        for read, given, into, reasons in kinds:
            facts = read(*given)
            if isinstance(facts, str):
                reasons[facts] += 1
            elif (facts, row.flop) in runs:
                reasons["the facts and compute of an earlier row"] += 1
            else:
                runs.add((facts, row.flop))
                into[row.number] = facts
    return found


def out_of_scope(row: Row) -> str:
    """Why a row is not scored at all; '' if it is."""
    if row.flop is None:
        return "no published compute"
    if row.published_on is None:
        return "no publication date"
    if row.published_on < SINCE:
        return f"published before {SINCE.year}"
    if row.tuned:
        return "base model or fine-tune compute"
    return ""


def hardware_facts(row: Row, registry: Registry) -> HardwareFacts | str:
    """Hardware × quantity × time, or why not."""
    wall = row.chips is not None and row.hours is not None
    if not row.hardware or not (wall or row.chip_hours):
        return "no hardware, quantity or time"
    known = registry.accelerator(row.hardware)
    if known is None:
        several = "," in row.hardware
        return "several kinds of hardware" if several else "hardware.csv lacks the chip"
    precision = "fp8" if row.fp8 and registry.hardware[known]["fp8_flop_per_s"] else ""
    utilisation = None
    if row.mfu:
        utilisation = (row.mfu, row.mfu)
    elif row.hfu:
        # Recomputed activations count in HFU: 8 FLOP instead of 6 at most.
        utilisation = (row.hfu * 6 / 8, row.hfu)
    # Where a file has both, its chip-hours are the product of the other two.
    chips, hours = (row.chips, row.hours) if wall else (None, row.chip_hours)
    return HardwareFacts(known, chips, hours or 0.0, utilisation, precision or "bf16")


def token_facts(row: Row) -> TokenFacts | str:
    """Active parameters × tokens, or why not."""
    if not (row.parameters and row.data) or "language" not in row.domains:
        return "no language model with parameters and data"
    if not row.domains <= TEXT:
        return "other data than text"
    if not row.data_notes:
        return "the unit of the data is not stated"
    stated = _figures(_TOKENS, row.data_notes)
    if not stated:
        return "data in words, bytes, sentences or pairs"
    if not any(abs(low / row.data - 1) <= SAME for low, _ in stated):
        return "another number of tokens in the notes than in the cell"
    parameters = active_parameters(row)
    if parameters is None:
        return "sparse, active parameters not stated"
    return TokenFacts(parameters, row.data, row.epochs or 1.0)


def active_parameters(row: Row) -> tuple[float, float] | None:
    """Active parameters, low and high; None if they are fewer and not stated."""
    assert row.parameters is not None
    text = f"{row.parameter_notes} {row.about}"
    named = _ACTIVE_IN_NAME.search(row.name)
    if named:
        return (float(named[1]) * 1e9,) * 2
    stated = [f for f in _figures(_ACTIVE, text) if 1e6 <= f[0] <= row.parameters]
    if stated:
        return stated[0]
    return None if _SPARSE.search(text) else (row.parameters,) * 2


def _figures(
    patterns: Iterable[re.Pattern[str]], text: str
) -> list[tuple[float, float]]:
    """Numbers or ranges that the patterns find, in their order."""
    found = []
    for pattern in patterns:
        for match in pattern.finditer(text):
            parts = iter(match.groups())
            values = [
                _value(n, unit) for n, unit in zip(parts, parts, strict=True) if n
            ]
            found.append((values[0], values[-1]))
    return found


def _value(number: str, unit: str | None) -> float:
    spelled = (unit or "").casefold()
    size = _SIZE["th"] if spelled.startswith("th") else _SIZE.get(spelled[:1], 1.0)
    return float(number.replace(",", "")) * size
