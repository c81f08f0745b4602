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
from pipeline.estimation.draws import sobol_sequence
from pipeline.estimation.method import FloatArray
from pipeline.evidence.trend import Series, chosen, regression_year, resampled_slopes
from pipeline.projection.levels import Levels
from pipeline.projection.scenario import Scenario

# By weight: the first columns of a Sobol sequence are spread the most evenly together.
START, TOTAL, PACE, GROWTH, SHARE = range(5)
CLUSTER, PROGRESS, CLUSTER_SHARE, CLUSTER_GROWTH = range(5, 9)
STALL = CLUSTER  # a scenario has one or the other
_COLUMNS = 9
_KEY = hashlib.sha256(b"headroom projection draws").hexdigest()


@lru_cache(maxsize=2)
def luck(n: int) -> FloatArray:
    """Standard normals (n, 9), one column per name above; read-only."""
    found = sobol_sequence(_COLUMNS, n, _KEY)
    found.setflags(write=False)
    return found


def luck_of(assumed: Assumed) -> FloatArray:
    """`luck` for every joint draw of the posterior, and so many to each."""
    return luck(int(assumed["fusion.draws"]) * int(assumed["projection.luck_per_draw"]))


def log_uniform(z: FloatArray, low: float, high: float) -> FloatArray:
    """log10 of a log-uniform quantity between two ends, from standard normals."""
    u = special.ndtr(z)
    return np.asarray(np.log10(low) + u * (np.log10(high) - np.log10(low)))


def stated_pace(scenario: Scenario, z: FloatArray) -> FloatArray:
    """`times` every so many months, log-uniform; log10 per year."""
    each = np.log10(scenario.pace_times) * 12 * scenario.pace_factor
    return np.asarray(each / 10 ** log_uniform(z, *scenario.pace_months))


def stated_growth(growth: tuple[float, float], z: FloatArray) -> FloatArray:
    """log10 growth per year of the frontier from a 90% range in x per year."""
    low, high = np.log10(growth)
    return np.asarray((low + high) / 2 + z * (high - low) / 2 / Z90)


def fitted_growth(runs: Levels, z: FloatArray, assumed: Assumed) -> FloatArray | None:
    """log10 growth per year of the record since the window's start; None below 3 runs.

    The draws are those of the block bootstrap, for the least-squares error of a running
    maximum is too small.

    Args:
        runs: all runs known, by date and name.
        z: standard normals.
        assumed: constants of the method.
    """
    since = int(assumed["projection.frontier_since_year"])
    record = Series("record", since, None, running_maximum=True)
    x, y = regression_year(pd.DatetimeIndex(runs.days)), runs.log10_flop
    if chosen(x, y, record).sum() < assumed["projection.fitted_min_records"]:
        return None
    slopes = resampled_slopes(x, y, record, assumed)
    return np.asarray(np.quantile(slopes, special.ndtr(z)))
