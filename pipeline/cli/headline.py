"""The answer in a terminal: 80 columns, the most important first.

What belongs here: queries on the release and layout. What does not: the words
(words/answer.py).
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from textwrap import wrap
from typing import Any

from pipeline.cli.console import out
from pipeline.cli.release import rows
from pipeline.settings import Settings
from pipeline.words.answer import SHORT, facts, lines, sentence

WIDTH = 80


def answer(settings: Settings) -> list[str]:
    """The answer as sentences, the most important first."""
    return [sentence(label, text) for label, text in lines(facts_of(settings))]


def facts_of(settings: Settings) -> dict[str, Any]:
    """Every number of the answer, by name."""
    return facts(partial(rows, settings))


def lines_of(plain: Path) -> list[tuple[str, str]]:
    """The answer of a plain file; nothing where there is none, or an older kind."""
    if not plain.is_file():
        return []
    import duckdb

    from pipeline.report.answer import facts_of as facts_in

    try:
        with duckdb.connect(plain, read_only=True) as con:
            return lines(facts_in(con))
    except (duckdb.Error, LookupError):
        return []


def tell_moved(old: list[tuple[str, str]], new: list[tuple[str, str]]) -> None:
    """Print what two answers say differently; nothing where one is not known."""
    if not (old and new):
        return
    before = dict(old)
    moved = [(label, text) for label, text in new if before.get(label) != text]
    if not moved:
        out.print("The answer is the same.", style="bold")
        return
    out.print("What changed in the answer:", style="bold")
    for label, text in moved:
        was = f" (was: {before[label]})" if label in before else " (new)"
        for line in wrap(
            f"{sentence(label, text)[:-1]}{was}", WIDTH,
            initial_indent="  ", subsequent_indent="    ",
        ):  # fmt: skip
            out.print(line)


def tell(settings: Settings, *, full: bool = False) -> None:
    """Print the answer, or in short what fits a screen."""
    for label, text in lines(facts_of(settings)):
        if full or label in SHORT:
            said = sentence(label, text)
            for line in wrap(said, WIDTH, subsequent_indent="  "):
                out.print(line)
