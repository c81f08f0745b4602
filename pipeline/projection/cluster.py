"""What a lab's cluster can do in one reasoning stage.

What belongs here: peak × utilisation × time of the largest cluster, its growth. What
does not: how a course meets that limit (paths.py).
"""

from __future__ import annotations

import numpy as np
from scipy import special

from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.method import FloatArray
from pipeline.projection import pace as paces

_DAY = 86_400  # seconds


def cluster(
    share: tuple[float, float], luck: FloatArray, assumed: Assumed
) -> tuple[FloatArray, FloatArray]:
    """The most reasoning compute that a share of the cluster gives, over time.

    log10 of share × peak FLOP/s × utilisation × seconds of a run; the ranges of the
    last three add in quadrature.

    Args:
        share: ends of a log-uniform share.
        luck: outcome of `pace.luck`.
        assumed: constants of the method.

    Returns:
        Level at the year 2000 (the axis of dates.py), log10 FLOP, and growth, log10 per
        year, both (draws,).
    """
    factors = ("cluster.peak", "cluster.run_days", "utilisation.reasoning_bf16")
    middle = sum(float(np.log10(assumed[name])) for name in factors) + np.log10(_DAY)
    half = [float(np.ptp(np.log10(assumed.span(name)))) / 2 for name in factors]
    spread = np.sqrt(np.sum(np.square(half))) / Z90
    ends = float(np.log10(share[0])), float(np.log10(share[1]))
    level = middle + _spread_uniform(luck[:, paces.CLUSTER], *ends, float(spread))
    growth = paces.stated_growth(
        assumed.span("cluster.growth"), luck[:, paces.CLUSTER_GROWTH]
    )
    since = assumed["cluster.date_year"] - 2000
    return np.asarray(level - growth * since), growth


def _spread_uniform(z: FloatArray, low: float, high: float, sd: float) -> FloatArray:
    """Draws of a uniform quantity plus a normal one, from one standard normal.

    One column of luck instead of two: quasi-random draws are the better the fewer there
    are. The distribution function is that of the normal, averaged from `low` to `high`:
    ∫Φ = xΦ(x) + φ(x).
    """
    if low == high:
        return low + sd * z
    x = np.linspace(low - 6 * sd, high + 6 * sd, 4001)
    above, below = (_integral((x - end) / sd) for end in (low, high))
    chance = (above - below) * sd / (high - low)
    return np.interp(special.ndtr(z), chance, x)


def _integral(x: FloatArray) -> FloatArray:
    """∫Φ from -∞ to x."""
    return np.asarray(x * special.ndtr(x) + np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi))
