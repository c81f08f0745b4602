"""What every asset step gets and does: read staged tables, compute, hold, stage.

What belongs here: the one wrapper around the core. What does not: any computation.

Tables travel between steps as staged Parquet files with their provenance. There is no
IO manager: one that raised on a bad frame would leave the check that explains it unrun.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.checks import CHECKS, Check
from pipeline.contracts import (
    TABLES,
    ContractError,
    columns,
    conform,
    derive,
)
from pipeline.lake import Provenance, staging, writer
from pipeline.settings import Settings

Frames = Mapping[str, pd.DataFrame]
Result = dg.MaterializeResult[None] | dg.AssetCheckResult
CONTRACT = "contract"
LOCK_SECONDS = 900  # longer than any refresh
SHOWN = 50  # failing rows shown in a check
PREVIEW = 10  # rows shown of a good table


@dataclass
class Warehouse:
    """The resource of every step: where things lie, and who watches.

    Attributes:
        settings: the folders.
        accept: the reason with which a person overrules a hold; None = no one does.
        watch: called with each table when it is staged; the command line's progress.
        kept: what one step of a run computed and later ones need as well, by what it
            was computed from.
    """

    settings: Settings
    accept: str | None = None
    watch: Callable[[str], None] = field(default=lambda _: None)
    kept: dict[tuple[str, ...], Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What a step computed; a step that reads the sources says what it read."""

    tables: Frames
    fingerprint: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One computation: from staged tables (or the sources) to tables."""

    name: str
    tables: tuple[str, ...]
    inputs: tuple[str, ...]
    compute: Callable[[Frames, Warehouse], Made]
    kinds: frozenset[str] = frozenset({"pandas"})


def key_of(table: str) -> dg.AssetKey:
    """Asset key of `schema.table`."""
    return dg.AssetKey(table.split("."))


def _spec(step: Step, table: str) -> dg.AssetSpec:
    model = TABLES[table]
    schema = dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=c.name,
                type=c.sql_type,
                description=derive.comment(c),
                constraints=dg.TableColumnConstraints(
                    nullable=c.nullable, other=list(c.rules)
                ),
            )
            for c in columns(model)
        ]
    )
    return dg.AssetSpec(
        key=key_of(table),
        deps=[key_of(name) for name in step.inputs],
        description=derive.description(model),
        group_name=table.split(".", maxsplit=1)[0],
        kinds=set(step.kinds),
        owners=["team:headroom"],
        skippable=True,
        metadata={"dagster/column_schema": schema, "dagster/table_name": table},
    )


def checks_of(step: Step) -> list[Check]:
    """Cross-table rules whose tables this step has at hand."""
    at_hand = {*step.tables, *step.inputs}
    return [c for c in CHECKS if c.table in step.tables and set(c.needs) <= at_hand]


def build(step: Step) -> dg.AssetsDefinition:
    """The Dagster assets of a step, one per table, with their blocking checks."""
    specs = [
        dg.AssetCheckSpec(
            CONTRACT, asset=key_of(table), blocking=True,
            description="Types, ranges, vocabularies and keys of the table's contract.",
        )
        for table in step.tables
    ]  # fmt: skip
    specs += [
        dg.AssetCheckSpec(
            c.name, asset=key_of(c.table), blocking=True, description=c.about
        )
        for c in checks_of(step)
    ]

    @dg.multi_asset(
        name=step.name,
        specs=[_spec(step, table) for table in step.tables],
        check_specs=specs,
    )
    def compute(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[Result]:
        # Under the lock no other run can replace a table between reading and writing.
        with writer(warehouse.settings, f"{step.name} of a run", wait=LOCK_SECONDS):
            yield from _run(step, context.run_id, warehouse)

    return compute


def _run(step: Step, run_id: str, warehouse: Warehouse) -> Iterator[Result]:
    settings = warehouse.settings
    given = {name: staging.read(settings, name) for name in step.inputs}
    frames = {name: each.frame for name, each in given.items()}
    made = step.compute(frames, warehouse)
    inherited = {each.provenance.fingerprint for each in given.values()}
    provenance = Provenance(
        run_id=run_id,
        # Inputs of several runs cannot pass publish; any of them shows the mixture.
        fingerprint=made.fingerprint or min(inherited),
        inputs={n: each.provenance.content for n, each in given.items()}
        | dict(made.inputs),
    )
    failed: dict[str, list[dg.AssetCheckResult]] = {t: [] for t in step.tables}
    passed: dict[str, list[dg.AssetCheckResult]] = {t: [] for t in step.tables}
    for table in step.tables:
        try:
            frames[table] = conform(TABLES[table], made.tables[table])
            passed[table].append(_result(CONTRACT, table, None))
        except ContractError as error:
            staging.quarantine(settings, table, made.tables[table], error.failures)
            failed[table].append(_result(CONTRACT, table, error.failures))
    for check in checks_of(step):
        if set(check.needs) <= set(frames):
            rows = check.failures(frames)
            kept = passed if rows.empty else failed
            kept[check.table].append(_result(check.name, check.table, rows))
    for table in step.tables:
        if failed[table]:
            yield from (*failed[table], *passed[table])
            continue
        stamped = staging.write(settings, table, frames[table], provenance)
        warehouse.watch(table)
        yield dg.MaterializeResult(
            asset_key=key_of(table),
            metadata=_facts(table, frames[table]),
            check_results=passed[table],
            data_version=dg.DataVersion(stamped.content[:16]),
        )


def _result(
    name: str, table: str, failures: pd.DataFrame | None
) -> dg.AssetCheckResult:
    """The outcome of a check, with failing rows as a table."""
    bad = failures is not None and not failures.empty
    metadata: dict[str, Any] = {"failing rows": 0}
    if bad and failures is not None:
        metadata = {
            "failing rows": len(failures),
            "rows": dg.MetadataValue.md(markdown(failures.head(SHOWN))),
        }
    return dg.AssetCheckResult(
        check_name=name, asset_key=key_of(table), passed=not bad, metadata=metadata
    )


def _facts(table: str, frame: pd.DataFrame) -> dict[str, Any]:
    return {
        "dagster/row_count": len(frame),
        "preview": dg.MetadataValue.md(markdown(frame.head(PREVIEW))),
        "key": ", ".join(derive.key(TABLES[table])),
    }


def markdown(frame: pd.DataFrame) -> str:
    """A frame as a Markdown table; bars and line breaks inside texts are escaped."""

    def text(value: Any) -> str:
        if pd.isna(value):
            return ""
        shown = f"{value:.6g}" if isinstance(value, float) else str(value)
        if isinstance(value, pd.Timestamp):
            shown = str(value.date())
        return shown.replace("|", "\\|").replace("\n", " ")

    head = "| " + " | ".join(map(str, frame.columns)) + " |"
    rule = "|" + " --- |" * len(frame.columns)
    rows = [
        "| " + " | ".join(text(v) for v in row) + " |"
        for row in frame.itertuples(index=False)
    ]
    return "\n".join([head, rule, *rows])
