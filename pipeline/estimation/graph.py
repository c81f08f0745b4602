"""Claim graphs: nodes are unknowns, claims touch one or two of them.

What belongs here: the arrays of a graph, its components, which nodes are anchored. What
does not: probability (forest.py) and the order by content (component.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.estimation.method import BoolArray, FloatArray, IntArray
from pipeline.vocabulary import OPERATIONS

EQUALITY, UPPER, LOWER = 0, 1, -1
KINDS = {"equality": EQUALITY, "upper": UPPER, "lower": LOWER}  # as tables name them
ABSOLUTE = -1  # in `Graph.j`: the claim is about the node itself


def with_parts(table: pd.DataFrame) -> pd.DataFrame:
    """The table with model_id and stage of each row's `node`, model/stage."""
    parts = table["node"].astype(str).str.removesuffix(OPERATIONS).str.rsplit("/", n=1)
    return table.assign(model_id=parts.str[0], stage=parts.str[1])


@dataclass(frozen=True)
class Graph:
    """Claims on unknowns x_k = log10 FLOP.

    Attributes:
        n: Number of nodes.
        i: Observed node of each claim, shape (m,).
        j: Reference node, or -1; the claim is about x_i - x_j, or x_i if j is -1.
        y: Value of the claim (log10), shape (m,).
        scale: Half-width of an equality claim's range (log10); ignored for bounds.
        kind: 0 equality, +1 upper bound (x_i - x_j <= y), -1 lower bound.

    Raises:
        ValueError: for arrays of unequal length, nodes out of range, a claim of a node
            about itself, values that are not finite, or a range without width.
    """

    n: int
    i: IntArray
    j: IntArray
    y: FloatArray
    scale: FloatArray
    kind: IntArray

    def __post_init__(self) -> None:
        arrays = (self.i, self.j, self.y, self.scale, self.kind)
        if len({a.shape for a in arrays}) != 1 or self.i.ndim != 1:
            raise ValueError("the arrays of a graph must be flat and of one length")
        if self.m == 0:
            return
        if self.i.min() < 0 or max(self.i.max(), self.j.max()) >= self.n:
            raise ValueError("a claim names a node outside the graph")
        if self.j.min() < ABSOLUTE or bool(np.any(self.i == self.j)):
            raise ValueError("a claim must name another node or -1 as its reference")
        if not bool(np.all(np.isin(self.kind, (EQUALITY, UPPER, LOWER)))):
            raise ValueError("kind must be 0 (equality), 1 (upper) or -1 (lower)")
        if not bool(np.all(np.isfinite(self.y))):
            raise ValueError("the value of a claim must be finite")
        width = self.scale[self.kind == EQUALITY]
        if not bool(np.all((width > 0) & np.isfinite(width))):
            raise ValueError("an equality claim needs a positive, finite half-width")

    @property
    def m(self) -> int:
        """Number of claims."""
        return len(self.i)

    @property
    def relative(self) -> BoolArray:
        """Whether a claim is about a difference of two nodes, shape (m,)."""
        return np.asarray(self.j != ABSOLUTE)

    def difference(self, x: FloatArray) -> FloatArray:
        """What each claim is about, x_i - x_j or x_i: from (..., n) to (..., m)."""
        reference = np.where(self.relative, x[..., self.j], 0.0)
        return np.asarray(x[..., self.i] - reference)

    def claims(self, chosen: IntArray | BoolArray) -> Graph:
        """The graph on the same nodes with only the chosen claims."""
        return Graph(
            self.n,
            self.i[chosen],
            self.j[chosen],
            self.y[chosen],
            self.scale[chosen],
            self.kind[chosen],
        )

    def with_claims(self, rows: list[tuple[int, int, float, float, int]]) -> Graph:
        """The graph with further claims (i, j, y, half-width, kind) at its end."""
        if not rows:
            return self
        i, j, y, scale, kind = zip(*rows, strict=True)
        return Graph(
            self.n,
            np.append(self.i, np.array(i, dtype=np.int64)),
            np.append(self.j, np.array(j, dtype=np.int64)),
            np.append(self.y, np.array(y, dtype=float)),
            np.append(self.scale, np.array(scale, dtype=float)),
            np.append(self.kind, np.array(kind, dtype=np.int64)),
        )


def _links(graph: Graph, use: BoolArray) -> IntArray:
    """Part of each node when only the claims in `use` link, (n,): its smallest node."""
    part: dict[int, int] = {}  # of linked nodes; most are not

    def root(node: int) -> int:
        while part.setdefault(node, node) != node:
            part[node] = node = part[part[node]]
        return node

    pairs = np.flatnonzero(use & graph.relative)
    for i, j in zip(graph.i[pairs].tolist(), graph.j[pairs].tolist(), strict=True):
        a, b = root(i), root(j)
        part[max(a, b)] = min(a, b)
    labels = np.arange(graph.n)
    labels[list(part)] = [root(node) for node in part]
    return labels


def component_labels(graph: Graph) -> IntArray:
    """Part of each node, (n,): any claim, bounds too, links its two nodes."""
    return _links(graph, np.ones(graph.m, dtype=bool))


def components(graph: Graph) -> list[tuple[IntArray, IntArray]]:
    """Independent parts of the graph.

    Returns:
        (node indices, claim indices) of each part that has claims, both ascending;
        parts in the order of their smallest node.
    """
    labels = component_labels(graph)
    claims: dict[int, list[int]] = {}
    for c, label in enumerate(labels[graph.i].tolist()):
        claims.setdefault(label, []).append(c)
    nodes: dict[int, list[int]] = {label: [] for label in sorted(claims)}
    for node, label in enumerate(labels.tolist()):
        if label in nodes:
            nodes[label].append(node)
    return [
        (np.array(own, dtype=np.int64), np.array(claims[label], dtype=np.int64))
        for label, own in nodes.items()
    ]


def around(graph: Graph, nodes: IntArray) -> IntArray:
    """Claims of the parts that hold any of the nodes, ascending."""
    labels = component_labels(graph)
    return np.flatnonzero(np.isin(labels[graph.i], labels[nodes]))


def subgraph(graph: Graph, nodes: IntArray, claims: IntArray) -> Graph:
    """The graph of the given nodes and claims; node k becomes its place in `nodes`.

    Raises:
        ValueError: if a claim touches a node that is not in `nodes`.
    """
    order = np.argsort(nodes, kind="stable")
    ids = nodes[order]

    def place(wanted: IntArray) -> IntArray:
        at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
        if bool(np.any(ids[at] != wanted)):
            raise ValueError("a claim of the subgraph touches a node outside of it")
        return np.asarray(order[at], dtype=np.int64)

    j = graph.j[claims].copy()
    relative = j != ABSOLUTE
    if len(claims):
        j[relative] = place(j[relative])
    return Graph(
        len(nodes),
        place(graph.i[claims]) if len(claims) else graph.i[claims],
        j,
        graph.y[claims],
        graph.scale[claims],
        graph.kind[claims],
    )


def equality_labels(graph: Graph) -> IntArray:
    """Number of the part that each node hangs in by equality claims alone, (n,)."""
    return _links(graph, np.asarray(graph.kind == EQUALITY))


def anchored(graph: Graph) -> BoolArray:
    """Whether equality claims link a node to an absolute equality claim, shape (n,).

    The level of a node that is not anchored comes from the prior alone.
    """
    labels = equality_labels(graph)
    held = np.zeros(graph.n, dtype=bool)
    held[labels[graph.i[(graph.kind == EQUALITY) & ~graph.relative]]] = True
    return np.asarray(held[labels])


def linked(graph: Graph, asked: Graph) -> BoolArray:
    """Whether equality claims of a graph give a level to what other claims are about.

    Args:
        graph: the claims.
        asked: claims on the same nodes, whose quantities are asked about.

    Returns:
        Shape (asked.m,): of a node, whether it is anchored; of a difference, whether
        both nodes are, or equality claims link one to the other.
    """
    labels, level = equality_labels(graph), anchored(graph)
    i, j = asked.i, np.where(asked.relative, asked.j, asked.i)
    pair = asked.relative & (labels[i] == labels[j])
    return np.asarray(pair | (level[i] & level[j]))
