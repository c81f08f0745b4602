"""What a contract says, in other languages: DDL, Arrow, a data dictionary.

What belongs here: pure translations of a pandera model. What does not: validation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from pipeline.contracts.table import Day, Moment, Table

_SQL: tuple[tuple[type, str, pa.DataType], ...] = (
    (Day, "DATE", pa.date32()),
    (Moment, "TIMESTAMPTZ", pa.timestamp("us", tz="UTC")),
)
_BY_NAME = {
    "string[pyarrow]": ("VARCHAR", pa.string()),  # pandas 3 `str`
    "float64": ("DOUBLE", pa.float64()),
    "Int64": ("BIGINT", pa.int64()),
    "boolean": ("BOOLEAN", pa.bool_()),
}


@dataclass(frozen=True)
class Column:
    """One column of a contract, as every consumer needs it."""

    name: str
    sql_type: str
    arrow_type: pa.DataType
    unit: str
    description: str
    nullable: bool
    references: str | None
    exact: bool
    rules: tuple[str, ...]
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


def name(table: type[Table]) -> str:
    """`schema.table` of a contract."""
    return str(table.to_schema().name)


def key(table: type[Table]) -> tuple[str, ...]:
    """The columns that identify a row."""
    return tuple(table.to_schema().unique or ())


def description(table: type[Table]) -> str:
    """What the table holds: the first paragraph of the contract's docstring."""
    return " ".join((table.__doc__ or "").split("\n\n")[0].split())


def columns(table: type[Table]) -> tuple[Column, ...]:
    """All columns of a contract, in their order."""
    found = []
    for column in table.to_schema().columns.values():
        dtype = column.dtype
        for kind, sql, arrow in _SQL:
            if isinstance(dtype, kind):
                sql_type, arrow_type = sql, arrow
                break
        else:
            sql_type, arrow_type = _BY_NAME[str(dtype)]
        about = column.metadata or {}
        bounds = {c.name: c.statistics or {} for c in column.checks}
        found.append(
            Column(
                name=str(column.name),
                sql_type=sql_type,
                arrow_type=arrow_type,
                unit=str(about.get("unit", "")),
                description=str(column.description),
                nullable=bool(column.nullable),
                references=about.get("references"),
                exact=bool(about.get("exact", False)),
                rules=tuple(str(check.error or check.name) for check in column.checks),
                allowed=tuple(
                    map(str, bounds.get("isin", {}).get("allowed_values", ()))
                ),
                minimum=_end(bounds, "min_value"),
                maximum=_end(bounds, "max_value"),
            )
        )
    return tuple(found)


def _end(bounds: dict[str, dict[str, Any]], name: str) -> float | None:
    """The end of a column's range, whichever rule states it."""
    ends = [float(each[name]) for each in bounds.values() if name in each]
    return ends[0] if ends else None


def arrow_schema(table: type[Table]) -> pa.Schema:
    """The Arrow schema in which a table is staged."""
    return pa.schema(
        [pa.field(c.name, c.arrow_type, nullable=c.nullable) for c in columns(table)]
    )


def ddl(table: type[Table], catalog: str = "") -> str:
    """`CREATE TABLE` in DuckDB's dialect, optionally inside an attached catalog."""
    target = f"{catalog}.{name(table)}" if catalog else name(table)
    body = ", ".join(
        f'"{c.name}" {c.sql_type}{"" if c.nullable else " NOT NULL"}'
        for c in columns(table)
    )
    return f"CREATE TABLE IF NOT EXISTS {target} ({body})"


def comment(column: Column) -> str:
    """The comment on a column in the database: what it holds, its unit, its words."""
    unit = f" [{column.unit}]" if column.unit else ""
    words = f"; one of: {' | '.join(column.allowed)}" if column.allowed else ""
    return column.description + unit + words


def dictionary(tables: dict[str, type[Table]]) -> pd.DataFrame:
    """The data dictionary: rows of meta.columns for the given tables."""
    rows = [
        {
            "table_name": table_name,
            "column_name": c.name,
            "position": position,
            "type": c.sql_type,
            "unit": c.unit,
            "nullable": c.nullable,
            "in_key": c.name in key(table),
            "refers_to": c.references,
            "allowed": " | ".join(c.allowed) or None,
            "minimum": c.minimum,
            "maximum": c.maximum,
            "description": c.description,
        }
        for table_name, table in tables.items()
        for position, c in enumerate(columns(table), start=1)
    ]
    return pd.DataFrame(rows)


def described(tables: dict[str, type[Table]]) -> pd.DataFrame:
    """Rows of meta.tables for the given tables."""
    rows = [
        {
            "table_name": table_name,
            "layer": table_name.split(".", maxsplit=1)[0],
            "grain": description(table),
            "key": ", ".join(key(table)),
        }
        for table_name, table in tables.items()
    ]
    return pd.DataFrame(rows)
