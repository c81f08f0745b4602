"""Two hundred refreshes: Dagster's home, the lake and the warehouse stay small."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import duckdb
import pytest

from pipeline.lake import heads, upkeep
from pipeline.lake.connect import attached
from pipeline.lake.verify import every_release, mismatches
from pipeline.refresh import refresh
from tests.soak import tiny

HOME = 50e6  # bytes that .dagster may take


def size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


@pytest.mark.soak
def test_two_hundred_refreshes(tmp_path, measured):
    settings = tiny.project(tmp_path)
    rows, took = [], []
    for number in range(1, 201):
        tiny.change(settings, number)
        start = time.process_time()
        done = refresh(settings, accept="soak")
        took.append(time.process_time() - start)
        assert done.published, done.problems
        if number != 1 and number % upkeep.COMPACT_EVERY:
            continue
        with attached(settings) as con:
            assert every_release(con) == []
        with duckdb.connect(settings.plain, read_only=True) as con:
            assert mismatches(con) == []
        megabytes = [size(f) / 1e6 for f in (settings.home, settings.lake)]
        early = statistics.median(took[-20:])
        rows.append(
            f"| {number} | {megabytes[0]:.1f} MB | {megabytes[1]:.2f} MB "
            f"| {early:.1f} s |"
        )
    assert len(heads.publications(settings)) == 200
    assert size(settings.home) <= HOME
    measured(
        "Two hundred refreshes",
        f"""
Each publishes another value of one claim of the small record, as a run of Dagster's.
At each row of the table every release of the lake was read back and had its checksums;
compaction comes every {upkeep.COMPACT_EVERY} publications.

| after refresh | `.dagster` | lake | CPU of one, median of the last 20 |
| --- | --- | --- | --- |
"""
        + "\n".join(rows),
    )
