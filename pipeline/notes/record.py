"""The whole record: every authored file, read once, as frames and faults.

What belongs here: putting the parts together. What does not: I/O; the caller hands in
the bytes (lake/inputs.py reads the folder).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from pipeline.datasets import CONNECTORS
from pipeline.datasets.base import Connector
from pipeline.datasets.merge import read_bulk
from pipeline.notes import constants, corrections, frames
from pipeline.notes.faults import Fault
from pipeline.notes.parse import Note, read_notes, stem
from pipeline.notes.registry import Registry, build, read_hardware, read_models

REQUIRED = ("models.yaml", "hardware.csv", "assumptions.yaml", "scenarios.yaml")


@dataclass(frozen=True)
class Record:
    """Frames by table name, the notes behind them, and what could not be read."""

    tables: dict[str, pd.DataFrame]
    notes: tuple[Note, ...]
    registry: Registry
    faults: tuple[Fault, ...]


def read_record(
    files: Mapping[str, bytes],
    today: date,
    connectors: Sequence[Connector] = CONNECTORS,
) -> Record:
    """Read `sources/` from memory.

    Args:
        files: path relative to sources/ → bytes.
        today: a note dated later (plus `notes.embargo_days`) is refused.
        connectors: whose tables can be read.
    """
    missing = [
        Fault(name, 0, "", "the file is missing", "Restore it from version control")
        for name in REQUIRED
        if name not in files
    ]
    models, model_faults = read_models("models.yaml", files.get("models.yaml", b"[]"))
    chips, chip_faults = read_hardware("hardware.csv", files.get("hardware.csv", b"x"))
    registry, name_faults = build(models, chips)
    assumptions, assumption_faults = constants.read_assumptions(
        "assumptions.yaml", files.get("assumptions.yaml", b"[]")
    )
    scenarios, scenario_faults = constants.read_scenarios(
        "scenarios.yaml", files.get("scenarios.yaml", b"[]")
    )
    notes = {path: data for path, data in files.items() if path.startswith("notes/")}
    dates = constants.Dates.of(assumptions, today)
    checked = read_notes(notes, registry, dates)
    noted = {
        "raw.sources": frames.sources(checked.notes),
        "raw.claims": frames.claims(checked.notes),
        "core.models": frames.models(models),
    }
    added = read_bulk(
        files,
        registry,
        noted["raw.claims"],
        assumptions,
        dates.latest,
        {note.source.id for note in checked.notes},
        connectors,
    )
    joined = added.added_to(noted)
    corrected, correction_faults = corrections.read_corrections(
        "corrections.yaml",
        files.get("corrections.yaml", b"[]"),
        joined["raw.claims"],
        {stem(fault.path) for fault in checked.faults},
    )
    faults = (
        *missing,
        *model_faults,
        *chip_faults,
        *name_faults,
        *assumption_faults,
        *scenario_faults,
        *checked.faults,
        *correction_faults,
        *added.faults,
    )
    tables = {
        **joined,
        "raw.scores": frames.scores(checked.notes),
        "raw.forecasts": frames.forecasts(checked.notes),
        "raw.corrections": corrections.frame(corrected),
        "raw.rejected": frames.rejected(faults),
        "core.hardware": frames.hardware(chips),
        "core.assumptions": frames.assumptions(assumptions),
        "core.scenarios": frames.scenarios(scenarios),
    }
    return Record(tables, checked.notes, registry, faults)
