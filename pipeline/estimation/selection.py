"""From all kept states of the chains to the draws that are handed on.

What belongs here: thinning, and making the draws' margins as good as all states allow.
What does not: sampling.
"""

from __future__ import annotations

import numpy as np

from pipeline.estimation.draws import generator
from pipeline.estimation.method import FloatArray, IntArray

_ORDER = 3  # purpose of the generator that shuffles rows


def select(states: FloatArray, n_draws: int, orbit: IntArray, key: str) -> FloatArray:
    """Draws (n_draws, n) from states (sweeps, n, chains), rows in random order.

    Rows are states, evenly spread over the sweeps. Then each node's values are swapped,
    rank by rank, for evenly spaced quantiles of all its states: published quantiles are
    as accurate as the whole run, and draws stay joint. Nodes of one orbit have equal
    margins by symmetry; they share their states, so that no digit depends on which of
    them came first.

    Args:
        states: Kept states of the chains, log10.
        n_draws: Number of draws.
        orbit: Number of each node's orbit, (n,).
        key: Content key that seeds the order of rows.
    """
    sweeps, n, chains = states.shape
    total = sweeps * chains
    by_state = states.transpose(0, 2, 1).reshape(total, n)
    chosen = by_state[(np.arange(n_draws) * total) // n_draws]
    out = np.empty((n_draws, n))
    for number in np.unique(orbit):
        nodes = np.flatnonzero(orbit == number)
        pool = np.sort(by_state[:, nodes], axis=None)
        even = pool[((np.arange(n_draws) + 0.5) / n_draws * len(pool)).astype(np.int64)]
        rank = np.argsort(chosen[:, nodes], axis=0, kind="stable")
        for place, node in enumerate(nodes):
            out[rank[:, place], node] = even
    return np.asarray(out[generator(key, _ORDER).permutation(n_draws)])
