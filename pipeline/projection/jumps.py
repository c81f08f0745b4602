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

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.draws import generator
from pipeline.estimation.method import FloatArray
from pipeline.projection.dates import year, years
from pipeline.projection.frontier import records
from pipeline.projection.levels import Levels

_KEY = hashlib.sha256(b"headroom jumps of the frontier").hexdigest()
_RATE, _SIZE, _COUNT, _GROWN = range(4)  # purpose numbers of the random streams


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

        Args:
            t: (times,) years from now, ascending.
        """
        steps = np.diff(t, prepend=0.0)
        counts = generator(_KEY, _COUNT).poisson(self.rate * steps[:, None])
        # A sum of exponential sizes is a gamma.
        gained = generator(_KEY, _GROWN).standard_gamma(counts) * self.size
        return np.asarray(gained.cumsum(axis=0))


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
    rate = generator(_KEY, _RATE).gamma(shape, size=n) / (weight + seen)
    few = assumed["jumps.size_jumps"]
    total = few * assumed["jumps.size"] + float(size.sum())
    mean = total / generator(_KEY, _SIZE).gamma(few + len(size), size=n)
    return Jumps(rate, mean)
