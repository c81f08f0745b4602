"""Figures in English and Chinese running text.

What belongs here: the grammar (comparator, currency, number, multiplier, unit), ranges
and bounds. What does not: what a figure is about (candidates.py). Every pattern is
bounded, so that no input makes it backtrack for long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.notes.draft.numerals import CHINESE, WORDS, chinese

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z_.,^])(?:"
    r"(?P<digits>\d{1,3}(?:[,_]\d{3}){1,6}(?!\d)|\d{1,15})(?P<decimals>\.\d{1,9})?"
    r"(?:[eE](?P<exponent>\+?\d{1,3})(?![0-9A-Za-z])"
    r"|\s?(?:[×xX*·]|times)\s?10\s?(?:\^|\*\*)\s?\{?(?P<power>\+?\d{1,3})\}?"
    r"|(?:\^|\*\*)\{?(?P<ten>\d{1,3})\}?)?"
    rf"|(?P<word>{'|'.join(sorted(WORDS, key=len, reverse=True))})(?![A-Za-z])"
    r")",
    re.IGNORECASE,
)
_CHINESE = re.compile(f"[{CHINESE}]{{1,12}}")
_MULTIPLIER = re.compile(
    r"\s{0,2}(?P<zh>万亿|千亿|百亿|十亿|千万|百万|亿|万|千|百)"
    r"|[ -]?(?P<en>thousand|million|billion|trillion|quadrillion)(?![A-Za-z])"
    r"|\s?(?P<short>[kKMBT]|bn|tn)(?![A-Za-z0-9])"
)
_TIMES = {
    "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "十亿": 1e9, "千万": 1e7, "百万": 1e6,
    "亿": 1e8, "万": 1e4, "千": 1e3, "百": 1e2, "thousand": 1e3, "million": 1e6,
    "billion": 1e9, "trillion": 1e12, "quadrillion": 1e15, "k": 1e3, "m": 1e6,
    "b": 1e9, "t": 1e12, "bn": 1e9, "tn": 1e12,
}  # fmt: skip
_CHIP = r"(?P<chip>[A-Z]{1,3}[0-9]{2,4}[A-Z]?|TPU ?v\d[a-z]?)"
_FILL = r"(?:个|块|张|枚|颗|of|total|more|about)?\s?"
# The first that fits wins; the order is part of the grammar.
_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (unit, re.compile(r"[\s-]{0,2}" + pattern, re.IGNORECASE))
    for unit, pattern in (
        ("FLOP/s", r"(?:[kmgtpez]?FLOPs?/s|[TPE]FLOPS(?![a-z])|FLOPs? per second|每秒)"),
        ("FLOP", r"(?:个|次)?\s?(?:FLOPs?(?![a-z])|floating[- ]point op|浮点运算|次浮点|"
                 r"operations(?! per))"),
        ("hours", rf"{_FILL}(?:{_CHIP}[\s-]?)?(?:GPU|chip|accelerator|TPU|卡)?[\s-]?"
                  r"(?:卡时|hours?(?![a-z])|小时|个小时|hrs?(?![a-z]))"),
        ("tokens", rf"{_FILL}(?:training |generated |RL )?(?:tokens?(?![a-z])|词元|令牌)"),
        ("OOM", r"(?:个)?\s?(?:数量级|orders?[- ]of[- ]magnitude|OOMs?(?![a-z]))"),
        ("x", r"(?:倍|-?fold(?![a-z])|times(?! (?:a|per|each) (?:day|week))(?![a-z])|"
              r"[x×](?![a-z0-9]))"),
        ("%", r"(?:%|％|per ?cent(?![a-z])|percent(?![a-z])|pct(?![a-z]))"),
        ("points", r"(?:percentage points?|个百分点)"),
        ("USD", r"(?:余|多)?(?:美元|美金|US dollars?|U\.S\. dollars?|dollars?|USD)"),
        ("money", r"(?:余|多)?(?:欧元|英镑|人民币|元|日元|港元|euros?|pounds?|yuan|"
                  r"EUR|GBP|CNY|RMB)(?![a-z])"),
        ("parameters", r"(?:个)?\s?(?:active |total )?(?:parameters?|params?|参数)"),
        ("chips", rf"{_FILL}(?:NVIDIA |英伟达)?(?:{_CHIP}s?|GPUs?|chips?|显卡|卡)(?![a-z])"),
        ("time", r"(?:个)?\s?(?:months?|years?|days?|weeks?|minutes?|seconds?|月|年|天|周|"
                 r"分钟|秒)(?![a-z])"),
    )
)  # fmt: skip
_UPPER = (
    "低于", "少于", "小于", "不到", "不足", "不超过", "至多", "最多", "under", "below",
    "less than", "fewer than", "at most", "up to", "no more than", "not more than",
    "smaller than", "lower than", "upper bound of", "<", "≤", "<=", "a maximum of",
)  # fmt: skip
_LOWER = (
    "大于", "高于", "超过", "多于", "超出", "至少", "不低于", "不少于", "over", "above",
    "more than", "at least", "greater than", "exceeding", "exceeds", "exceed", "upwards of",
    "exceeded", "larger than", "higher than", "no less than", "not less than", ">", "≥",
    ">=", "a minimum of", "north of",
)  # fmt: skip
_ABOUT = (
    "about", "around", "roughly", "approximately", "some", "nearly", "almost", "an", "~",
    "estimated", "≈", "约", "大约", "约为", "约等于", "近", "接近", "将近", "大概", "大概是", "a",
    "the", "only", "just", "only about", "就", "仅", "只有", "仅为", "的", "了", "as", "its",
    "预训练成本的", "成本的", "算力的", "为", "达", "达到", "是", "approx.", "circa", "c.",
    "a total of", "the", "their", "that", "a mere", "大于等于",
)  # fmt: skip
_CURRENCY = re.compile(r"(?P<usd>US\$|\$|美元|美金|USD)\s?$|(?P<other>[€£¥￥])\s?$")
_RANGE = re.compile(r"\s?(?:-|–|—|~|～|至|到|to|and|至多)\s?(?=[\d$])")
# `低于它的原始基础模型预训练成本的1%`: the comparator stands far in front.
_FAR_UPPER = re.compile(r"(?:低于|不到|少于|不足)[^,，。；;0-9]{1,36}的$")
_FAR_LOWER = re.compile(r"(?:高于|超过|大于)[^,，。；;0-9]{1,36}的$")
_VAGUE = re.compile(r"[数几多]\s?$")
_BEHIND_UPPER = re.compile(r"[\s(（]{0,2}(?:以下|以内|or less|or fewer|at most)")
_BEHIND_LOWER = re.compile(r"[\s(（]{0,2}(?:以上|or more|at least|\+)")
BENCHMARK_UNITS = ("%", "points")


@dataclass(frozen=True)
class Figure:
    """One figure as it stands; `unit` is '' for a bare number."""

    value: float
    unit: str
    start: int
    end: int
    bound: str | None = None
    low: float | None = None
    high: float | None = None
    chip: str | None = None
    text: str = ""
    vague: bool = False  # `数十亿`: some tens of hundreds of millions


def figures(text: str) -> list[Figure]:
    """Every figure of a text, in order, none overlapping another."""
    found: list[Figure] = []
    last = 0
    for figure in _scan(text):
        if figure.start >= last:
            found.append(figure)
            last = figure.end
    return found


def _scan(text: str) -> Iterator[Figure]:
    at = 0
    while at < len(text):
        match = _NUMBER.search(text, at)
        other = _chinese_at(text, at, match.start() if match else len(text))
        if other is not None:
            yield other
            at = max(other.end, at + 1)
            continue
        if match is None:
            return
        figure = _figure(text, match)
        if figure is not None:
            yield figure
        at = max(figure.end if figure else match.end(), at + 1)


def _chinese_at(text: str, at: int, end: int) -> Figure | None:
    """The first figure in Chinese numerals that has a unit; others are words."""
    while match := _CHINESE.search(text, at, end):
        value = chinese(match[0])
        if value is not None:
            figure = _complete(text, value, match.start(), match.end())
            if figure.unit:
                return figure
        at = match.end()
    return None


def _plain(match: re.Match[str]) -> float | None:
    if match["word"]:
        return WORDS[match["word"].lower()]
    digits = match["digits"].replace(",", "").replace("_", "")
    number = digits + (match["decimals"] or "")
    if match["ten"]:
        if number != "10":
            return None
        number = f"1e{match['ten']}"
    elif match["exponent"] or match["power"]:
        number += f"e{match['exponent'] or match['power']}"
    value = float(number)
    return value if math.isfinite(value) else None


def _figure(text: str, match: re.Match[str]) -> Figure | None:
    value = _plain(match)
    if value is None:
        return None
    first = _complete(text, value, match.start(), match.end())
    word = bool(match["word"])
    if word and not first.unit:
        return None
    gap = _RANGE.match(text, first.end)
    if gap is None:
        return first
    at = gap.end()
    if text[at] == "$":
        at += 1
    second_match = _NUMBER.match(text, at)
    if second_match is None:
        return first
    value = _plain(second_match)
    if value is None:
        return first
    second = _complete(text, value, second_match.start(), second_match.end())
    return _joined(text, first, second, match.end())


def _joined(text: str, first: Figure, second: Figure, bare_end: int) -> Figure:
    """Two ends of a range; the first takes multiplier and unit of the second."""
    low, unit = first.value, first.unit
    if not second.unit:
        if unit not in ("USD", "money") or _multiplier(text, second) == 1:
            return first
        second = replace(second, unit=unit)  # $1-2 million
    if not unit or (unit == "USD" and first.end == bare_end):
        scale = _multiplier(text, second)
        low *= scale if first.end == bare_end else 1
        unit = second.unit
    if unit != second.unit or not 0 < low < second.value:
        return first
    middle = math.sqrt(low) * math.sqrt(second.value)
    return replace(
        second, value=middle, low=low, high=second.value, start=first.start, bound=None,
        text=text[first.start : second.end],
    )  # fmt: skip


def _multiplier(text: str, figure: Figure) -> float:
    match = _NUMBER.search(text, figure.start, figure.end)
    plain = _plain(match) if match else None
    return figure.value / plain if plain else 1.0


def _complete(text: str, value: float, start: int, end: int) -> Figure:
    """Multiplier, unit and what stands in front of a number."""
    match = _MULTIPLIER.match(text, end)
    if match and not (match["short"] and _CHIP_BEHIND.match(text, end)):
        value *= _TIMES[(match["zh"] or match["en"] or match["short"]).lower()]
        end = match.end()
    unit, chip = "", None
    for name, pattern in _UNITS:
        found = pattern.match(text, end)
        if found:
            unit, end = name, found.end()
            chip = found.groupdict().get("chip")
            break
    head = text[max(0, start - 40) : start]
    money = _CURRENCY.search(head)
    if money:
        unit = "USD" if money["usd"] else "money"
        start -= len(money[0])
        head = head[: money.start()]
    return Figure(value, unit, start, end, _bound(text, head, end), chip=chip,
                  text=text[start:end], vague=bool(_VAGUE.search(head)))  # fmt: skip


_CHIP_BEHIND = re.compile(r"\s?[A-Z]\d{2,4}")


def _bound(text: str, head: str, end: int) -> str | None:
    """`upper` or `lower` by the words around a number."""
    if _BEHIND_UPPER.match(text, end):
        return "upper"
    if _BEHIND_LOWER.match(text, end):
        return "lower"
    words = head.lower().rstrip(" (（~≈")
    if _FAR_UPPER.search(words):
        return "upper"
    if _FAR_LOWER.search(words):
        return "lower"
    for _ in range(3):  # `less than about a`, `低于它的原始基础模型预训练成本的`
        for name, comparators in (("upper", _UPPER), ("lower", _LOWER)):
            if any(_ends(words, c) for c in comparators):
                negated = words.endswith(
                    ("不低于", "不少于", "no less than", "not less than")
                )
                negates = words.endswith(
                    ("不超过", "不高于", "no more than", "not more than", "not exceed")
                )
                return "lower" if negated else "upper" if negates else name
        shorter = next((w for w in _ABOUT if _ends(words, w)), None)
        if shorter is None:
            return None
        words = words[: -len(shorter)].rstrip(" (（~≈")
    return None


def _ends(words: str, tail: str) -> bool:
    if not words.endswith(tail):
        return False
    before = words[-len(tail) - 1 : -len(tail)]
    return not (tail[0].isascii() and tail[0].isalpha() and before.isascii()
                and before.isalpha())  # fmt: skip
