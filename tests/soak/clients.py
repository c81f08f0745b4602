"""What the load test publishes, and the processes that read meanwhile.

Every publication carries one mark in three tables, so that a reader who sees two marks
has seen half a release. Readers are forked like the refreshes of children.py.
"""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
from synthetic import NOW, frames, stage

from pipeline.lake import Head, publish
from pipeline.lake.connect import attached
from pipeline.lake.verify import mismatches
from pipeline.settings import Settings

MARKS = (
    "SELECT arg_max(run_id, seq)::BIGINT FROM {0}meta.releases{1} UNION "
    "SELECT max(value)::BIGINT FROM {0}raw.claims{1} UNION "
    "SELECT max(n_claims) FROM {0}core.estimates{1}"
)
BASE = 1000  # above every synthetic value
PAUSE = 0.3  # seconds between two queries of a reader: twelve leave a core idle

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([__name__])


def marked(mark: int) -> dict[str, Any]:
    """Frames that differ from any other mark's in 60 estimates and one claim."""
    tables = frames(60)
    claims, estimates = tables["raw.claims"].copy(), tables["core.estimates"].copy()
    claims.loc[0, "value"] = BASE + mark
    estimates["n_claims"] = BASE + mark
    estimates["n_claims"] = estimates["n_claims"].astype("Int64")
    return {**tables, "raw.claims": claims, "core.estimates": estimates}


def publish_mark(settings: Settings, mark: int) -> Head:
    """Stage and publish the frames of a mark."""
    fingerprint = f"{mark:064x}"
    stage(settings, marked(mark), fingerprint)
    return publish(
        settings, run_id=str(BASE + mark), fingerprint=fingerprint, now=NOW
    ).head


@contextmanager
def readers(settings: Settings, plain: int, history: int) -> Iterator[Readers]:
    """Processes that read the file, and others that read the lake's history."""
    found = Readers(settings, [plain_file] * plain + [history_of] * history)
    try:
        yield found
    finally:
        found.end()


class Readers:
    """Reader processes, which wait until they are told to begin."""

    def __init__(self, settings: Settings, kinds: list[Callable[..., Any]]) -> None:
        self._pipes, self._processes = [], []
        for kind in kinds:
            here, there = _server.Pipe()
            process = _server.Process(target=_serve, args=(settings, kind, there))
            process.start()
            there.close()
            self._pipes.append(here)
            self._processes.append(process)
        for pipe in self._pipes:
            assert pipe.recv() == "ready"

    def during(self, work: Callable[[], None]) -> tuple[list[float], list[str]]:
        """Milliseconds of every query asked while the work is done, and the faults."""
        for pipe in self._pipes:
            pipe.send("begin")
        try:
            work()
        finally:
            for pipe in self._pipes:
                pipe.send("pause")
            told = [pipe.recv() for pipe in self._pipes]
        return [ms for took, _ in told for ms in took], [
            f for _, fs in told for f in fs
        ]

    def end(self) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            pipe.close()
            process.join()


@contextmanager
def plain_file(settings: Settings) -> Iterator[Callable[[], int]]:
    """Opens, asks and closes the file every time; how many marks it saw."""

    def ask() -> int:
        with duckdb.connect(settings.plain, read_only=True) as con:
            marks = con.execute(MARKS.format("", "")).fetchall()
            if random.random() < 0.05:
                assert mismatches(con) == []
        return len(marks)

    yield ask


@contextmanager
def history_of(settings: Settings) -> Iterator[Callable[[], int]]:
    """Asks on one connection for old versions of the lake; how many marks it saw."""
    with attached(settings) as con:

        def ask() -> int:
            row = con.execute(
                "SELECT seq, snapshot_id FROM lake.meta.releases USING SAMPLE 1 ROWS"
            ).fetchone()
            assert row is not None
            at = f" AT (VERSION => {row[1]})"
            newest = con.execute(f"SELECT max(seq) FROM lake.meta.releases{at}")
            assert newest.fetchone() == (row[0],)
            return len(con.execute(MARKS.format("lake.", at)).fetchall())

        yield ask


def _serve(settings: Settings, kind: Callable[..., Any], pipe: Any) -> None:
    with kind(settings) as ask:
        ask()
        pipe.send("ready")
        while _told(pipe):
            took, faults = [], []
            while not pipe.poll(PAUSE):
                start = time.perf_counter()
                try:
                    if (marks := ask()) != 1:
                        faults.append(f"{marks} marks in one release")
                except Exception as error:
                    faults.append(repr(error))
                took.append(1000 * (time.perf_counter() - start))
            pipe.recv()
            pipe.send((took, faults))


def _told(pipe: Any) -> bool:
    """Whether there is more to do; False once the other end is closed."""
    try:
        return bool(pipe.recv())
    except EOFError:
        return False
