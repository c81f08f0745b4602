"""Noticing news: the sensor on `sources/` and the daily schedule.

What belongs here: comparing the sources with the published head. What does not: what a
run does with them.
"""

import json

import dagster as dg

from pipeline.assets.io import Warehouse
from pipeline.assets.jobs import refresh_job
from pipeline.lake import CatalogError, fingerprint, head
from pipeline.lake.inputs import input_paths, read_inputs

SECONDS = 15


def _request(
    warehouse: Warehouse, cursor: str | None
) -> tuple[dg.RunRequest | dg.SkipReason, str]:
    """A run for sources that the head does not have; the cursor spares the hashing.

    The cursor holds what stat says of every file and the fingerprint that goes with it.
    """
    settings = warehouse.settings
    stats = [
        [path.name, path.stat().st_mtime_ns, path.stat().st_size]
        for path in input_paths(settings.sources)
    ]
    seen = json.loads(cursor) if cursor else {}
    if seen.get("stats") == stats:
        now = str(seen["fingerprint"])
    else:
        now = fingerprint(read_inputs(settings.sources))
    memory = json.dumps({"stats": stats, "fingerprint": now})
    try:
        current = head(settings)
    except CatalogError as error:
        return dg.SkipReason(str(error)), memory
    if current is not None and current.fingerprint == now:
        return dg.SkipReason(f"{current.release_id} has these sources"), memory
    if current is not None and current.held_fingerprint == now:
        return dg.SkipReason(
            "these sources were rolled back and wait for a change"
        ), memory
    number = current.seq if current else 0
    # The head's number is part of the key: the same sources may come back later.
    return dg.RunRequest(run_key=f"{number}:{now}"), memory


@dg.sensor(
    name="sources_changed",
    job=refresh_job,
    minimum_interval_seconds=SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Refreshes when a file below sources/ differs from the published head.",
)
def sources_changed(
    context: dg.SensorEvaluationContext, warehouse: dg.ResourceParam[Warehouse]
) -> dg.SensorResult | dg.SkipReason:
    """Ask for one run per set of changes."""
    request, memory = _request(warehouse, context.cursor)
    if isinstance(request, dg.SkipReason):
        context.update_cursor(memory)
        return request
    return dg.SensorResult(run_requests=[request], cursor=memory)


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
    del context
    request, _ = _request(warehouse, None)
    return request
