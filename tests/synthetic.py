"""Valid frames for any contract, made from the contract itself.

What belongs here: a generator that knows columns, vocabularies, ranges and keys, so
that a new table needs no new fixture. What does not: a frame that means something.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contracts import PUBLISHED, Table, columns, conform, key
from pipeline.contracts.derive import Column
from pipeline.lake import Provenance, staging
from pipeline.settings import Settings

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
F1, F2, F3 = ("1" * 64, "2" * 64, "3" * 64)
_DAY0 = pd.Timestamp("2025-01-01")


def settings_in(folder: Path) -> Settings:
    """Settings of an empty project."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    return Settings(
        sources=folder / "sources", warehouse=folder / "warehouse", home=folder / "home"
    )


@cache
def frame(table: type[Table], rows: int = 6) -> pd.DataFrame:
    """A conformed frame with that many rows (fewer if its key allows no more).

    Made once, so change only copies.
    """
    declared = columns(table)
    data = pd.DataFrame(
        {c.name: [_value(table, c, i) for i in range(rows)] for c in declared}
    )
    return conform(table, data.drop_duplicates(list(key(table)), ignore_index=True))


def frames(rows: int = 6) -> dict[str, pd.DataFrame]:
    """A frame for every published table."""
    return {table_name: frame(table, rows) for table_name, table in PUBLISHED.items()}


def stage(
    settings: Settings, tables: dict[str, pd.DataFrame], fingerprint: str = F1
) -> dict[str, Provenance]:
    """Stage frames as one run would; each table has those before it as inputs."""
    done: dict[str, Provenance] = {}
    for table_name, data in tables.items():
        inputs = {n: p.content for n, p in done.items()}
        origin = Provenance("run", fingerprint, inputs)
        done[table_name] = staging.write(settings, table_name, data, origin)
    return done


def _value(table: type[Table], column: Column, i: int) -> object:
    checks = {c.name: c.statistics for c in _checks(table, column.name)}
    if column.nullable and column.name not in key(table) and i % 3 == 1:
        return None
    if "isin" in checks:
        allowed = sorted(checks["isin"]["allowed_values"])
        return allowed[i % len(allowed)]
    if column.sql_type == "VARCHAR":
        return _text(column, str(checks.get("str_matches", {}).get("pattern", "")), i)
    if column.sql_type == "DATE":
        return _DAY0 + pd.Timedelta(days=31 * i)
    if column.sql_type == "TIMESTAMPTZ":
        return pd.Timestamp(NOW) + pd.Timedelta(hours=i)
    if column.sql_type == "BOOLEAN":
        return i % 2 == 0
    if column.sql_type == "BIGINT":
        return i + 2
    high = checks.get("less_than_or_equal_to", {}).get("max_value", np.inf)
    return 1.5 + i if high > 1e9 else high * (i + 1) / (i + 2)


def _text(column: Column, pattern: str, i: int) -> str:
    if column.references is not None:  # as the generator fills the column it names
        column = replace(column, name=column.references.split(".")[2], references=None)
    if column.name == "inputs":
        return json.dumps({"tokens": i})
    slug = column.name.replace("_", "-")
    candidates = [
        f"m{i}" if column.name.endswith("model_id") else f"{slug}-{i}",
        f"m{i}/reasoning",
        f"s{i}/c{i}",
        f"x{i}",
        f"https://example.org/{i}",
        f"{i:064x}",
        f"2025-01-01-{i:08x}",
        f"{chr(65 + i % 26)}A",
    ]
    if column.name in ("claim_id", "repeats", "supersedes", "score_id"):
        return f"s{i}/c{i}"
    if column.name == "reference_node":
        return f"m{i}/pretraining"
    return next(text for text in candidates if re.match(pattern, text))


def _checks(table: type[Table], column: str) -> list:
    return table.to_schema().columns[column].checks
