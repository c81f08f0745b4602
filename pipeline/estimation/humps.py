"""Other humps of small components: where a claim that the fit denies would be right.

What belongs here: finding them and how much they may hold. What does not: samples.

A Student-t has heavy tails, so two sides that contradict each other make two humps. For
every claim that the approximation denies, the fit is sought that starts by believing
it: reweighted least squares leads to the hump on its side, if there is one. The fit
that believes it throughout shows the shoulder that is left where two humps have all but
merged. A broken bound is believed as a claim at its edge: the hump leans on that edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.estimation.approximation import chance_of_bound
from pipeline.estimation.dense import Dense
from pipeline.estimation.method import FloatArray, IntArray

_ROUNDS = 20
_TRUST = 1e3  # weight of the claim that is believed, at first
_EDGE = 4.0  # width of what leans on a bound's edge, in the edge's own softness
_ALMOST = 2.0  # a broken bound lies at least this many sds off


@dataclass(frozen=True)
class Humps:
    """Normal approximations of humps.

    Attributes:
        part: Component of each, (k,).
        mean: Shape (k, n).
        cov: Shape (k, n, n).
        log_mass: Rough logarithm of what it holds, on the scale of the density
            exp(-x²/2sd²) ∏ (1 + z²/ν)^-(ν+1)/2 ∏ bounds, (k,).
    """

    part: IntArray
    mean: FloatArray
    cov: FloatArray
    log_mass: FloatArray


def humps(parts: Dense, mean: FloatArray, cov: FloatArray) -> Humps:
    """Where claims that a fit denies lead; many lead back to the fit.

    Args:
        parts: The components.
        mean: Of their approximations, (parts, n).
        cov: The same, (parts, n, n).
    """
    nu = parts.method.nu
    off = parts.of_nodes(mean) - parts.y
    denied = parts.equal & (np.abs(off) > np.sqrt(nu) * parts.scale)
    sd = np.sqrt(parts.variance(cov))
    denied |= parts.side * off > _ALMOST * np.maximum(sd, parts.method.bound_s)
    part, claim = np.nonzero(denied)
    # Once believed at first only, once throughout.
    part, claim = np.tile(part, 2), np.tile(claim, 2)
    case, row = parts.chosen(part), np.arange(len(part))
    bound = case.side[row, claim] != 0
    firm = np.where(bound, (_EDGE * parts.method.bound_s) ** -2.0, (nu + 1) / nu)
    leaning = bound | (row >= len(row) // 2)
    weight = np.where(case.equal, (nu + 1) / (nu + (off[part] / case.scale) ** 2), 0.0)
    weight[row, claim] = np.where(leaning, firm, _TRUST)
    x = mean[part]
    for _ in range(_ROUNDS):
        precision = weight / case.scale**2
        x, around = case.gaussian(precision, precision * case.y)
        z = (case.of_nodes(x) - case.y) / case.scale
        weight = np.where(case.equal, (nu + 1) / (nu + z * z), 0.0)
        weight[row[leaning], claim[leaning]] = firm[leaning]
    return Humps(part, x, around, log_mass(case, x, around))


def log_mass(case: Dense, x: FloatArray, cov: FloatArray) -> FloatArray:
    """Roughly what a normal approximation holds (see Humps), (parts,).

    Laplace's formula, each bound averaged over the normal.
    """
    nu, n = case.method.nu, x.shape[1]
    at = case.of_nodes(x)
    z = (at - case.y) / case.scale
    logs = np.where(case.equal, -(nu + 1) / 2 * np.log1p(z * z / nu), 0.0)
    soft = np.sqrt(case.method.bound_s**2 + case.variance(cov))
    kept = chance_of_bound(case.method, case.side * (case.y - at) / soft)
    logs = np.where(case.side != 0, np.log(kept), logs)
    prior = -(x**2).sum(axis=1) / (2 * case.method.prior_sd**2)
    determinant = np.linalg.slogdet(cov)[1]
    return np.asarray(
        logs.sum(axis=1) + prior + determinant / 2 + n / 2 * np.log(2 * np.pi)
    )
