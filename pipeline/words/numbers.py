"""Figures as people write them.

What belongs here: how many digits and which signs. What does not: sentences.
"""

from __future__ import annotations

import math
from datetime import date

UNKNOWN = "–"
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def number(value: float) -> str:
    """A figure with its magnitude readable: 142,000 or 6.1e+23."""
    if 1e-3 <= abs(value) < 1e7:
        return f"{value:,.4g}" if value < 1e4 else f"{value:,.0f}"
    return f"{value:.3g}"


def flop(value: float | None) -> str:
    """FLOP to two digits for a terminal, without the unit: 1.8e+23."""
    return UNKNOWN if value is None or math.isnan(value) else f"{value:.2g}"


def percent(share: float) -> str:
    """A share or a chance: 0.04%, 4%, 45%; never 100%, of which nobody is sure."""
    if share > 0.995:
        return "over 99%"
    return f"{share:.0%}" if share >= 0.01 else f"{100 * share:.1g}%"


def scientific(log10: float) -> str:
    """FLOP to two digits as a newspaper prints them: 1.8 × 10²³."""
    power = math.floor(log10)
    digits = round(10 ** (log10 - power), 1)
    if digits >= 10:  # rounded up into the next power
        digits, power = 1.0, power + 1
    return f"{digits:g} × 10{str(power).translate(_RAISED)}"


def interval(low: str, middle: str, high: str) -> str:
    """A median with its 90% interval, each already written out."""
    return f"{middle} [{low}, {high}]"


def times(factor: float) -> str:
    """A multiple to two digits: 2.4x, 240x, 0.05x."""
    return f"{number(float(f'{factor:.2g}'))}x"


def apart(orders: float) -> str:
    """A distance in orders of magnitude, as a factor where it is small."""
    if abs(orders) < 1:
        return f"x{10 ** abs(orders):.2g} apart"
    return f"{abs(orders):.1f} orders of magnitude apart"


def month(day: str | None) -> str:
    """An ISO date as month and year; '' where there is none."""
    return f"{date.fromisoformat(day):%B %Y}" if day else ""
