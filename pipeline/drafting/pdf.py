"""Running text of a PDF.

What belongs here: pages as text (columns, superscripts), lines joined into paragraphs,
and why there is no text. What does not: cleaning it (clean.py).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_ENDS = re.compile(r"[.。!?！？：:；;…][\"'”’)）]?$")
_FULL = 0.7  # of the page's usual line; shorter ones are headings or last lines
_SMALL = 0.85  # of the size of the text before: a superscript
_CJK = re.compile("[\u3000-\u9fff\uff00-\uffef]")


@dataclass(frozen=True)
class _Piece:
    """What a page shows at one place."""

    x: float
    y: float
    size: float
    text: str


def text(data: bytes, pages: int, size: int) -> str:
    """Text of the first pages, at most about `size` characters; '' if there is none."""
    from pypdf import PdfReader

    found: list[str] = []
    try:
        for page in PdfReader(io.BytesIO(data)).pages[:pages]:
            found.append(unwrapped(_page(page)[:size]))
            if sum(map(len, found)) > size:
                break
    except Exception:  # noqa: BLE001 - a broken PDF yields the pages before the break
        found.append("")
    return "\n".join(found)[:size]


def title(data: bytes) -> str | None:
    """The title in a PDF's own metadata, None without one."""
    from pypdf import PdfReader

    try:
        found = PdfReader(io.BytesIO(data)).metadata
    except Exception:  # noqa: BLE001 - its parser raises whatever broken files provoke
        return None
    return str(found.title).strip() or None if found and found.title else None


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


def _page(page: Any) -> str:
    pieces: list[_Piece] = []

    def see(shown: str, cm: list[float], tm: list[float], _: Any, size: float) -> None:
        pieces.append(_Piece(
            tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5], abs(size * (tm[3] or 1.0)), shown
        ))  # fmt: skip

    page.extract_text(visitor_text=see)
    lines = _by_column(pieces, float(page.mediabox.width))
    return "\n".join(map(_line, lines)) if lines else _line(pieces)


def _by_column(pieces: list[_Piece], width: float) -> list[list[_Piece]]:
    """Lines of two columns one after the other, where the page draws row by row.

    [] where the page has one column, or draws one column after the other.
    """
    rows: list[list[_Piece]] = []
    for piece in pieces:
        if not piece.text.strip():
            continue
        column = piece.x > width * 0.45
        last = rows[-1][-1] if rows else None
        if (
            last
            and abs(last.y - piece.y) < 0.6 * max(piece.size, 1.0)
            and ((last.x > width * 0.45) == column)
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    sides = [row[0].x > width * 0.45 for row in rows]
    turns = sum(a != b for a, b in pairwise(sides))
    if len(rows) < 8 or turns < len(rows) / 2:
        return []
    return sorted(rows, key=lambda r: (r[0].x > width * 0.45, -r[0].y))


def _line(pieces: list[_Piece]) -> str:
    """The pieces as text; small digits behind a 10 are its exponent."""
    out = ""
    size = 0.0
    raised = False
    for piece in pieces:
        shown = piece.text
        small = size and piece.size < _SMALL * size
        if (
            small
            and re.fullmatch(r"\s*[+-]?\d{1,3}\s*", shown)
            and out.rstrip().endswith("10")
        ):
            out = f"{out.rstrip()}^{shown.strip()}"
            raised = True
            continue
        if raised and shown.strip("\n") != shown:
            shown = " " + shown.lstrip("\n")  # back on the line
        raised = raised and not shown.strip()
        out += shown
        if shown.strip():
            size = piece.size
    return out


def unwrapped(page: str) -> str:
    """A page whose printed lines are joined, so that no sentence is cut in two."""
    lines = [line.strip() for line in page.splitlines()]
    lengths = sorted(len(line) for line in lines if line)
    full = _FULL * (lengths[int(0.9 * (len(lengths) - 1))] if lengths else 0)
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
