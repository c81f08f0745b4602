"""The answer in two sentences.

What belongs here: which row answers, and its wording. What does not: layout.
"""

from __future__ import annotations

from typing import Any

from pipeline.projection.headline import headline
from pipeline.report.data import Columns, rows
from pipeline.words.numbers import month, scientific


def answer(parts: dict[str, Columns]) -> list[str]:
    """The two sentences at the top of the page, as plain text."""
    row = chosen(parts)
    if row is None:
        return ["This release holds no projection yet."]
    names = {each["model_id"]: each["name"] for each in rows(parts["models"])}
    leader = names.get(row["leader_model_id"], row["leader_model_id"])
    met = sum(state == "met" for state in parts.get("observed", {}).get("state", []))
    seen = (
        "Some disclosed runs are known to have reached it already"
        if met
        else "No disclosed run is known to have reached it"
    )
    used = f"used about {scientific(row['leader'])} FLOP{_interval(parts, row)}"
    return [
        _when(row),
        f"{seen}: the largest estimated reasoning run, {leader}, {used}.",
    ]


def chosen(parts: dict[str, Columns]) -> dict[str, Any] | None:
    """The row of convergence that answers; None where nothing is projected."""
    try:
        return headline(rows(parts["scenarios"]), rows(parts.get("convergence", {})))
    except LookupError:
        return None


def _interval(parts: dict[str, Columns], row: dict[str, Any]) -> str:
    for each in rows(parts.get("estimates", {})):
        ours = (each["model_id"], each["stage"]) == (
            row["leader_model_id"],
            "reasoning",
        )
        if ours and each["mid"] is not None:
            return (
                f" (90% interval {scientific(each['lo'])} to {scientific(each['hi'])})"
            )
    return ""


def _when(row: dict[str, Any]) -> str:
    if row["date_p50"] is None:
        return (
            "Reasoning training, if it kept the pace of the record, would not meet "
            "its ceiling within the horizon of the projection."
        )
    middle, early, late = (
        month(row[key]) for key in ("date_p50", "date_p05", "date_p95")
    )
    between = f"(90% interval {early} to {late or 'beyond the horizon'})"
    if row["status"] == "met":
        verb = "has very likely met its ceiling already, around"
    elif row["status"] == "open":
        verb = "has not met its ceiling yet and would do so around"
    else:
        verb = "may have met its ceiling, the median being"
    left = f"it grows about {row['growth_after']:.2g}-fold a year"
    return (
        "Reasoning training, if it kept the pace of the record, "
        f"{verb} {middle} {between}; from there {left}, as fast as the frontier."
    )
