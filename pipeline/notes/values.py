"""Numbers as people write them: `about 6e23`, `140_000`, `10x`, `20%`, `$1M`.

What belongs here: one small grammar (comparator, currency, number, multiplier, unit),
and dates. What does not: running text (drafting) or tables of others (datasets).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

_COMPARATORS = {
    "about": None,
    "around": None,
    "~": None,
    "≈": None,
    "at most": "upper",
    "up to": "upper",
    "under": "upper",
    "below": "upper",
    "less than": "upper",
    "<": "upper",
    "<=": "upper",
    "≤": "upper",
    "at least": "lower",
    "over": "lower",
    "above": "lower",
    "more than": "lower",
    ">": "lower",
    ">=": "lower",
    "≥": "lower",
}
_MULTIPLIERS = {
    "": 1.0,
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "million": 1e6,
    "b": 1e9,
    "bn": 1e9,
    "billion": 1e9,
    "t": 1e12,
    "trillion": 1e12,
}
# Spellings of a unit → the unit that a field asks for.
_UNITS = {
    "": "",
    "x": "x",
    "×": "x",
    "times": "x",
    "fold": "x",
    "%": "%",
    "percent": "%",
    "per cent": "%",
    "usd": "USD",
    "dollars": "USD",
    "flop": "FLOP",
    "flops": "FLOP",
    "hours": "hours",
    "h": "hours",
    "gpu-hours": "hours",
    "chip-hours": "hours",
    "tokens": "tokens",
    "parameters": "parameters",
    "params": "parameters",
}
_COMPARATOR = "|".join(
    re.escape(c) for c in sorted(_COMPARATORS, key=len, reverse=True)
)
_GRAMMAR = re.compile(
    rf"^\s*(?P<comparator>{_COMPARATOR})?\s*(?P<currency>\$)?\s*"
    r"(?P<number>(?>[+-]?\d[\d_,]*(?:\.\d+)?(?:[eE][+-]?\d+)?))\s*"
    r"(?:(?P<multiplier>[kmbt]|bn|thousand|million|billion|trillion)(?![a-z]))?"
    r"\s*(?P<unit>\S.*?)?\s*$",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"^\s*(?P<number>\d[\d_]*(?:\.\d+)?)\s*(?P<unit>hour|day|week|month)s?\s*$",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
_ISO = re.compile(r"^\d{4}-\d\d-\d\d$")
HOURS = {"hour": 1.0, "day": 24.0, "week": 168.0, "month": 730.5}  # 365.25 · 24 / 12


@dataclass(frozen=True)
class Quantity:
    """A positive number with the bound and the unit that its writer gave it."""

    value: float
    bound: str | None = None
    unit: str = ""


def quantity(text: object, units: tuple[str, ...]) -> Quantity:
    """Read a number; `units` are allowed ('' = bare), `%` divides by 100 unless alone.

    Raises:
        ValueError: saying what is allowed.
    """
    match = _GRAMMAR.match(str(text))
    if not match:
        raise ValueError(
            "not a number; write 6e23, 140_000, 10x, 20% or $1M, with `about`, "
            "`at most` or `at least` in front where it applies"
        )
    spelled = (match["unit"] or "").strip().lower()
    unit = "USD" if match["currency"] and not spelled else _UNITS.get(spelled)
    allowed = " or ".join(repr(u) if u else "none" for u in units)
    if unit is None or unit not in units:
        unknown = spelled or ("$" if match["currency"] else "")
        raise ValueError(f"unit {unknown!r} is not allowed here; allowed: {allowed}")
    if "," in match["number"] and not _GROUPED.match(match["number"]):
        raise ValueError(
            "a comma only groups thousands (1,234,567); a decimal has a point (3.3e24)"
        )
    number = float(match["number"].replace("_", "").replace(",", ""))
    number *= _MULTIPLIERS[(match["multiplier"] or "").lower()]
    if unit == "%" and units != ("%",):
        number /= 100
    if not math.isfinite(number) or number <= 0:
        raise ValueError("must be a positive, finite number")
    comparator = (match["comparator"] or "about").lower()
    return Quantity(number, _COMPARATORS[comparator], unit)


def hours(text: object) -> float:
    """Read a duration such as `21 days` into hours.

    Raises:
        ValueError: saying what is allowed.
    """
    match = _TIME.match(str(text))
    if not match:
        raise ValueError("not a duration; write `198 hours`, `21 days` or `3 weeks`")
    value = float(match["number"].replace("_", "")) * HOURS[match["unit"].lower()]
    if value <= 0:
        raise ValueError("must be longer than nothing")
    return value


def day(text: object) -> date:
    """Read a calendar date written as 2025-05-14; a number is none.

    Raises:
        ValueError: saying what is allowed.
    """
    if isinstance(text, date):
        return text
    if not _ISO.match(str(text)):
        raise ValueError("not a date; write it as 2025-05-14")
    return date.fromisoformat(str(text))


Day = Annotated[date, BeforeValidator(day)]
