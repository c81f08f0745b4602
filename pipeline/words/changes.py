"""What a release changed, in sentences.

What belongs here: sentences from rows of meta.changes. What does not: finding the
changes (lake/), layout.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.words.numbers import flop, month, times

Row = Mapping[str, Any]

MOST = 5  # sentences about estimates
_ADDED = {
    "raw.sources": ("document", "documents"),
    "raw.claims": ("claim", "claims"),
    "raw.forecasts": ("forecast", "forecasts"),
    "core.models": ("model", "models"),
}
_MEASURES = {"operations": ", in operations"}


def sentences(changes: Iterable[Row], names: Mapping[str, str]) -> list[str]:
    """The changes that a reader asks for first: what came in, what it moved.

    Args:
        changes: rows of meta.changes.
        names: model names by id.
    """
    rows = list(changes)
    added = Counter(r["table"] for r in rows if r["change"] == "added")
    came = [
        f"{added[table]} {words[added[table] != 1]}"
        for table, words in _ADDED.items()
        if added[table]
    ]
    said = [f"Added: {', '.join(came)}."] if came else []
    said += [_date(r) for r in rows if _is_share_date(r)]
    moved = sorted(
        (r for r in rows if r["table"] == "core.estimates" and r["ratio"]),
        key=lambda r: -abs(math.log10(r["ratio"])),
    )
    said += [_estimate(r, names) for r in moved[:MOST]]
    if len(moved) > MOST:
        said.append(f"{len(moved) - MOST} more estimates moved, by less.")
    return said


def _is_share_date(row: Row) -> bool:
    parts = row["key"].split(" / ")
    return (
        row["table"] == "out.convergence"
        and row["column"] == "date_p50"
        and len(parts) == 3
        and parts[1] == "share"
        and parts[2] != "scenario"
    )


def _date(row: Row) -> str:
    share = float(row["key"].split(" / ")[2])
    now, before = (month(row[side]) or "later or never" for side in ("new", "old"))
    return (
        f"A typical flagship passes {share:.0%} in {now} (was {before}){_because(row)}."
    )


def _estimate(row: Row, names: Mapping[str, str]) -> str:
    model, stage, *measure = row["key"].split(" / ")
    counted = _MEASURES.get(measure[0], "") if measure else ""
    what = {"total": "whole run", "pretraining": "pre-training"}.get(stage, stage)
    return (
        f"{names.get(model, model)}, {what.replace('_', '-')}{counted}: "
        f"{flop(float(row['new']))} FLOP (was {flop(float(row['old']))}, "
        f"{times(row['ratio'])}){_because(row)}."
    )


def _because(row: Row) -> str:
    claims = [c for c in (row["changed_by"] or "").split(", ") if c]
    if not claims:
        return ""
    more = f" and {len(claims) - 1} more" if len(claims) > 1 else ""
    return f", by {claims[0]}{more}"
