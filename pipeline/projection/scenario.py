"""A scenario as the projection uses it: one typed row of core.scenarios.

What belongs here: reading the row. What does not: its meaning (pace.py, course.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Scenario:
    """Pace, frontier growth, ceiling and stall; None where a scenario has none."""

    name: str
    headline: bool
    pace_fitted: bool
    pace_times: float
    pace_months: tuple[float, float]
    pace_factor: float
    pace_claim: str | None
    growth: tuple[float, float] | None  # x per year (90% range); None = fitted
    share: tuple[float, float]
    stall_months: tuple[float, float] | None


def scenarios_of(frame: pd.DataFrame) -> list[Scenario]:
    """The rows of core.scenarios."""
    return [
        Scenario(
            name=str(row["scenario"]),
            headline=bool(row["headline"]),
            pace_fitted=row["pace_kind"] == "fitted",
            pace_times=float(row["pace_times"]),
            pace_months=(row["pace_months_low"], row["pace_months_high"]),
            pace_factor=float(row["pace_factor"]),
            pace_claim=None if pd.isna(row["pace_claim"]) else str(row["pace_claim"]),
            growth=None
            if row["frontier_fitted"]
            else (row["frontier_growth_low"], row["frontier_growth_high"]),
            share=(row["share_low"], row["share_high"]),
            stall_months=None
            if pd.isna(row["stall_after_months_low"])
            else (row["stall_after_months_low"], row["stall_after_months_high"]),
        )
        for row in frame.to_dict("records")
    ]
