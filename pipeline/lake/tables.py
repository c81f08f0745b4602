"""Bringing the lake's tables to what the contracts say now.

What belongs here: creating, migrating and commenting tables inside the transaction of a
publication; older versions keep the columns they had. What does not: rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.contracts.derive import columns, comment, ddl, description, name
from pipeline.lake.connect import LAKE
from pipeline.lake.files import literal

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipeline.contracts import Table

# What DuckLake can widen in place; any other change of type makes the table anew.
_WIDENS = {("BIGINT", "DOUBLE")}


def target(table: type[Table]) -> str:
    """The table's name in the attached lake."""
    return f"{LAKE}.{name(table)}"


def shape(con: DuckDBPyConnection) -> dict[str, dict[str, tuple[str, bool]]]:
    """(type, nullable) by column by `schema.table`, as the lake has them."""
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for table_name, column, sql_type, nullable in con.execute(
        "SELECT schema_name || '.' || table_name, column_name, data_type, is_nullable "
        "FROM duckdb_columns() WHERE database_name = ? ORDER BY 1, column_index",
        [LAKE],
    ).fetchall():
        short = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}.get(sql_type, sql_type)
        found.setdefault(table_name, {})[column] = (short, nullable)
    return found


def migrate(con: DuckDBPyConnection, tables: dict[str, type[Table]]) -> set[str]:
    """Create, alter or drop tables until the lake has the contracts' columns.

    Returns:
        The tables that were touched, whose rows may no longer be what they were.
    """
    have = shape(con)
    for schema in sorted({table_name.split(".")[0] for table_name in tables}):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {LAKE}.{schema}")
    for gone in have.keys() - tables.keys():
        con.execute(f"DROP TABLE {LAKE}.{gone}")
    touched = set(tables) - have.keys()
    for table_name, table in tables.items():
        if table_name in have and _alter(con, table, have[table_name]):
            touched.add(table_name)
        con.execute(ddl(table, LAKE))
    return touched


def _alter(
    con: DuckDBPyConnection, table: type[Table], have: dict[str, tuple[str, bool]]
) -> bool:
    want = {c.name: c for c in columns(table)}
    retyped = {c: want[c].sql_type for c in want.keys() & have.keys()}
    retyped = {c: kind for c, kind in retyped.items() if kind != have[c][0]}
    if any((have[c][0], kind) not in _WIDENS for c, kind in retyped.items()):
        con.execute(f"DROP TABLE {target(table)}")  # old versions still have it
        return True
    steps = [f'DROP COLUMN "{c}"' for c in sorted(have.keys() - want.keys())]
    steps += [f'ALTER "{c}" SET DATA TYPE {kind}' for c, kind in retyped.items()]
    # Without NOT NULL, which its older rows cannot keep; the contract has it.
    steps += [
        f'ADD COLUMN "{c.name}" {c.sql_type}'
        for c in want.values()
        if c.name not in have
    ]
    steps += [
        f'ALTER "{c.name}" DROP NOT NULL'
        for c in want.values()
        if c.nullable and c.name in have and not have[c.name][1]
    ]
    for step in steps:
        con.execute(f"ALTER TABLE {target(table)} {step}")
    return bool(steps)


def annotate(con: DuckDBPyConnection, tables: dict[str, type[Table]]) -> None:
    """Comment on tables and columns, only where the comment differs."""
    have = comments(con)
    for table_name, table in tables.items():
        wanted = {"": description(table)} | {c.name: comment(c) for c in columns(table)}
        for column, text in wanted.items():
            if have.get((table_name, column)) == text:
                continue  # said again, it would make a snapshot of its own
            what = f'COLUMN {target(table)}."{column}"' if column else target(table)
            kind = "" if column else "TABLE "
            con.execute(f"COMMENT ON {kind}{what} IS {literal(text)}")


def comments(con: DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """Comment by table and column ('' = the table itself), as the lake has them."""
    rows = con.execute(
        "SELECT schema_name || '.' || table_name, column_name, comment "
        "FROM duckdb_columns() WHERE database_name = $lake UNION ALL "
        "SELECT schema_name || '.' || table_name, '', comment "
        "FROM duckdb_tables() WHERE database_name = $lake",
        {"lake": LAKE},
    ).fetchall()
    return {(table_name, column): text for table_name, column, text in rows if text}
