"""A scenario as the projection uses it: one typed row of core.scenarios.

What belongs here: reading the row. What does not: its meaning (pace.py, course.py).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Scenario:
    """Pace, frontier growth, ceiling and limits; None where a scenario has none."""

    name: str
    headline: bool
    pace_times: float
    pace_months: tuple[float, float]
    pace_factor: float
    pace_claim: str | None
    growth: tuple[float, float] | None  # x per year (90% range); None = fitted
    share: tuple[float, float]
    stall_months: tuple[float, float] | None
    cluster_share: tuple[float, float] | None  # of the lab's cluster
    progress: tuple[float, float] | None  # x per year (90% range), of algorithms


def scenarios_of(frame: pd.DataFrame) -> list[Scenario]:
    """The rows of core.scenarios."""
    return [
        Scenario(
            name=str(row["scenario"]),
            headline=bool(row["headline"]),
            pace_times=float(row["pace_times"]),
            pace_months=(row["pace_months_low"], row["pace_months_high"]),
            pace_factor=float(row["pace_factor"]),
            pace_claim=None if pd.isna(row["pace_claim"]) else str(row["pace_claim"]),
            growth=None
            if row["frontier_fitted"]
            else (row["frontier_growth_low"], row["frontier_growth_high"]),
            share=(row["share_low"], row["share_high"]),
            stall_months=_range(row, "stall_after_months"),
            cluster_share=_range(row, "cluster_share"),
            progress=_range(row, "algorithmic_progress"),
        )
        for row in frame.to_dict("records")
    ]


def _range(row: dict[Hashable, Any], name: str) -> tuple[float, float] | None:
    low = row[f"{name}_low"]
    return None if pd.isna(low) else (low, row[f"{name}_high"])
