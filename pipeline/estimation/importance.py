"""Importance sampling of small components, where its diagnostics say that it will do.

What belongs here: draws and their weights, how far they can be trusted. What does not:
what draws are proposed from (mixtures); components for which this will not do (gibbs).

Draws come from a mixture of heavy-tailed approximations, one per hump, and are weighted
by the density of the claims: exact, whatever the mixture. How many are enough is seen
from the weights: their effective number, the error of each published quantile, and the
shape of their tail (Vehtari et al. 2024).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby

import numpy as np
from scipy import special

from pipeline.estimation.approximation import chance_of_bound
from pipeline.estimation.canonical import Canonical
from pipeline.estimation.convergence import ENOUGH, MEDIAN_ERROR, TAIL, TAIL_ERROR
from pipeline.estimation.draws import generator
from pipeline.estimation.graph import EQUALITY, Graph, anchored
from pipeline.estimation.grid import pair_quantiles
from pipeline.estimation.method import THREADS, FloatArray, IntArray, Method
from pipeline.estimation.mixtures import Mixture, adapted, mixtures
from pipeline.estimation.selection import Weighted, even

NODES = 32  # beyond, weights are hopelessly uneven
FIRST, MOST = 1024, 120_000  # pairs of draws
_AT_ONCE = 256  # components approximated side by side
_TAIL_SHAPE = 0.7  # beyond, estimates are not to be trusted (Vehtari et al.)
_GROWTH = 2.0  # draws of a try, in those before, at most
_LEAST = 800.0  # effective draws, for what no error here speaks of
_EVEN = 0.5  # share from which on a better mixture is not worth its making
_AT_A_TIME = 16  # claims
_STREAM = 5  # purpose of a component's generator


def suits(graph: Graph) -> bool:
    """Whether a component is worth a try: small, and every node has a level.

    Where only bounds hold a node, its density has as many steps as bounds over the
    width of the prior; no mixture of a few humps looks like that.
    """
    return 1 < graph.n <= NODES and bool(anchored(graph).all())


def run(
    forms: dict[str, Canonical], method: Method, n_draws: int
) -> Iterator[tuple[str, FloatArray | None]]:
    """Sample components; None for those that need a Markov chain.

    Args:
        forms: Canonical components by content key.
        method: The constants.
        n_draws: Draws wanted of each.

    Yields:
        Content key, and draws (n_draws, n) in canonical order, rows in random order.
    """
    sizes = sorted(forms, key=lambda k: (forms[k].graph.n, forms[k].graph.m, k))

    def one(key: str, mixture: Mixture) -> FloatArray | None:
        return _sample(key, forms[key], mixture, method, n_draws)

    # Arithmetic on draws releases the interpreter's lock.
    with ThreadPoolExecutor(THREADS) as pool:
        for _, group in groupby(sizes, lambda k: forms[k].graph.n):
            alike = list(group)
            for begin in range(0, len(alike), _AT_ONCE):
                keys = alike[begin : begin + _AT_ONCE]
                found = mixtures([forms[k].graph for k in keys], method)
                yield from zip(keys, pool.map(one, keys, found), strict=True)


def _sample(
    key: str, form: Canonical, mixture: Mixture, method: Method, n_draws: int
) -> FloatArray | None:
    """Adaptive multiple importance sampling (Cornuet et al. 2012).

    Each try draws from a mixture that the draws so far have improved; all draws count,
    weighted against all mixtures together.
    """
    graph, random = form.graph, generator(key, _STREAM)
    x, target, proposed = np.empty((graph.n, 2, 0)), np.empty((2, 0)), np.empty((2, 0))
    tried: list[tuple[int, Mixture]] = []
    count, unit = FIRST, mixture.peak
    while x.shape[2] < MOST:
        tried.append((count, mixture))
        new = mixture.draw(count, random)
        proposed += _proposed(tried[-1:], x, unit)
        proposed = np.concatenate([proposed, _proposed(tried, new, unit)], axis=1)
        flat = log_density(graph, new.reshape(graph.n, -1), method)
        target = np.concatenate([target, flat.reshape(2, count)], axis=1)
        x = np.concatenate([x, new], axis=2)
        logs = (target - np.log(proposed)).ravel()
        weight = np.exp(logs - logs.max())
        weight /= weight.sum()
        draws = x.reshape(graph.n, -1)
        effective = 1 / float(weight @ weight)
        more = _LEAST / effective
        trusted = tail_shape(weight) < _TAIL_SHAPE
        if more <= 1 and trusted:
            found = Weighted.of(draws, weight)
            more = _excess(found, graph)
            if more <= 1:
                return _finish(found, key, form, method, n_draws)
        if not trusted or effective < _EVEN * len(weight):
            mixture = adapted(mixture, draws, weight)
        # Errors of few draws are rough: too many at once are for nothing.
        growth = np.clip(1.2 * more - 1, _GROWTH / 4, _GROWTH)
        count = min(int(growth * x.shape[2]), MOST - x.shape[2])
    return None


def _proposed(
    tried: list[tuple[int, Mixture]], x: FloatArray, unit: float
) -> FloatArray:
    """Density of all mixtures at x (n, 2, k), times the draws of each, (2, k).

    In units of exp(`unit`), which keeps it well inside the range of floats.
    """
    total = np.zeros(x.shape[1:])
    for count, mixture in tried:
        total += count * np.exp(mixture.terms(x)[0] - unit).sum(axis=0)
    return total


def _finish(
    found: Weighted, key: str, form: Canonical, method: Method, n_draws: int
) -> FloatArray:
    """Draws with the best margins there are: from a grid for pairs."""
    if form.graph.n == 2:
        return found.select(pair_quantiles(form.graph, method, even(n_draws)), key)
    margin = method.prior_mean + found.margins(even(n_draws), form.orbit)
    return found.select(margin, key)


def log_density(graph: Graph, x: FloatArray, method: Method) -> FloatArray:
    """Log density of the claims at deviations x (n, k) from the prior mean, (k,)."""
    total = (x * x).sum(axis=0) / (-2 * method.prior_sd**2)
    two, equal = graph.relative, graph.kind == EQUALITY
    y = graph.y - np.where(two, 0.0, method.prior_mean)

    def off(claims: IntArray) -> FloatArray:
        out = x[graph.i[claims]]
        pair = np.flatnonzero(two[claims])
        out[pair] -= x[graph.j[claims[pair]]]
        out -= y[claims, None]
        return out

    rows = np.flatnonzero(equal)
    for begin in range(0, len(rows), _AT_A_TIME):
        some = rows[begin : begin + _AT_A_TIME]
        z = off(some)
        z *= (method.t_quantile / np.sqrt(method.nu) / graph.scale[some])[:, None]
        np.square(z, out=z)
        z += 1.0
        # One logarithm for many claims: their product is far from overflow.
        total -= (method.nu + 1) / 2 * np.log(np.multiply.reduce(z, axis=0))
    rows = np.flatnonzero(~equal)
    if len(rows):
        spare = off(rows) * (-graph.kind[rows] / method.bound_s)[:, None]
        total += np.log(chance_of_bound(method, spare)).sum(axis=0)
    return np.asarray(total)


def _excess(found: Weighted, graph: Graph) -> float:
    """How many times as many draws the published quantiles need, at most one if none.

    Margins of pairs come from a grid.
    """
    if graph.n == 2:
        return 1.0
    sd, half = found.sd()[:, None], found.x.shape[1] // 2
    p = np.array((TAIL, 0.5, 1 - TAIL))
    allowed = np.array((TAIL_ERROR, MEDIAN_ERROR, TAIL_ERROR))
    value = found.at(np.broadcast_to(p, (graph.n, 3)))
    variance = np.empty((graph.n, 3))
    for k in range(3):
        below = (found.x <= value[:, k, None]) - p[k]
        below *= found.weight
        pair = below[:, :half] + below[:, half:]
        variance[:, k] = np.einsum("ij,ij->i", pair, pair)
    slack = np.sqrt(variance)
    ends = found.at(np.concatenate([p + slack, p - slack], axis=1))
    error = (ends[:, :3] - ends[:, 3:]) / 2
    sharp = (error / np.maximum(allowed[:, 0], allowed[:, 1] * sd)) ** 2
    # In the valley between two humps a quantile has no sharp place.
    enough = ENOUGH * variance / (p * (1 - p))
    return float(np.minimum(sharp, enough).max())


def tail_shape(weight: FloatArray) -> float:
    """Shape k of the generalised Pareto distribution of the largest weights.

    The estimate of Zhang and Stephens (2009) with the shrinkage, and on as many
    weights, as Vehtari et al. (2024) use.
    """
    count = int(min(0.2 * len(weight), 3 * np.sqrt(len(weight))))
    top = np.sort(np.partition(weight, -count - 1)[-count - 1 :])
    excess = top[1:] - top[0]
    if excess[-1] <= 0 or excess[count // 4] <= 0:
        return 0.0  # the largest weights are all alike
    grid = 30 + int(np.sqrt(count))
    rank = np.arange(1, grid + 1) - 0.5
    theta = 1 / excess[-1] + (1 - np.sqrt(grid / rank)) / (3 * excess[count // 4])
    shape = np.log1p(-theta[:, None] * excess).mean(axis=1)
    fit = count * (np.log(-theta / shape) - shape - 1)
    chance = special.softmax(fit)
    k = float(np.log1p(-float(chance @ theta) * excess).mean())
    return (k * count + 10 * 0.5) / (count + 10)
