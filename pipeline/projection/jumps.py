"""The frontier after a vintage: records come as a compound Poisson process.

What belongs here: rate and mean size of the jumps, their posterior, draws of the
record. What does not: the record itself (frontier.py).

A record of total compute stands for a while and is then beaten by a jump: no new one
for a year is possible, and so is a tenfold one. A straight line with a fitted slope
knows neither, and its intervals held 57%. Jumps of the last years and a prior give the
rate (a gamma) and the mean size (sizes are exponential, their mean an inverse gamma).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy import special

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.draws import generator
from pipeline.estimation.method import FloatArray
from pipeline.projection.dates import year, years
from pipeline.projection.frontier import records
from pipeline.projection.levels import Levels

_KEY = hashlib.sha256(b"headroom jumps of the frontier").hexdigest()
_RATE, _SIZE, _ARRIVALS, _SIZES = range(4)  # purpose numbers of the random streams
_FEW = 32  # records that a forecast begins with


@dataclass(frozen=True)
class Jumps:
    """Draws of the process; all (draws,)."""

    rate: FloatArray  # records per year
    size: FloatArray  # mean jump, log10

    @property
    def growth(self) -> FloatArray:
        """Growth on average, log10 per year."""
        return self.rate * self.size

    def grown(self, t: FloatArray) -> FloatArray:
        """What the record gains until times, log10, (times, draws).

        Record by record, so that two vintages that know the same differ by the time
        between them and not by luck.

        Args:
            t: (times,) years from now, ascending.
        """
        n, count = len(self.rate), _FEW
        arrivals, sizes = _records(count, n)
        while (arrivals[:, -1] <= self.rate * t[-1]).any():
            count *= 2
            arrivals, sizes = _records(count, n)
        near = arrivals <= (self.rate * t[-1])[:, None]
        each = near.sum(axis=1)
        # Rounding may put the last one just behind the last time.
        at = t[:-1].searchsorted(arrivals[near] / self.rate.repeat(each))
        cell = at * n + np.arange(n).repeat(each)
        table = np.bincount(cell, sizes[near], len(t) * n).reshape(-1, n) * self.size
        for before, now in pairwise(table):  # `cumsum` down the columns is slower
            np.add(now, before, out=now)
        return np.asarray(table)


def jumps(runs: Levels, vintage: pd.Timestamp, n: int, assumed: Assumed) -> Jumps:
    """The process as known at a vintage.

    Args:
        runs: runs with known total compute, by date and name.
        vintage: last disclosure known.
        n: how many draws.
        assumed: constants of the method.
    """
    best = records(runs)
    times = years(pd.DatetimeIndex(runs.days[best]))
    size = np.diff(runs.log10_flop[best])
    now, window = year(vintage), assumed["jumps.window_years"]
    size = size[times[1:] > now - window]
    seen = min(window, now - float(times[0]))
    weight = assumed["jumps.rate_years"]
    shape = assumed["jumps.rate"] * weight + len(size)
    rate = _gamma(shape, _RATE, n) / (weight + seen)
    few = assumed["jumps.size_jumps"]
    total = few * assumed["jumps.size"] + float(size.sum())
    return Jumps(rate, total / _gamma(few + len(size), _SIZE, n))


@lru_cache(maxsize=8)
def _records(count: int, n: int) -> tuple[FloatArray, FloatArray]:
    """When records come at rate 1 and how large they are in units of the mean.

    Both (draws, records); more records begin with the same ones.
    """
    waits, sizes = (
        np.ascontiguousarray(generator(_KEY, each).standard_exponential((count, n)).T)
        for each in (_ARRIVALS, _SIZES)
    )
    return waits.cumsum(axis=1), sizes


@lru_cache(maxsize=64)
def _gamma(shape: float, purpose: int, n: int) -> FloatArray:
    """Evenly spread draws of a gamma, in an order of their own, (n,)."""
    u = generator(_KEY, purpose).permutation((np.arange(n) + 0.5) / n)
    return np.asarray(special.gammaincinv(shape, u))
