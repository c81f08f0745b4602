"""Writing tables with their checks: the one helper of the assets.

What belongs here: the order of conforming, checking, staging and reporting, and the
specifications that announce it. What does not: a rule (contracts/, checks/), and the
gate: publish applies contracts and rules again by itself.

Tables travel between assets as staged Parquet files with their provenance. There is no
IO manager: one that raised on a bad frame would leave the check that explains it unrun.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.assets import runs, shown
from pipeline.assets.warehouse import OWNERS, Warehouse, key_of
from pipeline.checks import CHECKS, Check
from pipeline.contracts import TABLES, ContractError, conform, derive
from pipeline.lake import Provenance, staging
from pipeline.lake.fingerprints import code

Result = dg.MaterializeResult[None] | dg.AssetCheckResult
Frames = Mapping[str, pd.DataFrame]

CONTRACT = "contract"


def asset_specs(
    tables: Mapping[str, Sequence[str]], modules: Sequence[str], kinds: Iterable[str]
) -> list[dg.AssetSpec]:
    """One asset per table.

    Args:
        tables: by table, the tables it is computed from.
        modules: packages and modules below `pipeline/` that decide the result.
        kinds: Dagster's kinds.
    """
    version = code(*modules)[:16]
    return [
        dg.AssetSpec(
            key=key_of(table),
            deps=[key_of(name) for name in sources],
            description=derive.description(TABLES[table]),
            group_name=table.split(".", maxsplit=1)[0],
            kinds=set(kinds),
            owners=list(OWNERS),
            code_version=version,
            skippable=True,
            metadata={
                "dagster/column_schema": shown.schema(table),
                "dagster/table_name": table,
            },
        )
        for table, sources in tables.items()
    ]


def check_specs(
    tables: Iterable[str], inputs: Iterable[str] = ()
) -> list[dg.AssetCheckSpec]:
    """Every check of the tables; `inputs` are at hand beside them."""
    tables = list(tables)
    at_hand = {*tables, *inputs}
    contracts = [
        dg.AssetCheckSpec(
            CONTRACT,
            asset=key_of(table),
            blocking=True,
            description="Types, ranges, vocabularies and keys of the table's contract.",
        )
        for table in tables
    ]
    return contracts + [
        dg.AssetCheckSpec(
            rule.name,
            asset=key_of(rule.table),
            blocking=True,
            description=rule.about[0].upper() + rule.about[1:] + ".",
        )
        for rule in _about(tables, at_hand)
    ]


def _about(tables: Iterable[str], at_hand: Iterable[str]) -> list[Check]:
    """The rules on these tables that need nothing else."""
    about, there = set(tables), set(at_hand)
    return [r for r in CHECKS if r.table in about and set(r.needs) <= there]


@dataclass
class Step:
    """One computation of a run: what it has read, and what becomes of its tables.

    Attributes:
        frames: by name, the tables read and those written so far.
    """

    context: dg.AssetExecutionContext
    warehouse: Warehouse
    provenance: Provenance
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)

    @classmethod
    def of_staged(
        cls,
        context: dg.AssetExecutionContext,
        warehouse: Warehouse,
        inputs: Iterable[str],
    ) -> Step:
        """A step that computes from staged tables."""
        staged = {name: staging.read(warehouse.settings, name) for name in inputs}
        origin = Provenance(
            run_id=context.run_id,
            # Inputs of several runs cannot pass publish; any of them shows the mixture.
            fingerprint=min(each.provenance.fingerprint for each in staged.values()),
            inputs={n: each.provenance.content for n, each in staged.items()},
        )
        frames = {name: each.frame for name, each in staged.items()}
        return cls(context, warehouse, origin, frames)

    def write(self, tables: Frames) -> Iterator[Result]:
        """Check the tables, stage the good ones, quarantine the others.

        Args:
            tables: by name, as computed; the good ones join `frames`, typed.

        Raises:
            Failure: after the last table, if a blocking check failed: nothing is
                computed from what was refused.
        """
        settings = self.warehouse.settings
        failed, passed = self._judge(tables)
        if any(failed.values()):
            tags = {runs.REFUSED: runs.CHECK_FAILED}
            self.context.instance.add_run_tags(self.context.run_id, tags)
        drawn = shown.plots([t for t in tables if not failed[t]], self.frames)
        for table in tables:
            if failed[table]:
                yield from (*failed[table], *passed[table])
                continue
            frame = self.frames[table]
            stamped = staging.write(settings, table, frame, self.provenance)
            self.warehouse.watch(table)
            yield dg.MaterializeResult(
                asset_key=key_of(table),
                metadata=shown.facts(table, frame) | drawn.get(table, {}),
                check_results=passed[table],
                data_version=dg.DataVersion(stamped.content[:16]),
            )
        if any(failed.values()):
            raise dg.Failure(runs.CHECK_FAILED)

    def _judge(
        self, tables: Frames
    ) -> tuple[
        dict[str, list[dg.AssetCheckResult]], dict[str, list[dg.AssetCheckResult]]
    ]:
        """Failed and passed checks by table."""
        failed: dict[str, list[dg.AssetCheckResult]] = {t: [] for t in tables}
        passed: dict[str, list[dg.AssetCheckResult]] = {t: [] for t in tables}
        for table, frame in tables.items():
            try:
                self.frames[table] = conform(TABLES[table], frame)
                passed[table].append(result(CONTRACT, table))
            except ContractError as error:
                staging.quarantine(
                    self.warehouse.settings, table, frame, error.failures
                )
                failed[table].append(result(CONTRACT, table, error.failures))
        for rule in _about(tables, self.frames):
            rows = rule.failures(self.frames)
            kept = passed if rows.empty else failed
            kept[rule.table].append(result(rule.name, rule.table, rows))
        return failed, passed


def result(
    name: str, table: str, failures: pd.DataFrame | None = None
) -> dg.AssetCheckResult:
    """The outcome of a check, with failing rows as a table."""
    bad = failures is not None and not failures.empty
    metadata: dict[str, Any] = {"failing rows": 0}
    if bad and failures is not None:
        metadata = {
            "failing rows": len(failures),
            "rows": shown.rows(failures.head(shown.FAILING)),
        }
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=key_of(table),
        passed=not bad,
        metadata=metadata,
        severity=dg.AssetCheckSeverity.ERROR,
    )
