"""How fast reasoning compute and the frontier grow, as draws.

What belongs here: the priors of a scenario and fits to the record of a vintage. What
does not: paths.

Uniform draws come from one scrambled Sobol sequence whose columns have fixed meanings,
so that every vintage and scenario sees the same luck and differs only by its evidence.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import special

from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.draws import sobol_normals
from pipeline.estimation.method import FloatArray
from pipeline.projection.dates import years
from pipeline.projection.scenario import Scenario
from pipeline.projection.trend import Series, bootstrap_slopes, ols, select

PACE, GROWTH, SHARE, STALL, PROGRESS = range(5)
CLUSTER_SHARE, CLUSTER, CLUSTER_GROWTH, START, TOTAL = range(5, 10)
_KEY = hashlib.sha256(b"headroom projection draws").hexdigest()


@lru_cache(maxsize=4)
def luck(n: int) -> FloatArray:
    """Standard normals (n, 10), one column per name above; read-only."""
    found = sobol_normals(10, n, _KEY)
    found.setflags(write=False)
    return found


def log_uniform(z: FloatArray, low: float, high: float) -> FloatArray:
    """log10 of a log-uniform quantity between two ends, from standard normals."""
    u = special.ndtr(z)
    return np.asarray(np.log10(low) + u * (np.log10(high) - np.log10(low)))


def stated_pace(scenario: Scenario, z: FloatArray) -> FloatArray:
    """Orders of magnitude per year: `times` every so many months, log-uniform."""
    months = 10 ** log_uniform(z, *scenario.pace_months)
    per_year = 12 / months * np.log10(scenario.pace_times)
    return np.asarray(per_year * scenario.pace_factor)


def monthly_record(records: pd.DataFrame, vintage: pd.Timestamp) -> pd.DataFrame:
    """The running record at each month from the first one to the vintage.

    Args:
        records: columns released_on, log10_flop.
        vintage: the last month; months without news repeat the record.
    """
    ordered = records.sort_values("released_on")
    running = ordered.assign(best=ordered["log10_flop"].cummax())
    months = pd.date_range(ordered["released_on"].iloc[0], vintage, freq="MS")
    known = pd.merge_asof(
        pd.DataFrame({"month": months.astype("datetime64[us]")}),
        running[["released_on", "best"]],
        left_on="month",
        right_on="released_on",
    )
    return known.dropna()[["month", "best"]]


def fitted_pace(
    candidates: pd.DataFrame,
    vintage: pd.Timestamp,
    scenario: Scenario,
    z: FloatArray,
    assumed: Assumed,
) -> FloatArray | None:
    """The record's own pace, shrunk to the stated one; None below three records.

    The slope of the monthly running record (silent months included) counts as one
    observation whose relative error falls with the root of the number of records, for
    the record moves in steps and its least-squares error is far too small. The prior is
    the stated pace with `pace.prior_sd` (relative).
    """
    ordered = candidates.sort_values(["released_on", "log10_flop"])
    before = ordered["log10_flop"].cummax().shift(fill_value=-1)
    n_records = int((ordered["log10_flop"] > before).sum())
    if n_records < assumed["projection.fitted_min_records"]:
        return None
    monthly = monthly_record(ordered, vintage)
    if len(monthly) < 3:
        return None
    slope = ols(years(monthly["month"]), monthly["best"].to_numpy(dtype=float)).slope
    middle = np.sqrt(scenario.pace_months[0] * scenario.pace_months[1])
    prior = 12 / middle * np.log10(scenario.pace_times)
    prior_sd = prior * assumed["pace.prior_sd"]
    fit_sd = max(slope, assumed["pace.floor"]) / np.sqrt(n_records)
    weight = prior_sd**2 / (prior_sd**2 + fit_sd**2)
    mean = weight * slope + (1 - weight) * prior
    sd = np.sqrt(weight) * fit_sd
    return np.asarray(np.maximum(mean + sd * z, assumed["pace.floor"]))


def stated_growth(growth: tuple[float, float], z: FloatArray) -> FloatArray:
    """log10 growth per year of the frontier from a 90% range in x per year."""
    low, high = np.log10(growth)
    return np.asarray((low + high) / 2 + z * (high - low) / 2 / Z90)


def fitted_growth(
    runs: pd.DataFrame, z: FloatArray, assumed: Assumed
) -> FloatArray | None:
    """log10 growth per year of the record since the window's start; None below 3 runs.

    The draws are those of the block bootstrap, for the least-squares error of a running
    maximum is too small.

    Args:
        runs: columns name, released_on, flop, of all runs known.
        z: standard normals.
        assumed: constants of the method.
    """
    since = f"{int(assumed['projection.frontier_since_year'])}-01-01"
    record = Series("record", since, None, running_maximum=True)
    if len(select(runs, record)) < assumed["projection.fitted_min_records"]:
        return None
    slopes = bootstrap_slopes(runs, record, assumed)
    # Quantiles of what is sorted already.
    places = special.ndtr(z) * (len(slopes) - 1)
    return np.asarray(np.interp(places, np.arange(len(slopes)), slopes))
