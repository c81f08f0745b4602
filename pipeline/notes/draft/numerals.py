"""Numbers in words: Chinese numerals and English ones.

What belongs here: isolated numerals. What does not: their units (numbers.py).
"""

from __future__ import annotations

_DIGITS = {c: k for k, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
CHINESE = "零〇一二两三四五六七八九十百千"

WORDS: dict[str, float] = {
    "half": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
    "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100, "a hundred": 100,
    "one hundred": 100, "a thousand": 1e3, "a million": 1e6, "a billion": 1e9,
    "a trillion": 1e12, "tenfold": 10, "twofold": 2, "threefold": 3, "fourfold": 4,
    "fivefold": 5, "sixfold": 6, "hundredfold": 100, "twice": 2, "double": 2,
}  # fmt: skip
RATIOS = frozenset(w for w in WORDS if w.endswith("fold")) | {"twice"}


def chinese(numeral: str) -> float | None:
    """The value of a numeral such as 四, 十二, 两百 or 二〇二五; None if it is none."""
    if not any(c in _PLACES for c in numeral):
        if len(numeral) > 1 and numeral[0] in "零〇":
            return None
        return float("".join(str(_DIGITS[c]) for c in numeral))
    total = 0
    digit: int | None = None
    last = 10_000
    for c in numeral:
        if c in _PLACES:
            place = _PLACES[c]
            if place >= last:
                return None
            total += (1 if digit is None else digit) * place
            last, digit = place, None
        elif digit is not None and digit != 0:
            return None
        else:
            digit = _DIGITS[c]
    return float(total + (digit or 0))
