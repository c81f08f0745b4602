"""The answer at the top of the page.

What belongs here: reading it from the plain file. What does not: its words
(words/answer.py), layout.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.lake.reading import records
from pipeline.projection.headline import headline
from pipeline.report.data import Columns, rows
from pipeline.words.answer import facts, lines, paragraphs
from pipeline.words.numbers import percent

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_RATIO = """
WITH newest AS (
  SELECT * FROM core.calibrations WHERE constant = 'operations_per_accelerator_time'
  ORDER BY vintage DESC LIMIT 1)
SELECT (SELECT string_agg(name, ', ' ORDER BY name) FROM core.models, newest
  WHERE list_contains(string_split(pairs, ', '), model_id || '/reasoning')),
  p50, p05, p95 FROM newest
"""


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
    return facts(partial(records, con))


def ledgers(source: Path) -> str:
    """How operations and accelerator time are joined, and by which runs; '' if not."""
    import duckdb

    with duckdb.connect(source, read_only=True) as con:
        try:
            found = con.execute(_RATIO).fetchone()
        except duckdb.Error:
            return ""  # a release from before the two ledgers
    if found is None:
        return ""
    runs, middle, low, high = found
    ends = f"{percent(middle)} (90%: {percent(low)} to {percent(high)})"
    by = f"as the runs that disclose both show: {runs}" if runs else "by a prior"
    return (
        "Where only the operations of reasoning training are disclosed, accelerator "
        f"time is read from them: they are {ends} of what the chips would have done in "
        f"the same time of pre-training, {by}."
    )


def chosen(parts: dict[str, Columns]) -> dict[str, Any] | None:
    """The row of convergence that answers; None where nothing is projected."""
    try:
        return headline(rows(parts["scenarios"]), rows(parts.get("convergence", {})))
    except LookupError:
        return None
