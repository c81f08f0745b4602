"""Noticing news: the sensor on `sources/` and the daily schedules.

What belongs here: when to look. What does not: whether that asks for a run (watch.py).
"""

import json
import time
from typing import Any

import dagster as dg

from pipeline.assets.authored import versions
from pipeline.assets.jobs import fetch_job, freshness_job, refresh_job
from pipeline.assets.warehouse import Warehouse
from pipeline.assets.watch import decide

SECONDS = 15


@dg.sensor(
    name="sources_changed",
    job=refresh_job,
    minimum_interval_seconds=SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Refreshes when a file below sources/ differs from the published head.",
)
def sources_changed(
    context: dg.SensorEvaluationContext, warehouse: dg.ResourceParam[Warehouse]
) -> dg.SensorResult:
    """Ask for one run per set of changes, and report what the sources are now."""
    now = versions(warehouse.settings)
    known = json.loads(context.cursor or "{}")
    decided = decide(warehouse.settings, context.instance, time.time(), patient=True)
    return dg.SensorResult(
        **_asked(decided),
        asset_events=[
            dg.AssetObservation(
                ["sources", name], tags={"dagster/data_version": version}
            )
            for name, version in now.items()
            if known.get(name) != version
        ],
        cursor=json.dumps(now),
    )


def _asked(decision: dg.RunRequest | dg.SkipReason) -> dict[str, Any]:
    if isinstance(decision, dg.SkipReason):
        return {"skip_reason": decision}
    return {"run_requests": [decision]}


@dg.schedule(
    name="daily",
    cron_schedule="0 6 * * *",
    job=refresh_job,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Once a day, in case the sensor was off; skipped when nothing is new.",
)
def daily(
    context: dg.ScheduleEvaluationContext, warehouse: dg.ResourceParam[Warehouse]
) -> dg.RunRequest | dg.SkipReason:
    """Refresh if the head lacks the sources as they are."""
    found = decide(warehouse.settings, context.instance, time.time(), patient=False)
    if isinstance(found, dg.RunRequest):
        return dg.RunRequest(tags=found.tags)  # each day anew, whatever the sensor did
    return found


@dg.schedule(
    name="daily_fetch",
    cron_schedule="30 5 * * *",
    job=fetch_job,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Fetches Epoch's table where HEADROOM_EPOCH_URL is set.",
)
def daily_fetch(
    context: dg.ScheduleEvaluationContext, warehouse: dg.ResourceParam[Warehouse]
) -> dg.RunRequest | dg.SkipReason:
    """Fetch the table; what is new in it is then found like any changed file."""
    del context
    if not warehouse.settings.epoch_daily:
        return dg.SkipReason("HEADROOM_EPOCH_URL is not set: nothing to fetch")
    return dg.RunRequest()


@dg.schedule(
    name="daily_freshness",
    cron_schedule="0 7 * * *",
    job=freshness_job,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Once a day: whether the newest disclosure is recent.",
)
def daily_freshness() -> dg.RunRequest:
    """Look, whether or not there is news: silence is what it is about."""
    return dg.RunRequest()
