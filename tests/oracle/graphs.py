"""Random claim graphs for the oracle: up to twelve nodes, all kinds of claims.

A truth is drawn, then claims about it: consistent ones, garbled ones, bounds that hold
and bounds that do not, absolute and relative, sharp and vague.
"""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.estimation.graph import Graph


def random_graph(nodes, seed):
    """A claim graph with one to three claims per node; each node is claimed once."""
    rng = np.random.default_rng(seed)
    m = round(nodes * rng.uniform(1, 3))
    truth = rng.normal(24, 1.5, nodes)
    i = np.concatenate([rng.permutation(nodes), rng.integers(0, nodes, m - nodes)])
    j = rng.integers(0, nodes, m)
    j = np.where((rng.random(m) < 0.5) & (j != i), j, -1)
    # Half-widths of ×/÷1.5, 3, 10, 31, and anything between.
    usual = rng.choice([0.176, 0.477, 1.0, 1.491], m)
    half = np.where(rng.random(m) < 0.5, usual, rng.uniform(0.05, 1.5, m))
    kind = rng.choice([0, 0, 0, 0, 1, -1], m)
    exact = truth[i] - np.where(j >= 0, truth[j], 0)
    noise = half / 2.132 * rng.standard_t(4, m)
    y = exact + np.where(kind == 0, noise, kind * rng.exponential(0.6, m))
    y += np.where(rng.random(m) < 0.05, rng.normal(0, 1.5, m), 0)
    return Graph(nodes, i, j, y, half, kind)


def claim_graphs(least=3, most=12):
    """The strategy. Sizes come from the seed: drawn on their own, they pile up at 1."""
    return st.integers(0, 2**40).map(
        lambda seed: random_graph(least + seed % (most - least + 1), seed)
    )


def collect(count, least=3, most=12):
    """The first `count` different graphs of the strategy: the same every time."""
    found = {}

    @settings(
        max_examples=2 * count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(claim_graphs(least, most))
    def keep(graph):
        found.setdefault(graph.y.tobytes(), graph)

    keep()
    return list(found.values())[:count]
