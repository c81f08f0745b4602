"""What a person should look at, although it stops nothing.

What belongs here: files that could not be read, the age of the record, magnitudes
against the last release. What does not: rules that publish insists on
(consistency.py), and releases that wait for a person (lake/holds.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.checks.consistency import Frames
from pipeline.estimation.assumed import Assumed

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Circumstances:
    """What a judgement needs besides the tables.

    Attributes:
        today: the day of the judgement.
        released: tables of the last release; none before the first.
    """

    today: date
    released: Frames = field(default_factory=dict)


@dataclass(frozen=True)
class Advisory:
    """A question about a table, and the rows to look at.

    Attributes:
        grave: shown as an error rather than a warning; it stops nothing either way.
    """

    name: str
    table: str
    needs: tuple[str, ...]
    about: str
    failures: Callable[[Frames, Circumstances], pd.DataFrame]
    grave: bool = False


def _unread(frames: Frames, _: Circumstances) -> pd.DataFrame:
    return frames["raw.rejected"]


def _old(frames: Frames, seen: Circumstances) -> pd.DataFrame:
    limit = _limit(frames, "check.fresh_days")
    dates = [frames[t]["disclosed_on"] for t in ("raw.claims", "raw.scores")]
    newest = pd.concat(dates).max()
    if pd.isna(newest):
        return pd.DataFrame()
    age = (pd.Timestamp(seen.today) - newest).days
    row = {"newest_disclosure": newest, "days_old": age, "limit_days": int(limit)}
    return pd.DataFrame([row] if age > limit else [])


def _shifted(frames: Frames, seen: Circumstances) -> pd.DataFrame:
    """Medians that moved by more than the limit, in orders of magnitude."""
    both = _beside(frames, seen, "core.estimates", ["model_id", "stage"])
    if both.empty:
        return both
    shift = _log10_ratio(both, "flop_p50")
    columns = ["model_id", "stage", "flop_p50_released", "flop_p50", "shift_log10"]
    told: pd.DataFrame = both.assign(shift_log10=shift)[columns]
    return _beyond(told, shift, _limit(frames, "check.median_shift"))


def _other_date(frames: Frames, seen: Circumstances) -> pd.DataFrame:
    """Dates of convergence, at the newest vintage of each, that moved far."""
    released = seen.released.get("out.convergence")
    if released is None or released.empty:
        return pd.DataFrame()
    both = _newest(frames["out.convergence"]).merge(
        _newest(released), on=["scenario", "share"], suffixes=("", "_released")
    )
    moved = both["date_p50"] - both["date_p50_released"]
    days: FloatArray = np.asarray(moved.dt.days, dtype=float)
    columns = ["scenario", "share", "date_p50_released", "date_p50", "shift_days"]
    told: pd.DataFrame = both.assign(shift_days=days)[columns]
    return _beyond(told, days, _limit(frames, "check.date_shift_days"))


def _other_growth(frames: Frames, seen: Circumstances) -> pd.DataFrame:
    """Fitted growth of the frontier that changed by more than the limit's factor."""
    both = _beside(frames, seen, "out.frontier_trend", ["series", "method"])
    if both.empty:
        return both
    change = _log10_ratio(both, "growth_per_year_p50")
    columns = [f"growth_per_year_p50{side}" for side in ("_released", "")]
    told: pd.DataFrame = both[["series", "method", *columns]]
    return _beyond(told, change, math.log10(_limit(frames, "check.growth_factor")))


def _limit(frames: Frames, name: str) -> float:
    return Assumed.of(frames["core.assumptions"])[name]


def _beyond(rows: pd.DataFrame, shift: FloatArray, limit: float) -> pd.DataFrame:
    found: pd.DataFrame = rows[np.abs(shift) > limit]
    return found


def _log10_ratio(both: pd.DataFrame, column: str) -> FloatArray:
    now, before = (np.asarray(both[c], float) for c in (column, f"{column}_released"))
    return np.asarray(np.log10(now / before), dtype=float)


def _newest(frame: pd.DataFrame) -> pd.DataFrame:
    found: pd.DataFrame = frame[frame["vintage"] == frame["vintage"].max()]
    return found


def _beside(
    frames: Frames, seen: Circumstances, table: str, key: list[str]
) -> pd.DataFrame:
    """Rows that both the table and its last release have; empty before the first."""
    if table not in seen.released:
        return pd.DataFrame()
    return frames[table].merge(seen.released[table], on=key, suffixes=("", "_released"))


_ASSUMED = "core.assumptions"
ADVISORIES: tuple[Advisory, ...] = (
    Advisory(
        "all_read", "raw.rejected", ("raw.rejected",),
        "every note and registry could be read; the others are published all the same",
        _unread, grave=True,
    ),
    Advisory(
        "fresh", "raw.claims", ("raw.claims", "raw.scores", _ASSUMED),
        "the newest disclosure is recent (check.fresh_days)", _old,
    ),
    Advisory(
        "plausible", "core.estimates", ("core.estimates", _ASSUMED),
        "no median moved far since the last release (check.median_shift)", _shifted,
    ),
    Advisory(
        "plausible", "out.convergence", ("out.convergence", _ASSUMED),
        "no date moved far since the last release (check.date_shift_days)", _other_date,
    ),
    Advisory(
        "plausible", "out.frontier_trend", ("out.frontier_trend", _ASSUMED),
        "no growth changed much since the last release (check.growth_factor)",
        _other_growth,
    ),
)  # fmt: skip
