"""Whether the sources ask for a run.

What belongs here: comparing the sources with the published head and with what became of
earlier runs on them. What does not: when to look (sensors.py).

A run on these sources that the data stood in the way of (a failed check, a refusal, a
hold) would end the same and is not repeated until something changes. Any other failure
(a full disk, a killed process, a lock) may pass: the sensor tries again at its next
look, once more after PAUSE, and then leaves it to the daily schedule.
"""

from __future__ import annotations

from collections.abc import Sequence

import dagster as dg

from pipeline.assets import runs
from pipeline.assets.jobs import REFRESH
from pipeline.lake import CatalogError, Head, head
from pipeline.lake.fingerprints import of_digests
from pipeline.lake.inputs import digests, touched
from pipeline.settings import Settings

QUIET = 3.0  # seconds without a change before a run reads the sources
TRIES = 3
PAUSE = 300.0  # seconds before the last try

Decision = dg.RunRequest | dg.SkipReason
Records = Sequence[dg.RunRecord]


def decide(
    settings: Settings, instance: dg.DagsterInstance, now: float, *, patient: bool
) -> Decision:
    """A run, or why there is none.

    Args:
        settings: where everything lies.
        instance: Dagster's memory of runs.
        now: seconds since 1970.
        patient: give up after TRIES; the daily schedule does not.
    """
    runs.end_the_dead(instance)
    if abs(now - touched(settings.sources)) < QUIET:
        return dg.SkipReason(
            f"a file in sources/ changed less than {QUIET:.0f} seconds ago: "
            "waiting until all are written"
        )
    seen = digests(settings.sources)
    fingerprint = of_digests(seen)
    try:
        current = head(settings)
    except CatalogError as error:
        return dg.SkipReason(str(error))
    if current and current.fingerprint == fingerprint:
        return dg.SkipReason(f"{current.release_id} has these sources")
    if current and current.held_fingerprint == fingerprint:
        return dg.SkipReason("these sources were rolled back and wait for a change")
    if (run_id := runs.waiting(instance, REFRESH)) is not None:
        return dg.SkipReason(f"run {run_id[:8]} has not begun and will read them")
    attempts = _since(current, runs.of_fingerprint(instance, fingerprint))
    if attempts and (why := _not_again(attempts, now, patient=patient)):
        return dg.SkipReason(why)
    number = current.seq if current else 0
    return dg.RunRequest(
        # The head's number is part of the key: the same sources may come back later.
        run_key=f"{number}:{fingerprint}:{len(attempts)}",
        tags={
            runs.FINGERPRINT: fingerprint,
            runs.CHANGED: runs.changed(settings, seen)
            or _told(attempts)
            or "method or libraries",
        },
    )


def _told(attempts: Records) -> str:
    """What the first try on these sources said of them."""
    return attempts[-1].dagster_run.tags.get(runs.CHANGED, "") if attempts else ""


def _since(current: Head | None, attempts: Records) -> Records:
    """Runs since the head was published: before it, other releases were at stake."""
    if current is None:
        return attempts
    moment = current.published_at
    return [each for each in attempts if each.create_timestamp > moment]


def _not_again(attempts: Records, now: float, *, patient: bool) -> str | None:
    """Why these sources get no further run for now; `attempts` newest first."""
    for each in attempts:
        run = each.dagster_run
        if not run.is_finished:
            return f"run {run.run_id[:8]} has these sources in hand"
        if runs.REFUSED in run.tags:
            return (
                f"run {run.run_id[:8]} on these sources ended with a refusal "
                f"({run.tags[runs.REFUSED]}): mend them, or accept it: "
                '`headroom refresh --accept "reason"`, or `accept` in the launchpad of '
                "publish/release"
            )
    if not patient:
        return None
    if len(attempts) >= TRIES:
        return (
            f"{len(attempts)} runs on these sources failed: the daily schedule tries "
            "again, and so does `headroom refresh`"
        )
    ended = attempts[0].end_time or 0.0
    if len(attempts) == TRIES - 1 and now - ended < PAUSE:
        return f"waits {PAUSE / 60:.0f} minutes before the last try on these sources"
    return None
