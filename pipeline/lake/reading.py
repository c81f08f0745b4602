"""Published tables as frames.

What belongs here: reading them from the plain file of the current release or an old
one. What does not: a user's SQL (sandbox.py).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.lake.errors import CatalogError, UsageError
from pipeline.lake.files import literal
from pipeline.lake.sandbox import file_of
from pipeline.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection


def read_table(
    settings: Settings, table: str, release: str | int | None = None
) -> pd.DataFrame:
    """A table or view of a release.

    The file is attached to a database of our own: DuckDB keeps one instance per path
    and process, so that opening it directly would answer from the release before while
    somebody holds a connection to that.

    Args:
        settings: where the warehouse lies.
        table: schema and name, such as `core.estimates`.
        release: id or number of an old release; default: the published file.

    Raises:
        UsageError: if there is no such table or release, or none at all.
        CatalogError: if the file cannot be read.
    """
    path = file_of(settings, release)
    import duckdb

    try:
        with duckdb.connect() as con:
            con.execute(f"ATTACH {literal(path)} AS r (READ_ONLY)")
            con.execute("SET TimeZone = 'UTC'")
            there = [
                f"{schema}.{name}"
                for schema, name in con.execute(
                    "SELECT table_schema, table_name FROM information_schema.tables "
                    "WHERE table_catalog = 'r' ORDER BY ALL"
                ).fetchall()
            ]
            if table not in there:
                near = difflib.get_close_matches(table, there, n=1)
                hint = f"did you mean {near[0]!r}?" if near else ", ".join(there)
                raise UsageError(f"there is no table {table!r}; {hint}")
            return con.sql(f"SELECT * FROM r.{table}").df()
    except duckdb.Error as error:
        raise CatalogError(
            f"{path} cannot be read ({str(error).splitlines()[0]}): run "
            "`headroom doctor`"
        ) from error


def read_contract(settings: Settings, table: str) -> pd.DataFrame:
    """A table of the current release, as today's contract has it.

    Raises:
        UsageError: if nothing is published, or by a version with other contracts.
    """
    from pipeline.contracts import ContractError, conform, contract

    rules, found = contract(table), read_table(settings, table)
    try:
        return conform(rules, found.reindex(columns=[*rules.to_schema().columns]))
    except ContractError as error:
        raise UsageError(
            f"the release was published by another version of Headroom ({error}): "
            "publish one with this version by `headroom refresh`"
        ) from error


def records(
    con: DuckDBPyConnection, query: str, parameters: Sequence[Any] = ()
) -> list[dict[str, Any]]:
    """Rows of a query, by the names of their columns."""
    found = con.execute(query, list(parameters))
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def released(settings: Settings, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Those of the tables that the current release has; none before the first."""
    import duckdb

    found: dict[str, pd.DataFrame] = {}
    if not settings.plain.is_file():
        return found
    try:
        with duckdb.connect(settings.plain, read_only=True) as con:
            have = {
                row[0]
                for row in con.execute(
                    "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
                ).fetchall()
            }
            for name in have & set(names):
                found[name] = con.sql(f"SELECT * FROM {name}").df()
    except duckdb.Error:
        return {}  # a damaged file is rebuilt by publish; meanwhile nothing to compare
    return found
