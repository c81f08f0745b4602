"""A thousand publications: the store stays small, publishing and old releases quick.

`make test` writes eight, compacts after every fourth and reads each of them back.

The record is computed in a few states that differ in one claim, and these are
published in turn: each publication differs from the one before as any other does. The
tables are handed over in memory, since reading staged files takes as long for the last
publication as for the first: it could only hide how the rest grows.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest
from synthetic import NOW

from pipeline.contracts import content_sha256, contract, key
from pipeline.contracts.conform import to_arrow
from pipeline.lake import heads, publication, publish, upkeep
from pipeline.lake.connect import attached
from pipeline.lake.store import Tables
from pipeline.lake.verify import mismatches
from pipeline.settings import Settings
from tests.soak import tiny

PER_RELEASE = 60_000  # bytes, for comments, dictionary and bookkeeping


@dataclass
class State:
    """The tables of the record with one value of the claim."""

    fingerprint: str
    frames: dict[str, pd.DataFrame]

    @cached_property
    def tables(self) -> Tables:
        content = {n: content_sha256(contract(n), f) for n, f in self.frames.items()}
        return Tables(self.frames, content)


def compute_states(settings: Settings, note: str, count: int) -> list[State]:
    found = []
    for number in range(count):
        tiny.change(settings, number, note)
        found.append(State(*tiny.compute(settings)))
    return found


def changed_rows(old: State, new: State) -> dict[str, pd.DataFrame]:
    """By table, the new rows that the old state lacks: what a store must keep."""
    found = {}
    for name, now in new.frames.items():
        before = old.frames[name]
        both = now.merge(before, how="outer", indicator=True)
        identity = list(key(contract(name)))
        different = both[both["_merge"] != "both"].drop_duplicates(identity)
        if not different.empty:
            rows = now.merge(different[identity], on=identity)
            found[name] = now.iloc[:0] if rows.empty else rows[now.columns]
    return found


def parquet_bytes(rows: dict[str, pd.DataFrame], folder: Path) -> int:
    total = 0
    for name, frame in rows.items():
        path = folder / "rows.parquet"
        table = to_arrow(contract(name), frame)
        pq.write_table(table, path, compression="zstd")
        total += path.stat().st_size
    return total


def size(settings: Settings) -> int:
    return sum(p.stat().st_size for p in settings.lake.rglob("*") if p.is_file())


def query(con, snapshot: int) -> float:
    """Milliseconds of a query on a version, the median of nine."""
    took = []
    for _ in range(9):
        start = time.perf_counter()
        con.execute(
            "SELECT scenario, median(gap_oom_p50), max(date_p50) "
            f"FROM lake.out.convergence AT (VERSION => {snapshot}) GROUP BY ALL"
        ).fetchall()
        took.append(1000 * (time.perf_counter() - start))
    return statistics.median(took)


@pytest.mark.parametrize(
    ("publications", "note"),
    [
        (4, tiny.FRONTIER),
        pytest.param(1000, tiny.FRONTIER, marks=pytest.mark.soak),
        pytest.param(1000, tiny.NEWEST, marks=pytest.mark.soak),
    ],
)
def test_many_publications(tmp_path, monkeypatch, publications, note, measured):
    full = publications == 1000
    settings = tiny.project(tmp_path)
    if not full:
        monkeypatch.setattr(upkeep, "COMPACT_EVERY", 4)
    states = compute_states(settings, note, 20 if full else 2)
    pairs = [(states[i - 1], states[i]) for i in range(len(states))]
    least = [parquet_bytes(changed_rows(*pair), tmp_path) for pair in pairs]
    vintages = set.union(
        *(set(changed_rows(*p)["out.projections"]["vintage"]) for p in pairs)
    )
    took, sizes = [], []
    for number in range(publications):
        state = states[number % len(states)]
        monkeypatch.setattr(publication, "_staged", lambda *_, s=state: s.tables)
        start = time.perf_counter()
        done = publish(
            settings,
            run_id=str(number),
            fingerprint=state.fingerprint,
            kind="accepted",  # one row less is 5% of a table as small as these
            reason="soak",
            now=NOW,
        )
        took.append(time.perf_counter() - start)
        assert done.published
        sizes.append(size(settings))
    with duckdb.connect(settings.plain, read_only=True) as con:
        assert mismatches(con) == []
        assert con.execute("SELECT max(seq) FROM meta.releases").fetchone() == (
            publications,
        )
    written = [each.snapshot_id for each in heads.publications(settings)]
    assert len(written) == publications
    for snapshot in (written[0], written[publications // 2]) if full else written:
        with attached(settings, snapshot=snapshot) as con:
            con.execute("USE lake.main")
            assert mismatches(con) == []
    with attached(settings) as con:
        old, new = (query(con, at) for at in (written[0], written[-1]))
    early, late = statistics.median(took[1:8]), statistics.median(took[-7:])
    mean = statistics.mean(least[1:])
    grown = sizes[-1] - sizes[0]
    everywhere = note == tiny.FRONTIER
    allowed = 3 * sizes[0] + PER_RELEASE * publications
    if everywhere:
        assert vintages == set(states[0].frames["out.projections"]["vintage"])
        allowed = sizes[0] + (1.5 * mean + PER_RELEASE) * publications
    what = "a claim that moves every vintage" if everywhere else "one claim at the end"
    measured(
        f"Many publications: {what}",
        f"""
| | |
| --- | --- |
| publications, each with another value of the claim | {publications} |
| changed rows of one publication, as zstd Parquet | {mean / 1000:.1f} kB |
| catalog and data after the first | {sizes[0] / 1e6:.2f} MB |
| after the last | {sizes[-1] / 1e6:.2f} MB, {grown / publications / 1000:.1f} kB each |
| allowed | {allowed / 1e6:.2f} MB |
| publishing no. 2 to 8, median | {early:.2f} s |
| publishing the last seven, median | {late:.2f} s, {late / early:.2f} times |
| publishing with compaction, the slowest | {max(took):.2f} s |
| a query on release 1, median of nine | {old:.1f} ms |
| the same on the last release | {new:.1f} ms |
""",
    )
    if full:  # a few publications say nothing about growth
        assert sizes[-1] <= allowed
        assert late <= 2 * early
        assert old <= 2 * new
