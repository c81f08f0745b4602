"""Valid frames for any contract, and notes by the thousand.

What belongs here: a generator that knows columns, vocabularies, ranges and keys, so
that a new table needs no new fixture; and one of notes, to see what a long record
costs. What does not: a frame or a note that means something.
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


def add_notes(sources: Path, count: int) -> None:
    """Add notes on models that there are not, disclosed over two years up to today.

    As mixed as the record is: each has its model's pre-training, two in five a
    reasoning run by chip hours, some a share or a bill on top, and scores. They are
    ordinary runs: none is a record.

    Args:
        sources: a record's folder; its registry grows, too.
        count: how many notes.
    """
    rng = np.random.default_rng(2026)
    first = pd.Timestamp("2024-12-01")
    models = []
    for k in range(count):
        day = first + pd.Timedelta(days=int(rng.integers(0, 725)))
        years = (day - first).days / 365.25
        flop = 10 ** min(rng.normal(23.5, 0.8), 25.3)
        reasoning = k % 5 < 2
        size = float(f"{(flop / 600) ** 0.5:.3g}")
        claims = [
            f"  - id: pretraining\n    model: syn-{k}\n    stage: pretraining\n"
            f"    evidence: tokens_x_params\n    parameters: {size:.3g}\n"
            f"    tokens: {100 * size:.3g}\n",
        ]
        if reasoning:
            z = min(-2.6 + 1.2 * years + rng.normal(0, 0.5), -0.2)
            hours = flop * 10**z / 1.44e18  # H100 at 40%
            claims.append(
                f"  - id: hours\n    model: syn-{k}\n    stage: reasoning\n"
                f"    evidence: chip_hours\n    value: {hours:.3g}\n"
                "    hardware: h100-sxm\n    precision: bf16\n"
            )
            if k % 10 == 0:
                claims.append(
                    f"  - id: bill\n    model: syn-{k}\n    stage: reasoning\n"
                    f"    evidence: cost\n    value: ${2 * hours:.3g}\n"
                    "    hardware: h100-sxm\n"
                )
        if k % 2:
            claims.append(
                f"  - id: aime\n    model: syn-{k}\n    evidence: score\n"
                f"    benchmark: AIME 2024\n    protocol: pass@1\n"
                f"    value: {rng.uniform(5, 90):.1f}%\n"
            )
        told = '    locator: "table 1"\n    summary: "As the report says."\n'
        (sources / "notes" / f"syn-{k}.md").write_text(
            f"---\nsource:\n  id: syn-{k}\n  title: Report on Synthetic {k}\n"
            f"  publisher: Lab {k % 40}\n  url: https://example.org/syn/{k}\n"
            f"  published_on: {day.date()}\n  retrieved_on: {day.date()}\n"
            "  kind: primary\n  language: en\nclaims:\n"
            + "".join(claim + told for claim in claims)
            + "---\n"
        )
        models.append(
            f"- id: syn-{k}\n  name: Synthetic {k}\n  developer: Lab {k % 40}\n"
            f"  released_on: {day.date()}\n  country: US\n  openness: open_weights\n"
            f"  role: {'flagship' if k % 3 == 0 else 'research'}\n"
            f"  is_reasoning: {str(reasoning).lower()}\n"
        )
    with (sources / "models.yaml").open("a", encoding="utf-8") as registry:
        registry.write("".join(models))
