"""From all kept states of the chains to the draws that are handed on.

What belongs here: thinning, and making the draws' margins as good as all states allow.
What does not: sampling.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.estimation.draws import generator
from pipeline.estimation.method import FloatArray, IntArray
from pipeline.estimation.order import ascending

_ORDER = 3  # purpose of the generator that shuffles rows


def even(n_draws: int) -> FloatArray:
    """Probabilities at which a margin of n draws is read, shape (n_draws,)."""
    return (np.arange(n_draws) + 0.5) / n_draws


def margins(states: FloatArray, n_draws: int, orbit: IntArray) -> FloatArray:
    """Evenly spaced quantiles of each node's states, ascending, (n, n_draws).

    Nodes of one orbit have equal margins by symmetry; they share their states, so that
    no digit depends on which of them came first.

    Args:
        states: Kept states of the chains (sweeps, n, chains).
        n_draws: Number of quantiles.
        orbit: Number of each node's orbit, (n,).
    """
    out = np.empty((states.shape[1], n_draws))
    for number in np.unique(orbit):
        nodes = np.flatnonzero(orbit == number)
        pool = np.sort(states[:, nodes], axis=None)
        out[nodes] = pool[(even(n_draws) * len(pool)).astype(np.int64)]
    return out


def select(states: FloatArray, margin: FloatArray, key: str) -> FloatArray:
    """Draws (n_draws, n) from states (sweeps, n, chains), rows in random order.

    Rows are states, evenly spread over the sweeps. Then each node's values are swapped,
    rank by rank, for the given margin: published quantiles are as accurate as that is,
    and draws stay joint.

    Args:
        states: Kept states of the chains.
        margin: Ascending values of each node, (n, n_draws).
        key: Content key that seeds the order of rows.
    """
    sweeps, n, chains = states.shape
    n_draws = margin.shape[1]
    at = (np.arange(n_draws) * sweeps * chains) // n_draws
    chosen = states[at // chains, :, at % chains]
    out = np.empty((n_draws, n))
    np.put_along_axis(out, np.argsort(chosen, axis=0, kind="stable"), margin.T, axis=0)
    return np.asarray(out[generator(key, _ORDER).permutation(n_draws)])


@dataclass(frozen=True)
class Weighted:
    """Weighted draws, with what follows from their order.

    Attributes:
        x: Draws (n, size).
        weight: Their weights, (size,), which sum to one.
        order: Ascending order of each node's values, (n, size).
        values: These in that order.
        below: Sums of the weights in that order.
    """

    x: FloatArray
    weight: FloatArray
    order: IntArray
    values: FloatArray
    below: FloatArray

    @staticmethod
    def of(x: FloatArray, weight: FloatArray) -> Weighted:
        """Sort them."""
        order, values = ascending(x)
        return Weighted(x, weight, order, values, np.cumsum(weight[order], axis=1))

    def at(self, p: FloatArray) -> FloatArray:
        """Draws at the probabilities p of each node, (n, k) both."""
        last, out = self.x.shape[1] - 1, np.empty(p.shape)
        for node, (row, values) in enumerate(zip(self.below, self.values, strict=True)):
            out[node] = values[np.minimum(np.searchsorted(row, p[node]), last)]
        return out

    def sd(self) -> FloatArray:
        """Standard deviation of each node, (n,)."""
        off = self.x - (self.x @ self.weight)[:, None]
        return np.asarray(np.sqrt((off * off) @ self.weight))

    def margins(self, p: FloatArray, orbit: IntArray) -> FloatArray:
        """Quantiles of each node, (n, len(p)); orbits as in `margins`."""
        out = np.empty((len(self.x), len(p)))
        for number in np.unique(orbit):
            nodes = np.flatnonzero(orbit == number)
            if len(nodes) == 1:
                values, below = self.values[nodes[0]], self.below[nodes[0]]
                own = self.weight[self.order[nodes[0]]]
            else:
                pool = self.x[nodes].ravel()
                order, values = ascending(pool)
                own = np.tile(self.weight, len(nodes))[order] / len(nodes)
                below = np.cumsum(own)
            out[nodes] = np.interp(p, below - own / 2, values)
        return out

    def select(self, margin: FloatArray, key: str) -> FloatArray:
        """Like `select`; rows by systematic resampling."""
        n_draws = margin.shape[1]
        cumulated = np.cumsum(self.weight)
        at = np.searchsorted(cumulated, even(n_draws) * cumulated[-1])
        at = np.minimum(at, len(cumulated) - 1)
        copies = np.bincount(at, minlength=len(cumulated))
        first = np.cumsum(copies) - copies
        out = np.empty((n_draws, len(self.x)))
        for node, order in enumerate(self.order):
            taken = order[copies[order] > 0]
            many = copies[taken]
            step = np.arange(n_draws) - np.repeat(np.cumsum(many) - many, many)
            out[np.repeat(first[taken], many) + step, node] = margin[node]
        return np.asarray(out[generator(key, _ORDER).permutation(n_draws)])
