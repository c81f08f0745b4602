"""Contracts of the meta layer: what was published, when, and what it means.

What belongs here: tables about the tables. They are written by publish, not by assets.
"""

from __future__ import annotations

from pipeline.contracts.table import (
    Day,
    Flag,
    Moment,
    Number,
    Table,
    Text,
    Whole,
)
from pipeline.contracts.table import (
    column as declare,
)


class Releases(Table):
    """One row per publication. A release id names content, a row names an event."""

    seq: Whole = declare("running number of the publication", ge=1)
    release_id: Text = declare(
        "newest disclosure and fingerprint of what decides the tables",
        pattern=r"^\d{4}-\d{2}-\d{2}-[0-9a-f]{8}$",
    )
    kind: Text = declare(
        "why it was published", one_of=("refresh", "rollback", "accepted")
    )
    reason: Text = declare("what the person gave as reason", null=True)
    snapshot_id: Whole = declare(
        "snapshot of the lake that holds the tables", null=True
    )
    vintage: Day = declare("newest disclosure", unit="date")
    fingerprint: Text = declare(
        "sha256 over sources, method and library versions", pattern=r"^[0-9a-f]{64}$"
    )
    method: Text = declare(
        "sha256 over the method's modules and library versions alone", null=True
    )
    held_fingerprint: Text = declare(
        "what a rollback withdrew; not published again while this is the head",
        null=True,
    )
    warnings: Text = declare(
        "what a person should look at in it, as a JSON array of sentences", null=True
    )
    published_at: Moment = declare("when it was published", unit="UTC")
    run_id: Text = declare("run that computed it")
    n_rows: Whole = declare("rows in all published tables", unit="rows", ge=0)
    row_counts: Text = declare("rows per table, as a JSON object")
    content: Text = declare("sha256 per table, as a JSON object")

    class Config:
        """Key and name."""

        name = "meta.releases"
        unique = ["seq"]


class Changes(Table):
    """The head release against the one before, at the level a person reads."""

    table: Text = declare("table of the change")
    key: Text = declare("key of the row, its parts joined by ' / '")
    column: Text = declare("column that changed; '' for a row added or removed")
    change: Text = declare("kind of change", one_of=("added", "removed", "revised"))
    old: Text = declare("value before", null=True)
    new: Text = declare("value now", null=True)
    ratio: Number = declare(
        "new over old, where both are numbers", unit="ratio", null=True
    )
    changed_by: Text = declare(
        "claims behind the change, comma-separated; a source of which many changed "
        "stands for them",
        null=True,
    )

    class Config:
        """Key and name."""

        name = "meta.changes"
        unique = ["table", "key", "column"]


class Tables(Table):
    """Every table: what a row of it is, and which columns identify one."""

    table_name: Text = declare("schema.table")
    layer: Text = declare(
        "raw: as sources have it; core: single models and claims; out: over time; "
        "meta: about the release",
        one_of=("raw", "core", "out", "meta"),
    )
    grain: Text = declare("what the table holds, a row each")
    key: Text = declare("columns that identify a row, comma-separated")

    class Config:
        """Key and name."""

        name = "meta.tables"
        unique = ["table_name"]


class Columns(Table):
    """The data dictionary: every column of every table."""

    table_name: Text = declare("schema.table")
    column_name: Text = declare("column")
    position: Whole = declare("place in the table", ge=1)
    type: Text = declare("DuckDB type")
    unit: Text = declare("unit; '' = none")
    nullable: Flag = declare("whether NULL is allowed")
    in_key: Flag = declare("whether it is part of the key")
    refers_to: Text = declare("foreign key as schema.table.column", null=True)
    allowed: Text = declare(
        "the words it may hold, separated by ' | '; NULL = any", null=True
    )
    minimum: Number = declare("least value allowed", unit="as the column", null=True)
    maximum: Number = declare("largest value allowed", unit="as the column", null=True)
    description: Text = declare("what it holds")

    class Config:
        """Key and name."""

        name = "meta.columns"
        unique = ["table_name", "column_name"]
