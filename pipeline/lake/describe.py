"""What an exported release says about itself: Frictionless, citation, dictionary.

What belongs here: texts made from the release's own data dictionary. What does not:
writing files (export.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.lake.heads import Head
from pipeline.lake.plain import dictionary_names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TITLE = "Headroom: compute in reasoning training and its distance to the frontier"
SUMMARY = (
    "Estimates, with intervals, of the compute that AI labs put into reasoning "
    "training, and projections of when its growth meets the largest training runs; "
    "every figure is traceable to a public disclosure."
)
LICENCE = ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/")
_TYPES = {
    "VARCHAR": "string",
    "DOUBLE": "number",
    "BIGINT": "integer",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMPTZ": "datetime",
}


@dataclass(frozen=True)
class DescribedColumn:
    """One column, as the release's dictionary has it."""

    name: str
    type: str
    unit: str
    nullable: bool
    in_key: bool
    references: str | None
    description: str
    allowed: str | None = None
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Described:
    """One table, as the release's dictionary has it."""

    name: str
    description: str
    columns: tuple[DescribedColumn, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a row."""
        return tuple(c.name for c in self.columns if c.in_key)


@dataclass(frozen=True)
class Picture:
    """A chart in the export: its path in the folder, its title, its text for the blind.

    The kind is the path's suffix.
    """

    path: str
    title: str
    alt: str


def tables(con: DuckDBPyConnection) -> list[Described]:
    """All tables of an opened release, with its own dictionary."""
    said = dict(
        con.execute(
            "SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()"
        ).fetchall()
    )
    found: dict[str, list[DescribedColumn]] = {}
    table, column_name, refers_to = dictionary_names(con)
    more = ", allowed, minimum, maximum" if table == "table_name" else ""
    for table_name, *column in con.execute(
        f"SELECT {table}, {column_name}, type, unit, nullable, in_key, {refers_to}, "
        f"description{more} FROM meta.columns ORDER BY 1, position"
    ).fetchall():
        found.setdefault(table_name, []).append(DescribedColumn(*column))
    return [
        Described(table_name, said[table_name], tuple(columns))
        for table_name, columns in found.items()
    ]


def datapackage(
    release: Head,
    described: Sequence[Described],
    pictures: Sequence[Picture],
    sources: Sequence[tuple[str, str]],
    folder: Path,
) -> str:
    """datapackage.json of the CSV files and pictures, by the Frictionless standard."""
    package = {
        "profile": "data-package",
        "name": "headroom",
        "title": TITLE,
        "description": SUMMARY,
        "version": release.release_id,
        "created": release.published_at.isoformat(),
        "licenses": [{"name": LICENCE[0], "path": LICENCE[1]}],
        "sources": [{"title": title, "path": url} for title, url in sources],
        "resources": [
            *(_resource(table, folder) for table in described),
            *(_parquet(table) for table in described),
            _database(folder),
            *(_picture(picture, folder) for picture in pictures),
        ],
    }
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def citation(release: Head) -> str:
    """CITATION.cff: how to cite this release."""
    fields = {
        "cff-version": "1.2.0",
        "type": "dataset",
        "title": TITLE,
        "abstract": SUMMARY,
        "message": "If you use these data, please cite this release.",
        "version": release.release_id,
        "date-released": f"{release.published_at:%Y-%m-%d}",
        "license": LICENCE[0],
    }
    lines = [f"{name}: {json.dumps(text)}\n" for name, text in fields.items()]
    return "".join([*lines, 'authors:\n  - name: "The Headroom contributors"\n'])


def dictionary(release: Head, described: Sequence[Described]) -> str:
    """The data dictionary in Markdown."""
    parts = [f"# Data dictionary of release {release.release_id}\n"]
    for table in described:
        parts.append(f"\n## {table.name}\n\n{table.description}\n\n")
        parts.append(f"Key: {', '.join(f'`{c}`' for c in table.key)}\n\n")
        parts.append("| column | type | unit | NULL | what it holds |\n")
        parts.append("| --- | --- | --- | --- | --- |\n")
        parts.extend(_row(column) for column in table.columns)
    return "".join(parts)


def _row(column: DescribedColumn) -> str:
    link = f" (→ `{column.references}`)" if column.references else ""
    allowed = (column.allowed or "").replace(" | ", ", ")
    words = f" (one of: {allowed})" if allowed else ""
    cells = [
        f"`{column.name}`",
        column.type,
        column.unit,
        "yes" if column.nullable else "",
        column.description.replace("|", "\\|") + words + link,
    ]
    return f"| {' | '.join(cells)} |\n"


def _picture(picture: Picture, folder: Path) -> dict[str, Any]:
    kind = Path(picture.path).suffix.removeprefix(".")
    return {
        "profile": "data-resource",
        "name": picture.path.replace("/", "-"),
        "path": picture.path,
        "title": picture.title,
        "description": picture.alt,
        "format": kind,
        "mediatype": {"svg": "image/svg+xml", "png": "image/png"}[kind],
        **_bytes(folder / picture.path),
    }


def _parquet(table: Described) -> dict[str, Any]:
    """Size and hash stand in SHA256SUMS: validators read the table, not the bytes."""
    return {
        "profile": "data-resource",
        "name": f"{table.name}-parquet",
        "path": f"parquet/{table.name}.parquet",
        "description": table.description,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
    }


def _database(folder: Path) -> dict[str, Any]:
    return {
        "profile": "data-resource",
        "name": "headroom-duckdb",
        "path": "headroom.duckdb",
        "description": "All tables and views in one DuckDB file, with comments.",
        "format": "duckdb",
        "mediatype": "application/vnd.duckdb",
        **_bytes(folder / "headroom.duckdb"),
    }


def _bytes(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _resource(table: Described, folder: Path) -> dict[str, Any]:
    path = f"csv/{table.name}.csv"
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": list(table.key),
    }
    links = [_link(table, c) for c in table.columns if c.references]
    if links:
        schema["foreignKeys"] = links
    return {
        "profile": "tabular-data-resource",
        "name": table.name,
        "path": path,
        "description": table.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_bytes(folder / path),
        "schema": schema,
    }


def _field(column: DescribedColumn) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[column.type],
        "description": column.description,
    }
    if column.unit:
        field["unit"] = column.unit
    if column.type == "TIMESTAMPTZ":
        field["format"] = "%Y-%m-%d %H:%M:%S.%fZ"
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if column.allowed:
        constraints["enum"] = column.allowed.split(" | ")
    for name in ("minimum", "maximum"):
        end = getattr(column, name)
        if end is not None:
            constraints[name] = int(end) if column.type == "BIGINT" else end
    if constraints:
        field["constraints"] = constraints
    if not column.nullable and column.type == "VARCHAR":
        field["missingValues"] = []  # '' is a value here, not a gap
    return field


def _link(table: Described, column: DescribedColumn) -> dict[str, Any]:
    schema, name, field = str(column.references).split(".")
    target = f"{schema}.{name}"
    return {
        "fields": [column.name],
        "reference": {
            "resource": "" if target == table.name else target,
            "fields": [field],
        },
    }
