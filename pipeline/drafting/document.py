"""An article as sentences that know where they stand.

What belongs here: sentences with offsets, headings, lists, tables read cell by cell,
and where the article ends. What does not: figures and names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.drafting.words import BENCHMARK

_STOP = re.compile(
    r"[。!?！？；\n]|…{1,2}|(?<=[a-z0-9%)\]\"'”])\.(?=\s+[\"'“(\[]?[A-Z0-9$]|\s*$)|"
    r"(?<=[A-Z][A-Z])\.(?=\s+[A-Z])|(?<=\d[KMBTx])\.(?=\s+[A-Z])|(?<=[\u4e00-\u9fff])\.(?=\s)"
)
_CLOSING = re.compile(r"[\"'”’」』)）\]]{0,3}")
_SHORT_FORM = re.compile(
    r"(?:\b(?:approx|vs|e\.g|i\.e|Fig|Eq|Sec|No|al|ca|cf|Dr|Mr|Ms|Inc|Tab|resp))$"
)
# A line that opens with one of these ends the article.
_END = re.compile(
    r"^[#*\s>【\[]{0,6}(?:参考链接|参考资料|参考文献|相关文章|相关阅读|相关推荐|随机图文|热门推荐|推荐阅读|延伸阅读|"
    r"猜你喜欢|更多精彩|转载[:：]|免责声明|版权|责编|责任编辑|编辑[:：]|很赞哦|上一篇|下一篇|广告|赞助|"
    r"All Rights Reserved|Related (?:articles|posts|stories|links|reading)|Related:|"
    r"Recommended (?:for you|reading|stories)|You (?:may|might) also like|"
    r"More (?:from|stories|news)|Read (?:next|more)|Sponsored|Advertisement|Advertorial|"
    r"Trending|Popular (?:now|posts)|Subscribe|Sign up|References\s*$|Bibliography\s*$|Comments\b|"
    r"Share this|Copyright|©|Further reading|Most read|Latest news|Around the web)",
    re.IGNORECASE,
)
_EARLIEST = 0.25  # such a line further in front is a banner, and only that line goes
_LONGEST = 2_000
_MAX_CELLS = 400  # of one table; more is a data set
_ITEM = re.compile(
    r"^\s*(?:[-*•·▪●◦–—]|\(?\d{1,2}[.)、）](?!\d)|[（(][\d一二三四五六七八九十]{1,2}[)）]|[a-z]\))\s*(?=\S)"
)
_HASH = re.compile(r"^\s*#{1,6}\s+(?P<title>.{1,200})$")
_NUMBERED = re.compile(
    r"^\s*(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[A-Z]\.\d?|[一二三四五六七八九十]{1,3}、)\s+?(?P<title>[A-Z\u4e00-\u9fff][^:：;；,，\d]{1,80})$"
)
_RUN_IN = re.compile(
    r"^\s*(?:\d{1,2}(?:\.\d{1,2})*\.?\s+)?(?P<title>[A-Z][A-Za-z0-9 -]{2,40})\.\s(?=[A-Z])"
)
_PUNCTUATED = re.compile(r"[.。!?！？；;,，:：]$")
_SUBJECTS = re.compile(
    r"^(?:models?|model name|systems?|模型|名称|模型名称|型号|系统|variant|release|run)s?$",
    re.I,
)
_NUMERIC = re.compile(
    r"^[\s~≈约<>≤≥$€¥]*(?:US\$)?\d[\d,. ]*(?:[eE][+]?\d+|\s?[×x]\s?10\^\d+)?\s*[%xX×KMBTkh倍万亿萬億]{0,3}\+?"
    r"(?:\s?[(（\[].{1,40}[)）\]])?(?:\s?(?:[A-Za-z/$-]{1,12}|[\u4e00-\u9fff]{1,4})){0,3}\s*$"
)
# How a header says the unit of its cells: (pattern, scale behind each number, unit).
_HEADERS = tuple(
    (re.compile(pattern, re.I), unit)
    for pattern, unit in (
        (r"FLOP/s|TFLOPS|每秒", ""),
        (r"FLOP|浮点|算力", "FLOP"),
        (
            r"(?:(?P<chip>(?:GB|MI|[ABHV])\d{2,3}X?|TPU\s?v\d\w?)[\s-])?(?:GPU|chip|accelerator|TPU|device|卡)?[\s·-]?(?:hours|hrs|小时|卡时|时数)",
            "GPU hours",
        ),
        (r"US\$|USD|\$|美元|dollars", "USD"),
        (r"tokens?|词元", "tokens"),
        (r"(?:active|activated|激活).{0,12}(?:param|参数)", "active parameters"),
        (r"param|参数", "parameters"),
        (r"%|percent|比例|占比|share", "%"),
        (r"\bsteps\b|步数", "steps"),
        (r"number of (?:GPUs|chips)|# ?GPUs|\bGPUs\b|卡数", "GPUs"),
        (r"days|天数", "days"),
    )
)
_SCALES = (
    (re.compile(r"10\s?\^\s?\{?(\d{1,2})\}?|\b1?[eE](\d{2})\b"), None),
    (re.compile(r"万亿|trillions?|\(T\)|\bin T\b"), "trillion"),
    (re.compile(r"百万|millions?|\(\$?M\)|\$M\b|\bM\$|\bin M\b"), "million"),
    (re.compile(r"十亿|billions?|\(B\)|\bin B\b"), "billion"),
    (re.compile(r"亿|億"), "亿"),
    (re.compile(r"万|萬"), "万"),
    (re.compile(r"thousands?|千|\(\$?[kK]\)|\bin k\b"), "thousand"),
)
_OURS = re.compile(
    r"\s?[(（]\s?(?:ours|this work|our model|本文|我们)\s?[)）].*$", re.I
)
_ORIGIN = re.compile(
    r"trained from|\bbase\b|initial|teacher|starting|基座|底座|来源", re.I
)
_TOTAL = re.compile(r"^(?:grand )?(?:total|sum|all|合计|总计|全部)s?$", re.I)
_COUNTED = re.compile(
    r"^(?:rank|#|no\.?|shots?|samples|year|date|排名|序号|名次)$", re.I
)
_CELL_NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\d\w]|\.\d)")


# Traditional characters of the words that matter, so that one spelling is enough.
_SIMPLER = str.maketrans(
    "訓練預強習學後開總費資約萬億張個週階數據顯時間對較與為於過達佔價錢發監調參啟級體單運點規從還這來產組樣題條問評測試準確語輸額損營貸債罰賠獎購併買賣訂閱優們會將動類現當實際說稱認據報導團隊樓層",
    "训练预强习学后开总费资约万亿张个周阶数据显时间对较与为于过达占价钱发监调参启级体单运点规从还这来产组样题条问评测试准确语输额损营贷债罚赔奖购并买卖订阅优们会将动类现当实际说称认据报导团队楼层",
)


@dataclass(frozen=True)
class Sentence:
    """One sentence, list item or cell of a table.

    Attributes:
        text: as it is read; of a cell: row, column and value as a sentence.
        start: its offset in the article.
        shown: as the article has it, for quoting.
        heading: the last heading above it.
        paragraph: number of its line or list item.
        kind: prose, item (of a list), cell (of a table), heading.
        lead: the sentence that introduces its list or table, else ''.
        advert: whether it stands outside of the article.
        opens: whether it is the first of its paragraph or item.
        where: row and column of a cell, else ''.
    """

    text: str
    start: int
    shown: str
    heading: str = ""
    paragraph: int = 0
    kind: str = "prose"
    lead: str = ""
    advert: bool = False
    opens: bool = False
    where: str = ""


@dataclass
class _Place:
    heading: str = ""
    lead: str = ""
    ended: bool = False


def sentences(text: str) -> list[Sentence]:
    """Sentences in order, each at most 2,000 characters."""
    lines = text.split("\n")
    found: list[Sentence] = []
    place = _Place()
    offset = number = 0
    while number < len(lines):
        line = lines[number]
        rows = _table(lines, number)
        if rows:
            found += _cells(lines[number : number + rows], offset, number, place)
            offset += sum(len(x) + 1 for x in lines[number : number + rows])
            number += rows
            continue
        banner = bool(_END.match(line))
        place.ended = place.ended or (banner and offset > _EARLIEST * len(text))
        found += _line(lines, number, offset, place, advert=place.ended or banner)
        offset += len(line) + 1
        number += 1
    return found


def listed_names(text: str) -> list[str]:
    """What tables list under a heading such as `Model`."""
    lines = text.split("\n")
    names: list[str] = []
    number = 0
    while number < len(lines):
        rows = _table(lines, number)
        if rows:
            grid = [_split(x) for x in lines[number : number + rows]]
            if grid[0] and _SUBJECTS.match(grid[0][0]):
                names += [_OURS.sub("", r[0]) for r in grid[1:] if r and 1 < len(r[0]) <= 40
                          and re.search("[A-Za-z\u4e00-\u9fff]", r[0])]  # fmt: skip
        number += rows or 1
    return names


def _line(
    lines: list[str], number: int, offset: int, place: _Place, *, advert: bool
) -> Iterator[Sentence]:
    line = lines[number]
    hashed = _HASH.match(line)
    title = hashed or (_NUMBERED.match(line) if _lonely(lines, number) else None)
    if title or (
        _lonely(lines, number) and line.strip() and not _PUNCTUATED.search(line)
    ):
        place.heading = (title["title"] if title else line).strip()
        place.lead = ""
        begin = title.start("title") if title else 0
        shown = line[begin:]
        yield Sentence(
            shown.translate(_SIMPLER),
            offset + begin,
            shown,
            place.heading,
            number,
            "heading",
            advert=advert,
            opens=True,
        )
        return
    item = _ITEM.match(line)
    begin = item.end() if item else 0
    run_in = None if item else _RUN_IN.match(line)
    if run_in and len(run_in["title"].split()) <= 5:
        place.heading, begin = run_in["title"], run_in.end()
        at = offset + run_in.start("title")
        yield Sentence(
            run_in["title"],
            at,
            run_in["title"],
            place.heading,
            number,
            "heading",
            advert=advert,
            opens=True,
        )
    first = True
    last = ""
    for start, end in _spans(line[begin:]):
        piece = line[begin + start : begin + end]
        if not piece.strip():
            continue
        yield Sentence(
            piece.translate(_SIMPLER), offset + begin + start, piece.strip(), place.heading, number,
            "item" if item else "prose", place.lead if item else "", advert, first,
        )  # fmt: skip
        first, last = False, piece
    if not item and last:
        place.lead = last if re.search(r"[:：]\s*$", last) else ""


def _lonely(lines: list[str], number: int) -> bool:
    """Whether a short line stands by itself, as headings do."""
    line = lines[number].strip()
    if not 2 <= len(line) <= 80 or (_ITEM.match(line) and not _NUMBERED.match(line)):
        return False
    before = lines[number - 1].strip() if number else ""
    behind = next((x.strip() for x in lines[number + 1 : number + 3] if x.strip()), "")
    if number and before and not _NUMBERED.match(line):
        return False
    return len(behind) > len(line) or bool(_ITEM.match(behind)) or "|" in behind


def _spans(line: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    at = 0
    for stop in _STOP.finditer(line):
        if stop.start() < at:
            continue
        if stop[0] == "." and _SHORT_FORM.search(
            line[max(at, stop.start() - 8) : stop.start()]
        ):
            continue
        closing = _CLOSING.match(line, stop.end())
        end = closing.end() if closing else stop.end()
        spans.append((at, end))
        at = end
    spans.append((at, len(line)))
    return [
        (k, min(k + _LONGEST, end))
        for start, end in spans
        for k in range(start, end, _LONGEST)
    ]


def _split(line: str) -> list[str]:
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [c.strip().strip("*` ") for c in inner.split("|")]


def _table(lines: list[str], number: int) -> int:
    """How many lines from here on are a table with `|` between its cells; 0 if none."""
    width = 0
    k = number
    while k < len(lines) and lines[k].count("|") >= 1 and len(lines[k]) < _LONGEST:
        cells = _split(lines[k])
        if len(cells) < 2 or (width and abs(len(cells) - width) > 1):
            break
        width = width or len(cells)
        k += 1
    return k - number if k - number >= 2 else 0


def _cells(
    lines: list[str], offset: int, number: int, place: _Place
) -> Iterator[Sentence]:
    """Each number of a table as a sentence of its own."""
    headers = _split(lines[0])
    if _pairs(lines):
        yield from _fields(lines, offset, number, place)
        return
    count = 0
    at = offset
    for k, line in enumerate(lines):
        row = _split(line)
        plain = not (k == 0 or re.fullmatch(r"[\s|:=-]*", line))
        numeric = [bool(_NUMERIC.match(c)) for c in row] if plain else []
        if row and _TOTAL.match(row[0]):
            numeric = []
        words = [
            c for c, n, h in zip(row, numeric, [*headers, *[""] * len(row)], strict=False)
            if c and not n and not _ORIGIN.search(h)
        ]  # fmt: skip
        words = [*words[1:], *words[:1]]  # the row is of its first cell
        for c, cell in enumerate(row[: len(numeric)]):
            if not numeric[c] or (c == 0 and len(row) > 1) or count >= _MAX_CELLS:
                continue
            count += 1
            header = headers[c] if c < len(headers) else ""
            if _COUNTED.search(header):
                continue
            about = " ".join([*words, header])
            value = _valued(cell, header, about)
            where = f"row {row[0]!r}, column {header!r}" if row else ""
            yield Sentence(
                f"{' '.join(words)} {_label(header)}: {value}".translate(_SIMPLER), at + max(0, line.find(cell)),
                line.strip(), place.heading, number + k, "cell", place.lead,
                place.ended, opens=True, where=where,
            )  # fmt: skip
        at += len(line) + 1


def _pairs(lines: list[str]) -> bool:
    """Whether a table lists fields and their values, as model cards do."""
    rows = [r for r in map(_split, lines) if not re.fullmatch(r"[:=-]*", "".join(r))]
    if len(rows) < len(lines) and "".join(_split(lines[0])):
        return False  # a line of dashes under a header
    if any(len([c for c in row if c]) != 2 for row in rows):
        return False
    return any(not _NUMERIC.match(row[1]) for row in rows[1:])


def _fields(
    lines: list[str], offset: int, number: int, place: _Place
) -> Iterator[Sentence]:
    """Each row of such a table as an item of a list."""
    at = offset
    for k, line in enumerate(lines):
        cells = [c for c in _split(line) if c]
        if len(cells) == 2 and re.search(r"\d", cells[1]):
            shown = f"{cells[0]}: {cells[1]}"
            yield Sentence(
                shown.translate(_SIMPLER)[:_LONGEST], at + max(0, line.find(cells[1])),
                line.strip(), place.heading, number + k, "item", place.lead,
                place.ended, opens=True, where=f"row {cells[0]!r}",
            )  # fmt: skip
        at += len(line) + 1


def _label(header: str) -> str:
    """A header without its numbers, which are scales and no figures."""
    return (
        re.sub(r"[(（\[][^)）\]]*\d[^)）\]]*[)）\]]", " ", header)
        if not BENCHMARK.search(header)
        else header
    )


def _valued(cell: str, header: str, about: str) -> str:
    """A cell with the scale and unit that its header states."""
    unit, scale = "", ""
    if BENCHMARK.search(about):
        unit = "" if "%" in cell else "%"
    else:
        for text in (header, about):
            hit = next(((m, u) for p, u in _HEADERS if (m := p.search(text))), None)
            if hit:
                chip = hit[0].groupdict().get("chip") or _chip(text)
                unit = f"{chip} {hit[1]}" if chip and hit[1] == "GPU hours" else hit[1]
                scale = _scale(text)
                break
    if unit and _has_unit(cell, unit):
        unit = ""
    if not unit and not scale:
        return cell
    if re.search(r"[KMBT]\b|万|亿|million|billion|[eE]\d|\^", cell) and unit != "":
        scale = ""
    return (
        _CELL_NUMBER.sub(lambda m: f"{m[0]}{scale} {unit}".rstrip(), cell)
        if scale or re.search(r"[(（\[]", cell)
        else f"{cell} {unit}"
    )


def _chip(text: str) -> str | None:
    match = re.search(r"\b((?:GB|MI|[ABHV])\d{2,3}X?)\b", text)
    return match[1] if match else None


def _scale(text: str) -> str:
    for pattern, word in _SCALES:
        match = pattern.search(text)
        if match:
            return f" {word}" if word else f"×10^{match[1] or match[2]}"
    return ""


def _has_unit(cell: str, unit: str) -> bool:
    marks = {"USD": r"\$|美元|USD", "%": "%", "FLOP": "FLOP", "tokens": "token|词元"}
    mark = marks.get(
        unit, r"hours|小时|卡时" if "hours" in unit else "param|参数|days|GPU"
    )
    return bool(re.search(mark, cell, re.I))
