"""The sensor asks for one run per set of changes, without a command."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from pipeline.assets import publish, runs, watch
from pipeline.assets.build import build_definitions
from pipeline.assets.jobs import REFRESH
from pipeline.assets.sensors import (
    daily,
    daily_fetch,
    daily_freshness,
    sources_changed,
)
from pipeline.assets.warehouse import Warehouse
from pipeline.lake import alerts, head
from pipeline.settings import Settings
from tests import mini


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return mini.project(tmp_path_factory.mktemp("project"))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "QUIET", 0.0)


def _tick(settings: Settings, instance: dg.DagsterInstance) -> dg.RunRequest | None:
    """One evaluation, its run executed; what was asked for."""
    context = dg.build_sensor_context(
        instance=instance, resources={"warehouse": Warehouse(settings)}
    )
    result = sources_changed(context)
    if not result.run_requests:
        return None
    (asked,) = result.run_requests
    job = build_definitions(Warehouse(settings)).resolve_job_def(REFRESH)
    assert job.execute_in_process(instance=instance, tags=asked.tags).success
    return asked


def test_a_note_is_published_without_a_command(settings: Settings) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = _tick(settings, instance)
        assert head(settings).seq == 1
        assert _tick(settings, instance) is None
        note = settings.sources / "notes" / "o5.md"
        note.write_text(mini.note("o5", mini.O5))
        news = _tick(settings, instance)
        assert news.tags[runs.CHANGED] == "+notes/o5.md"
        assert head(settings).seq == 2
        note.unlink()
        back = _tick(settings, instance)
        assert head(settings).seq == 3
        assert back.tags[runs.FINGERPRINT] == first.tags[runs.FINGERPRINT]
        assert back.run_key != first.run_key  # a used key would never run again


def test_the_sensor_reports_what_the_sources_are(settings: Settings) -> None:
    with dg.DagsterInstance.ephemeral() as instance:

        def look(cursor: str | None) -> dg.SensorResult:
            return sources_changed(dg.build_sensor_context(
                instance=instance, cursor=cursor,
                resources={"warehouse": Warehouse(settings)},
            ))  # fmt: skip

        first = look(None)
        assert {e.asset_key.path[1] for e in first.asset_events} == {
            "notes", "registries", "datasets",
        }  # fmt: skip
        assert look(first.cursor).asset_events == []
        note = settings.sources / "notes" / "o5.md"
        note.write_text(mini.note("o5", mini.O5))
        (news,) = look(first.cursor).asset_events
        note.unlink()
        assert news.asset_key.path == ["sources", "notes"]


def test_the_age_of_the_record_is_looked_at_though_nothing_is_new(
    settings: Settings, monkeypatch
) -> None:
    days = lambda n: datetime(2025, 9, 17, tzinfo=UTC) + timedelta(days=n)  # noqa: E731
    for n, passed in ((60, True), (61, False)):

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return days(n)  # noqa: B023

        monkeypatch.setattr(publish, "datetime", Clock)
        job = build_definitions(Warehouse(settings)).resolve_job_def("freshness")
        with dg.DagsterInstance.ephemeral() as instance:
            done = job.execute_in_process(instance=instance)
        (evaluation,) = done.get_asset_check_evaluations()
        assert evaluation.passed == passed
    assert '"severity": "warning"' in alerts.path_of(settings).read_text()
    assert isinstance(daily_freshness(), dg.RunRequest)


@pytest.fixture
def scheduled(settings: Settings, monkeypatch: pytest.MonkeyPatch):
    """Evaluate a schedule; its context wants an instance only by reference."""
    with dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setattr(dg.ScheduleEvaluationContext, "instance", instance)
        yield lambda schedule, **more: schedule(
            dg.build_schedule_context(
                resources={"warehouse": Warehouse(replace(settings, **more))}
            )
        )


def test_the_daily_schedule_skips_without_news(scheduled) -> None:
    assert isinstance(scheduled(daily), dg.SkipReason)


def test_the_table_is_fetched_daily_where_an_address_is_set(scheduled) -> None:
    assert "HEADROOM_EPOCH_URL" in scheduled(daily_fetch).skip_message
    assert isinstance(scheduled(daily_fetch, epoch_daily=True), dg.RunRequest)


def test_job_schedule_and_sensor_run_by_default() -> None:
    definitions = build_definitions()
    assert sources_changed.default_status == dg.DefaultSensorStatus.RUNNING
    assert daily.default_status == dg.DefaultScheduleStatus.RUNNING
    assert definitions.resolve_job_def(REFRESH)
