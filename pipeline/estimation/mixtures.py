"""Mixtures from which small components are drawn, one heavy-tailed term per hump.

What belongs here: making them, drawing, adapting them to weighted draws. What does not:
weights (importance), where humps are (approximation, humps).

Terms are rounded, so that another build of the linear algebra draws the same points.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.random import Generator

from pipeline.estimation.approximation import approximate
from pipeline.estimation.dense import Dense
from pipeline.estimation.graph import Graph
from pipeline.estimation.humps import humps, log_mass
from pipeline.estimation.method import FloatArray, Method

_DF = 8.0  # degrees of freedom of the terms
_WIDER = 1.2  # their scale, of the approximation's variance
_SMALL = np.log(1e-3)  # a hump that holds less is left to the tails
_SHARE = 0.05  # least share of a term
_HUMPS = 4  # at most, besides the first
_FAR = 1.0  # widths
_MISSED = np.log(5.0)  # a hump that the first term proposes this much too seldom
_GRID = 1e-7
_SPEAK = 10  # effective draws per node that a new scale needs


@dataclass(frozen=True)
class Mixture:
    """Student-t's of `_DF` degrees of freedom.

    Attributes:
        share: Share of the draws of each, (k,).
        center: Shape (k, n), deviations from the prior mean.
        factor: Lower triangular square roots of their scales, (k, n, n).
    """

    share: FloatArray
    center: FloatArray
    factor: FloatArray

    @staticmethod
    def of(share: FloatArray, center: FloatArray, factor: FloatArray) -> Mixture:
        """With shares that sum to one, none too small, and rounded figures."""
        share = np.maximum(share / share.sum(), _SHARE)
        return Mixture(_round(share / share.sum()), _round(center), _round(factor))

    @cached_property
    def inverse(self) -> FloatArray:
        """Inverses of the factors, (k, n, n)."""
        return np.asarray(np.linalg.inv(self.factor), dtype=np.float64)

    @cached_property
    def level(self) -> FloatArray:
        """Log density at the centre of each term times its share, (k,)."""
        diagonal = np.diagonal(self.factor, axis1=1, axis2=2)
        return np.asarray(np.log(self.share) - np.log(diagonal).sum(axis=1))

    @property
    def peak(self) -> float:
        """The largest of these."""
        return float(self.level.max())

    def terms(self, x: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Log density of each term times its share, up to a constant, at x (n, ...).

        Returns:
            That, and the squared distance from each centre in its scale, (k, ...) each.
        """
        n, flat = len(x), x.reshape(len(x), -1)
        unit = self.inverse @ flat
        unit -= self.inverse @ self.center[:, :, None]
        away = np.einsum("kij,kij->kj", unit, unit)
        logs = self.level[:, None] - (_DF + n) / 2 * np.log1p(away / _DF)
        shape = (len(away), *x.shape[1:])
        return logs.reshape(shape), away.reshape(shape)

    def draw(self, pairs: int, random: Generator) -> FloatArray:
        """Pairs of draws to either side of the centre of their term, (n, 2, pairs).

        What one errs to the left the other errs to the right: medians profit.
        """
        n = self.center.shape[1]
        ends = np.round(np.cumsum([0.0, *self.share]) * pairs).astype(np.int64)
        ends[-1] = pairs
        unit = random.standard_normal((n, pairs))
        unit /= np.sqrt(random.standard_gamma(_DF / 2, pairs) * (2 / _DF))
        x = np.empty((n, 2, pairs))
        for k, center in enumerate(self.center):
            own = slice(ends[k], ends[k + 1])
            step = self.factor[k] @ unit[:, own]
            x[:, 0, own] = center[:, None] + step
            x[:, 1, own] = center[:, None] - step
        return x


def mixtures(graphs: list[Graph], method: Method) -> list[Mixture]:
    """A mixture for each component: its approximation, and humps that this misses.

    Args:
        graphs: Components with the same number of nodes.
        method: The constants.
    """
    dense = Dense.of(graphs, method)
    mean, cov = approximate(dense)
    other = humps(dense, mean, cov)
    center = np.concatenate([mean, other.mean])
    covs = _WIDER * np.concatenate([cov, other.cov])
    factor: FloatArray = np.linalg.cholesky(covs).astype(np.float64)
    mass = np.concatenate([log_mass(dense, mean, cov), other.log_mass])
    level = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    parts, n = mean.shape
    kept = [[k] for k in range(parts)]
    for k in np.argsort(-other.log_mass, kind="stable").tolist():
        own, at = kept[other.part[k]], parts + k
        if len(own) > _HUMPS or mass[at] < mass[own[0]] + _SMALL:
            continue
        height = mass[at] - mass[own[0]] + level[own[0]] - level[at]
        gap = [_distance(center[at], center[near], factor[near]) for near in own]
        missed = height + (_DF + n) / 2 * np.log1p(gap[0] ** 2 / _DF) > _MISSED
        if missed and min(gap) > _FAR:
            own.append(at)
    return [
        Mixture.of(np.exp(mass[own] - mass[own].max()), center[own], factor[own])
        for own in kept
    ]


def adapted(mixture: Mixture, x: FloatArray, weight: FloatArray) -> Mixture:
    """The mixture nearest to weighted draws: a step of M-PMC (Cappé et al. 2008).

    Very uneven weights are first evened out, until enough draws speak.

    Args:
        mixture: Where to start.
        x: Draws of any mixtures, (n, size).
        weight: Their weights, (size,), which sum to one.
    """
    n = len(x)
    while 1 / float(weight @ weight) < _SPEAK * n:
        weight = np.sqrt(weight)
        weight /= weight.sum()
    logs, away = mixture.terms(x)
    chance = np.exp(logs - logs.max(axis=0))
    chance /= chance.sum(axis=0)
    center, factor = mixture.center.copy(), mixture.factor.copy()
    share = chance @ weight
    for k in np.flatnonzero(share > _SHARE / 2):
        own = weight * chance[k] / share[k]
        near = own * (_DF + n) / (_DF + away[k])
        center[k] = x @ near / near.sum()
        off = x - center[k][:, None]
        factor[k] = np.linalg.cholesky((off * near) @ off.T + _GRID * np.eye(n))
    return Mixture.of(share, center, factor)


def _distance(x: FloatArray, center: FloatArray, factor: FloatArray) -> float:
    """Of a point from the centre of a term, in its widths."""
    return float(np.linalg.norm(np.linalg.solve(factor, x - center)))


def _round(values: FloatArray) -> FloatArray:
    return np.asarray(np.round(values / _GRID) * _GRID)
