"""Readers of the file and of the history while one publication follows another.

The publications are of synthetic tables, which cost no time to compute: they come as
close behind one another as they can, closer than any refreshes.
"""

import statistics
import time

import duckdb
import pytest
from synthetic import settings_in

from pipeline.lake.heads import publications
from pipeline.lake.verify import mismatches
from tests.soak.clients import BASE, MARKS, publish_mark, readers


def p99(took):
    return statistics.quantiles(took, n=100)[98]


def whole_mark(settings):
    """The one mark of the published file, whose checksums hold."""
    with duckdb.connect(settings.plain, read_only=True) as con:
        assert mismatches(con) == []
        ((mark,),) = con.execute(MARKS.format("", "")).fetchall()
    return mark - BASE


@pytest.mark.parametrize(
    ("refreshes", "plain", "history"),
    [(2, 2, 1), pytest.param(50, 8, 4, marks=pytest.mark.soak)],
)
def test_readers_never_notice(tmp_path, refreshes, plain, history, measured):
    settings = settings_in(tmp_path)
    publish_mark(settings, 1)

    def publish():
        for mark in range(2, refreshes + 2):
            publish_mark(settings, mark)

    with readers(settings, plain, history) as reading:
        idle, faults = reading.during(lambda: time.sleep(refreshes))
        assert faults == []
        busy, faults = reading.during(publish)
        assert faults == []
        assert len(busy) > plain + history  # they did read meanwhile
    assert whole_mark(settings) == refreshes + 1
    assert len(publications(settings)) == refreshes + 1
    times = p99(busy) / p99(idle)
    measured(
        "Load",
        f"""
{plain} processes query `headroom.duckdb`, opening and closing it, and {history} the
lake's history on one connection each, while {refreshes} publications are written, each
at once after the one before.

| | |
| --- | --- |
| queries during the publications | {len(busy)} |
| errors, torn releases | 0 |
| p99 of a query, idle | {p99(idle):.0f} ms |
| p99 during the publications | {p99(busy):.0f} ms, {times:.2f} times |
| median, idle and during the publications | {statistics.median(idle):.0f} and \
{statistics.median(busy):.0f} ms |
""",
    )
    if refreshes == 50:  # a few samples say nothing about a 99th percentile
        assert times <= 3
