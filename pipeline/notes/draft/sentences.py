"""Sentences with offsets, and where the article ends.

What belongs here: splitting and the boundary to adverts and related links. What does
not: figures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STOP = re.compile(
    r"[。!?！？；\n]|…{1,2}|(?<=[a-z0-9%)\]\"'])\.(?=\s+[\"'(\[]?[A-Z0-9$]|\s*$)|"
    r"(?<=[A-Z][A-Z])\.(?=\s+[A-Z])|(?<=\d[KMBTx])\.(?=\s+[A-Z])"
)
_CLOSING = re.compile(r"[\"'”’」』)）\]]{0,3}")
_SHORT_FORM = re.compile(r"(?:\b(?:approx|vs|e\.g|i\.e|Fig|Eq|Sec|No|al|ca|cf))$")
# A line that opens with one of these ends the article.
_END = re.compile(
    r"^[#*\s>【\[]{0,6}(?:参考链接|参考资料|参考文献|相关文章|相关阅读|相关推荐|随机图文|热门推荐|推荐阅读|延伸阅读|"
    r"猜你喜欢|更多精彩|转载[:：]|免责声明|版权|责编|责任编辑|很赞哦|上一篇|下一篇|广告|赞助|"
    r"All Rights Reserved|Related (?:articles|posts|stories|links|reading)|"
    r"Recommended (?:for you|reading|stories)|You (?:may|might) also like|"
    r"More (?:from|stories|news)|Read (?:next|more)|Sponsored|Advertisement|Advertorial|"
    r"Trending|Popular (?:now|posts)|Subscribe|Sign up|References\b|Comments\b|"
    r"Share this|Copyright|©|Further reading|Most read|Latest news|Around the web)",
    re.IGNORECASE,
)
_EARLIEST = 0.25  # such a line further in front is a banner, and only that line goes
_LONGEST = 2_000


@dataclass(frozen=True)
class Sentence:
    """One sentence; `advert` if it stands outside of the article."""

    text: str
    start: int
    paragraph: int
    advert: bool


def sentences(text: str) -> list[Sentence]:
    """Sentences in order, each at most 2,000 characters."""
    found: list[Sentence] = []
    offset = 0
    ended = False
    for number, line in enumerate(text.split("\n")):
        banner = bool(_END.match(line))
        ended = ended or (banner and offset > _EARLIEST * len(text))
        for start, end in _spans(line):
            piece = line[start:end]
            if piece.strip():
                found.append(Sentence(piece, offset + start, number, ended or banner))
        offset += len(line) + 1
    return found


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
