"""Running text of a PDF.

What belongs here: pages as text, lines joined into paragraphs, and why there is no
text. What does not: cleaning it (clean.py).
"""

from __future__ import annotations

import io
import re

_ENDS = re.compile(r"[.。!?！？:：;；…][\"'”’)）]?$")
_FULL = 0.7  # of the page's longest line; shorter ones are headings or last lines
_CJK = re.compile("[\u3000-\u9fff\uff00-\uffef]")


def text(data: bytes, pages: int, size: int) -> str:
    """Text of the first pages, at most about `size` characters; '' if there is none."""
    from pypdf import PdfReader

    found: list[str] = []
    try:
        for page in PdfReader(io.BytesIO(data)).pages[:pages]:
            found.append(unwrapped(page.extract_text()[:size]))
            if sum(map(len, found)) > size:
                break
    except Exception:  # noqa: BLE001 - a broken PDF yields the pages before the break
        found.append("")
    return "\n".join(found)[:size]


def why_empty(data: bytes) -> str:
    """What is the matter with a PDF in which no text was found, for a message."""
    from pypdf import PdfReader

    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            return "is a PDF under a password"
        pages = len(reader.pages)
    except Exception:  # noqa: BLE001 - its parser raises whatever broken files provoke
        return "is a broken PDF"
    return f"is a PDF without text ({pages} pages, scanned perhaps)"


def unwrapped(page: str) -> str:
    """A page whose printed lines are joined, so that no sentence is cut in two."""
    lines = [line.strip() for line in page.splitlines()]
    full = _FULL * max(map(len, lines), default=0)
    joined: list[str] = []
    wraps = False
    for line in lines:
        if wraps and line:
            joined[-1] = _glued(joined[-1], line)
        else:
            joined.append(line)
        wraps = len(line) >= full and bool(line) and not _ENDS.search(line)
    return "\n".join(joined)


def _glued(first: str, second: str) -> str:
    if re.search("[a-z]-$", first) and second[0].islower():
        return first[:-1] + second  # a word divided at the end of a line
    if first.endswith("-") or (_CJK.match(first[-1]) and _CJK.match(second)):
        return first + second
    return f"{first} {second}"
