"""Dagster's home: what a run finds there, and what it leaves."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from pipeline.assets.home import kept_open, prepare_home
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
