"""Dagster's home: what a run finds there, and what it leaves."""

from __future__ import annotations

from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.test_utils import create_run_for_test

from pipeline.assets import runs
from pipeline.assets.home import instance_of, kept_open, prepare_home
from pipeline.lake import LakeError
from pipeline.lake.doctor import dagster_home
from pipeline.settings import Settings


def test_a_runs_files_stay_open_from_its_first_event_to_its_last(
    tmp_path: Path,
) -> None:
    """SQLite deletes a file's log when the last connection to it closes."""
    settings = Settings(tmp_path / "sources", tmp_path / "warehouse", tmp_path / "home")
    prepare_home(settings)
    own = settings.home / "history" / "runs" / "a-run.db-wal"
    with dg.DagsterInstance.from_config(str(settings.home)) as instance:
        with kept_open(settings, instance, "a-run"):
            for number in range(3):
                instance.report_engine_event(
                    f"event {number}", job_name="refresh", run_id="a-run"
                )
                assert own.stat().st_size > 0
        assert not own.exists()
        events = [entry.message for entry in instance.all_logs("a-run")]
    assert events == ["event 0", "event 1", "event 2"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dagster.yaml", b"storage: [unclosed"),
        ("dagster.yaml", b"just words"),
        ("dagster.yaml", b"no_such_setting: 1"),
        ("history/runs.db", b"garbage" * 500),
        ("history/runs/index.db", b"garbage" * 500),
    ],
)
def test_a_home_that_cannot_be_read_is_a_sentence(tmp_path, name, content) -> None:
    settings = Settings(tmp_path / "sources", tmp_path / "warehouse", tmp_path / "home")
    prepare_home(settings)
    (settings.home / name).write_bytes(content)
    with pytest.raises(LakeError, match="mend it"), instance_of(settings):
        pass
    if b"no_such" not in content:  # only Dagster itself knows its settings
        assert not dagster_home(settings).ok


def test_deleted_runs_leave_nothing(tmp_path, monkeypatch) -> None:
    """Dagster empties a deleted run's file, and keeps the evaluations of its checks."""
    monkeypatch.setattr(runs, "KEPT", 1)
    settings = Settings(tmp_path / "sources", tmp_path / "warehouse", tmp_path / "home")
    with instance_of(settings) as instance:
        for number in range(3):
            made = create_run_for_test(
                instance, job_name=f"job_{number}", status=dg.DagsterRunStatus.SUCCESS
            )
            instance.report_engine_event("an event", made)
            with instance.event_log_storage.index_transaction() as con:
                con.execute(
                    AssetCheckExecutionsTable.insert().values(
                        asset_key='["a"]', check_name="b", run_id=made.run_id,
                        execution_status="PLANNED",
                    )
                )  # fmt: skip
        runs.prune(instance, settings.home)
        (left,) = instance.get_run_ids()
        files = (settings.home / "history" / "runs").glob("*-*.db")
        assert [path.stem for path in files] == [left]
        with instance.event_log_storage.index_connection() as con:
            looked = con.execute(AssetCheckExecutionsTable.select()).fetchall()
        assert [row.run_id for row in looked] == [left]
