"""Dagster's home inside the project.

What belongs here: its configuration file and storage. What does not: starting servers
(cli/ui.py).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock

from pipeline.lake import LakeError
from pipeline.lake.doctor import dagster_home
from pipeline.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

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

    Raises:
        LakeError: if what is there cannot be read.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    with FileLock(settings.home / "home.lock"):
        if not (found := dagster_home(settings)).ok:
            raise LakeError(found.text)
        path = settings.home / "dagster.yaml"
        if not path.exists():
            storage = _POSTGRES if settings.dagster_in_postgres else ""
            path.write_text(_CONFIG + storage, encoding="utf-8")
        tables = settings.home / "schedules" / "schedules.db"  # the last to be made
        if not (settings.dagster_in_postgres or tables.exists()):
            import dagster as dg

            dg.DagsterInstance.from_config(str(settings.home)).dispose()


@contextmanager
def instance_of(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance of the home.

    Raises:
        LakeError: if its configuration is none of Dagster's.
    """
    import dagster as dg

    prepare_home(settings)
    try:
        instance = dg.DagsterInstance.from_config(str(settings.home))
    except dg.DagsterError as error:
        why = " ".join(str(error).split())[:200]
        raise LakeError(
            f"{settings.home / 'dagster.yaml'} is not as Dagster wants it ({why}): "
            "mend it, or move it away and another is written"
        ) from error
    with instance:
        yield instance


@contextmanager
def kept_open(
    settings: Settings, instance: dg.DagsterInstance, run_id: str
) -> Iterator[None]:
    """Hold an idle connection to each SQLite file that a run writes.

    Dagster opens and closes one for every event, and SQLite writes back, syncs and
    deletes a file's log whenever the last connection to it closes: an eighth of what a
    small refresh takes. With storage in PostgreSQL there is nothing to hold.

    Args:
        settings: where the home is.
        instance: Dagster's instance of it.
        run_id: the run about to start.
    """
    instance.all_logs(run_id)  # makes the run's own file
    history = settings.home / "history"
    runs = history / "runs"
    with ExitStack() as held:
        for path in (history / "runs.db", runs / "index.db", runs / f"{run_id}.db"):
            if path.exists():
                con = held.enter_context(closing(sqlite3.connect(path)))
                con.execute("SELECT 1 FROM sqlite_master").fetchone()  # opens the log
        yield
