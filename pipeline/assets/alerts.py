"""Noticing a failed run.

What belongs here: the sensor. What does not: the record and the webhook
(lake/alerts.py).
"""

from datetime import UTC, datetime

import dagster as dg

from pipeline.assets import runs
from pipeline.assets.warehouse import Warehouse
from pipeline.lake.alerts import Alert, raise_alert


@dg.run_failure_sensor(
    name="run_failed",
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=30,
    description="Records a failed run in warehouse/alerts.jsonl; calls the webhook.",
)
def run_failed(
    context: dg.RunFailureSensorContext, warehouse: dg.ResourceParam[Warehouse]
) -> None:
    """Tell who should know."""
    run = context.dagster_run
    logs = context.instance.all_logs(run.run_id)
    events = [each.dagster_event for each in logs if each.dagster_event]
    alert = raise_alert(
        warehouse.settings,
        Alert(
            at=datetime.now(UTC),
            run_id=run.run_id,
            job=run.job_name,
            problems=runs.problems(events) or [context.failure_event.message or ""],
            changed=run.tags.get(runs.CHANGED, ""),
        ),
    )
    context.log.info(f"recorded; webhook: {alert.webhook}")
