"""What Dagster remembers of earlier runs, for those who decide about the next one.

What belongs here: the tags runs carry, runs whose process has died, why a run failed.
What does not: deciding (watch.py).
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

import dagster as dg
from dagster import DagsterRunStatus as Status

from pipeline.lake import StagingError, staging
from pipeline.settings import Settings

FINGERPRINT = "headroom/fingerprint"  # what decided the tables in this run
REFUSED = "headroom/refused"  # the data stood in the way: again would end the same
CHANGED = "headroom/changed"  # files whose change asked for the run
PROCESS = "headroom/process"  # where it is executed: machine, namespace, process
CHECK_FAILED = "a failed check"

NAMED = 20  # changed files named in a tag
NAMED_ROWS = 3  # failing rows named in a sentence
_WAITING = (Status.QUEUED, Status.NOT_STARTED)
_ENDED = (Status.SUCCESS, Status.FAILURE, Status.CANCELED)
KEPT = 15  # ended runs; each takes about 2 MB of Dagster's home
SIGNED_BY = 120.0  # seconds; a step begins within a few
_WORKING = (Status.STARTED, Status.CANCELING)


def sign(context: dg.AssetExecutionContext) -> None:
    """Write on the run which process executes it; only its own kind may bury it."""
    mark = f"{_place()}:{os.getpid()}"
    if context.run.tags.get(PROCESS) != mark:
        context.instance.add_run_tags(context.run_id, {PROCESS: mark})


def end_the_dead(instance: dg.DagsterInstance) -> list[str]:
    """Report runs as failed whose process was killed; they would block the queue.

    A process id means something only on its own machine and in its own PID namespace:
    the runs of another are left to it, or to the launcher that can ask for them. A run
    that was killed before its first step has signed nothing; after SIGNED_BY seconds
    nobody is going to.

    Returns:
        The ids of those runs.
    """
    found = []
    for record in instance.get_run_records(dg.RunsFilter(statuses=list(_WORKING))):
        why = _death(instance, record)
        # It may have ended between the question and the answer.
        current = instance.get_run_by_id(record.dagster_run.run_id)
        if why and current is not None and current.status in _WORKING:
            instance.report_run_failed(current, f"{why}; what it published stands")
            found.append(current.run_id)
    return found


def _death(instance: dg.DagsterInstance, record: dg.RunRecord) -> str | None:
    """Why a run is known to be dead; None if it lives or cannot be judged here."""
    run, launcher = record.dagster_run, instance.run_launcher
    if launcher.supports_check_run_worker_health:
        from dagster._core.launcher import WorkerStatus

        health = launcher.check_run_worker_health(run)
        lost = health.status in (WorkerStatus.FAILED, WorkerStatus.NOT_FOUND)
        return f"its worker is gone ({health.msg})" if lost else None
    place, _, process = run.tags.get(PROCESS, "").rpartition(":")
    if not place:
        began = record.start_time or record.create_timestamp.timestamp()
        unsigned = time.time() - began > SIGNED_BY
        return "its process ended before its first step" if unsigned else None
    if place != _place() or _alive(int(process)):
        return None
    return f"its process ({process}) was killed"


def prune(instance: dg.DagsterInstance, home: Path) -> None:
    """Forget all but the last KEPT runs: Dagster keeps every event for ever.

    What was published is in the lake; nothing of it is lost. Of a run that it deletes,
    Dagster leaves the evaluations of checks, and an empty file as large as it was.
    """
    from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
    from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage

    evaluated = AssetCheckExecutionsTable.c.run_id
    storage = instance.event_log_storage
    ended = dg.RunsFilter(statuses=list(_ENDED))
    for record in instance.get_run_records(ended)[KEPT:]:
        run_id = record.dagster_run.run_id
        instance.delete_run(run_id)
        if isinstance(storage, SqlEventLogStorage):
            with storage.index_transaction() as con:
                con.execute(
                    AssetCheckExecutionsTable.delete().where(evaluated == run_id)
                )
        (home / "history" / "runs" / f"{run_id}.db").unlink(missing_ok=True)


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


@cache
def _place() -> str:
    """This machine and PID namespace, where a process id means something."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:  # no Linux
        return socket.gethostname()


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
