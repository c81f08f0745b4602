"""Dagster's home inside the project.

What belongs here: its configuration file and storage. What does not: starting servers
(cli/ui.py).
"""

from __future__ import annotations

from filelock import FileLock

from pipeline.settings import Settings

_CONFIG = """\
# Written by headroom; runs are queued one at a time, for there is one writer.
telemetry:
  enabled: false
nux: # no invitation to a newsletter at the first visit
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
# A run that never starts or never ends would block the others. One whose process was
# killed is found by the sensor.
run_monitoring:
  enabled: true
  poll_interval_seconds: 30
  start_timeout_seconds: 180
  max_runtime_seconds: 7200
# What a step prints is not captured: that starts four processes for every run, and
# steps print nothing. Why a run failed is among its events.
compute_logs:
  module: dagster.core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
retention:
  schedule:
    purge_after_days:
      skipped: 30
      failure: 365
      success: 365
  sensor:
    purge_after_days:
      skipped: 1
      failure: 30
      success: 365
"""
_POSTGRES = """\
storage:
  postgres:
    postgres_url:
      env: HEADROOM_DAGSTER_URL
"""


def prepare_home(settings: Settings) -> None:
    """Create the folder, its storage, and its configuration unless there is one.

    Processes that started on a new home together would each create the tables, and all
    but the first would fail.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.home / "home.lock"):
        path = settings.home / "dagster.yaml"
        if not path.exists():
            storage = _POSTGRES if settings.dagster_in_postgres else ""
            path.write_text(_CONFIG + storage, encoding="utf-8")
        tables = settings.home / "schedules" / "schedules.db"  # the last to be made
        if not (settings.dagster_in_postgres or tables.exists()):
            import dagster as dg

            dg.DagsterInstance.from_config(str(settings.home)).dispose()
