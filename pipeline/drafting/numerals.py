"""Numbers in words: Chinese numerals, English ones, fractions.

What belongs here: the value of an isolated numeral. What does not: units (numbers.py).
"""

from __future__ import annotations

import re

_DIGITS = {c: k for k, c in enumerate("零一二三四五六七八九")} | {
    c: k for k, c in enumerate("零壹贰叁肆伍陆柒捌玖")
} | {"〇": 0, "两": 2, "兩": 2}  # fmt: skip
_PLACES = {"十": 10, "百": 100, "千": 1000, "拾": 10, "佰": 100, "仟": 1000}
_GROUPS = {"亿": 1e8, "億": 1e8, "万": 1e4, "萬": 1e4}
CHINESE = "".join({*_DIGITS, *_PLACES, *_GROUPS})

_SMALL: dict[str, float] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13,
    "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60,
    "seventy": 70, "eighty": 80, "ninety": 90, "dozen": 12, "half": 0.5, "a": 1,
    "an": 1, "quarter": 0.25,
}  # fmt: skip
_LARGE = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_FOLDS = {f"{w}fold": _SMALL[w] for w in list(_SMALL)[:12]} | {
    "hundredfold": 100, "twice": 2, "double": 2, "doubled": 2, "triple": 3,
    "tripled": 3, "twentyfold": 20, "thousandfold": 1000, "fiftyfold": 50,
}  # fmt: skip
FOLDS = frozenset(_FOLDS)
_ANY = sorted({*_SMALL, *_LARGE, *_FOLDS, "hundred"}, key=len, reverse=True)
_WORD = f"(?:{'|'.join(_ANY)})"
# `a`, `an` and `half` begin a numeral but are none by themselves.
WORDS = re.compile(
    rf"(?<![A-Za-z-]){_WORD}(?:(?:[ -]|\sand\s){_WORD}){{0,8}}(?![A-Za-z]|-[a-z])",
    re.IGNORECASE,
)
_PARTS = {
    "half": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6,
    "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "twelfth": 12, "fifteenth": 15,
    "twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50, "hundredth": 100,
    "thousandth": 1000, "halve": 2,
}  # fmt: skip
# `a fifth of`, `three quarters`, `one-twentieth`; not `a third run`.
FRACTION = re.compile(
    r"(?<![A-Za-z-])(?:(?P<top>a|an|one|two|three|four|five|six|seven|nine)[ -])?"
    rf"(?P<bottom>{'|'.join(_PARTS)})s?(?=\s(?:of|as|that|its|the|what|went|goes|for)\b"
    r"|[,.;:)]|\s*$)",
    re.IGNORECASE,
)
FRACTION_ZH = re.compile(
    rf"百分之(?P<percent>\d{{1,3}}(?:\.\d{{1,4}})?|[{CHINESE}点]{{1,6}})"
    rf"|(?P<bottom>[{CHINESE}]{{1,3}}|\d{{1,3}})分之(?P<top>[{CHINESE}]{{1,3}}|\d{{1,3}})"
    r"|(?P<tenths>[一二三四五六七八九两兩]|\d(?:\.\d)?)成(?P<more>[一二三四五六七八九半]?)"
    r"(?![为本功立分員员长長熟])|(?P<half>一半|过半|半数)"
)


def chinese(numeral: str) -> float | None:
    """The value of a numeral such as 四, 十二, 三万六千; None if it is none."""
    for sign, size in _GROUPS.items():
        if sign in numeral:
            left, _, right = numeral.rpartition(sign)
            head = chinese(left) if left else None
            tail = chinese(right) if right else 0.0
            if head is None or tail is None or tail >= size:
                return None
            return head * size + tail
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


def english(words: str) -> float | None:
    """The value of `three hundred and forty thousand`, `half a million`, `tenfold`.

    None for `a` or `half` alone, and for what is no numeral.
    """
    parts = [w for w in re.split(r"[\s-]+", words.lower()) if w != "and"]
    if len(parts) == 1 and parts[0] in _FOLDS:
        return float(_FOLDS[parts[0]])
    if all(w in ("a", "an", "half", "quarter") for w in parts):
        return None
    total, current = 0.0, 0.0
    for k, word in enumerate(parts):
        if word in _FOLDS:
            return None
        if word in _LARGE:
            total += (current or 1.0) * _LARGE[word]
            current = 0.0
        elif word == "hundred":
            current = (current or 1.0) * 100
        elif word in ("a", "an"):
            if k == 0 or parts[k - 1] not in ("half", "quarter"):
                current += 0.0 if parts[k + 1 : k + 2] != [] else 1.0
        elif word == "dozen":
            current = (current or 1.0) * 12
        else:
            current += _SMALL[word]
    return (total + current) or None


def fraction(match: re.Match[str]) -> float | None:
    """The value of a match of FRACTION or FRACTION_ZH."""
    groups = match.groupdict()
    if groups.get("half"):
        return 0.5
    if groups.get("percent"):
        value = _number(groups["percent"])
        return None if value is None else value / 100
    if groups.get("tenths"):
        more = groups["more"]
        extra = 0.5 if more == "半" else (_number(more) or 0.0) if more else 0.0
        return ((_number(groups["tenths"]) or 0.0) + extra / 10) / 10
    if "percent" in groups:
        top, bottom = _number(groups["top"]), _number(groups["bottom"])
        return top / bottom if top and bottom else None
    word = (groups["top"] or "a").lower()
    return _SMALL[word] / _PARTS[groups["bottom"].lower()]


def _number(text: str) -> float | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    whole, point, decimals = text.partition("点")
    if any(c not in CHINESE for c in whole + decimals) or not whole:
        return None
    value = chinese(whole)
    if value is None or not point:
        return value
    return float(f"{value:.0f}." + "".join(str(_DIGITS.get(c, 0)) for c in decimals))
