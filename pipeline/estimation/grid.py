"""One-node components on a grid: no sampling error.

What belongs here: the density of one node and draws by its inverse distribution. What
does not: components with more nodes (gibbs).
"""

from __future__ import annotations

import numpy as np

from pipeline.estimation.draws import generator
from pipeline.estimation.graph import EQUALITY, Graph
from pipeline.estimation.method import FloatArray, Method
from pipeline.estimation.moves import log_bound

_ORDER = 3  # purpose of the generator that shuffles rows
_FINER = 4  # each interval of the first grid is cut into this many


def log_density(graph: Graph, method: Method, x: FloatArray) -> FloatArray:
    """Log posterior density of a one-node graph at x (k,), up to a constant."""
    z = (x - method.prior_mean) / method.prior_sd
    total = -z * z / 2
    equality = graph.kind == EQUALITY
    scale = graph.scale / method.t_quantile
    for y, s in zip(graph.y[equality], scale[equality], strict=True):
        total -= (method.nu + 1) / 2 * np.log1p(((x - y) / s) ** 2 / method.nu)
    for y, side in zip(graph.y[~equality], graph.kind[~equality], strict=True):
        total += log_bound(method, side * (y - x))
    return np.asarray(total)


def _points(graph: Graph, method: Method) -> FloatArray:
    """Where the density bends: dense at each claim's centre and at each edge."""
    equality = graph.kind == EQUALITY
    scale = graph.scale[equality] / method.t_quantile
    spread = np.sinh(np.linspace(-6, 6, 121))  # 0.1 scales apart, to 200 scales away
    edge = method.bound_s * np.linspace(-8, 8, 65)
    wide = method.prior_mean + method.prior_sd * np.linspace(-9, 9, 289)
    first = np.unique(
        np.concatenate(
            [
                wide,
                (graph.y[equality, None] + scale[:, None] * spread).ravel(),
                (graph.y[~equality, None] + edge).ravel(),
            ]
        )
    )
    share = np.arange(_FINER) / _FINER
    inner = first[:-1, None] + np.diff(first)[:, None] * share
    return np.append(inner.ravel(), first[-1])


def quantiles(graph: Graph, method: Method, p: FloatArray) -> FloatArray:
    """Quantiles of the posterior of a one-node graph, log10 FLOP, shape of `p`."""
    x = _points(graph, method)
    logs = log_density(graph, method, x)
    density = np.exp(logs - logs.max())
    steps = np.diff(x) * (density[1:] + density[:-1]) / 2
    below = np.concatenate([[0.0], np.cumsum(steps)])
    return np.asarray(np.interp(p, below / below[-1], x))


def grid_draws(graph: Graph, method: Method, n_draws: int, key: str) -> FloatArray:
    """Draws of a one-node graph: even quantiles in a random order, (n_draws, 1).

    Args:
        graph: One node and its claims.
        method: The constants.
        n_draws: Number of draws.
        key: Content key that seeds the order.
    """
    even = (np.arange(n_draws) + 0.5) / n_draws
    values = quantiles(graph, method, even)
    return values[generator(key, _ORDER).permutation(n_draws)][:, None]
