"""The answer at the top of the page.

What belongs here: reading it from the plain file. What does not: its words
(words/answer.py), layout.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.projection.headline import headline
from pipeline.report.data import Columns, rows
from pipeline.words.answer import facts, lines, paragraphs

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def answer(source: Path) -> list[str]:
    """Fact, condition and caveat as plain text, a paragraph each."""
    import duckdb

    with duckdb.connect(source, read_only=True) as con:
        try:
            found = facts_of(con)
        except (duckdb.CatalogException, duckdb.BinderException):
            return ["This release is older than the answer; its tables stand below."]
    if found["today"] is None:
        return [f"{label}: {text}." for label, text in lines(found)]
    return paragraphs(found)


def facts_of(con: DuckDBPyConnection) -> dict[str, Any]:
    """Every number of the answer, by name, from an opened plain file."""

    def query(sql: str) -> list[dict[str, Any]]:
        found = con.execute(sql)
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return facts(query)


def chosen(parts: dict[str, Columns]) -> dict[str, Any] | None:
    """The row of convergence that answers; None where nothing is projected."""
    try:
        return headline(rows(parts["scenarios"]), rows(parts.get("convergence", {})))
    except LookupError:
        return None
