"""Growth of total training compute: which runs are fitted, and the fit.

What belongs here: selection of series and ordinary least squares. What does not: levels
of the projection (frontier.py); the regression gives the growth, not the level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Z90
from pipeline.estimation.method import FloatArray
from pipeline.projection.dates import regression_year

# Runs that were never near the frontier's way of training; dropped from top-n fits as
# in Epoch's own analysis (reinforcement learning in self-play).
OUTLIERS = ("AlphaGo Master", "AlphaGo Zero")


@dataclass(frozen=True)
class Series:
    """A named selection of runs."""

    name: str
    since: str
    top: int | None  # runs among the n largest at their release; None = all
    running_maximum: bool = False


SERIES = (
    Series("notable since 2010", "2010-01-01", None),
    Series("record since 2020", "2020-01-01", None, running_maximum=True),
    Series("top-5 since 2020", "2020-01-01", 5),
    Series("top-10 since 2018", "2018-01-01", 10),
)


@dataclass(frozen=True)
class Fit:
    """log10 FLOP = intercept + slope · year."""

    n: int
    slope: float
    slope_se: float
    intercept: float

    def growth(self, z: float = 0.0) -> float:
        """Growth in x per year, `z` standard errors from the middle."""
        return float(10 ** (self.slope + z * self.slope_se))

    def level(self, at: float) -> float:
        """Fitted FLOP at a decimal year."""
        return float(10 ** (self.intercept + self.slope * at))


def ols(x: FloatArray, y: FloatArray) -> Fit:
    """Ordinary least squares of y on x with the slope's standard error.

    Raises:
        ValueError: below three points or without spread in x.
    """
    if len(x) < 3 or np.ptp(x) == 0:
        raise ValueError("a trend needs at least three runs on different dates")
    centred = x - x.mean()
    sxx = float(centred @ centred)
    slope = float(centred @ y) / sxx
    intercept = float(y.mean() - slope * x.mean())
    residual = y - intercept - slope * x
    se = float(np.sqrt(residual @ residual / (len(x) - 2) / sxx))
    return Fit(len(x), slope, se, intercept)


def select(runs: pd.DataFrame, series: Series) -> pd.DataFrame:
    """The runs of a series.

    Args:
        runs: columns `name`, `released_on`, `flop` (NaN where unknown), any order.
        series: which to keep.

    Returns:
        The chosen rows by date. A run counts as top-n if fewer than n runs up to and
        including its date are larger (ties are kept), over all of history.
    """
    known = runs[runs["flop"] > 0].sort_values(["released_on", "name"], kind="stable")
    if series.top is not None:
        known = known[~known["name"].isin(OUTLIERS)]
        days = known["released_on"].to_numpy()
        flop = known["flop"].to_numpy(dtype=float)
        rank = np.array(
            [(flop[: np.searchsorted(days, d, "right")] > f).sum() for d, f in
             zip(days, flop, strict=True)]
        )  # fmt: skip
        known = known[rank < series.top]
    if series.running_maximum:
        # Sorted by date: a run that equals the maximum so far is a record too.
        by_size = known.sort_values(["released_on", "flop"], kind="stable")
        known = by_size[by_size["flop"] >= _maximum_up_to_date(by_size)]
    return known[known["released_on"] >= pd.Timestamp(series.since)]


def _maximum_up_to_date(runs: pd.DataFrame) -> pd.Series:
    """The largest run up to and including the date of each row."""
    by_date = runs.groupby("released_on")["flop"].max().cummax()
    return runs["released_on"].map(by_date)


def trend_table(runs: pd.DataFrame, level_on: pd.Timestamp) -> pd.DataFrame:
    """Rows of out.frontier_trend by OLS; a series with too few runs has none."""
    rows = []
    for series in SERIES:
        chosen = select(runs, series)
        x = regression_year(chosen["released_on"])
        if len(chosen) < 3:
            continue
        fit = ols(x, np.log10(chosen["flop"].to_numpy(dtype=float)))
        rows.append(
            {
                "series": series.name,
                "since": pd.Timestamp(series.since),
                "until": chosen["released_on"].max(),
                "n": fit.n,
                "growth_per_year_p05": fit.growth(-Z90),
                "growth_per_year_p50": fit.growth(),
                "growth_per_year_p95": fit.growth(Z90),
                "level_flop": fit.level(
                    float(regression_year(pd.Series([level_on]))[0])
                ),
                "level_on": level_on,
                "method": "ols",
            }
        )
    return pd.DataFrame(rows)
