"""The raw layer: one reading of `sources/` for all tables that copy it.

What belongs here: the step that reads. What does not: what a note means (notes/).

Here and in the other steps the core is imported when it is run: definitions are loaded
often, by every server and command of Dagster.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from pipeline.assets.io import Frames, Made, Step, Warehouse
from pipeline.lake.fingerprints import fingerprint
from pipeline.lake.inputs import read_inputs


def _read(_: Frames, warehouse: Warehouse) -> Made:
    from pipeline.notes.record import read_record

    files = read_inputs(warehouse.settings.sources)
    # The clock only refuses notes from the future; it enters no table.
    record = read_record(files, datetime.now(UTC).date())
    return Made(
        tables=record.tables,
        fingerprint=fingerprint(files),
        inputs={path: hashlib.sha256(data).hexdigest() for path, data in files.items()},
    )


SOURCES = Step(
    name="sources",
    tables=(
        "raw.sources",
        "raw.claims",
        "raw.bulk_rows",
        "raw.bulk_revisions",
        "raw.scores",
        "raw.corrections",
        "raw.rejected",
        "core.models",
        "core.hardware",
        "core.assumptions",
        "core.scenarios",
    ),
    inputs=(),
    compute=_read,
    code=("contracts", "notes", "assets/raw.py"),
)
