"""The small record with few draws and months, so that a refresh is mostly bookkeeping.

What belongs here: building its project, changing a claim, and computing its tables
without Dagster. What does not: assertions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from pipeline.assets.computed import core_tables, out_tables
from pipeline.contracts import conform, contract
from pipeline.estimation.record import posterior
from pipeline.lake import fingerprint
from pipeline.lake.inputs import read_inputs
from pipeline.notes.record import read_record
from pipeline.settings import Settings
from tests import mini

FEW = {"fusion.draws": 256, "projection.months": 12, "trend.resamples": 64}
NEWEST = "acme-o5"  # a note at the newest vintage, on one model
FRONTIER = "frontier-2025"  # the largest run, in every vintage that has a projection


def project(folder: Path) -> Settings:
    """Settings of a project of its own."""
    settings = mini.project(folder)
    path = settings.sources / "assumptions.yaml"
    text = path.read_text()
    for name, few in FEW.items():
        pattern = rf"(id: {re.escape(name)}, value: )[^,]+"
        text, found = re.subn(pattern, rf"\g<1>{few}", text)
        assert found == 1, name
    path.write_text(text)
    change(settings, 1)
    return settings


def change(settings: Settings, number: int, note: str = NEWEST) -> None:
    """Give the note's changing claim another value for each number."""
    path = settings.sources / "notes" / f"{note}.md"
    if note == NEWEST:
        claim = mini.O5.replace("10x", f"{10 + number / 1000:.3f}x")
        path.write_text(mini.note(note, claim))
        return
    text, found = re.subn(
        r"(?m)^(    value: )\S+$",
        rf"\g<1>{4.64e26 * (1 + number / 1000):.5g}",
        path.read_text(),
        count=1,
    )
    assert found == 1
    path.write_text(text)


def compute(settings: Settings) -> tuple[str, dict[str, pd.DataFrame]]:
    """Fingerprint and tables of the sources, as the assets of a run make them."""
    files = read_inputs(settings.sources)
    frames = _typed(read_record(files, datetime.now(UTC).date()).tables)
    found = posterior(frames)
    frames |= _typed(core_tables(frames, found))
    frames |= _typed(out_tables(frames, found))
    return fingerprint(files), frames


def _typed(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: conform(contract(name), frame) for name, frame in tables.items()}
