"""The raw layer: one reading of `sources/` for all tables that copy it.

What belongs here: the asset that reads. What does not: what a note means (notes/).

Here and in the other assets the core is imported when it is run: definitions are loaded
often, by every server and command of Dagster.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import dagster as dg

from pipeline.assets import runs
from pipeline.assets.audited import Result, Step, asset_specs, check_specs
from pipeline.assets.warehouse import LOCK_SECONDS, Warehouse
from pipeline.lake import Provenance, fingerprint, writer
from pipeline.lake.inputs import read_inputs

MODULES = (
    "vocabulary.py",
    "words",
    "contracts",
    "notes",
    "datasets",
    "assets/raw.py",
)
TABLES = (
    "raw.sources",
    "raw.claims",
    "raw.bulk_rows",
    "raw.bulk_revisions",
    "raw.scores",
    "raw.forecasts",
    "raw.corrections",
    "raw.rejected",
    "core.models",
    "core.hardware",
    "core.assumptions",
    "core.scenarios",
)

_REGISTRY, _NOTES, _DATASETS = (
    f"sources.{name}" for name in ("registries", "notes", "datasets")
)
# What each is read from, as Dagster's graph shows it.
READ = {
    table: (_REGISTRY,)
    if table in ("core.hardware", "core.assumptions", "core.scenarios")
    else (_DATASETS,)
    if table in ("raw.bulk_rows", "raw.bulk_revisions")
    else (_NOTES, _REGISTRY, _DATASETS)
    for table in TABLES
}


@dg.multi_asset(
    name="sources",
    specs=asset_specs(READ, MODULES, kinds=["pandas"]),
    check_specs=check_specs(TABLES),
)
def sources(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> Iterator[Result]:
    """Read notes, registries and datasets, once for the whole run."""
    from pipeline.notes.record import read_record

    runs.sign(context)
    settings = warehouse.settings
    with writer(settings, "reading of a run", wait=LOCK_SECONDS):
        files = read_inputs(settings.sources)
        digests = {name: sha256(data).hexdigest() for name, data in files.items()}
        decided = fingerprint(files)
        tags = {runs.FINGERPRINT: decided}
        if changed := runs.changed(settings, digests):
            tags[runs.CHANGED] = changed
        context.instance.add_run_tags(context.run_id, tags)
        # The clock only refuses notes from the future; it enters no table.
        record = read_record(files, datetime.now(UTC).date())
        step = Step(context, warehouse, Provenance(context.run_id, decided, digests))
        yield from step.write({table: record.tables[table] for table in TABLES})
