"""One refresh: lock, repair, decide, and only then compute.

What belongs here: the decision and its outcome. What does not: Dagster, which is
imported when there is work, and printing (cli/).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline import report
from pipeline.lake import HeldError, fingerprint, head, recover, writer
from pipeline.lake.inputs import read_inputs
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.lake import Head

WAIT_SECONDS = 900  # for another writer; longer than any refresh


@dataclass(frozen=True)
class Outcome:
    """What a refresh did.

    Attributes:
        head: the newest release afterwards, None if there never was one.
        published: whether this refresh made it.
        repaired: what was mended on the way, a sentence each.
        problems: why something was not published, a sentence each.
    """

    head: Head | None
    published: bool
    repaired: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def refresh(
    settings: Settings,
    *,
    accept: str | None = None,
    watch: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Bring the warehouse up to date with the sources.

    Args:
        settings: where everything lies.
        accept: a reason; publishes what a rule holds back.
        watch: called with each table when it is done.

    Raises:
        LakeError: if the lake cannot be read or another writer does not finish.
    """
    with writer(settings, "refresh", wait=WAIT_SECONDS):
        repaired = recover(settings)
        current = head(settings)
        if current is not None:
            repaired += report.mend(settings, current.seq, current.release_id)
        now = fingerprint(read_inputs(settings.sources))
        if current is not None and current.fingerprint == now:
            return Outcome(current, published=False, repaired=repaired)
        if current is not None and current.held_fingerprint == now and not accept:
            from pipeline.lake.publication import withdrawn

            held = str(HeldError([withdrawn(current)]))
            return Outcome(current, False, repaired, [held])
        from pipeline.assets.run import run_refresh
        from pipeline.lake.upkeep import require_space

        require_space(settings)  # before the work, not after it
        problems = run_refresh(settings, accept=accept, watch=watch)
        after = head(settings)
        published = after is not None and (current is None or after.seq > current.seq)
        return Outcome(after, published, repaired, problems)
