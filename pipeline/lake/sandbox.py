"""A user's SQL, in a connection that can read one file and nothing else.

What belongs here: that connection. It holds no extension: the SQLite one would read and
write any file whatever the settings say, so the lake is never attached here and an old
release is first built as a plain file. What does not: printing the result.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.lake.errors import UsageError
from pipeline.lake.heads import head
from pipeline.settings import Settings

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "python_enable_replacements": "false",  # a frame of ours is no table of theirs
}
_READING = {"SELECT", "EXPLAIN"}  # DESCRIBE, SHOW, SUMMARIZE and FROM are selects too


class SqlError(UsageError):
    """The statement was refused or is wrong."""


def run_sql(
    settings: Settings, sql: str, release: str | int | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run one reading statement on the current or an old release.

    Args:
        settings: where the warehouse lies.
        sql: the statement.
        release: id or number of an old release; default: the published file.

    Returns:
        Column names and rows.

    Raises:
        SqlError: with the database's own reason.
    """
    path = file_of(settings, release)
    import duckdb

    try:
        with duckdb.connect(path, read_only=True, config=_CONFIG) as con:
            con.execute("SET TimeZone = 'UTC'")
            con.execute("SET lock_configuration = true")
            statements = con.extract_statements(sql)
            if len(statements) != 1:
                raise SqlError(
                    f"{len(statements)} statements given: pass exactly one query"
                )
            kind = "PRAGMA" if _says_pragma(sql) else statements[0].type.name
            if kind not in _READING:
                raise SqlError(
                    f"{kind} is refused: only queries are allowed; "
                    "open the DuckDB file itself for anything else"
                )
            result = con.execute(statements[0])
            names = [column[0] for column in result.description or ()]
            return names, result.fetchall()
    except duckdb.Error as error:
        raise SqlError(str(error)) from error


def file_of(settings: Settings, release: str | int | None) -> Path:
    """The plain file of the current or an old release.

    Raises:
        UsageError: if nothing is published, or not that.
    """
    if release is not None:
        from pipeline.lake.history import find, plain_of

        return plain_of(settings, find(settings, release))
    if not settings.plain.exists():
        if head(settings) is None:
            raise UsageError("nothing has been published yet: run `headroom refresh`")
        raise UsageError(f"{settings.plain} is missing: run `headroom doctor`")
    return settings.plain


def _says_pragma(sql: str) -> bool:
    """Whether a keyword of the statement is PRAGMA; some are rewritten as selects."""
    import duckdb

    return any(
        kind == duckdb.token_type.keyword and sql[start:].lower().startswith("pragma")
        for start, kind in duckdb.tokenize(sql)
    )
