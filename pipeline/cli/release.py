"""Reading the current release for people.

What belongs here: queries on the plain file and how they are shown. What does not:
SQL of users (sandbox of the lake).
"""

from __future__ import annotations

from typing import Any

from pipeline.cli.console import WRONG_USAGE, stop
from pipeline.settings import Settings

Row = dict[str, Any]


def rows(
    settings: Settings, sql: str, parameters: list[Any] | None = None
) -> list[Row]:
    """Rows of a query on `headroom.duckdb`; stops with a remedy if there is none."""
    import duckdb

    from pipeline.lake.reading import records

    if not settings.plain.exists():
        stop("There is no release yet: run `headroom refresh` first.", WRONG_USAGE)
    try:
        with duckdb.connect(str(settings.plain), read_only=True) as con:
            return records(con, sql, parameters or ())
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        why = str(error).splitlines()[0]
        stop(
            f"{settings.plain} was published by another version of Headroom ({why}): "
            "publish a release with this one by `headroom refresh`."
        )
    except duckdb.Error as error:
        why = str(error).splitlines()[0]
        stop(f"{settings.plain} cannot be read ({why}): run `headroom refresh`.")


def day(value: object) -> str:
    """A date, or the words for none within the horizon."""
    return "later or never" if value is None else str(value)
