"""Whether a plain file holds what its release says it holds.

What belongs here: checksums over the tables of an opened release. What does not:
repairing (recovery.py).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.contracts import columns, contract, key
from pipeline.contracts.conform import arrow_sha256

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def mismatches(con: DuckDBPyConnection) -> list[str]:
    """Tables of the newest release in this connection that are not what it says."""
    row = con.execute(
        "SELECT content FROM meta.releases ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return ["meta.releases has no row"]
    con.execute("SET TimeZone = 'UTC'")
    return [
        f"{table_name} is not what its release says"
        for table_name, content in sorted(json.loads(row[0]).items())
        if _sha256(con, table_name) != content
    ]


def _sha256(con: DuckDBPyConnection, table_name: str) -> str:
    table = contract(table_name)
    names = ", ".join(f'"{c.name}"' for c in columns(table))
    order = ", ".join(f'"{c}"' for c in key(table))
    query = f"SELECT {names} FROM {table_name} ORDER BY {order}"
    return arrow_sha256(table, con.execute(query).to_arrow_table())
