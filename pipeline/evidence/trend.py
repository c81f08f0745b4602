"""Growth of total training compute: which runs are fitted, and the fit.

What belongs here: selection of series, ordinary least squares, their bootstrap. What
does not: levels (projection/frontier.py); the regression gives the growth, not the
level.

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
from pipeline.estimation.method import BoolArray, FloatArray

_RESAMPLES = 11  # purpose number of the stream of resamples
_LEFT_OUT = "trend.left_out."  # followed by a model's id, with _ for -


@dataclass(frozen=True)
class Series:
    """A named selection of runs."""

    name: str
    since: int  # year
    top: int | None  # runs among the n largest at their release; None = all
    running_maximum: bool = False
    notable: bool = False  # without runs that the datasets list as not notable


def regression_year(days: pd.DatetimeIndex) -> FloatArray:
    """Year + (day of year − 1) / 365.25: the axis on which published trends are fit."""
    return np.asarray(days.year + (days.dayofyear - 1) / 365.25, dtype=float)


def series_of(assumed: Assumed) -> tuple[Series, ...]:
    """The series of out.frontier_trend."""
    notable, record, few_since, many_since = (
        int(assumed[f"trend.{name}_since_year"])
        for name in ("notable", "record", "top_few", "top_many")
    )
    few, many = int(assumed["trend.top_few"]), int(assumed["trend.top_many"])
    return (
        Series(f"notable since {notable}", notable, None, notable=True),
        Series(f"record since {record}", record, None, running_maximum=True),
        Series(f"top-{few} since {few_since}", few_since, few),
        Series(f"top-{many} since {many_since}", many_since, many),
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


def chosen(x: FloatArray, y: FloatArray, series: Series) -> BoolArray:
    """Which runs a series keeps.

    A run counts as top-n if fewer than n runs up to and including its date are larger
    (ties are kept), over all of history; a running maximum is a top-1.

    Args:
        x: `regression_year` of each run.
        y: log10 FLOP.
        series: which to keep.
    """
    most = 1 if series.running_maximum else series.top
    inside = x >= series.since
    return inside if most is None else inside & (_beats(x, y).sum(axis=0) < most)


def _beats(x: FloatArray, y: FloatArray) -> BoolArray:
    """Whether run i is larger than run j and no later, shape (runs, runs)."""
    return np.asarray((y[:, None] > y[None, :]) & (x[:, None] <= x[None, :]))


def resampled_slopes(
    x: FloatArray, y: FloatArray, series: Series, assumed: Assumed
) -> FloatArray:
    """Slopes of a series in moving-block resamples of all runs, ascending.

    Blocks hold about n^(1/3) neighbours in time (Hall, Horowitz and Jing 1995). The
    stream of random numbers comes from the data themselves.

    Args:
        x: `regression_year` of each run, ascending.
        y: log10 FLOP.
        series: chosen anew in each resample.
        assumed: constants of the method.
    """
    return _slopes(
        tuple(x.tolist()),
        tuple(y.tolist()),
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
    if top is not None:  # the rule of `chosen`, of the runs in each resample
        times = times * ((times > 0).astype(np.float32) @ _beats(x, y) < top)
    weight = np.where(x >= series.since, times, 0).astype(float)
    centred = x - x.mean()
    total = weight.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = weight @ centred / total
        sxx = weight @ centred**2 - total * middle**2
        slopes = (weight @ (centred * y) - middle * (weight @ y)) / sxx
    # A resample whose chosen runs fall on one date has no slope.
    return np.sort(slopes[np.count_nonzero(weight, axis=1) > 1])


def eligible(runs: pd.DataFrame, series: Series, assumed: Assumed) -> pd.DataFrame:
    """The runs that a series is chosen from, by date and name.

    Args:
        runs: columns `model_id`, `name`, `released_on`, `flop` (NaN where unknown) and
            perhaps `is_notable`, any order.
        series: what to choose.
        assumed: constants of the method.
    """
    known = runs[runs["flop"] > 0].sort_values(["released_on", "name"], kind="stable")
    if series.notable and "is_notable" in known:
        known = known[known["is_notable"].ne(False).fillna(True).astype(bool)]
    if series.top is not None:
        named = _LEFT_OUT + known["model_id"].str.replace("-", "_")
        known = known[~named.map(assumed.values).gt(0)]
    return known


def axes(runs: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    """The two axes of a fit: `regression_year` and log10 FLOP of each run."""
    flop = runs["flop"].to_numpy(dtype=float)
    return regression_year(pd.DatetimeIndex(runs["released_on"])), np.log10(flop)


def trend_table(
    runs: pd.DataFrame, level_on: pd.Timestamp, assumed: Assumed
) -> pd.DataFrame:
    """Rows of out.frontier_trend; a series with too few runs has none.

    Args:
        runs: as for `eligible`.
        level_on: date at which the fitted level is read.
        assumed: constants of the method.
    """
    rows = []
    for series in series_of(assumed):
        known = eligible(runs, series, assumed)
        x, y = axes(known)
        kept = chosen(x, y, series)
        if kept.sum() < 3:
            continue
        fit = ols(x[kept], y[kept])
        slopes = resampled_slopes(x, y, series, assumed)
        intervals = {
            "ols": (fit.growth(-Z90), fit.growth(Z90)),
            "bootstrap": tuple(10 ** np.quantile(slopes, (0.05, 0.95))),
        }
        at = float(regression_year(pd.DatetimeIndex([level_on]))[0])
        rows += [
            {
                "series": series.name,
                "since": pd.Timestamp(series.since, 1, 1),
                "until": known["released_on"][kept].max(),
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
