"""Running the refresh job inside this process.

What belongs here: the instance and the job. What does not:
deciding whether to run (refresh.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import dagster as dg

from pipeline.assets.build import build_definitions
from pipeline.assets.home import instance_of, kept_open
from pipeline.assets.jobs import REFRESH
from pipeline.assets.runs import problems
from pipeline.assets.warehouse import Warehouse
from pipeline.settings import Settings

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_refresh(
    settings: Settings, *, accept: str | None, watch: Callable[[str], None]
) -> list[str]:
    """Run all assets; the run is seen in the UI like any other.

    Returns:
        Why the run failed, a sentence each; nothing if it did not.

    Raises:
        KeyboardInterrupt: at Ctrl-C, which Dagster turns into a failed step.
    """
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    warehouse = Warehouse(settings, watch=watch)
    job = build_definitions(warehouse).resolve_job_def(REFRESH)
    run_id = str(uuid4())
    with (
        instance_of(settings) as instance,
        kept_open(settings, instance, run_id),
    ):
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config=QUIET | _accepting(accept),
            run_id=run_id,
        )
    if any(map(_interrupted, result.all_events)):
        raise KeyboardInterrupt
    return problems(result.all_events)


def _interrupted(event: dg.DagsterEvent) -> bool:
    if event.event_type == dg.DagsterEventType.RUN_CANCELED:
        return True
    error = event.step_failure_data.error if event.is_step_failure else None
    return error is not None and error.cls_name == "DagsterExecutionInterruptedError"


def _accepting(reason: str | None) -> dict[str, Any]:
    if reason is None:
        return {}
    return {"ops": {"publish__release": {"config": {"accept": reason}}}}
