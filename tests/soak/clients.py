"""Processes that the soak tests start, kill and question: a publisher, two readers.

Every publication carries one mark in three tables, so that a reader who sees two marks
has seen half a release. Run as `python clients.py ROLE FOLDER [ARGUMENTS]` with
`tests/` on the path.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path

import duckdb
from synthetic import NOW, frames, settings_in, stage

from pipeline.lake import publish
from pipeline.lake.connect import attached
from pipeline.lake.verify import mismatches

MARKS = (
    "SELECT arg_max(run_id, seq)::BIGINT FROM {0}meta.releases{1} UNION "
    "SELECT max(value)::BIGINT FROM {0}raw.claims{1} UNION "
    "SELECT max(n_claims) FROM {0}core.estimates{1}"
)
BASE = 1000  # above every synthetic value


def marked(mark: int) -> dict:
    """Frames that differ from any other mark's in 60 estimates and one claim."""
    tables = frames(60)
    claims, estimates = tables["raw.claims"].copy(), tables["core.estimates"].copy()
    claims.loc[0, "value"] = BASE + mark
    estimates["n_claims"] = BASE + mark
    estimates["n_claims"] = estimates["n_claims"].astype("Int64")
    return {**tables, "raw.claims": claims, "core.estimates": estimates}


def publish_mark(settings, mark: int):
    """Stage and publish the frames of a mark."""
    fingerprint = f"{mark:064x}"
    stage(settings, marked(mark), fingerprint)
    return publish(
        settings, run_id=str(BASE + mark), fingerprint=fingerprint, now=NOW
    ).head


def publisher(folder: Path, first: str, last: str) -> None:
    """Publish the marks from first to last, saying each when it is acknowledged."""
    settings = settings_in(folder)
    marked(1)
    print("ready", flush=True)
    for mark in range(int(first), int(last) + 1):
        publish_mark(settings, mark)
        print(mark, flush=True)


def plain_reader(folder: Path, seconds: str) -> None:
    """Open, ask and close the plain file until the time is up."""

    def ask() -> int:
        with duckdb.connect(settings_in(folder).plain, read_only=True) as con:
            marks = con.execute(MARKS.format("", "")).fetchall()
            if random.random() < 0.05:
                assert mismatches(con) == []
        return len(marks)

    _until(float(seconds), ask)


def history_reader(folder: Path, seconds: str) -> None:
    """Ask for old versions of the lake on one connection until the time is up."""
    with attached(settings_in(folder)) as con:

        def ask() -> int:
            row = con.execute(
                "SELECT seq, snapshot_id FROM lake.meta.releases USING SAMPLE 1 ROWS"
            ).fetchone()
            at = f" AT (VERSION => {row[1]})"
            newest = con.execute(f"SELECT max(seq) FROM lake.meta.releases{at}")
            assert newest.fetchone() == (row[0],)
            return len(con.execute(MARKS.format("lake.", at)).fetchall())

        _until(float(seconds), ask)


def _until(seconds: float, ask) -> None:
    """Ask until the time is up; print milliseconds taken and what went wrong."""
    took, faults = [], []
    ask()
    print("ready", flush=True)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.perf_counter()
        try:
            if (marks := ask()) != 1:
                faults.append(f"{marks} marks in one release")
        except Exception as error:
            faults.append(repr(error))
        took.append(1000 * (time.perf_counter() - start))
        time.sleep(0.02)
    print(json.dumps({"took": took, "faults": faults}), flush=True)


if __name__ == "__main__":
    role, where, *arguments = sys.argv[1:]
    roles = {
        "publisher": publisher,
        "plain": plain_reader,
        "history": history_reader,
    }
    roles[role](Path(where), *arguments)
