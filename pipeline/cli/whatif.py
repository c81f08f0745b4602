"""`headroom whatif`: what one more disclosure would change. Nothing is written.

What belongs here: the command and its printing. What does not: the release's tables
with the disclosure added (pipeline.api), the comparison (projection/whatif.py).
"""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import api
from pipeline.cli.console import (
    WRONG_USAGE,
    Json,
    as_json,
    out,
    sentences,
    stop,
    table,
    yellow,
)
from pipeline.cli.headline import WIDTH
from pipeline.cli.release import Row, day
from pipeline.projection.headline import SHARE
from pipeline.words.answer import effect
from pipeline.words.numbers import flop

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.projection.whatif import WhatIf

SHOWN = 12  # estimates listed; the rest is counted


def whatif(
    claim: Annotated[
        str | None, typer.Option(help="`o5: ratio 10 x o3, disclosed 2026-12-01`")
    ] = None,
    note: Annotated[
        Path | None, typer.Option(help="A whole note instead, in sources/ or not.")
    ] = None,
    json: Json = False,
) -> None:
    """What one more disclosure would change; writes nothing."""
    began = time.perf_counter()
    if (claim is None) == (note is None):
        stop("give either --claim or --note", WRONG_USAGE)
    with sentences():
        found = api.whatif(claim, note=note)
    seconds = time.perf_counter() - began
    if json:
        as_json(_facts(found, seconds))
    else:
        _tell(found)
        for each in found.odd:
            yellow(f"To look at: {each['claim_id']}: {each['problem']}")
        for why in found.held:
            yellow(f"A release would be held: {why}")
        out.print(f"Took {seconds:.1f} s; nothing was written.")


def _records(found: pd.DataFrame) -> list[Row]:
    """Rows with None for what is missing and plain dates."""
    known = found.astype(object).where(found.notna(), None)
    return [
        {str(k): v.date() if isinstance(v, datetime) else v for k, v in row.items()}
        for row in known.to_dict("records")
    ]


def _facts(found: WhatIf, seconds: float) -> dict[str, Any]:
    return {
        "at": found.at.date(),
        "new_models": _records(found.new_models),
        "observations": _records(found.roles),
        "estimates": _records(found.estimates),
        "today": _records(found.today),
        "shares": _records(found.shares),
        "convergence": _records(found.convergence),
        "conflicts_caused": found.conflicts,
        "conflicts_settled": found.settled,
        "to_look_at": found.odd,
        "would_be_held": found.held,
        "seconds": round(seconds, 2),
    }


def _node(row: Row) -> str:
    """Model and stage; the ledger where it is not the usual one."""
    name = f"{row['model_id']}/{row['stage']}"
    return name if row["measure"] == "accelerator_time" else f"{name}@{row['measure']}"


def _tell(found: WhatIf) -> None:
    if len(found.today):
        (today,) = _records(found.today)
        models = found.models
        named = dict(zip(models["model_id"], models["name"], strict=True))
        for line in wrap(effect(today, _records(found.shares), named), WIDTH):
            out.print(line)
    out.print(f"As known on {found.at.date()}, without the disclosure and with it:")
    for model in _records(found.new_models):
        out.print(
            f"  {model['name']} is new: {model['model_id']}, released "
            f"{model['released_on']}",
        )
    for role in _records(found.roles):
        why = f", {role['reason']}" if role["reason"] else ""
        out.print(f"  on {role['node']}: {role['role']}{why}")
    estimates = _records(found.estimates)
    table(
        ["stage", "before", "after", "median"],
        (
            [_node(r), _points(r, "before"), _points(r, "after"),
             f"x{r['ratio']:.2g}" if r["ratio"] else ""]
            for r in estimates[:SHOWN]
        ),
    )  # fmt: skip
    if len(estimates) > SHOWN:
        out.print(f"  … and {len(estimates) - SHOWN} more")
    if not estimates:
        out.print("No estimate would change.")
    table(
        ["scenario", "leader", "gap (OOM)", "5%", "median", "95%", "status"],
        (
            [_named(r), *(_both(r, name, show) for name, show in _SHOW.items())]
            for r in _records(found.convergence)
        ),
    )
    for row in found.conflicts:
        out.print(f"Conflict, {row['claim_id']}: {row['explanation']}")
    for row in found.settled:
        out.print(f"Settled, {row['claim_id']}: {row['explanation']}")
    if not found.conflicts:
        out.print("It would cause no conflict.")


def _named(row: Row) -> str:
    return (
        f"share of {row['threshold']}" if row["scenario"] == SHARE else row["scenario"]
    )


_SHOW: dict[str, Any] = {
    "leader_model_id": str,
    "gap_oom_p50": lambda x: f"{x:.2f}",
    "date_p05": day,
    "date_p50": day,
    "date_p95": day,
    "status": str,
}


def _both(row: Row, name: str, show: Any) -> str:
    """One text where nothing changes, else before → after."""
    sides = []
    for side in ("before", "after"):
        value = row[f"{name}_{side}"]
        there = row[f"status_{side}"] != "none" and (
            value is not None or name.startswith("date")
        )
        sides.append(show(value) if there else "–")
    return sides[0] if sides[0] == sides[1] else " → ".join(sides)


def _points(row: Row, side: str) -> str:
    low, middle, high = (row[f"flop_{p}_{side}"] for p in ("p05", "p50", "p95"))
    if low is None and high is None:
        return "–"
    return f"{flop(middle)} [{flop(low)}, {flop(high)}]"
