"""What a lab's cluster can do in one reasoning stage.

What belongs here: peak × utilisation × time of the largest cluster, its growth. What
does not: how a course meets that limit (paths.py).
"""

from __future__ import annotations

import numpy as np

from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.method import FloatArray
from pipeline.projection import pace as paces

_DAY = 86_400  # seconds


def limit(
    share: tuple[float, float], luck: FloatArray, assumed: Assumed
) -> tuple[FloatArray, FloatArray]:
    """The most reasoning compute that a share of the cluster gives, over time.

    share × peak FLOP/s × utilisation × seconds of a run; the ranges of the factors add
    in quadrature.

    Args:
        share: ends of a log-uniform share.
        luck: outcome of `pace.luck`.
        assumed: constants of the method.

    Returns:
        Level at the year 2000 (the axis of dates.py), log10 FLOP, and growth, log10
        per year, both (draws,).
    """
    factors = ("cluster.peak", "cluster.run_days", "utilisation.training_bf16")
    middle = sum(float(np.log10(assumed[name])) for name in factors) + np.log10(_DAY)
    half = [float(np.ptp(np.log10(assumed.span(name)))) / 2 for name in factors]
    sd = float(np.sqrt(np.sum(np.square(half)))) / Z90
    part = paces.log_uniform(luck[:, paces.CLUSTER_SHARE], *share)
    growth = paces.stated_growth(
        assumed.span("cluster.growth"), luck[:, paces.CLUSTER_GROWTH]
    )
    level = middle + part + sd * luck[:, paces.CLUSTER]
    return np.asarray(level - growth * (assumed["cluster.date_year"] - 2000)), growth
