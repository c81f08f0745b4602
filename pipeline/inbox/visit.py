"""A visit to the feeds with the current release at hand.

What belongs here: the record's claims and the weighing by `whatif`. What does not: the
visit itself (box.py).
"""

from __future__ import annotations

from pipeline import api
from pipeline.inbox.box import Effect, Visit, visit
from pipeline.lake.errors import LakeError
from pipeline.settings import Settings


def visit_feeds(settings: Settings) -> Visit:
    """Ask every feed; what is new is held against the current release.

    Raises:
        UsageError: if there are no feeds, or the registry cannot be read.
    """
    from pipeline.lake.reading import read_contract

    registry = api.registry(settings.sources)
    try:
        table = read_contract(settings, "raw.claims").astype(object)
        rows = table.where(table.notna(), None).to_dict("records")
        known = [{str(k): v for k, v in row.items()} for row in rows]
    except LakeError:
        known = []  # nothing is published yet: nothing is known
    return visit(settings, registry, known, weigh if known else lambda _: None)


def weigh(claim: str) -> Effect | None:
    """What a claim in one line would do to the answer; None if it cannot be read."""
    import numpy as np

    try:
        found = api.whatif(claim)
    except LakeError:
        return None
    moved = found.convergence
    days = (moved["date_p50_after"] - moved["date_p50_before"]).dt.days.abs().max()
    before, after = (
        found.estimates[f"flop_p50_{side}"].astype(float)
        for side in ("before", "after")
    )
    oom = (after / before).map(np.log10).abs().max()
    return Effect(
        days=float(days) if days == days else 0.0,  # NaN where no date is known
        oom=float(oom) if oom == oom else 0.0,
        new=int((before.isna() & after.notna()).sum()),
        claim=claim,
    )
