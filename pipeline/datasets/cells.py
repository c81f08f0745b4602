"""Numbers and dates in other people's cells.

What belongs here: reading what is unambiguous, and refusing the rest. What does not:
numbers in notes, which follow one grammar (notes/values.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

Style = Literal[".", ","]  # the decimal sign of a file

_BLANKS = re.compile(r"[\s\u00a0\u2009\u202f]")
_BLANK_GROUPS = re.compile(r"^[+]?\d{1,3}(?:[\s\u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?$")
_TIMES_TEN = re.compile(r"\s*[×x·*]\s*10\s*\^?\s*\{?([+-]?\d+)\}?$")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−", "0123456789-+-")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d %B %Y", "%d %b %Y", "%B %d, %Y",
          "%b %d, %Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")  # fmt: skip
_FIRST_YEAR = 1950


class StyleError(ValueError):
    """A file whose numbers have two decimal signs."""


def style_of(cells: Iterable[str]) -> Style:
    """The decimal sign that a file's numbers have.

    `3,5` and `1,268e15` cannot group thousands; `1,234` can, and alone decides nothing.

    Raises:
        StyleError: if some numbers have a comma and others a point.
    """
    examples: dict[Style, str] = {}
    for cell in cells:
        text = _plain(cell)
        for sign, other in ((".", ","), (",", ".")):
            if _decides(text, sign, other):
                examples.setdefault(sign, cell)  # type: ignore[arg-type]
    if len(examples) == 2:
        raise StyleError(
            f"{examples[',']!r} has a decimal comma, {examples['.']!r} a decimal point"
        )
    return "," if "," in examples else "."


def number(text: str, style: Style) -> float | None:
    """A positive number, or None: thousands may be grouped, by blanks too."""
    plain = _plain(text)
    point, group = re.escape(style), re.escape("," if style == "." else ".")
    body = rf"(?:\d+|\d{{1,3}}(?:(?:{group}|_)\d{{3}})+)(?:{point}\d+)?(?:e[+-]?\d+)?"
    if not re.fullmatch(body, plain):
        return None
    grouped = plain.replace("," if style == "." else ".", "").replace("_", "")
    value = float(grouped.replace(",", "."))
    return value if math.isfinite(value) and value > 0 else None


def day(text: str) -> date | None:
    """A date, or None where it is none or could be day or month first."""
    for form in _DATES:
        try:
            read = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
        return read if read.year >= _FIRST_YEAR else None
    return None


def _plain(text: str) -> str:
    """`7.0 × 10^23` and `1 250 000` as a program writes them."""
    spelled = _TIMES_TEN.sub(r"e\1", text.strip().translate(_RAISED))
    if _BLANK_GROUPS.match(spelled):
        spelled = _BLANKS.sub("", spelled)
    return spelled.lower().removeprefix("+")


def _decides(text: str, sign: str, other: str) -> bool:
    """Whether a number shows that `sign` is its decimal sign."""
    s, o = re.escape(sign), re.escape(other)
    fraction = rf"\d+{s}\d+(?:e[+-]?\d+)?"
    both = rf"\d{{1,3}}(?:{o}\d{{3}})+{s}\d+(?:e[+-]?\d+)?"
    groups = rf"\d{{1,3}}(?:{o}\d{{3}}){{2,}}"
    one_group = rf"\d{{1,3}}{s}\d{{3}}"
    return bool(
        (re.fullmatch(fraction, text) and not re.fullmatch(one_group, text))
        or re.fullmatch(both, text)
        or re.fullmatch(groups, text)
    )
