"""Thousands of looks without news, stored and purged as Dagster's daemon does it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import synthetic
from dagster._core.scheduler.instigation import (
    InstigatorType,
    TickData,
    TickStatus,
)

from pipeline.assets import watch
from pipeline.assets.home import prepare_home
from pipeline.lake import fingerprint, publish
from pipeline.lake.inputs import read_inputs
from pipeline.settings import Settings

LOOKS = 10_000
LIMIT = 10_000_000  # bytes


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
    "looks", [LOOKS // 200, pytest.param(LOOKS, marks=pytest.mark.soak)]
)
def test_looking_without_news_runs_nothing_and_stores_little(tmp_path, looks) -> None:
    settings = _published(tmp_path)
    prepare_home(settings)
    # Fewer looks lie further apart, so that the same two days pass.
    apart = timedelta(seconds=15) * (LOOKS / looks)
    moment = datetime.now(UTC) + timedelta(minutes=1)
    with dg.DagsterInstance.from_config(str(settings.home)) as instance:
        purged = instance.get_tick_retention_settings(InstigatorType.SENSOR)
        before, started = _size(settings.home), time.perf_counter()
        for _ in range(looks):
            told = watch.decide(settings, instance, moment.timestamp(), patient=True)
            assert isinstance(told, dg.SkipReason)
            _store(instance, moment, told, purged)
            moment += apart
        took = (time.perf_counter() - started) / looks
        assert instance.get_runs_count() == 0
        kept = len(instance.get_ticks("origin", "selector"))
    grown = _size(settings.home) - before
    print(f"\n{looks} looks: {1000 * took:.0f} ms each, {grown / 1e6:.2f} MB, {kept}")
    assert 0 < kept < looks  # older ones are forgotten
    assert grown <= LIMIT * looks / LOOKS + 200_000


def _store(
    instance: dg.DagsterInstance,
    moment: datetime,
    told: dg.SkipReason,
    purged: dict[TickStatus, int],
) -> None:
    """What the sensor daemon does with a look that asked for nothing."""
    tick = instance.create_tick(
        TickData(
            instigator_origin_id="origin",
            instigator_name="sources_changed",
            instigator_type=InstigatorType.SENSOR,
            status=TickStatus.STARTED,
            timestamp=moment.timestamp(),
            selector_id="selector",
            run_ids=[],
        )
    )
    instance.update_tick(
        tick.with_status(
            TickStatus.SKIPPED,
            skip_reason=told.skip_message,
            end_timestamp=moment.timestamp(),
        )
    )
    for status, days in purged.items():
        if days > 0:
            instance.purge_ticks(
                "origin",
                "selector",
                (moment - timedelta(days=days)).timestamp(),
                [status],
            )
