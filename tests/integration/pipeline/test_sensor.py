"""The sensor asks for one run per set of changes, without a command."""

from __future__ import annotations

import dagster as dg
import pytest

from pipeline.assets.build import build_definitions
from pipeline.assets.io import Warehouse
from pipeline.assets.jobs import REFRESH
from pipeline.assets.sensors import daily, sources_changed
from pipeline.lake import head
from pipeline.settings import Settings
from tests import mini


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return mini.project(tmp_path_factory.mktemp("project"))


def _tick(
    settings: Settings, instance: dg.DagsterInstance, cursor: str | None
) -> tuple[list[str], str | None]:
    """One evaluation, its runs executed; run keys asked for and the new cursor."""
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, resources={"warehouse": Warehouse(settings)}
    )
    result = sources_changed(context)
    if isinstance(result, dg.SkipReason):
        return [], context.cursor
    job = build_definitions(Warehouse(settings)).resolve_job_def(REFRESH)
    for request in result.run_requests:
        assert job.execute_in_process(instance=instance).success
        del request
    return [str(r.run_key) for r in result.run_requests], result.cursor


def test_a_note_is_published_without_a_command(settings: Settings) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        keys, cursor = _tick(settings, instance, None)
        assert len(keys) == 1
        assert head(settings).seq == 1
        again, cursor = _tick(settings, instance, cursor)
        assert again == []
        note = settings.sources / "notes" / "o5.md"
        note.write_text(mini.note("o5", mini.O5))
        news, cursor = _tick(settings, instance, cursor)
        assert len(news) == 1
        assert head(settings).seq == 2
        note.unlink()
        back, cursor = _tick(settings, instance, cursor)
        assert head(settings).seq == 3
        assert back[0].split(":")[1] == keys[0].split(":")[1]
        assert back != keys  # a used key would never run again


def test_the_daily_schedule_skips_without_news(settings: Settings) -> None:
    context = dg.build_schedule_context(resources={"warehouse": Warehouse(settings)})
    assert isinstance(daily(context), dg.SkipReason)


def test_job_schedule_and_sensor_run_by_default() -> None:
    definitions = build_definitions()
    assert sources_changed.default_status == dg.DefaultSensorStatus.RUNNING
    assert daily.default_status == dg.DefaultScheduleStatus.RUNNING
    assert definitions.resolve_job_def(REFRESH)
