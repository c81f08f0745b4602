"""Random claim graphs for tests and benches: seeded, shaped like a record of claims."""

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


def record(
    nodes: int,
    claims: int,
    seed: int,
    *,
    group: int | None = 10,
    bounds: float = 0.2,
    garbled: float = 0.03,
) -> Graph:
    """A random record: claims are true up to Student-t noise, a few are garbled.

    Args:
        nodes: Number of nodes.
        claims: Number of claims.
        seed: Seed of numpy's generator.
        group: References stay inside groups of this many nodes; None: anywhere.
        bounds: Share of claims that are bounds.
        garbled: Share of claims that are off by orders of magnitude.
    """
    rng = np.random.default_rng(seed)
    truth = rng.normal(24, 1.5, nodes)
    i = rng.integers(0, nodes, claims)
    if group is None:
        j = rng.integers(0, nodes, claims)
    else:
        j = np.minimum((i // group) * group + rng.integers(0, group, claims), nodes - 1)
    j = np.where((rng.random(claims) < 0.4) & (j != i), j, -1)
    scale = rng.uniform(0.1, 1.0, claims)
    kind = np.where(rng.random(claims) < bounds, rng.choice([-1, 1], claims), 0)
    exact = truth[i] - np.where(j >= 0, truth[j], 0)
    noise = scale / METHOD.t_quantile * rng.standard_t(METHOD.nu, claims)
    y = exact + np.where(kind == 0, noise, kind * rng.exponential(0.5, claims))
    y += np.where(rng.random(claims) < garbled, rng.normal(0, 2, claims), 0)
    return Graph(nodes, i, j, y, scale, kind)


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
