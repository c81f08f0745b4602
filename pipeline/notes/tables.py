"""Tables as spreadsheets and others save them, as rows of text with their lines.

What belongs here: encoding, separator, quotes, and naming the cause where a file is no
table. What does not: what the columns mean.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from pipeline.notes.faults import Fault, short
from pipeline.notes.frontmatter import Unreadable, escaped
from pipeline.notes.unread import why_unread

_SEPARATORS = ",;\t"
_OTHER_FORMATS = (
    (b"PK\x03\x04", "a zip archive or a workbook", "Save the sheet as CSV (UTF-8)"),
    (b"\x1f\x8b", "compressed with gzip", "Unpack it first"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as CSV (UTF-8)"),
    (b"%PDF", "a PDF", "Take the table from the publisher's page"),
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Table:
    """A header, and rows with the line on which each ends."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    separator: str


def clean(text: str) -> str:
    """One line with single spaces; control characters are written out."""
    return escaped(" ".join(text.split()))


def read_table(path: str, data: bytes) -> Table:
    """Rows of a CSV file; empty ones are left out.

    Raises:
        Unreadable: naming the cause.
    """
    text = _text(path, data)
    first = text.lstrip().splitlines()[0] if text.strip() else ""
    if not first:
        raise _stop(path, "the file is empty", "Fill it or take it away")
    if first.lower().startswith(("<!doctype", "<html", "<?xml")):
        raise _stop(path, "it is a web page, not a table", "Download the table itself")
    separator = max(_SEPARATORS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, tuple(cells)))
    except csv.Error as error:
        raise _stop(
            path, f"a quote is not closed or stands in the wrong place: {error}",
            "Mend the quotes of this line or of one before", reader.line_num,
        ) from error  # fmt: skip
    header = tuple(clean(cell) for cell in rows[0][1])
    twice = [name for name in header if name and header.count(name) > 1]
    if twice:
        raise _stop(path, f"the column {short(twice[0])!r} stands twice",
                    "Keep one of them", 1)  # fmt: skip
    return Table(header, tuple(rows[1:]), separator)


def _text(path: str, data: bytes) -> str:
    if reason := why_unread(data):
        raise _stop(path, reason, "Put a regular file in its place, or take it away")
    for magic, what, remedy in _OTHER_FORMATS:
        if data.startswith(magic):
            raise _stop(path, f"it is {what}, not a CSV file", remedy)
    try:
        text = data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _stop(path, f"byte {error.start} is not {error.encoding.upper()}",
                    "Save it as CSV in UTF-8", line) from error  # fmt: skip
    if "\0" in text:
        raise _stop(path, "it holds NUL characters: no text, or UTF-16 without a mark",
                    "Save it as CSV in UTF-8")  # fmt: skip
    return text


def _stop(path: str, problem: str, remedy: str, line: int = 0) -> Unreadable:
    return Unreadable(Fault(path, line, "", problem, remedy))
