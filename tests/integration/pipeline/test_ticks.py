"""Thousands of looks without news, through Dagster's own sensor daemon."""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import synthetic
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.test_utils import create_test_daemon_workspace_context, freeze_time
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.sensor import execute_sensor_iteration

from pipeline.assets.home import prepare_home
from pipeline.lake import fingerprint, publish
from pipeline.lake.inputs import read_inputs
from pipeline.settings import Settings

LOOKS = 10_000
LIMIT = 10_000_000  # bytes
DEFINITIONS = """
from pathlib import Path
from pipeline.assets.build import build_definitions
from pipeline.assets.io import Warehouse
from pipeline.settings import Settings
here = Path(__file__).parent
settings = Settings(here / "sources", here / "warehouse", here / "home")
defs = build_definitions(Warehouse(settings))
"""


def _published(folder: Path) -> Settings:
    settings = synthetic.settings_in(folder)
    (settings.sources / "notes").mkdir()
    for k in range(300):
        (settings.sources / "notes" / f"note-{k}.md").write_text(f"note {k}")
    now = fingerprint(read_inputs(settings.sources))
    synthetic.stage(settings, synthetic.frames(), now)
    publish(settings, run_id="r", fingerprint=now, now=synthetic.NOW)
    return settings


def _size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    "looks", [LOOKS // 20, pytest.param(LOOKS, marks=pytest.mark.soak)]
)
def test_looking_without_news_runs_nothing_and_stores_little(tmp_path, looks) -> None:
    settings = _published(tmp_path)
    prepare_home(settings)
    (tmp_path / "defs.py").write_text(DEFINITIONS)
    origin = InProcessCodeLocationOrigin(
        LoadableTargetOrigin(python_file=str(tmp_path / "defs.py")),
        location_name="headroom",
    )
    # Fewer looks lie further apart, so that the same two days pass.
    apart = timedelta(seconds=15) * (LOOKS / looks)
    moment = datetime.now(UTC) + timedelta(minutes=1)
    with (
        dg.DagsterInstance.from_config(str(settings.home)) as instance,
        create_test_daemon_workspace_context(
            InProcessWorkspaceLoadTarget(origin), instance
        ) as workspace,
    ):
        before = None
        started = time.perf_counter()
        for _ in range(looks):
            with freeze_time(moment):
                list(
                    execute_sensor_iteration(
                        workspace, logging.getLogger("looks"), None, None
                    )
                )
            before = before or _size(settings.home)
            moment += apart
        took = (time.perf_counter() - started) / looks
        assert instance.get_runs() == []
        ticks = [
            tick
            for state in instance.all_instigator_state()
            for tick in instance.get_ticks(
                state.instigator_origin_id, state.selector_id
            )
            if state.instigator_name == "sources_changed"
        ]
    grown = _size(settings.home) - before
    print(f"\n{looks} looks: {1000 * took:.0f} ms each, {grown / 1e6:.2f} MB")
    assert {tick.status.name for tick in ticks} == {"SKIPPED"}
    assert len(ticks) < looks  # older ones are forgotten
    assert grown <= LIMIT * looks / LOOKS + 500_000
