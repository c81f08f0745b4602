"""What a full refresh costs, against a Dagster graph that does nothing.

What belongs here: whole processes, taking turns in one go, so that their ratio says
something on a busy machine too. What does not: where the time goes (a profiler's work).
"""

from __future__ import annotations

import os
import statistics
import sys
from pathlib import Path

import pytest

from tests.mini import SHIPPED

ROUNDS = int(os.environ.get("ROUNDS", "5"))
NOTHING = """
import dagster as dg
from pipeline.assets.build import build_definitions
from pipeline.assets.home import prepare_home
from pipeline.assets.run import QUIET
from pipeline.settings import load
import logging
logging.getLogger("dagster").setLevel(logging.CRITICAL)
prepare_home(load())
real = build_definitions()
made = [d for d in real.assets if isinstance(d, dg.AssetsDefinition)]
specs = [s for d in made for s in d.specs]
checks = [s for d in made for s in d.check_specs]
@dg.multi_asset(specs=[dg.AssetSpec(s.key, deps=s.deps) for s in specs],
    check_specs=[dg.AssetCheckSpec(c.name, asset=c.asset_key) for c in checks])
def nothing():
    for s in specs:
        yield dg.MaterializeResult(asset_key=s.key, check_results=[
            dg.AssetCheckResult(passed=True, check_name=c.name, asset_key=s.key)
            for c in checks if c.asset_key == s.key])
job = dg.Definitions(assets=[nothing],
    jobs=[dg.define_asset_job("all", dg.AssetSelection.all())]).resolve_job_def("all")
with dg.DagsterInstance.from_config(str(load().home)) as instance:
    assert job.execute_in_process(instance=instance, run_config=QUIET).success
"""
REFRESH = """
from pipeline.refresh import refresh
from pipeline.settings import load
assert refresh(load()).published
"""


def run(code: str, folder: Path, sources: Path) -> tuple[float, float]:
    """CPU seconds and peak MB of a process with a warehouse and a home of its own."""
    env = os.environ | {
        "HEADROOM_SOURCES": str(sources),
        "HEADROOM_WAREHOUSE": str(folder / "warehouse"),
        "DAGSTER_HOME": str(folder / "home"),
    }
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", code], env)
    _, status, used = os.wait4(pid, 0)
    assert status == 0
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


@pytest.mark.bench
def test_a_refresh_against_a_graph_that_does_nothing(tmp_path: Path, capsys) -> None:
    took: dict[str, list[tuple[float, float]]] = {"nothing": [], "refresh": []}
    for k in range(ROUNDS):
        for name, code in (("nothing", NOTHING), ("refresh", REFRESH)):
            took[name].append(run(code, tmp_path / f"{name}-{k}", SHIPPED))
    cpu = {n: statistics.median(c for c, _ in found) for n, found in took.items()}
    peak = max(mb for _, mb in took["refresh"])
    with capsys.disabled():
        print(
            f"\nrefresh {cpu['refresh']:.1f} s of CPU, a graph that does nothing "
            f"{cpu['nothing']:.1f} s: {cpu['refresh'] / cpu['nothing']:.1f} times; "
            f"peak {peak:.0f} MB; medians of {ROUNDS}"
        )
    assert peak < 2000
