"""What a document says of itself: title, publisher, address, day of publication.

What belongs here: its metadata, and the lines at its beginning. What does not: its
text (clean.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pipeline.drafting import pdf
from pipeline.drafting.clean import MAX_BYTES, decoded, kind_of, one_line, too_deep

_OPENING = 15  # lines in which a text says who wrote it, and when
_MONTHS = {m: k for k, m in enumerate(
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}  # fmt: skip
_DATES = (
    re.compile(
        r"(?P<y>20\d\d)\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})(?!\d)"
    ),
    re.compile(
        r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)? (?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?,? (?P<y>20\d\d)"
    ),
    re.compile(
        r"\b(?P<name>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? (?P<d>\d{1,2})(?:st|nd|rd|th)?,? (?P<y>20\d\d)"
    ),
)
_PUBLISHER = (
    re.compile(r"(?:来源|出处|发布机构|发布者)[:：]\s?(?P<who>[^\s|,，;；/]{2,30})"),
    re.compile(
        r"(?P<who>[^\s|,，。]{2,12}(?:日报|晚报|周刊|新闻|网|财经|研究|实验室))(?:讯|$|\s)"
    ),
    re.compile(r"(?:Published by|Publisher:|Source:)\s(?P<who>[A-Z][^|.,;\n]{1,40})"),
    re.compile(
        r"(?m:^)(?:By )?(?P<who>[A-Z][A-Za-z& ]{2,30}(?:Team|Lab|Labs|Research|AI|Institute))\s*$"
    ),
    re.compile(r"(?:公众号|微信号)\s?[:：|]?\s?(?P<who>[\w\u4e00-\u9fff]{2,20})"),
    re.compile(
        r"\bis (?:a|an) [a-z -]{3,40} (?:by|from) (?P<who>[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?)"
    ),
    re.compile(r"由(?P<who>[\u4e00-\u9fffA-Za-z]{2,12}?)(?:开发|发布|推出|训练)"),
    re.compile(r"^(?P<who>.{2,30}?)\s?@\w{2,20}\s·", re.M),
    re.compile(r"^@(?P<who>[\w\u4e00-\u9fff]{2,20})\s", re.M),
)


@dataclass(frozen=True)
class Page:
    """Each is None where the document does not say."""

    title: str | None = None
    url: str | None = None
    published_on: date | None = None
    publisher: str | None = None


def page_of(data: bytes, url: str | None = None, text: str = "") -> Page:
    """What a document says of itself.

    Args:
        data: the input's bytes.
        url: where it was fetched; a page's own canonical address comes first.
        text: its main text, for what the metadata do not say.
    """
    opening = "\n".join([x for x in text.split("\n") if x.strip()][:_OPENING])[:4000]
    kind = kind_of(data)
    page = _metadata(data, url) if kind == "html" else Page(url=url)
    if kind == "pdf":
        page = Page(_titled(pdf.title(data) or "") or None, url)
    who = next((m["who"].strip() for p in _PUBLISHER if (m := p.search(opening))), None)
    return Page(
        page.title or _titled(next(iter(opening.split("\n")), "")) or None,
        page.url,
        page.published_on or _written(opening),
        page.publisher or who,
    )


def _metadata(data: bytes, url: str | None) -> Page:
    text = decoded(data[:MAX_BYTES])
    if too_deep(text):
        return Page(url=url)
    import trafilatura

    try:
        found = trafilatura.extract_metadata(
            text,
            default_url=url,
            # A day that the page marks as its own, not the first date of its text.
            date_config={"original_date": True, "extensive_search": False},
        )
    except Exception:  # noqa: BLE001 - its parsers raise whatever broken pages provoke
        return Page(url=url)
    own = str(found.url or "")
    site = str(found.sitename or "").strip()
    return Page(
        one_line(found.title or "")[:200] or None,
        own if own.startswith(("http://", "https://")) else url,
        _day(found.date),
        site
        if site
        and "://" not in site
        and not re.fullmatch(r"[\w-]+(?:\.[\w-]+)+(?::\d+)?", site)
        else None,
    )


def _titled(line: str) -> str:
    """The first line as a title: without marks of Markdown."""
    return one_line(re.sub(r"^[#>*\s]+|[*\s]+$", "", line))[:200]


def _written(opening: str) -> date | None:
    """The first full date of the opening lines."""
    found = [(m.start(), m) for p in _DATES for m in p.finditer(opening)]
    for _, match in sorted(found, key=lambda f: f[0]):
        groups = match.groupdict()
        month = groups.get("m") or _MONTHS[groups["name"].lower()]
        try:
            return date(int(groups["y"]), int(month), int(groups["d"]))
        except ValueError:
            continue
    return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
