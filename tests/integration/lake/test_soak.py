"""Kills at random instants, readers under load, and many publications.

Full counts run with `make soak`, which writes what was measured to docs/soak.md; the
normal run does a few of each.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from clients import BASE, MARKS, publish_mark
from synthetic import settings_in

from pipeline.lake import head, recover
from pipeline.lake.connect import attached
from pipeline.lake.heads import publications
from pipeline.lake.verify import mismatches

HERE = Path(__file__).parent


def counts(normal, full):
    """A few in the normal run, all of them in `make soak`."""
    return [normal, pytest.param(full, marks=pytest.mark.soak)]


def start(role, folder, *arguments):
    command = [sys.executable, "clients.py", role, folder, *arguments]
    environment = os.environ | {"PYTHONPATH": str(HERE.parents[1])}
    return subprocess.Popen(
        [str(c) for c in command],
        cwd=HERE,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until_ready(process):
    assert process.stdout.readline() == "ready\n"


def whole_mark(settings):
    """The one mark of the published file, whose checksums hold."""
    with duckdb.connect(settings.plain, read_only=True) as con:
        assert mismatches(con) == []
        ((mark,),) = con.execute(MARKS.format("", "")).fetchall()
    return mark - BASE


def leftovers(settings):
    found = [p for p in settings.warehouse.rglob("*") if ".tmp-" in p.name]
    found += [p for p in settings.lake.iterdir() if p.name == ".unfinished"]
    orphans = (
        "CALL ducklake_delete_orphaned_files('lake', cleanup_all => true, "
        "dry_run => true)"
    )
    with attached(settings, write=True) as con:
        return found + con.execute(orphans).fetchall()


@pytest.mark.parametrize("kills", counts(3, 100))
def test_kill_9_at_any_instant(tmp_path, kills, measured):
    settings = settings_in(tmp_path)
    before = time.perf_counter()
    publish_mark(settings, 1)
    span = 3 * (time.perf_counter() - before)  # some kills hit a second publication
    random.seed(kills)
    acknowledged, unacknowledged = 1, 0
    for _ in range(kills):
        with start("publisher", tmp_path, acknowledged + 1, 10**6) as process:
            wait_until_ready(process)
            time.sleep(random.uniform(0, span))
            process.kill()
            said = process.stdout.read().split()
        acknowledged = int(said[-1]) if said else acknowledged
        assert whole_mark(settings) in (acknowledged, acknowledged + 1)
        recover(settings)
        reached = int(head(settings).run_id) - BASE
        assert reached in (acknowledged, acknowledged + 1)
        assert whole_mark(settings) == reached
        assert leftovers(settings) == []
        unacknowledged += reached - acknowledged
        acknowledged = reached
    assert publish_mark(settings, acknowledged + 1).run_id == str(
        BASE + acknowledged + 1
    )
    assert acknowledged > kills // 4  # else the kills came before anything happened
    marks = [int(each.run_id) - BASE for each in publications(settings)]
    assert marks == list(range(1, acknowledged + 2))  # nothing lost, nothing twice
    measured(
        "kill -9",
        f"{kills} kills, {acknowledged} publications, {unacknowledged} of them "
        "landed unacknowledged; none lost, none half, nothing left behind",
    )


@pytest.mark.parametrize(
    ("plains", "histories", "refreshes"),
    [(2, 1, 2), pytest.param(8, 4, 50, marks=pytest.mark.soak)],
)
def test_readers_never_notice(tmp_path, plains, histories, refreshes, measured):
    settings = settings_in(tmp_path)
    publish_mark(settings, 1)

    def read(seconds, meanwhile):
        roles = ["plain"] * plains + ["history"] * histories
        readers = [start(role, tmp_path, seconds) for role in roles]
        for reader in readers:
            wait_until_ready(reader)
        meanwhile()
        told = [json.loads(reader.communicate()[0]) for reader in readers]
        assert [fault for each in told for fault in each["faults"]] == []
        took = [ms for each in told for ms in each["took"]]
        return statistics.quantiles(took, n=100)[98], len(took)

    idle, _ = read(4, lambda: None)
    seconds = 4 * refreshes

    def publish():
        for mark in range(2, refreshes + 2):
            publish_mark(settings, mark)

    busy, queries = read(seconds, publish)
    assert whole_mark(settings) == refreshes + 1
    measured(
        "readers under load",
        f"{plains} on the file, {histories} on the history, {refreshes} refreshes: "
        f"{queries} queries, no error, no torn release; p99 {idle:.0f} ms idle, "
        f"{busy:.0f} ms during refreshes",
    )
    if refreshes == 50:  # a few samples say nothing about a 99th percentile
        assert busy <= 3 * idle


@pytest.mark.parametrize("publications", counts(7, 1000))
def test_many_publications_stay_small_and_quick(
    tmp_path, monkeypatch, publications, measured
):
    if publications < 50:
        monkeypatch.setattr("pipeline.lake.upkeep.COMPACT_EVERY", 3)
    settings = settings_in(tmp_path)
    took = []
    for mark in range(1, publications + 1):
        before = time.perf_counter()
        publish_mark(settings, mark)
        took.append(time.perf_counter() - before)
        if mark == 1:
            first = _size(settings)
    size = _size(settings)
    assert size <= 3 * first + 60_000 * publications
    assert whole_mark(settings) == publications
    with attached(settings) as con:
        old, new = (_query(con, snapshot) for snapshot in (2, _newest(con)))
    early, late = statistics.median(took[1:6]), statistics.median(took[-5:])
    measured(
        "many publications",
        f"{publications} of one changed claim and 60 estimates: {first / 1e6:.2f} MB "
        f"after the first, {size / 1e6:.2f} MB after the last "
        f"({(size - first) / publications / 1000:.1f} kB each); publishing "
        f"{early:.2f} s early, {late:.2f} s late; a query on release 2 {old:.0f} ms, "
        f"on the last {new:.0f} ms",
    )
    if publications == 1000:
        assert late <= 2 * early
        assert old <= 2 * new


def _size(settings):
    return sum(p.stat().st_size for p in settings.lake.rglob("*") if p.is_file())


def _newest(con):
    return con.execute("SELECT max(snapshot_id) FROM lake.meta.releases").fetchone()[0]


def _query(con, snapshot):
    """Milliseconds of a query on a version, the median of nine."""
    took = []
    for _ in range(9):
        start = time.perf_counter()
        con.execute(
            "SELECT stage, median(log10_mean), max(n_claims) FROM lake.core.estimates "
            f"AT (VERSION => {snapshot}) GROUP BY ALL"
        ).fetchall()
        took.append(1000 * (time.perf_counter() - start))
    return statistics.median(took)
