"""Whether a plain file, and every release of the lake, holds what it says it holds.

What belongs here: checksums over the tables of an opened release. What does not:
repairing (recovery.py).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.contracts import TABLES, columns, contract, key
from pipeline.contracts.conform import arrow_sha256
from pipeline.lake.connect import LAKE

_SHORT = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def mismatches(con: DuckDBPyConnection) -> list[str]:
    """Tables of the newest release in this connection that are not what it says.

    A table of another version's contract cannot be compared.
    """
    row = con.execute(
        "SELECT content FROM meta.releases ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return ["meta.releases has no row"]
    con.execute("SET TimeZone = 'UTC'")
    return [
        f"{table_name} is not what its release says"
        for table_name, content in sorted(json.loads(row[0]).items())
        if _as_declared(con, table_name) and _sha256(con, table_name) != content
    ]


def every_release(con: DuckDBPyConnection) -> list[str]:
    """Tables of any release of the attached lake that are not what it says.

    A table that came through a change of its contract is compared no more: its columns
    are other ones now. What is compared is read at the release's own snapshot, and a
    content that several releases share is read at the newest of them.
    """
    listed = con.execute(
        f"SELECT seq, snapshot_id, content FROM {LAKE}.meta.releases ORDER BY seq DESC"
    ).fetchall()
    seen: set[tuple[str, str]] = set()
    faults = []
    for seq, snapshot, text in listed:
        for table_name, content in sorted(json.loads(text).items()):
            if (table_name, content) in seen or snapshot is None:
                continue
            seen.add((table_name, content))
            at = f"{LAKE}.{table_name} AT (VERSION => {snapshot})"
            if not _as_declared(con, table_name, at):
                continue
            if _sha256(con, table_name, at) != content:
                faults.append(f"{table_name} of release {seq} is not what it was")
    return faults


def _as_declared(con: DuckDBPyConnection, table_name: str, source: str = "") -> bool:
    """Whether a table has the columns and types of today's contract."""
    if table_name not in TABLES:
        return False
    found = con.execute(f"DESCRIBE FROM {source or table_name}").fetchall()
    have = {name: _SHORT.get(kind, kind) for name, kind, *_ in found}
    return have == {c.name: c.sql_type for c in columns(contract(table_name))}


def _sha256(con: DuckDBPyConnection, table_name: str, source: str = "") -> str:
    table = contract(table_name)
    names = ", ".join(f'"{c.name}"' for c in columns(table))
    order = ", ".join(f'"{c}"' for c in key(table))
    query = f"SELECT {names} FROM {source or table_name} ORDER BY {order}"
    return arrow_sha256(table, con.execute(query).to_arrow_table())
