"""A user's SQL, in a connection that can read one file and nothing else.

What belongs here: that connection. It holds no extension: the SQLite one would read and
write any file whatever the settings say, so the lake is never attached here and an old
release is first built as a plain file. What does not: printing the result.
"""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.lake.errors import UsageError
from pipeline.lake.heads import head
from pipeline.settings import Settings

if TYPE_CHECKING:
    import duckdb

ROWS = 1_000_000  # of an answer; a tuple in Python takes far more than a row in DuckDB
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
        with (
            tempfile.TemporaryDirectory(prefix="headroom-") as spill,
            duckdb.connect(
                path, read_only=True, config=_limits(settings, spill)
            ) as con,
        ):
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
            return _answer(con, statements[0], settings.sql_seconds)
    except duckdb.OutOfMemoryException as error:
        raise SqlError(
            f"the query needs more than {settings.sql_memory} of memory and "
            f"{settings.sql_spill} of disk: narrow it, or raise HEADROOM_SQL_MEMORY "
            "and HEADROOM_SQL_SPILL"
        ) from error
    except duckdb.Error as error:
        raise SqlError(str(error)) from error


def _limits(
    settings: Settings, spill: str
) -> dict[str, str | bool | int | float | list[str]]:
    """Configuration of the connection, with what a query may take."""
    return _CONFIG | {
        "memory_limit": settings.sql_memory,
        "temp_directory": spill,
        "max_temp_directory_size": settings.sql_spill,
    }


def _answer(
    con: duckdb.DuckDBPyConnection, statement: duckdb.Statement, seconds: float
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names and rows; DuckDB holds up signals, so it works beside this thread.

    Raises:
        SqlError: if that takes too long or gives too much.
    """

    def work() -> tuple[list[str], list[tuple[Any, ...]]]:
        result = con.execute(statement)
        names = [column[0] for column in result.description or ()]
        rows = result.fetchmany(ROWS + 1)
        if len(rows) > ROWS:
            raise SqlError(
                f"the query gives more than {ROWS:,} rows: add a LIMIT, or open "
                "headroom.duckdb itself"
            )
        return names, rows

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(work)
        try:
            return running.result(timeout=seconds)
        except TimeoutError as error:
            raise SqlError(
                f"the query took more than {seconds:g} seconds and was stopped: narrow "
                "it, or raise HEADROOM_SQL_SECONDS"
            ) from error
        finally:
            # DuckDB forgets an interruption that comes before the query has begun.
            while not running.done():
                con.interrupt()
                wait([running], timeout=0.1)


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
