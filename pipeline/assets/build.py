"""Putting the Dagster definitions together.

What belongs here: `build_definitions`. What does not: any definition itself.
"""

from __future__ import annotations

import dagster as dg

from pipeline import settings
from pipeline.assets.alerts import run_failed
from pipeline.assets.authored import source_files
from pipeline.assets.computed import estimates_and_projections
from pipeline.assets.inbox import daily_inbox, inbox, inbox_job
from pipeline.assets.jobs import (
    epoch,
    fetch_job,
    freshness_job,
    refresh_job,
)
from pipeline.assets.publish import fresh, release
from pipeline.assets.raw import sources
from pipeline.assets.sensors import daily, daily_fetch, daily_freshness, sources_changed
from pipeline.assets.warehouse import Warehouse


def build_definitions(warehouse: Warehouse | None = None) -> dg.Definitions:
    """Fresh definitions; tests and the command line hand in their own warehouse."""
    return dg.Definitions(
        assets=[
            source_files,
            epoch,
            inbox,
            sources,
            estimates_and_projections,
            release,
        ],
        asset_checks=[fresh],
        jobs=[refresh_job, fetch_job, freshness_job, inbox_job],
        schedules=[daily, daily_fetch, daily_freshness, daily_inbox],
        sensors=[sources_changed, run_failed],
        resources={"warehouse": warehouse or Warehouse(settings.load())},
        executor=dg.in_process_executor,
    )
