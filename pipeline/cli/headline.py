"""The answer in a terminal: 80 columns, the most important first.

What belongs here: queries on the release and layout. What does not: the words
(words/answer.py).
"""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from pipeline.cli.console import out
from pipeline.cli.release import Row, rows
from pipeline.settings import Settings
from pipeline.words.answer import SHORT, facts, lines, sentence

WIDTH = 80


def answer(settings: Settings) -> list[str]:
    """The answer as sentences, the most important first."""
    return [sentence(label, text) for label, text in lines(facts_of(settings))]


def facts_of(settings: Settings) -> dict[str, Any]:
    """Every number of the answer, by name."""

    def query(sql: str) -> list[Row]:
        return rows(settings, sql)

    return facts(query)


def tell(settings: Settings, *, full: bool = False) -> None:
    """Print the answer, or in short what fits a screen."""
    for label, text in lines(facts_of(settings)):
        if full or label in SHORT:
            said = sentence(label, text)
            for line in wrap(said, WIDTH, subsequent_indent="  "):
                out.print(line, markup=False, soft_wrap=True, highlight=False)
