"""From all kept states of the chains to the draws that are handed on.

What belongs here: thinning, and making the draws' margins as good as all states allow.
What does not: sampling.
"""

from __future__ import annotations

import numpy as np

from pipeline.estimation.draws import generator
from pipeline.estimation.method import FloatArray, IntArray

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
