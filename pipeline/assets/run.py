"""Running the refresh job inside this process.

What belongs here: the instance, the job, and failures as sentences. What does not:
deciding whether to run (refresh.py).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import dagster as dg

from pipeline.assets.build import build_definitions
from pipeline.assets.home import prepare_home
from pipeline.assets.io import Warehouse
from pipeline.assets.jobs import REFRESH
from pipeline.settings import Settings

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def run_refresh(
    settings: Settings, *, accept: str | None, watch: Callable[[str], None]
) -> list[str]:
    """Run all assets; the run is seen in the UI like any other.

    Returns:
        Why the run failed, a sentence each; nothing if it did not.
    """
    prepare_home(settings)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    warehouse = Warehouse(settings, accept=accept, watch=watch)
    job = build_definitions(warehouse).resolve_job_def(REFRESH)
    with dg.DagsterInstance.from_config(str(settings.home)) as instance:
        result = job.execute_in_process(
            instance=instance, raise_on_error=False, run_config=_QUIET
        )
    return list(dict.fromkeys(_problems(result.all_events)))


def _problems(events: Iterable[dg.DagsterEvent]) -> Iterable[str]:
    for event in events:
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            seen = event.asset_check_evaluation_data
            if not seen.passed and seen.blocking:
                rows = seen.metadata.get("rows")
                table = ".".join(seen.asset_key.path)
                yield (
                    f"{table} fails its check {seen.check_name!r}:\n"
                    f"{rows.value if rows else ''}"
                )
        elif event.is_step_failure:
            error = event.step_failure_data.error
            if error is None or error.cls_name == "DagsterAssetCheckFailedError":
                continue  # told by the check itself
            given = event.step_failure_data.user_failure_data
            yield (
                given.description
                if given and given.description
                else f"the step {event.step_key} failed: {_innermost(error)}"
            )


def _innermost(error: object) -> str:
    while getattr(error, "cause", None) is not None:
        error = error.cause  # type: ignore[attr-defined]
    return str(getattr(error, "message", error)).strip()
