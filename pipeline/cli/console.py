"""What commands print, and how.

What belongs here: colours, JSON and the exit codes. What does not: content.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

DONE, DATA_FAILED, WRONG_USAGE = 0, 1, 2

# Output that goes into a file or a pipe is not cut at 80 columns.
out = Console(
    highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 160
)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def as_json(value: Any) -> None:
    """Print a value as JSON; dates as ISO text, NaN as null."""
    typer.echo(json.dumps(value, indent=2, default=str, ensure_ascii=False))


def counted(n: int, noun: str) -> str:
    """A number with its noun, which takes an s where it is not one."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def red(message: str) -> None:
    """One line in red on standard error."""
    err.print(Text(message, style="bold red"))


def stop(message: str, code: int = DATA_FAILED) -> NoReturn:
    """Say what is wrong and what to do, and leave."""
    red(message)
    raise typer.Exit(code)
