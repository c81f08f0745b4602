"""A normal approximation of small components: expectation propagation.

What belongs here: one normal site per claim, until they agree. What does not: samples
(importance); nothing of this is published, it only says where to look.

Minka (2001). A Student-t is a mixture of normals over its weight, so its moments and
those of a contaminated bound against a normal are closed forms. A site whose precision
would be negative (a claim that the others deny) gets none: that keeps every matrix
positive definite.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from pipeline.estimation.dense import Dense
from pipeline.estimation.method import FloatArray, Method

_WEIGHTS = np.exp(np.linspace(-7.0, 2.0, 17))  # even in the logarithm: a trapezium rule
_DAMPING = 0.6
_SWEEPS = 60
_CLOSE = 0.01  # posterior sds; the approximation need not be better


def approximate(parts: Dense) -> tuple[FloatArray, FloatArray]:
    """Mean (parts, n) and covariance (parts, n, n) of each component.

    Where sites do not settle the last state is returned: it is a proposal like another.
    """
    count, n = len(parts.y), parts.about.shape[2]
    mean, cov = np.empty((count, n)), np.empty((count, n, n))
    active = np.arange(count)
    precision = np.where(parts.equal, 0.5 / parts.scale**2, 0.0)
    pull = precision * parts.y
    now = parts
    for sweep in range(_SWEEPS):
        mean[active], cov[active] = now.gaussian(precision, pull)
        at, spread = now.of_nodes(mean[active]), now.variance(cov[active])
        site = _sites(now, at, spread, precision, pull)
        step = _DAMPING if sweep else 1.0
        precision = precision + step * (site[0] - precision)
        pull = pull + step * (site[1] - pull)
        moving = np.max(np.abs(site[2] - at) / np.sqrt(spread + 1e-300), axis=1)
        # Each leaves when it has settled, whatever those beside it do.
        open_ = np.flatnonzero(moving > _CLOSE)
        if len(open_) < len(active):
            active, now = active[open_], now.chosen(open_)
            precision, pull = precision[open_], pull[open_]
        if not len(active):
            break
    return mean, cov


def _sites(
    parts: Dense,
    at: FloatArray,
    spread: FloatArray,
    precision: FloatArray,
    pull: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """New precision and pull of each site, and the mean that its claim would give."""
    real = parts.equal | (parts.side != 0)
    spread = np.where(real, spread, 1.0)
    without = np.maximum(1 / spread - precision, 1e-6)
    var = 1 / without
    mean = var * (at / spread - pull)
    moments = _bound(parts, mean, var)
    for into, values in zip(moments, _student(parts, mean, var), strict=True):
        into[parts.equal] = values
    told, told_var = moments
    new = np.maximum(1 / np.maximum(told_var, 1e-12) - without, 0.0)
    new_pull = told * (new + without) - mean * without
    return (
        np.where(real, new, 0.0),
        np.where(real, new_pull, 0.0),
        np.where(real, told, at),
    )


def _student(
    parts: Dense, mean: FloatArray, var: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Moments of a normal times a Student-t, of equality claims only, (k,) each."""
    chosen, shape = parts.equal, parts.method.nu / 2
    log_weight = shape * np.log(_WEIGHTS) - shape * _WEIGHTS
    m, v = mean[chosen][:, None], var[chosen][:, None]
    total = v + parts.scale[chosen][:, None] ** 2 / _WEIGHTS
    off = parts.y[chosen][:, None] - m
    logs = log_weight - np.log(total) / 2 - off**2 / (2 * total)
    chance = np.exp(logs - logs.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    gain = v / total
    means = m + gain * off
    told = (chance * means).sum(axis=1, keepdims=True)
    spread = chance * (v * (1 - gain) + (means - told) ** 2)
    return told[:, 0], spread.sum(axis=1)


def _bound(
    parts: Dense, mean: FloatArray, var: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Moments of a normal times a contaminated bound, (parts, m) each."""
    eps, wide = parts.method.bound_eps, parts.method.bound_s**2 + var
    z = parts.side * (parts.y - mean) / np.sqrt(wide)
    edge = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    slope = (1 - eps) * edge / chance_of_bound(parts.method, z)
    told = mean - parts.side * var / np.sqrt(wide) * slope
    return told, var - var**2 / wide * slope * (slope + z)


def chance_of_bound(method: Method, z: FloatArray) -> FloatArray:
    """Likelihood of bounds kept with z sds to spare, garbled ones included."""
    return np.asarray((1 - method.bound_eps) * special.ndtr(z) + method.bound_eps)
