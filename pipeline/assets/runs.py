"""What Dagster remembers of earlier runs, for those who decide about the next one.

What belongs here: the tags runs carry, runs whose process has died, why a run failed.
What does not: deciding (watch.py).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import dagster as dg
from dagster import DagsterRunStatus as Status

from pipeline.lake import StagingError, staging
from pipeline.settings import Settings

FINGERPRINT = "headroom/fingerprint"  # what decided the tables in this run
REFUSED = "headroom/refused"  # the data stood in the way: again would end the same
CHANGED = "headroom/changed"  # files whose change asked for the run
CHECK_FAILED = "a failed check"

NAMED = 20  # changed files named in a tag
NAMED_ROWS = 3  # failing rows named in a sentence
_WAITING = (Status.QUEUED, Status.NOT_STARTED)
_WORKING = (Status.STARTED, Status.CANCELING)


def bury_the_dead(instance: dg.DagsterInstance) -> list[str]:
    """Report runs as failed whose process was killed; they would block the queue.

    Returns:
        The ids of those runs.
    """
    found = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(_WORKING))):
        run = record.dagster_run
        process = _process_of(instance, run.run_id)
        if process is not None and not _alive(process):
            instance.report_run_failed(
                run, f"its process ({process}) was killed; what it published stands"
            )
            found.append(run.run_id)
    return found


def waiting(instance: dg.DagsterInstance, job: str) -> str | None:
    """The id of a run that has not begun, and will read whatever there is by then."""
    asked = dg.RunsFilter(job_name=job, statuses=list(_WAITING))
    found = instance.get_run_records(asked, limit=1)
    return found[0].dagster_run.run_id if found else None


def changed(settings: Settings, digests: Mapping[str, str]) -> str:
    """The files that differ from those of the last reading, for people; '' if none."""
    try:
        before = staging.read_provenance(settings, "raw.claims").inputs
    except StagingError:
        return "all files"
    told = [
        *(f"+{name}" for name in sorted(digests.keys() - before.keys())),
        *sorted(n for n in digests.keys() & before if digests[n] != before[n]),
        *(f"-{name}" for name in sorted(before.keys() - digests.keys())),
    ]
    more = f" and {len(told) - NAMED} more" if len(told) > NAMED else ""
    return ", ".join(told[:NAMED]) + more


def of_fingerprint(
    instance: dg.DagsterInstance, fingerprint: str
) -> Sequence[dg.RunRecord]:
    """The runs on these sources and this method, newest first."""
    return instance.get_run_records(dg.RunsFilter(tags={FINGERPRINT: fingerprint}))


def problems(events: Iterable[dg.DagsterEvent]) -> list[str]:
    """Why a run failed, a sentence each, every sentence once."""
    return list(dict.fromkeys(_problems(events)))


def _problems(events: Iterable[dg.DagsterEvent]) -> Iterable[str]:
    for event in events:
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            seen = event.asset_check_evaluation_data
            if not seen.passed and seen.blocking:
                table = ".".join(seen.asset_key.path)
                rows = seen.metadata.get("rows")
                yield f"{table} fails its check {seen.check_name!r}{_first(rows)}"
        elif event.is_step_failure:
            error = event.step_failure_data.error
            given = event.step_failure_data.user_failure_data
            if given and given.description:
                if given.description != CHECK_FAILED:  # told by the check itself
                    yield given.description
            elif error is not None:
                yield f"the step {event.step_key} failed: {_innermost(error)}"


def _first(rows: object) -> str:
    """The first failing rows in words."""
    records = rows.records if isinstance(rows, dg.TableMetadataValue) else []
    told = [
        ", ".join(f"{name} {value}" for name, value in record.data.items())
        for record in records[:NAMED_ROWS]
    ]
    more = f" and {len(records) - NAMED_ROWS} more" if records[NAMED_ROWS:] else ""
    return f": {'; '.join(told)}{more}" if told else ""


def _innermost(error: object) -> str:
    while getattr(error, "cause", None) is not None:
        error = error.cause  # type: ignore[attr-defined]
    return str(getattr(error, "message", error)).strip()


def _process_of(instance: dg.DagsterInstance, run_id: str) -> int | None:
    """The process that executes a run; None before it has said so."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT):
        event = entry.dagster_event
        said = event.engine_event_data.metadata.get("pid") if event else None
        if said is not None:
            return int(str(said.value))
    return None


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except ProcessLookupError:
        return False
    except OSError:  # another user's, or no such folder on this system
        return True
    # A container's first process may leave the dead unburied, as zombies.
    return state.rpartition(")")[2].split()[0] not in "ZX"
