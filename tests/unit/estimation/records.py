"""Random claim graphs for tests and benches, seeded."""

from __future__ import annotations

import numpy as np

from pipeline.estimation.graph import Graph
from pipeline.estimation.method import Method

METHOD = Method(
    nu=4, level=0.9, prior_mean=24, prior_sd=3, bound_s=0.05, bound_eps=0.02
)


def graph_of(n: int, *claims: tuple[int, int, float, float, int]) -> Graph:
    """A graph from (i, j, y, half-width, kind) rows."""
    columns = list(zip(*claims, strict=True)) or [[]] * 5
    i, j, y, scale, kind = columns
    return Graph(
        n,
        np.array(i, dtype=np.int64),
        np.array(j, dtype=np.int64),
        np.array(y, dtype=float),
        np.array(scale, dtype=float),
        np.array(kind, dtype=np.int64),
    )


def random_graph(nodes, seed):
    """A claim graph with one to three claims per node; each node is claimed once.

    A truth is drawn, then claims about it: consistent ones, garbled ones, bounds that
    hold and bounds that do not, absolute and relative, sharp and vague.
    """
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


def shuffled(graph: Graph, seed: int) -> tuple[Graph, np.ndarray]:
    """The same record told differently; node k of `graph` is node perm[k] of it.

    Nodes are renamed, claims reordered, and some ratios turned round.
    """
    rng = np.random.default_rng(seed)
    perm = rng.permutation(graph.n)
    rows = rng.permutation(graph.m)
    i = perm[graph.i[rows]]
    j = np.where(graph.j[rows] >= 0, perm[graph.j[rows]], -1)
    turn = (j >= 0) & (rng.random(graph.m) < 0.5)
    sign = np.where(turn, -1, 1)
    return (
        Graph(
            graph.n,
            np.where(turn, j, i),
            np.where(turn, i, j),
            sign * graph.y[rows],
            graph.scale[rows],
            sign * graph.kind[rows],
        ),
        perm,
    )
