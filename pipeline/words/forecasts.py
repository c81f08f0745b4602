"""What was forecast and what came, in words that are fair to those scored.

What belongs here: figures in their unit, what the record says of a question, and who
may be ranked. What does not: layout, and any figure that is in no published table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pipeline.words.numbers import UNKNOWN, flop, number, percent

Row = Mapping[str, Any]

TOO_FEW = "too few to judge"
SURE = 0.99  # chance from which a statement is said to have come true
STATES = {
    "scored": "Due and settled",
    "undecided": "Due, and not settled by the record",
    "open": "Not due",
}
_NO_RANKING = "No ranking: nobody has enough scored targets in common with another."


def came(row: Row) -> str:
    """What came by the target date, or has come so far; how sure the record is.

    Args:
        row: a row of out.forecast_scores.
    """
    chance = row["record_probability"]
    if chance is not None:
        return _whether(chance, row["status"])
    if row["record_p50"] is None:
        return row["reason"] or UNKNOWN
    said = figures(row, "record")
    return f"{said} so far" if row["status"] == "open" else said


def outlook(row: Row) -> str:
    """Our newest forecast of an open question; '' where there is none."""
    if row["outlook_probability"] is not None:
        return f"{percent(row['outlook_probability'])} likely by our newest forecast"
    if row["outlook_p50"] is None:
        return ""
    return f"{figures(row, 'outlook')} by our newest forecast"


def figures(row: Row, name: str) -> str:
    """A median with its 90% interval in the unit of the question."""
    points = [row[f"{name}_{point}"] for point in ("p50", "p05", "p95")]
    middle, *ends = (figure(value, row["unit"]) for value in points)
    same = points[1] is None or points[1] == points[2]
    return middle if same else f"{middle} (90%: {ends[0]} to {ends[1]})"


def figure(value: float | None, unit: str) -> str:
    """One figure: 3.5e+26 FLOP, $580 million, 4.6-fold a year."""
    if value is None:
        return UNKNOWN
    if unit == "FLOP":
        return f"{flop(value)} FLOP"
    if unit == "USD":
        size, word = (1e9, "billion") if value >= 1e9 else (1e6, "million")
        return f"${float(f'{value / size:.2g}'):,.4g} {word}"
    if unit == "x per year":
        return f"{value:.2g}-fold a year"
    return f"{number(value)} {unit}"


def ranking(board: Iterable[Row]) -> list[str]:
    """Who may be compared with whom; a sentence where nobody may.

    Args:
        board: rows of out.scoreboard.
    """
    told = [
        f"{row['forecaster']}: {row['verdict']} on {row['n_paired_no_change']} common "
        f"targets (off by {row['crps_paired_no_change']:.2f} against "
        f"{row['crps_no_change']:.2f} orders of magnitude)."
        for row in board
        if row["verdict"] != TOO_FEW
        and None not in (row["crps_paired_no_change"], row["crps_no_change"])
    ]
    return told or [_NO_RANKING]


def _whether(chance: float, status: str) -> str:
    if status == "open":
        return "not yet" if chance < 1 - SURE else f"{percent(chance)} likely by now"
    if chance >= SURE:
        return "came true"
    if chance <= 1 - SURE:
        return "did not come true"
    return f"{percent(chance)} likely that it came true"
