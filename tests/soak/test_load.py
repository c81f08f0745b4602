"""Readers of the file and of the history while one publication follows another.

The publications are of synthetic tables, which cost no time to compute: they come as
close behind one another as they can.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from synthetic import settings_in

from pipeline.lake.verify import mismatches
from tests.soak.clients import BASE, MARKS, publish_mark

# Too slow for every run; `make soak` runs them all.
pytestmark = pytest.mark.soak

HERE = Path(__file__).parent


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


@pytest.mark.parametrize(
    ("plains", "histories", "refreshes"),
    [(2, 1, 5), pytest.param(8, 4, 50, marks=pytest.mark.soak)],
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
        "Load",
        f"""
{plains} processes query `headroom.duckdb`, opening and closing it, and {histories} the
lake's history on one connection each, while {refreshes} publications are written.

| | |
| --- | --- |
| queries during the publications | {queries} |
| errors, torn releases | 0 |
| p99 of a query, idle | {idle:.0f} ms |
| p99 during the publications | {busy:.0f} ms, {busy / idle:.2f} times |
| cores | {os.cpu_count()} |
""",
    )
    if refreshes == 50:  # a few samples say nothing about a 99th percentile
        assert busy <= 3 * idle
