"""Dagster's home inside the project.

What belongs here: its configuration file. What does not: starting servers (cli/ui.py).
"""

from __future__ import annotations

from pipeline.settings import Settings

_CONFIG = """\
# Written by headroom; runs are queued one at a time, for there is one writer.
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
retention:
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
    """Create the folder and its configuration unless the operator wrote one."""
    settings.home.mkdir(parents=True, exist_ok=True)
    path = settings.home / "dagster.yaml"
    if not path.exists():
        storage = _POSTGRES if settings.dagster_in_postgres else ""
        path.write_text(_CONFIG + storage, encoding="utf-8")
