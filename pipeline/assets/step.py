"""The one wrapper around the core: read staged tables, compute, hold, stage.

What belongs here: the order of these, and when a step need not compute. What does not:
any computation.

Tables travel between steps as staged Parquet files with their provenance. There is no
IO manager: one that raised on a bad frame would leave the check that explains it unrun.

A step whose code and inputs are those that its staged tables were computed from
stages them again as tables of this run, without computing. So a note that bears on
nothing but scores does not estimate anew. Contracts and checks are applied all the
same, and publish compares contents as ever.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.assets import audit, runs, shown
from pipeline.assets.io import (
    LOCK_SECONDS,
    OWNERS,
    Frames,
    Made,
    Step,
    Warehouse,
    key_of,
)
from pipeline.contracts import TABLES, ContractError, conform, derive
from pipeline.lake import Provenance, Staged, StagingError, staging, writer
from pipeline.lake.fingerprints import code
from pipeline.settings import Settings

Result = dg.MaterializeResult[None] | dg.AssetCheckResult


def build(step: Step) -> dg.AssetsDefinition:
    """The Dagster assets of a step, one per table, with their checks."""
    version = code(*step.code)

    @dg.multi_asset(
        name=step.name,
        specs=[_spec(step, table, version) for table in step.tables],
        check_specs=audit.specs(step),
    )
    def compute(
        context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
    ) -> Iterator[Result]:
        # Under the lock no other run can replace a table between reading and writing.
        with writer(warehouse.settings, f"{step.name} of a run", wait=LOCK_SECONDS):
            yield from _run(step, context, warehouse)

    return compute


def _spec(step: Step, table: str, version: str) -> dg.AssetSpec:
    return dg.AssetSpec(
        key=key_of(table),
        deps=[key_of(name) for name in step.inputs],
        description=derive.description(TABLES[table]),
        group_name=table.split(".", maxsplit=1)[0],
        kinds=set(step.kinds),
        owners=list(OWNERS),
        code_version=version[:16],
        skippable=True,
        metadata={
            "dagster/column_schema": shown.schema(table),
            "dagster/table_name": table,
        },
    )


def _run(
    step: Step, context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[Result]:
    settings = warehouse.settings
    given = {name: staging.read(settings, name) for name in step.inputs}
    frames = {name: each.frame for name, each in given.items()}
    seen = frames | {name: part(frames) for name, part in step.narrowed.items()}
    recipe = _recipe(step, given, seen)
    kept = _kept(settings, step, recipe)
    made = kept or step.compute(seen, warehouse)
    if made.fingerprint:  # this step has read the sources, for all that follow
        _tell(context, settings, made)
    inherited = {each.provenance.fingerprint for each in given.values()}
    provenance = Provenance(
        run_id=context.run_id,
        # Inputs of several runs cannot pass publish; any of them shows the mixture.
        fingerprint=made.fingerprint or min(inherited),
        inputs={n: each.provenance.content for n, each in given.items()}
        | dict(made.inputs),
        recipe=recipe,
    )
    failed, passed = _judge(step, made.tables, frames, settings)
    if any(failed.values()):
        context.instance.add_run_tags(context.run_id, {runs.REFUSED: "a failed check"})
    else:
        for table, advice in audit.advise(step, frames, settings):
            passed[table].append(advice)
    for table in step.tables:
        if failed[table]:
            yield from (*failed[table], *passed[table])
            continue
        stamped = staging.write(settings, table, frames[table], provenance)
        warehouse.watch(table)
        yield dg.MaterializeResult(
            asset_key=key_of(table),
            metadata=shown.facts(table, frames[table])
            | shown.plot(table, frames)
            | {"computed": "not again: same code, same inputs" if kept else "anew"},
            check_results=passed[table],
            data_version=dg.DataVersion(stamped.content[:16]),
        )


def _judge(
    step: Step, tables: Frames, frames: dict[str, pd.DataFrame], settings: Settings
) -> tuple[dict[str, list[dg.AssetCheckResult]], dict[str, list[dg.AssetCheckResult]]]:
    """Failed and passed checks by table; good tables join the frames, typed."""
    failed: dict[str, list[dg.AssetCheckResult]] = {t: [] for t in step.tables}
    passed: dict[str, list[dg.AssetCheckResult]] = {t: [] for t in step.tables}
    for table in step.tables:
        try:
            frames[table] = conform(TABLES[table], tables[table])
            passed[table].append(audit.result(audit.CONTRACT, table))
        except ContractError as error:
            staging.quarantine(settings, table, tables[table], error.failures)
            failed[table].append(audit.result(audit.CONTRACT, table, error.failures))
    for rule in audit.rules_of(step):
        if set(rule.needs) <= set(frames):
            rows = rule.failures(frames)
            kept = passed if rows.empty else failed
            kept[rule.table].append(audit.result(rule.name, rule.table, rows))
    return failed, passed


def _recipe(step: Step, given: Mapping[str, Staged], seen: Frames) -> str:
    """Sha256 over the step's code and the content of all that it gets to see."""
    if not step.inputs:
        return ""  # what it reads lies outside the staging folder: it always runs
    parts = [code(*step.code)]
    for name in sorted(given):
        if name in step.narrowed:
            text = seen[name].to_csv(index=False)
            parts.append(f"{name} {hashlib.sha256(text.encode()).hexdigest()}")
        else:
            parts.append(f"{name} {given[name].provenance.content}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _kept(settings: Settings, step: Step, recipe: str) -> Made | None:
    """The staged tables of an earlier run with this recipe, if all are whole."""
    if not recipe:
        return None
    found: dict[str, pd.DataFrame] = {}
    for table in step.tables:
        try:
            if staging.read_provenance(settings, table).recipe != recipe:
                return None
            found[table] = staging.read(settings, table).frame
        except (StagingError, ContractError):
            return None
    return Made(found)


def _tell(context: dg.AssetExecutionContext, settings: Settings, made: Made) -> None:
    """Tag the run with what it has read."""
    tags: dict[str, Any] = {runs.FINGERPRINT: made.fingerprint}
    if changed := runs.changed(settings, made.inputs):
        tags[runs.CHANGED] = changed
    context.instance.add_run_tags(context.run_id, tags)
