"""Tables of the current release, to compare new ones with.

What belongs here: reading them from the plain file. What does not: comparing (checks/,
holds.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from pipeline.settings import Settings

if TYPE_CHECKING:
    import pandas as pd


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
