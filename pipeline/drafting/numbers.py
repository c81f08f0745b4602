"""Figures in English and Chinese running text.

What belongs here: the grammar (comparator, currency, number, multiplier, unit), ranges
and bounds. What does not: what a figure is about (statements.py, rules.py). Every
pattern is bounded, so that no input makes it backtrack for long.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.drafting.numerals import (
    CHINESE,
    FOLDS,
    FRACTION,
    FRACTION_ZH,
    WORDS,
    chinese,
    english,
    fraction,
)

_NUMBER = re.compile(
    r"(?<![0-9A-Za-z_.^@])(?<!\d,)(?<![A-Za-z]-)(?:"
    r"10\s?的\s?(?P<zhpower>\d{1,3})\s?次方|"
    r"(?P<digits>\d{1,3}(?:[,_'’]\d{3}){1,6}(?![\d])|\d{1,3}(?: \d{3}){1,5}(?![\d.,]\d|\d)"
    r"|\d{1,3}(?:\.\d{3}){2,5}(?!\d)|\d{1,15})"
    r"(?P<decimals>\.\d{1,9}|,\d{1,2}(?=\s?(?:[×xX*·⋅]\s?10|[eE]\+?\d)))?"
    r"(?:[eE](?P<exponent>\+?\d{1,3})(?![0-9A-Za-z])"
    r"|\s?(?:[×xX*·⋅]|times|乘以?)\s?10\s?(?:\^|\*\*|的)\s?\{?(?P<power>\+?\d{1,3})\}?(?:次方)?"
    # A superscript that lost its height: 1.5 × 1024 FLOP.
    r"|\s?[×·⋅]\s?10(?P<lost>[12]\d)(?=\s?(?:FLOP|floating|次浮点|operations))"
    r"|(?:\^|\*\*)\{?(?P<ten>\d{1,3})\}?)?"
    r")",
)
_CHINESE = re.compile(f"[{CHINESE}]{{1,12}}")
_MULTIPLIER = re.compile(
    r"\s{0,2}(?P<zh>万亿|萬億|千亿|百亿|十亿|千万|千萬|百万|百萬|亿|億|万|萬|兆|千|百)"
    r"|[ -]?(?P<en>hundred thousand|thousand|million|billion|trillion|quadrillion)(?![A-Za-z])"
    r"|\s?(?P<short>[kKMBT]|bn|mn|tn|mm|mil|bil)(?![A-Za-z0-9])"
)
_TIMES = {
    "万亿": 1e12, "千亿": 1e11, "百亿": 1e10, "十亿": 1e9, "千万": 1e7, "百万": 1e6,
    "亿": 1e8, "万": 1e4, "千": 1e3, "百": 1e2, "萬億": 1e12, "千萬": 1e7, "百萬": 1e6,
    "億": 1e8, "萬": 1e4, "兆": 1e12, "hundred thousand": 1e5, "thousand": 1e3,
    "million": 1e6, "billion": 1e9, "trillion": 1e12, "quadrillion": 1e15, "k": 1e3,
    "m": 1e6, "mn": 1e6, "mm": 1e6, "mil": 1e6, "bil": 1e9, "b": 1e9, "t": 1e12, "bn": 1e9, "tn": 1e12,
}  # fmt: skip
CHIP = (
    r"(?:(?:NVIDIA|英伟达|AMD|华为|Huawei|Google|AWS)\s?(?:的)?)?"
    r"(?P<chip>(?:GB|MI|RTX\s?|[ABHLVP])\d{2,4}[A-Z]?(?![A-Za-z0-9])(?:\s(?:SXM|PCIe))?|TPU\s?v\d[a-z]?"
    r"|(?:昇腾|Ascend)\s?\d{3}[A-Z]{0,2}|Gaudi\s?\d|Trainium\s?\d)"
)
_CHIP_S = CHIP.replace("(?![A-Za-z0-9])", "(?![A-RT-Za-rt-z0-9])")  # 512 H800s
_FILL = r"(?:个|块|张|枚|颗|台|片|張|塊|個|顆|of|total|more|about)?\s?"
_GPU = r"(?:GPU|chip|accelerator|TPU|NPU|显卡|加速卡|卡)"
_PREFIX = {"": 1.0, "peta": 1e15, "exa": 1e18, "zetta": 1e21, "yotta": 1e24}
_DAYS = {
    "day": 24.0,
    "days": 24.0,
    "天": 24.0,
    "week": 168.0,
    "周": 168.0,
    "month": 730.5,
}
# The first that fits wins; the order is part of the grammar.
_UNITS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (unit, re.compile(rf"[\s-]{{0,2}}(?:{pattern})", re.IGNORECASE))
    for unit, pattern in (
        ("FLOP-days", r"(?P<prefix>peta|exa|zetta|yotta)?(?P<p>P|E)?FLOPs?(?:/s|ps)?[ -·]?days?(?![a-z])|"
                      r"(?P<pf>P|E)Fs?[ -]days?(?![a-z])"),
        ("FLOP/s", r"(?:[kmgtpezy]?FLOPs?/s|[TPE]FLOPS?(?![a-z])|(?:tera|peta|exa)FLOPS\b(?! of)|"
                   r"FLOPs? per second|FLOPs? per token|FLOPs?/token|每秒)"),
        ("FLOP", r"(?:个|个?次)?\s?(?:(?P<prefix>peta|exa|zetta|yotta)[ -]?)?"
                 r"(?:FLOPs?(?![a-z])|floating[- ]points? op|浮点运算|浮點運算|次浮点|次浮點|"
                 r"operations(?! per))"),
        ("hours", rf"{_FILL}(?:{CHIP}\s?[·\s-]?)?(?:{_GPU})?s?[·\s-]?(?:卡时|卡時|hours?(?![a-z])|小时|小時|个小时|"
                  r"個小時|hrs?(?![a-z])|时(?![间候代期刻])|h(?![a-z0-9]))"),
        ("chip-days", rf"{_FILL}(?:{CHIP}[·\s-]?)?(?:{_GPU})s?[·\s-]?(?P<span>days?|天|weeks?|months?)(?![a-z])|"
                      rf"{CHIP.replace('<chip>', '<chip2>')}[·\s-](?P<span2>days?|天|weeks?|months?)(?![a-z])"),
        ("tokens", rf"{_FILL}(?:(?!per )[a-z]{{2,14}}[ -]){{0,2}}(?:tokens?(?![a-z])|词元|詞元|令牌)"),
        ("OOM", r"(?:个|個)?\s?(?:数量级|數量級|orders?[- ]of[- ]magnitude|OOMs?(?![a-z]))"),
        ("points", r"(?:percentage points?|个百分点|個百分點|pp\b)"),
        ("%", r"(?:%|％|分(?![钟之数析布类别享享期级析钟])|per ?cent(?![a-z])|percent(?![a-z])|pct(?![a-z]))"),
        ("parameters", r"(?:个|亿)?\s?(?:[- ]?(?:active|activated|total|trainable)(?![a-z])(?:\s(?:parameters?|params?))?|"
                       r"parameters?|params?(?![a-z])|参数|參數|激活)"),
        ("chips", rf"{_FILL}(?:[x×]\s?)?{_FILL}(?:{_CHIP_S}s?(?:\s(?:GPUs?|chips?|accelerators?|NPUs?))?|GPUs?|"
                  r"accelerators?|(?<!/)chips?|TPUs?|NPUs?|显卡|顯卡|加速卡|卡)(?![a-z时天時])"),
        ("steps", r"(?:[a-z]{2,12} )?(?:steps|updates|iterations)(?![a-z])|[ ]?(?:步|次迭代|轮更新)"),
        ("prompts", r"(?:unique |distinct )?(?:prompts|problems|questions|tasks)(?![a-z])|[ ]?(?:个|道|條|条)?"
                    r"(?:问题|問題|提示词?|题目|题)"),
        ("samples", r"(?:rollouts?|samples?|completions?|responses?|generations?|trajectories|answers)(?![a-z])|"
                    r"[ ]?(?:条|個|个|次|份|條)?(?:回答|采样|採樣|样本|轨迹|rollout)"),
        ("x", r"(?:多|余)?(?:倍|-?fold(?![a-z])|times(?! (?:a|per|each) (?:day|week))(?![a-z])|"
              r"[x×](?![a-z0-9]))"),
        ("USD", r"(?:余|多)?(?:美元|美金|US dollars?|U\.S\. dollars?|dollars?|USD)"),
        ("money", r"(?:余|多)?(?:欧元|英镑|人民币|元|日元|港元|韩元|euros?|pounds?|yuan|won|"
                  r"EUR|GBP|CNY|RMB)(?![a-z])"),
        ("time", r"(?:个|個)?\s?(?P<span>months?|years?|days?|weeks?|minutes?|seconds?|(?<=[个個])月|年|天|周|週|星期|"
                 r"分钟|秒)(?![a-z])"),
    )
)  # fmt: skip
_SPAN_HOURS = {
    "month": 730.5, "月": 730.5, "day": 24.0, "天": 24.0, "week": 168.0, "周": 168.0,
    "週": 168.0, "星期": 168.0, "minute": 1 / 60, "分钟": 1 / 60,
}  # fmt: skip
# `激活参数360亿`, `GPU-hours: 12,000`: the unit in front of a bare number.
_BEFORE = tuple(
    (unit, re.compile(rf"(?:{pattern})\s?(?:数|量|数量)?(?:\s?[(（][^()（）]{{1,6}}[)）])?(?:\s?[:：=]|\s(?:of|was|is|are)\s|为|是|约|達|达|共|合计|(?<=[\u4e00-\u9fff])|(?<=数|量))\s?"
                      r"(?:about|around|roughly|约|[~≈])?\s?$", re.I))
    for unit, pattern in (
        ("parameters", r"激活参数|活跃参数|激活參數|active parameters?|activated parameters?|active params"),
        ("hours", r"GPU[- ]hours|卡时数?|GPU\s?小时数?|accelerator[- ]hours"),
        ("FLOP", r"FLOPs?|浮点运算量"),
        ("tokens", r"tokens|token\s?数|词元数"),
        ("steps", r"(?:RL|training|gradient|optimi[sz]er) steps|训练步数|步数"),
        ("prompts", r"prompts? per (?:step|batch)|prompt batch(?: size)?|每步(?:采样)?(?:问题|题目)|rollout batch(?: size)?"),
        ("samples", r"group size|rollouts per prompt|samples per prompt|每题采样|组大小|generations per prompt"),
    )
)  # fmt: skip
_UPPER = (
    "低于", "少于", "小于", "不到", "不足", "不超过", "至多", "最多", "under", "below",
    "less than", "fewer than", "at most", "up to", "no more than", "not more than",
    "smaller than", "lower than", "upper bound of", "<", "≤", "<=", "a maximum of",
    "低於", "少於", "不超過", "as much as", "as many as", "未超过", "未到", "最高",
)  # fmt: skip
_LOWER = (
    "大于", "高于", "超过", "多于", "超出", "至少", "不低于", "不少于", "over", "above",
    "more than", "at least", "greater than", "exceeding", "exceeds", "exceed", "upwards of",
    "exceeded", "larger than", "higher than", "no less than", "not less than", ">", "≥",
    ">=", "a minimum of", "north of", "in excess of", "逾", "超", "超過", "高於", "大於",
)  # fmt: skip
_ABOUT = (
    "about", "around", "roughly", "approximately", "some", "nearly", "almost", "an", "~",
    "estimated", "≈", "约", "大约", "约为", "约等于", "近", "接近", "将近", "大概", "大概是", "a",
    "the", "only", "just", "only about", "就", "仅", "只有", "仅为", "的", "了", "as", "its",
    "预训练成本的", "成本的", "算力的", "为", "达", "达到", "是", "approx.", "circa", "c.",
    "a total of", "their", "that", "a mere", "大于等于", "used", "well", "far", "about the",
    "約", "約為", "占", "到", "總",
)  # fmt: skip
_CURRENCY = re.compile(
    r"(?P<usd>US\$|(?<![A-Z])\$|美元|美金|USD)\s?$|(?P<other>[€£¥￥]|(?:HK|NT|A|C|S)\$|RMB|CNY)\s?$"
)
_RANGE = re.compile(
    r"\s?(?:-|–|—|~|～|至|提高到|提升到|增加到|增至|到|to|or|and|,\s?)\s?(?=(?:US)?\$?[\d一二三四五六七八九十两百a-z])"
)
# `低于它的原始基础模型预训练成本的1%`: the comparator stands far in front.
_FAR_UPPER = re.compile(r"(?:低于|不到|少于|不足)[^,，。；;0-9]{1,36}的$")
_FAR_LOWER = re.compile(r"(?:高于|超过|大于|超過)[^,，。；;0-9]{1,36}的$")
_VAGUE = re.compile(
    r"(?:[数几多數幾]|tens of|several|a few|hundreds of|dozens of|many)\s?$", re.I
)
_PLURAL_VAGUE = re.compile(
    r"(?:hundreds|thousands|millions|billions|tens) of\s(?:thousands|millions|billions)",
    re.I,
)
_ON_COMPUTE = re.compile(
    r"FLOP|comput|calculat|tokens|train|\bRL\b|\bnotes?:|算力|计算|运算|训练", re.I
)
_BEHIND_UPPER = re.compile(r"[\s(（]{0,2}(?:以下|以内|之内|or less|or fewer|at most)")
_BEHIND_LOWER = re.compile(r"[\s(（]{0,2}(?:以上|or more|at least|\+(?!\s?\d)|plus\b)")
_INNER_LOWER = re.compile(r"[余餘多](?=倍|万|萬|美元|美金|张|个|小时|卡|$)|余")
_OPEN = re.compile(
    r"\s?[(\[（【［]\s?(?:90%\s?(?:CI|区间|confidence interval|置信区间)?[:：,， ]?\s?|range[:：]?\s|from\s|between\s|"
    r"介于|在)?"
)
_CLOSE = re.compile(r"[^()\[\]（）【】\d]{0,14}[)\]）】］]")
_RISE = re.compile(
    r"(?:from|从|由|自)\s?(?:about |around |roughly |约|约为)?(?:US)?\$?$", re.I
)


MAX_FIGURES = 40  # of one sentence; more is a table of data, not prose


@dataclass(frozen=True)
class Figure:
    """One figure as it stands; `unit` is '' for a bare number.

    Units: FLOP, FLOP/s, hours (of chips where `chip` or `chips_said`, else of a clock),
    tokens, parameters, chips, steps, prompts, samples, x, OOM, %, share (a fraction
    in words), points, USD, money, time (in hours).
    """

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
    rise: bool = False  # the first of `from 20% to 80%`
    chips_said: bool = False  # GPU-hours, not hours


@dataclass(frozen=True)
class _Number:
    value: float
    start: int
    end: int
    word: bool = False
    ratio: str = ""  # `x` of tenfold, `share` of a fifth


def figures(text: str, about: str = "") -> list[Figure]:
    """Figures of a sentence in order, none overlapping another; MAX_FIGURES at most.

    `about` is what stands over it: with a word of compute, `3e23` alone is FLOP.
    """
    found: list[Figure] = []
    compute = bool(_ON_COMPUTE.search(about))
    numbers = list(_numbers(text))
    k = 0
    last = 0
    while k < len(numbers) and len(found) < MAX_FIGURES:
        number = numbers[k]
        k += 1
        if number.start < last:
            continue
        first = _complete(text, number)
        used = 0
        if k < len(numbers):
            first, used = _joined(text, first, number, numbers[k])
        if not used and k + 1 < len(numbers):
            first, used = _bracketed(text, first, numbers[k], numbers[k + 1])
        k += used
        if number.word and not first.unit:
            continue
        if not first.unit and compute and _bare(first.value, first.text):
            first = replace(
                first, unit="FLOP", bound=_bound(text, text[: first.start], first.end)
            )
        found.append(first)
        last = first.end
    return found


def _numbers(text: str) -> Iterator[_Number]:
    """Numbers in order of their beginning; of overlapping ones the first."""
    all_of_them = [
        *(_Number(v, m.start(), m.end(), True, "share")
          for pattern in (FRACTION, FRACTION_ZH) for m in pattern.finditer(text)
          if (v := fraction(m)) is not None),
        *(_Number(v, m.start(), m.end()) for m in _NUMBER.finditer(text)
          if (v := _plain(m)) is not None),
        *(_Number(v, m.start(), m.end(), True, "x" if m[0].lower() in FOLDS else "")
          for m in WORDS.finditer(text) if (v := english(m[0])) is not None),
        *(_Number(v, m.start(), m.end(), True) for m in _CHINESE.finditer(text)
          if (v := chinese(m[0])) is not None and text[m.start() - 1 : m.start()] != "第"
          and not text[m.start() - 1 : m.start()].isdigit()),
    ]  # fmt: skip
    last = 0
    for number in sorted(all_of_them, key=lambda n: (n.start, -n.end)):
        if number.start >= last:
            yield number
            last = number.end


def _plain(match: re.Match[str]) -> float | None:
    if match["zhpower"]:
        return 10.0 ** int(match["zhpower"]) if int(match["zhpower"]) < 300 else None
    digits = re.sub(r"[,_'’ ]", "", match["digits"])
    if digits.count(".") > 1:
        digits = digits.replace(".", "")
    number = digits + (match["decimals"] or "").replace(",", ".")
    power = match["exponent"] or match["power"] or match["lost"]
    if match["ten"]:
        if number != "10":
            return None
        number = f"1e{match['ten']}"
    elif power:
        number += f"e{power}"
    value = float(number)
    return value if math.isfinite(value) else None


def _joined(
    text: str, first: Figure, number: _Number, then: _Number
) -> tuple[Figure, int]:
    """Two ends of a range; the first takes multiplier and unit of the second."""
    gap = _RANGE.match(text, first.end)
    a_year = not first.unit and re.fullmatch(r"(?:19|20)\d\d", first.text)
    if gap is None or then.ratio != number.ratio or a_year:
        return first, 0
    between = text[first.end : then.start]
    word = between.strip(" $US")
    if word in ("and", ",", "，") and not re.search(
        r"(?:between|在|介于|within)\s?(?:\S{0,14}\s?)?$",
        text[max(0, first.start - 24) : first.start],
    ):
        return first, 0
    if len(between) > 9:
        return first, 0
    second = _complete(text, then)
    rise = bool(_RISE.search(text[max(0, first.start - 14) : first.start]))
    if rise and first.unit in ("%", "share", "points"):
        return replace(first, rise=True), 0
    low, unit = first.value, first.unit
    if not second.unit:
        if unit not in ("USD", "money"):
            return first, 0
        second = replace(second, unit=unit)  # $1-2 million
    if not unit or (unit in ("USD", "money") and first.end == number.end):
        if first.end == number.end and number.value < 1000:
            low *= second.value / then.value if then.value else 1.0
        unit = second.unit
    if unit != second.unit or not 0 < low < second.value:
        return first, 0
    middle = math.sqrt(low) * math.sqrt(second.value)
    if rise or word in ("提高到", "提升到", "增加到", "增至"):
        middle = second.value
    return replace(
        second, value=middle, low=low, high=second.value, start=first.start, bound=None,
        text=text[first.start : second.end], rise=rise, vague=first.vague,
    ), 1  # fmt: skip


def _bracketed(
    text: str, first: Figure, low: _Number, high: _Number
) -> tuple[Figure, int]:
    """`1e27 (between 5e26 and 2e27)`: the range that follows a figure."""
    opened = _OPEN.match(text, first.end)
    if opened is None or opened.end() != low.start or not first.unit:
        return first, 0
    between = text[low.end : high.start].strip()
    if not re.fullmatch(
        r"[^\d()（）]{0,10}?(?:-|–|—|~|～|至|到|to|and|,|，)\$?", between
    ):
        return first, 0
    a, b = _complete(text, low), _complete(text, high)
    end = _CLOSE.match(text, b.end)
    if end is None:
        return first, 0
    scale = first.value / _lead(text, first) if _lead(text, first) else 1.0
    bottom, top = (f.value if f.unit or f.end > n.end else f.value * scale
                   for f, n in ((a, low), (b, high)))  # fmt: skip
    if not bottom <= first.value * 1.0001 or not first.value <= top * 1.0001:
        bottom, top = a.value, b.value
    if not 0 < bottom <= first.value * 1.0001 or not first.value <= top * 1.0001:
        return first, 0
    return replace(first, low=bottom, high=top, end=end.end(), bound=None,
                   text=text[first.start : end.end()]), 2  # fmt: skip


def _lead(text: str, figure: Figure) -> float:
    """The number of a figure before its multiplier."""
    match = _NUMBER.search(text, figure.start, figure.end)
    return (_plain(match) or 0.0) if match else 0.0


def _complete(text: str, number: _Number) -> Figure:
    """Multiplier, unit and what stands in front of a number."""
    value, start, end = number.value, number.start, number.end
    inner = _INNER_LOWER.match(text, end)
    match = _MULTIPLIER.match(text, inner.end() if inner else end)
    if match and not number.ratio and not _CHIP_BEHIND.match(text, end):
        value *= _TIMES[(match["zh"] or match["en"] or match["short"]).lower()]
        end = match.end()
    head = text[max(0, start - 60) : start]
    plain, bare = value, end
    unit, chip, said = number.ratio, None, False
    # A fraction in words has its unit already; before most marks there is none.
    behind = _UNIT_BEGINS.match(text, end)
    for name, pattern in () if number.ratio or not behind else _UNITS:
        found = pattern.match(text, end)
        if found is None:
            continue
        if name == "prompts" and found[0].strip() == "":
            continue
        unit, value, said = _unit(name, found, value)
        end = found.end()
        groups = found.groupdict()
        chip = groups.get("chip") or groups.get("chip2")
        chip = chip.rstrip("s") if chip else None
        break
    money = _CURRENCY.search(head)
    if money:
        if not unit and (million := re.match(r"m(?![a-z])", text[end:])):  # $5.5m
            value, end = value * 1e6, end + million.end()
        if unit not in ("", "USD", "money"):  # `$59K of GPU time` counts no GPUs
            value, end, chip = plain, bare, None
        unit = "USD" if money["usd"] else "money"
        start -= len(money[0])
        head = head[: money.start()]
    if not unit and _FACTOR.search(head):
        unit = "x"
    if not unit and _LABELLED.search(head):
        unit = next((u for u, p in _BEFORE if p.search(head)), "")
        said = unit == "hours"
    if not unit and _bare(value, text[start:end]) and _ON_COMPUTE.search(text):
        unit = "FLOP"
    if not unit:
        return Figure(value, "", start, end, text=text[start:end])
    bound = "lower" if inner and end > inner.end() else _bound(text, head, end)
    vague = bool(_VAGUE.search(head)) or (text[start] in "千百" and head[-1:] == "上")
    vague = vague or bool(_PLURAL_VAGUE.search(head + text[start:end]))
    return Figure(value, unit, start, end, bound, chip=chip, text=text[start:end],
                  vague=vague, chips_said=said or chip is not None)  # fmt: skip


def _bare(value: float, written: str) -> bool:
    """`1e27`, in a text on compute."""
    return value >= _COMPUTE and bool(re.search(r"[eE^]|\*\*|次方", written))


def _unit(name: str, found: re.Match[str], value: float) -> tuple[str, float, bool]:
    """A unit of the record, the value in it, and whether chips are named."""
    groups = {k: v for k, v in found.groupdict().items() if v}
    if name in ("FLOP", "FLOP-days"):
        short = groups.get("p") or groups.get("pf")
        value *= _PREFIX[groups.get("prefix", "").lower()]
        value *= {"P": 1e15, "E": 1e18}[short.upper()] if short else 1.0
        if name == "FLOP-days":
            value *= 86_400.0
            return (
                "FLOP" if groups.keys() & {"prefix", "p", "pf"} else "",
                value,
                False,
            )
        return "FLOP", value, False
    if name == "chip-days":
        span = (groups.get("span") or groups["span2"]).lower().rstrip("s")
        return "hours", value * _SPAN_HOURS[span], True
    if name == "time":
        size = _SPAN_HOURS.get(groups["span"].lower().rstrip("s"))
        return ("time", value * size, False) if size else ("span", value, False)
    said = name == "hours" and bool(re.search(rf"{_GPU}|卡", found[0], re.I))
    return name, value, said


_COMPUTE = 1e17
_FACTOR = re.compile(r"factor of (?:about |around |roughly |some )?$", re.I)
_LABELLED = re.compile(r"[A-Za-z\u4e00-\u9fff:：=)）~≈]\s?$")
_UNIT_BEGINS = re.compile(r"[\s-]{0,2}[^\s\d.,;:!?()\[\]{}<>|/\\'\"，。；：、（）-]")
_CHIP_BEHIND = re.compile(r"\s?[A-Z]\d{2,4}")


def _bound(text: str, head: str, end: int) -> str | None:
    """`upper` or `lower` by the words around a number."""
    if _BEHIND_UPPER.match(text, end):
        return "upper"
    if _BEHIND_LOWER.match(text, end):
        return "lower"
    words = re.sub(r"[(（][^()（）]{0,40}[)）]", "", head).lower().rstrip(" (（~≈$")
    if _FAR_UPPER.search(words):
        return "upper"
    if _FAR_LOWER.search(words):
        return "lower"
    for _ in range(3):  # `less than about a`, `低于它的原始基础模型预训练成本的`
        found = _COMPARATOR.search(words)
        if found:
            return "upper" if found["a"] or found["upper"] else "lower"
        shorter = _FILLER.search(words)
        if shorter is None:
            return None
        words = words[: shorter.start()].rstrip(" (（~≈$")
    return None


def _ending(phrases: tuple[str, ...]) -> str:
    """A pattern of phrases at the end of a text, the longest first."""
    ordered = sorted(phrases, key=len, reverse=True)
    return "|".join(
        (r"(?<![a-z])" if p[0].isascii() and p[0].isalpha() else "") + re.escape(p)
        for p in ordered
    )


# The longest comparator that ends where the number begins; a negated one is turned.
_TURNED_UP = (
    "不超过",
    "未超过",
    "不高于",
    "不多于",
    "no more than",
    "not more than",
    "not exceed",
    "not exceeding",
)
_TURNED_DOWN = (
    "不低于",
    "不少于",
    "不小于",
    "no less than",
    "not less than",
    "no fewer than",
)
_COMPARATOR = re.compile(
    rf"(?:(?P<a>{_ending(_TURNED_UP)})|(?:{_ending(_TURNED_DOWN)})"
    rf"|(?P<upper>{_ending(_UPPER)})|(?P<lower>{_ending(_LOWER)}))$"
)
_FILLER = re.compile(rf"(?:{_ending(_ABOUT)})$")
