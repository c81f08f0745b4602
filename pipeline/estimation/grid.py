"""Small components on a grid: no sampling error.

What belongs here: the density of one node and its draws; the two margins of a pair of
nodes. What does not: components with more nodes, and joint draws of a pair (gibbs).
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from pipeline.estimation.draws import generator
from pipeline.estimation.graph import EQUALITY, Graph
from pipeline.estimation.method import FloatArray, IntArray, Method
from pipeline.estimation.moves import log_bound
from pipeline.estimation.selection import even

_ORDER = 3  # purpose of the generator that shuffles rows
_REACH = 8  # prior sds to either side of the prior mean, on the grid of a pair
_FINER = 4  # each interval of the first grid is cut into this many


def log_likelihood(graph: Graph, method: Method, about: FloatArray) -> FloatArray:
    """Log likelihood of all claims of a graph if each is about the same value.

    Args:
        graph: Claims; their nodes are not looked at.
        method: The constants.
        about: Values (k,), log10.

    Returns:
        Shape (k,), up to a constant.
    """
    total = np.zeros(len(about))
    equality = graph.kind == EQUALITY
    scale = graph.scale / method.t_quantile
    for y, s in zip(graph.y[equality], scale[equality], strict=True):
        z = (about - y) / s
        total -= (method.nu + 1) / 2 * np.log1p(z * z / method.nu)
    for y, side in zip(graph.y[~equality], graph.kind[~equality], strict=True):
        total += log_bound(method, side * (y - about))
    return total


def _log_prior(method: Method, x: FloatArray) -> FloatArray:
    z = (x - method.prior_mean) / method.prior_sd
    return np.asarray(-z * z / 2)


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
    logs = _log_prior(method, x) + log_likelihood(graph, method, x)
    return _inverse(x, np.exp(logs - logs.max()), p)


def _inverse(x: FloatArray, density: FloatArray, p: FloatArray) -> FloatArray:
    steps = np.diff(x) * (density[1:] + density[:-1]) / 2
    below = np.concatenate([[0.0], np.cumsum(steps)])
    return np.asarray(np.interp(p, below / below[-1], x))


def pair_quantiles(graph: Graph, method: Method, p: FloatArray) -> FloatArray:
    """Quantiles of both nodes of a two-node graph, shape (2, len(p)), log10 FLOP.

    With a and b the densities from each node's own claims and r that of the claims on
    the difference, the first margin is a(x) ∫ b(x - d) r(d) dd: a convolution. The even
    grid is four times finer than anything on it, where sums are exact to rounding.

    Args:
        graph: Two nodes; every relative claim is about node 0 less node 1.
        method: The constants.
        p: Probabilities.

    Raises:
        ValueError: for another graph.
    """
    if graph.n != 2 or bool(np.any(graph.relative & (graph.i != 0))):
        raise ValueError("a pair has two nodes, and its ratios are of 0 to 1")
    widths = graph.scale[graph.kind == EQUALITY] / method.t_quantile
    step = min([method.bound_s, method.prior_sd, *widths.tolist()]) / 4
    half = int(np.ceil(_REACH * method.prior_sd / step))
    x = method.prior_mean + step * np.arange(-half, half + 1)
    gap = step * np.arange(-2 * half, 2 * half + 1)

    def density(claims: IntArray, at: FloatArray, prior: FloatArray) -> FloatArray:
        logs = prior + log_likelihood(graph.claims(claims), method, at)
        return np.asarray(np.exp(logs - logs.max()))

    weak = _log_prior(method, x)
    first = density(np.flatnonzero(~graph.relative & (graph.i == 0)), x, weak)
    second = density(np.flatnonzero(~graph.relative & (graph.i == 1)), x, weak)
    ratio = density(np.flatnonzero(graph.relative), gap, np.zeros(len(gap)))

    def seen(other: FloatArray, through: FloatArray) -> FloatArray:
        whole = signal.fftconvolve(through, other, mode="full")
        return np.maximum(whole[2 * half : 4 * half + 1], 0.0)

    margins = (first * seen(second, ratio), second * seen(first, ratio[::-1]))
    return np.stack([_inverse(x, margin, p) for margin in margins])


def grid_draws(graph: Graph, method: Method, n_draws: int, key: str) -> FloatArray:
    """Draws of a one-node graph: even quantiles in a random order, (n_draws, 1).

    Args:
        graph: One node and its claims.
        method: The constants.
        n_draws: Number of draws.
        key: Content key that seeds the order.
    """
    values = quantiles(graph, method, even(n_draws))
    return values[generator(key, _ORDER).permutation(n_draws)][:, None]
