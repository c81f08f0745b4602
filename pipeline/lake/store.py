"""One publication: all tables in one transaction, one snapshot, changed rows only.

What belongs here: reading and writing the tables of the attached lake. What does not:
whether they may be published (publication.py), or the plain file (plain.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline.contracts import TABLES, columns, conform, content_sha256, contract, key
from pipeline.contracts.conform import to_arrow
from pipeline.contracts.derive import Column, described, dictionary
from pipeline.lake.changes import changes
from pipeline.lake.connect import LAKE
from pipeline.lake.heads import AUTHOR, Head
from pipeline.lake.local import MARK
from pipeline.lake.place import place_of
from pipeline.lake.tables import annotate, migrate, shape, target
from pipeline.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RELEASES = "meta.releases"


@dataclass(frozen=True)
class Facts:
    """What is known of a publication before it is written."""

    release_id: str
    kind: str
    reason: str | None
    vintage: date
    fingerprint: str
    published_at: datetime
    run_id: str
    method: str
    held_fingerprint: str | None = None
    warnings: tuple[str, ...] = ()


def read(
    con: DuckDBPyConnection, table_names: Iterable[str]
) -> dict[str, pd.DataFrame]:
    """Tables of the attached lake with the columns of their contracts.

    An older version may lack a column or a table: it is then NULL, or without rows. A
    column that had another name or type then is read as today's.
    """
    have = shape(con)
    found = {}
    for table_name in table_names:
        declared = columns(contract(table_name))
        wanted = [c.name for c in declared]
        there = _as_today(table_name, declared, have.get(table_name, {}))
        if there:
            rows = con.execute(
                f"SELECT {', '.join(there)} FROM {LAKE}.{table_name}"
            ).to_arrow_table()
            frame = rows.to_pandas(date_as_object=False)
        else:
            frame = pd.DataFrame()
        found[table_name] = frame.reindex(columns=wanted)
    return found


# By table and column, what an older version called it.
_RENAMED = {
    ("out.convergence", "threshold"): "share",
    ("out.projections", "usd_at_trend_price"): "usd_p50",
    ("core.estimates", "usd_at_flat_rate"): "usd_p50",
}


def _as_today(
    table_name: str,
    declared: Sequence[Column],
    have: Mapping[str, tuple[str, bool]],
) -> list[str]:
    """Expressions for the columns of a contract that a version has."""
    found = []
    for column in declared:
        name = column.name
        if name not in have:
            name = _RENAMED.get((table_name, name), name)
        if name in have:
            value = f'"{name}"'
            if have[name][0] != column.sql_type:  # text that is no number: unknown
                value = f"TRY_CAST({value} AS {column.sql_type})"
            found.append(f'{value} AS "{column.name}"')
    return found


@dataclass(frozen=True)
class Tables:
    """Conformed frames of all published tables, and the sha256 of each."""

    frames: Mapping[str, pd.DataFrame]
    content: Mapping[str, str]


def read_head(con: DuckDBPyConnection, new: Tables) -> dict[str, pd.DataFrame]:
    """The head's tables, to compare with new ones.

    A table with the same content is the new frame itself, which need not be read.
    """
    _, published = _last(con)
    same = {
        table_name: frame
        for table_name, frame in new.frames.items()
        if published.get(table_name) == new.content[table_name]
    }
    return same | read(con, [name for name in new.frames if name not in same])


def commit(
    con: DuckDBPyConnection,
    settings: Settings,
    old: Mapping[str, pd.DataFrame],
    new: Tables,
    facts: Facts,
) -> Head:
    """Write all published tables as the new head.

    Args:
        con: a connection with the lake attached for writing.
        settings: where the lake lies.
        old: the head's tables, for meta.changes; empty before the first publication.
        new: the tables to publish.
        facts: what is known of the publication.
    """
    place = place_of(settings)
    place.put(MARK, b"a publication is being written\n")
    last_seq, published = _last(con)
    head = Head(
        seq=last_seq + 1,
        # Known beforehand: there is one writer, and its commit is never retried.
        snapshot_id=_one(con, f"SELECT id FROM {LAKE}.current_snapshot()") + 1,
        **vars(facts),
    )
    meta = {
        "meta.columns": conform(contract("meta.columns"), dictionary(TABLES)),
        "meta.tables": conform(contract("meta.tables"), described(TABLES)),
        "meta.changes": changes(old, new.frames),
    }
    tables = {**new.frames, **meta}
    content = {
        **new.content,
        **{t: content_sha256(contract(t), frame) for t, frame in meta.items()},
    }
    con.execute("BEGIN")
    touched = migrate(con, TABLES)
    for table_name, frame in sorted(tables.items()):
        if content[table_name] != published.get(table_name) or table_name in touched:
            _write(con, table_name, frame)
    _write(con, RELEASES, _release(head, tables, content), keep=True)
    annotate(con, TABLES)
    con.execute(
        f"CALL {LAKE}.set_commit_message(?, ?, extra_info => ?)",
        [AUTHOR, f"publication {head.seq}: {head.release_id}", head.to_json()],
    )
    place.sync()
    place.require_lock()
    con.execute("COMMIT")
    place.remove(MARK)
    return head


def _last(con: DuckDBPyConnection) -> tuple[int, dict[str, str]]:
    """Number and content of the newest publication; (0, {}) before the first."""
    if RELEASES not in shape(con):
        return 0, {}
    row = con.execute(
        f"SELECT seq, content FROM {LAKE}.{RELEASES} ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return (row[0], json.loads(row[1])) if row else (0, {})


def _one(con: DuckDBPyConnection, query: str) -> Any:
    row = con.execute(query).fetchone()
    return row[0] if row else None


def _release(
    head: Head, tables: Mapping[str, pd.DataFrame], content: Mapping[str, str]
) -> pd.DataFrame:
    counts = {table_name: len(frame) for table_name, frame in tables.items()}
    row = vars(head) | {
        "vintage": pd.Timestamp(head.vintage),
        "warnings": json.dumps(head.warnings, ensure_ascii=False),
        "n_rows": sum(counts.values()),
        "row_counts": json.dumps(counts, sort_keys=True),
        "content": json.dumps(content, sort_keys=True),
    }
    return conform(contract(RELEASES), pd.DataFrame([row]))


def _write(
    con: DuckDBPyConnection,
    table_name: str,
    frame: pd.DataFrame,
    *,
    keep: bool = False,
) -> None:
    """Make the table's rows those of the frame, touching only rows that differ.

    Args:
        con: a connection inside the transaction.
        table_name: the table.
        frame: its rows, conformed: keys are unique and never NULL.
        keep: only add rows.
    """
    table = contract(table_name)
    names = [c.name for c in columns(table)]
    into, same_key = target(table), _same(key(table))
    con.register("staged", to_arrow(table, frame))
    if keep or not _one(con, f"SELECT count(*) FROM {into}"):
        con.execute(f"INSERT INTO {into} ({_list(names)}) SELECT * FROM staged")
    else:
        # MERGE takes one UPDATE or DELETE action, so the rows that went need their own.
        con.execute(
            f"MERGE INTO {into} AS t USING staged AS s ON {same_key} "
            f"{_update([c for c in names if c not in key(table)])}"
            f"WHEN NOT MATCHED THEN INSERT ({_list(names)}) "
            f"VALUES ({_list(names, 's.')})"
        )
        con.execute(
            f"DELETE FROM {into} AS t "
            f"WHERE NOT EXISTS (SELECT 1 FROM staged AS s WHERE {same_key})"
        )
    con.unregister("staged")


def _update(values: list[str]) -> str:
    if not values:
        return ""
    distinct = " OR ".join(f't."{c}" IS DISTINCT FROM s."{c}"' for c in values)
    assign = ", ".join(f'"{c}" = s."{c}"' for c in values)
    return f"WHEN MATCHED AND ({distinct}) THEN UPDATE SET {assign} "


def _same(names: Iterable[str]) -> str:
    return " AND ".join(f't."{c}" = s."{c}"' for c in names)


def _list(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{c}"' for c in names)
