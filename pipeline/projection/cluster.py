"""What a lab's cluster can do in one reasoning stage.

What belongs here: peak × utilisation × time of the largest cluster, its growth. What
does not: how a course meets that limit (paths.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.method import FloatArray
from pipeline.projection import pace as paces

_DAY = 86_400  # seconds


@dataclass(frozen=True)
class Limit:
    """The most reasoning compute that a share of the cluster gives.

    log10 of share × peak FLOP/s × utilisation × seconds of a run: a uniform quantity
    plus a normal one.

    Attributes:
        low: Lower end of the uniform quantity plus the mean of the normal one, log10
            FLOP.
        high: Upper end.
        sd: Of the normal one.
        since: Year of all that, on the axis of dates.py.
        growth: 90% range, times per year.
    """

    low: float
    high: float
    sd: float
    since: float
    growth: tuple[float, float]

    def draws(self, luck: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The limit over time, from two columns of luck: one for share and all factors.

        Quasi-random draws are the better the fewer columns there are.

        Args:
            luck: outcome of `pace.luck`.

        Returns:
            Level at the year 2000 (the axis of dates.py), log10 FLOP, and growth, log10
            per year, both (draws,).
        """
        growth = paces.stated_growth(self.growth, luck[:, paces.CLUSTER_GROWTH])
        x = np.linspace(self.low - 6 * self.sd, self.high + 6 * self.sd, 4001)
        u = special.ndtr(luck[:, paces.CLUSTER])
        return np.asarray(
            np.interp(u, self._at_most(x), x) - growth * self.since
        ), growth

    def at_least(self, level: FloatArray, growth: FloatArray) -> FloatArray:
        """The chance of at least a level at the year 2000, given the growth."""
        return np.asarray(1 - self._at_most(level + growth * self.since))

    def _at_most(self, level: FloatArray) -> FloatArray:
        """The distribution function at `since`.

        That of the normal averaged from end to end: ∫Φ = xΦ(x) + φ(x).
        """
        if self.low == self.high:
            return np.asarray(special.ndtr((level - self.low) / self.sd))
        # Beyond six standard deviations it is 0 or 1, also where the level is infinite.
        level = np.clip(level, self.low - 6 * self.sd, self.high + 6 * self.sd)
        above, below = (
            _integral((level - end) / self.sd) for end in (self.low, self.high)
        )
        return np.asarray((above - below) * self.sd / (self.high - self.low))


def limit(share: tuple[float, float], assumed: Assumed) -> Limit:
    """What a share of the cluster gives; the ranges of its factors add in quadrature.

    Args:
        share: ends of a log-uniform share.
        assumed: constants of the method.
    """
    factors = ("cluster.peak", "cluster.run_days", "utilisation.reasoning_bf16")
    middle = sum(float(np.log10(assumed[name])) for name in factors) + np.log10(_DAY)
    half = [float(np.ptp(np.log10(assumed.span(name)))) / 2 for name in factors]
    low, high = (float(middle + np.log10(end)) for end in share)
    return Limit(
        low=low,
        high=high,
        sd=float(np.sqrt(np.sum(np.square(half)))) / Z90,
        since=assumed["cluster.date_year"] - 2000,
        growth=assumed.span("cluster.growth"),
    )


def _integral(x: FloatArray) -> FloatArray:
    """∫Φ from -∞ to x."""
    return np.asarray(x * special.ndtr(x) + np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
