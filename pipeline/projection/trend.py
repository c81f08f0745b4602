"""Growth of total training compute: which runs are fitted, and the fit.

What belongs here: selection of series, ordinary least squares, their bootstrap. What
does not: levels of the projection (frontier.py); the regression gives the growth, not
the level.

Records and top-n runs are chosen for beating others, so that they are not independent.
The least-squares standard error takes them for independent and is too narrow: of 90%
intervals for simulated running maxima it gives 65 to 75. The bootstrap resamples blocks
of *all* runs and chooses again in each resample, which covers about 90. (Blocks of the
chosen runs, or of residuals, do not: they leave the choice out.)
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.draws import generator
from pipeline.estimation.method import FloatArray
from pipeline.projection.dates import regression_year

# Runs that were never near the frontier's way of training; dropped from top-n fits as
# in Epoch's own analysis (reinforcement learning in self-play).
OUTLIERS = ("AlphaGo Master", "AlphaGo Zero")

_RESAMPLES = 11  # purpose number of the stream of resamples


@dataclass(frozen=True)
class Series:
    """A named selection of runs."""

    name: str
    since: str
    top: int | None  # runs among the n largest at their release; None = all
    running_maximum: bool = False
    notable: bool = False  # without runs that the datasets list as not notable


SERIES = (
    Series("notable since 2010", "2010-01-01", None, notable=True),
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


def bootstrap_slopes(
    runs: pd.DataFrame, series: Series, assumed: Assumed
) -> FloatArray:
    """Slopes of a series in moving-block resamples of all runs, ascending.

    Blocks hold about n^(1/3) neighbours in time (Hall, Horowitz and Jing 1995). The
    stream of random numbers comes from the data themselves.

    Args:
        runs: columns `name`, `released_on`, `flop`, any order.
        series: chosen anew in each resample.
        assumed: constants of the method.
    """
    known = _known(runs, series)
    return _slopes(
        tuple(regression_year(known["released_on"])),
        tuple(np.log10(known["flop"].to_numpy(dtype=float))),
        series,
        assumed["trend.block_power"],
        int(assumed["trend.resamples"]),
    )


@lru_cache(maxsize=1024)  # many vintages know the same runs
def _slopes(
    years: tuple[float, ...],
    flop: tuple[float, ...],
    series: Series,
    block_power: float,
    resamples: int,
) -> FloatArray:
    x, y = np.array(years), np.array(flop)
    n = len(x)
    length = max(round(n**block_power), 1)
    content = np.round(np.concatenate([x, y]), 6).tobytes()
    rng = generator(hashlib.sha256(content).hexdigest(), _RESAMPLES)
    # Circular, so that the first and last runs are drawn as often as others.
    first = rng.integers(0, n, (resamples, -(-n // length), 1))
    rows = ((first + np.arange(length)) % n).reshape(resamples, -1)[:, :n]
    flat = rows + n * np.arange(resamples)[:, None]
    times = np.bincount(flat.ravel(), minlength=n * resamples).reshape(-1, n)
    top = 1 if series.running_maximum else series.top
    if top is not None:
        # A run counts if fewer than `top` of the resampled runs up to its date beat it.
        beats = (y[:, None] > y[None, :]) & (x[:, None] <= x[None, :])
        times = times * ((times > 0).astype(np.float32) @ beats < top)
    start = float(regression_year(pd.Series([pd.Timestamp(series.since)]))[0])
    weight = np.where(x >= start, times, 0).astype(float)
    centred = x - x.mean()
    total = weight.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = weight @ centred / total
        sxx = weight @ centred**2 - total * middle**2
        slopes = (weight @ (centred * y) - middle * (weight @ y)) / sxx
    # A resample whose chosen runs fall on one date has no slope.
    return np.sort(slopes[np.count_nonzero(weight, axis=1) > 1])


def _known(runs: pd.DataFrame, series: Series) -> pd.DataFrame:
    """Runs with known compute by date, without outliers where a top is asked for."""
    known = runs[runs["flop"] > 0].sort_values(["released_on", "name"], kind="stable")
    if series.notable and "is_notable" in known:
        known = known[known["is_notable"].ne(False).fillna(True).astype(bool)]
    return known[~known["name"].isin(OUTLIERS)] if series.top is not None else known


def select(runs: pd.DataFrame, series: Series) -> pd.DataFrame:
    """The runs of a series.

    Args:
        runs: columns `name`, `released_on`, `flop` (NaN where unknown), any order.
        series: which to keep.

    Returns:
        The chosen rows by date. A run counts as top-n if fewer than n runs up to and
        including its date are larger (ties are kept), over all of history.
    """
    known = _known(runs, series)
    if series.top is not None:
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


def trend_table(
    runs: pd.DataFrame, level_on: pd.Timestamp, assumed: Assumed
) -> pd.DataFrame:
    """Rows of out.frontier_trend; a series with too few runs has none.

    Args:
        runs: columns `name`, `released_on`, `flop`.
        level_on: date at which the fitted level is read.
        assumed: constants of the method.
    """
    rows = []
    for series in SERIES:
        chosen = select(runs, series)
        x = regression_year(chosen["released_on"])
        if len(chosen) < 3:
            continue
        y = np.log10(chosen["flop"].to_numpy(dtype=float))
        fit = ols(x, y)
        slopes = bootstrap_slopes(runs, series, assumed)
        intervals = {
            "ols": (fit.growth(-Z90), fit.growth(Z90)),
            "bootstrap": tuple(10 ** np.quantile(slopes, (0.05, 0.95))),
        }
        at = float(regression_year(pd.Series([level_on]))[0])
        rows += [
            {
                "series": series.name,
                "since": pd.Timestamp(series.since),
                "until": chosen["released_on"].max(),
                "n": fit.n,
                "growth_per_year_p05": low,
                "growth_per_year_p50": fit.growth(),
                "growth_per_year_p95": high,
                "level_flop": fit.level(at),
                "level_on": level_on,
                "method": method,
            }
            for method, (low, high) in intervals.items()
        ]
    return pd.DataFrame(rows)
