"""What commands print, and how.

What belongs here: the two streams, tables, JSON and the exit codes. What does not:
content.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

DONE, DATA_FAILED, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130

# Control characters could move the cursor, colour or rewrite what stands above, and
# marks of direction reorder a line: in data they are shown, never obeyed.
_ESCAPED = {
    code: f"\\x{code:02x}"
    for code in (*range(32), *range(127, 160))
    if code not in (9, 10)
} | {
    code: f"\\u{code:04x}"
    for code in (*range(0x200E, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}


def escaped(text: str) -> str:
    """A text with its control characters spelled out; line breaks and tabs stay."""
    return text.translate(_ESCAPED)


class _Console(Console):
    """Prints data as it is: no markup, no emoji codes, no control characters."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Every string on its way to the terminal passes here, cells of tables too."""
        return super().render_str(
            escaped(text), **(options | {"markup": False, "emoji": False})
        )

    def on_broken_pipe(self) -> NoReturn:
        """A reader that has seen enough, such as `head`, is no error."""
        os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())
        raise SystemExit(DONE)


# A table that goes into a file or a pipe is as wide as it is.
_WIDTH = None if sys.stdout and sys.stdout.isatty() else 100_000
out = _Console(highlight=False, soft_wrap=True, width=_WIDTH)
err = _Console(stderr=True, highlight=False, soft_wrap=True)


def prepare_streams() -> None:
    """Make both streams writable: a closed one goes nowhere, odd letters are spelled.

    Without this the next file to be opened would become standard output, and whatever
    prints would write into it.
    """
    while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(spare)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - as long as we live
        red("Standard output is closed: what this command prints is lost.")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def as_json(value: Any) -> None:
    """Print a value as strict JSON: ISO dates, null for NaN and infinities."""
    text = json.dumps(_plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    typer.echo(escaped(text).replace("\\x", "\\u00"))


def _plain(value: Any) -> Any:
    """A value in JSON's own types."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, (float, Decimal)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each) for each in value]
    if isinstance(value, (date, datetime)):
        return None if value != value else value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    return str(value)


def table(
    head: Iterable[str | Column], body: Iterable[Iterable[Any]], *, null: str = ""
) -> None:
    """Print a table, or nothing if it is empty; long cells are folded, never cut."""
    columns = [c if isinstance(c, Column) else Column(c) for c in head]
    for column in columns:
        column.overflow = "fold"
    shown = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in body:
        shown.add_row(*(null if cell is None else str(cell) for cell in row))
    if shown.row_count:
        out.print(shown, soft_wrap=False)


def counted(n: int, noun: str) -> str:
    """A number with its noun, which takes an s where it is not one."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def red(message: str) -> None:
    """One line in red on standard error."""
    err.print(message, style="bold red")


def yellow(message: str) -> None:
    """One line in yellow on standard error: to look at, nothing is broken."""
    err.print(message, style="yellow")


@contextmanager
def sentences() -> Iterator[None]:
    """Errors of the store as one line and an exit code."""
    from pipeline.lake import LakeError, UsageError

    try:
        yield
    except LakeError as error:
        stop(str(error), WRONG_USAGE if isinstance(error, UsageError) else DATA_FAILED)


def stop(message: str, code: int = DATA_FAILED) -> NoReturn:
    """Say what is wrong and what to do, and leave."""
    red(message)
    raise typer.Exit(code)
