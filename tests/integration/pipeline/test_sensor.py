"""The sensor asks for one run per set of changes, without a command."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import dagster as dg
import pytest
from typer.testing import CliRunner

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
from pipeline.cli import app
from pipeline.lake import alerts, head
from pipeline.report import PAGE
from pipeline.settings import Settings
from tests import mini
from tests.integration.pipeline.test_refresh import environment


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    made = mini.project(tmp_path_factory.mktemp("project"))
    path = made.sources / "assumptions.yaml"
    known = "check.record_known, value: "
    path.write_text(path.read_text().replace(f"{known}10", f"{known}5"))
    fifth = mini.LONE.replace("o5", "o1").replace("3e26", "1e26")
    note = mini.note("fifth", fifth, on="2024-12-05")
    (made.sources / "notes" / "fifth.md").write_text(note)
    return made


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "QUIET", 0.0)


def _asked(settings: Settings, instance: dg.DagsterInstance) -> dg.RunRequest | None:
    """What one evaluation of the sensor asks for."""
    context = dg.build_sensor_context(
        instance=instance, resources={"warehouse": Warehouse(settings)}
    )
    return next(iter(sources_changed(context).run_requests or ()), None)


def _run(
    settings: Settings, instance: dg.DagsterInstance, asked: dg.RunRequest | None
) -> dg.ExecuteInProcessResult:
    """The run that was asked for."""
    assert asked is not None
    job = build_definitions(Warehouse(settings)).resolve_job_def(REFRESH)
    return job.execute_in_process(
        instance=instance, tags=asked.tags, raise_on_error=False
    )


def test_a_note_is_published_without_a_command(settings: Settings) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        first = _asked(settings, instance)
        assert _run(settings, instance, first).success
        assert head(settings).seq == 1
        assert _asked(settings, instance) is None
        note = settings.sources / "notes" / "o5.md"
        note.write_text(mini.note("o5", mini.O5))
        news = _asked(settings, instance)
        assert _run(settings, instance, news).success
        assert news.tags[runs.CHANGED] == "+notes/o5.md"
        assert head(settings).seq == 2
        assert news.run_key != first.run_key


def test_a_slip_is_held_from_the_sensor_and_the_button_publishes_it_with_a_reason(
    settings: Settings,
) -> None:
    """3.8e12 hours for 3.8e7, where five known runs are enough to compare with."""
    before = head(settings)
    slip = settings.sources / "notes" / "slip.md"
    hours = "chip_hours\n    hardware: h100-sxm\n    precision: bf16"
    claim = mini.LONE.replace("evidence: flop", f"evidence: {hours}")
    slip.write_text(mini.note("slip", claim.replace("3e26", "3.8e12 hours")))
    warned = CliRunner().invoke(app, ["note", "check"], env=environment(settings))
    assert "slip/compute: 4.8e+30 FLOP" in " ".join(warned.output.split())
    asked = ["whatif", "--note", str(slip), "--json"]
    facts = json.loads(CliRunner().invoke(app, asked, env=environment(settings)).stdout)
    assert facts["to_look_at"][0]["claim_id"] == "slip/compute"
    assert "o5/pretraining would be 4." in facts["would_be_held"][0]
    with dg.DagsterInstance.ephemeral() as instance:
        assert not _run(settings, instance, _asked(settings, instance)).success
        (failed,) = instance.get_run_records(limit=1)
        assert failed.dagster_run.tags[runs.REFUSED] == "held"
        assert head(settings) == before
        assert _asked(settings, instance) is None  # it waits for a person
        held = dg.materialize(
            [publish.release],
            instance=instance,
            resources={"warehouse": Warehouse(settings)},
            raise_on_error=False,
        )
        why = held.failure_data_for_node("publish__release").user_failure_data
        assert "o5/pretraining would be 4." in why.description
        assert dg.materialize(
            [publish.release],
            instance=instance,
            resources={"warehouse": Warehouse(settings)},
            run_config={
                "ops": {"publish__release": {"config": {"accept": "so it says"}}}
            },
        ).success
    now = head(settings)
    assert (now.seq, now.kind) == (before.seq + 1, "accepted")
    assert any("o5/pretraining" in each for each in now.warnings)
    assert "so it says" in (settings.report / PAGE).read_text()


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
        note = settings.sources / "notes" / "news.md"
        note.write_text(mini.note("news", mini.SCORE))
        (news,) = look(first.cursor).asset_events
        note.unlink()
        assert news.asset_key.path == ["sources", "notes"]


def test_the_age_of_the_record_is_looked_at_though_nothing_is_new(
    settings: Settings, monkeypatch
) -> None:
    newest = datetime.combine(head(settings).vintage, time(), UTC)
    for n, passed in ((60, True), (61, False)):

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return newest + timedelta(days=n)  # noqa: B023

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
