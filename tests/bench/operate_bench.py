"""What the shell costs: loading definitions, looking at the sources."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

import dagster as dg
import pytest
import synthetic

from pipeline.assets import watch
from pipeline.lake import fingerprint, publish
from pipeline.lake.inputs import read_inputs

pytestmark = pytest.mark.bench


def _seconds(statement: str) -> float:
    """Processor time of a fresh interpreter that runs a statement."""
    code = (
        f"{statement}; import resource; "
        "used = resource.getrusage(resource.RUSAGE_SELF); "
        "print(used.ru_utime + used.ru_stime)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def test_definitions_cost_little_more_than_their_libraries():
    libraries = "import dagster, pandas, pandera.pandas"
    ours, theirs = "import pipeline.definitions", libraries
    for statement in (ours, theirs):
        _seconds(statement)  # compiled and in the page cache from here on
    pairs = [(_seconds(ours), _seconds(theirs)) for _ in range(5)]
    ratio = min(a for a, _ in pairs) / min(b for _, b in pairs)
    print(f"\ndefinitions ÷ libraries: {ratio:.2f}")
    assert ratio <= 1.4


@pytest.mark.parametrize(("notes", "limit"), [(300, 0.05), (10_000, 0.5)])
def test_a_look_without_news(tmp_path, notes, limit):
    settings = synthetic.settings_in(tmp_path)
    (settings.sources / "notes").mkdir()
    for k in range(notes):
        (settings.sources / "notes" / f"note-{k:05}.md").write_text(f"note {k}\n" * 40)
    now = fingerprint(read_inputs(settings.sources))
    synthetic.stage(settings, synthetic.frames(), now)
    publish(settings, run_id="r", fingerprint=now, now=synthetic.NOW)
    took = []
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        for _ in range(11):
            start = time.perf_counter()
            told = watch.decide(settings, instance, time.time() + 60, patient=True)
            took.append(time.perf_counter() - start)
            assert isinstance(told, dg.SkipReason)
    median = statistics.median(took[1:])
    print(f"\n{notes} notes: {1000 * median:.0f} ms, the first {1000 * took[0]:.0f} ms")
    assert median <= limit
