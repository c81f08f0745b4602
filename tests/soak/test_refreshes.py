"""Hundreds of refreshes: Dagster's home and the lake stay small.

Each is a run of Dagster's that reads, checks, stages and publishes. What it computes is
taken from a few states that were computed before: the sizes do not depend on that.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path

import duckdb
import pytest

from pipeline import report
from pipeline.assets import computed, shown
from pipeline.estimation import record
from pipeline.lake import heads, upkeep
from pipeline.lake.connect import attached
from pipeline.lake.verify import every_release, mismatches
from pipeline.refresh import refresh
from tests.soak import tiny

# HEADROOM_SOAK_REFRESHES shortens a try.
REFRESHES, STATES = int(os.environ.get("HEADROOM_SOAK_REFRESHES", "200")), 4
ROWS = 25  # refreshes from one row of the table to the next
HOME = 50e6  # bytes that .dagster may take


def size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


@pytest.mark.soak
def test_refreshes_leave_little(tmp_path, monkeypatch, measured):
    settings = tiny.project(tmp_path)
    states = []
    for number in range(STATES):
        tiny.change(settings, number)
        states.append(tiny.compute(settings)[1])
    now, drawn, draw = {}, {}, shown.plots

    def plots(tables, frames):
        about = (number % STATES, *tables)
        if about not in drawn:
            drawn[about] = draw(tables, frames)
        return drawn[about]

    monkeypatch.setattr(shown, "plots", plots)
    monkeypatch.setattr(report, "mend", lambda *_: [])  # the page has one size
    monkeypatch.setattr(record, "posterior", lambda _: None)
    for name, tables in (("core_tables", computed.CORE), ("out_tables", computed.OUT)):
        monkeypatch.setattr(
            computed, name, lambda *_, tables=tables: {t: now[t] for t in tables}
        )
    rows, took = [], []
    for number in range(1, REFRESHES + 1):
        tiny.change(settings, number % STATES)
        now = states[number % STATES]
        start = time.process_time()
        done = refresh(settings, accept="soak")
        took.append(time.process_time() - start)
        assert done.published, done.problems
        if number != 1 and number % ROWS and number != REFRESHES:
            continue
        with attached(settings) as con:
            assert every_release(con) == []
        with duckdb.connect(settings.plain, read_only=True) as con:
            assert mismatches(con) == []
        megabytes = [size(f) / 1e6 for f in (settings.home, settings.lake)]
        rows.append(
            f"| {number} | {megabytes[0]:.1f} MB | {megabytes[1]:.2f} MB "
            f"| {statistics.median(took[-20:]):.1f} s |"
        )
        print(rows[-1], flush=True)
    assert len(heads.publications(settings)) == REFRESHES
    assert size(settings.home) <= HOME
    measured(
        "Refreshes",
        f"""
{REFRESHES} refreshes. Each publishes one of {STATES} states of the small record that
differ in a claim, as a run of Dagster's. At each row of the table every release of the
lake was read back and had its checksums; compaction comes every
{upkeep.COMPACT_EVERY} publications. Tables and pictures of a state are computed once,
and the page is left out: no size hangs on either.

| after refresh | `.dagster` | lake | CPU of one, median of the last 20 |
| --- | --- | --- | --- |
"""
        + "\n".join(rows),
    )
