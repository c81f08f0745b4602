"""Gaussian conditionals of many chains at once, by sparse elimination.

What belongs here: order of elimination of a claim graph, and draws of x given one
precision matrix per chain. What does not: where the precisions come from (gibbs).

Each claim touches one or two nodes, so precision matrices are sparse with one pattern
for all chains. Nodes are eliminated by least degree; nodes whose eliminations do not
meet form a level and are eliminated together, over all chains and all components of a
batch. Arrays are (rows, chains): a row is a node, a claim or an entry of the factor.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from pipeline.estimation.method import FloatArray, IntArray

# A product is a row of the chains' arrays, about 1 µs a sweep, and 40 bytes of indices.
# Real records need hundreds. A component of 1,000 nodes, each with two random ratios,
# needs two million and takes minutes; this many take about 1 GB and ten minutes.
_MOST_PRODUCTS = 10_000_000


class TooEntangledError(ValueError):
    """Elimination would fill in beyond reason; the message gives the size."""


@dataclass(frozen=True)
class Sums:
    """Adds rows into targets: sums[k] is the sum of the rows that belong to target k.

    Attributes:
        target: Distinct targets, shape (k,).
        rows: Source rows ordered by target, shape (r,).
        first: Where each target's rows begin, shape (k,).
    """

    target: IntArray
    rows: IntArray
    first: IntArray

    @staticmethod
    def of(target: IntArray, rows: IntArray) -> Sums:
        """From (target, row) pairs in any order."""
        order = np.argsort(target, kind="stable")
        distinct, first = np.unique(target[order], return_index=True)
        return Sums(distinct, rows[order], first)

    def __call__(self, values: FloatArray) -> FloatArray:
        """Sums of rows of `values` (rows, chains), shape (targets, chains)."""
        if len(self.rows) == len(self.first):  # one row each: nothing to add
            return np.asarray(values[self.rows])
        return np.asarray(np.add.reduceat(values[self.rows], self.first, axis=0))


@dataclass(frozen=True)
class _Level:
    """Nodes eliminated together. Edges lead from them to nodes eliminated later."""

    nodes: slice  # rows of the nodes, in order of elimination
    edges: slice  # rows of the factor
    lower: IntArray  # (edges,) node eliminated here
    upper: IntArray  # (edges,) node eliminated later
    left: IntArray  # (products,) edge rows whose products change later edges
    right: IntArray
    to_diagonal: Sums  # edges of this level, counted from 0, into later nodes
    to_edges: Sums  # products into later edges
    to_lower: Sums  # edges, counted from 0, into the nodes of this level


@dataclass(frozen=True)
class Plan:
    """How to factor: nodes in order of elimination, levels, filled edges.

    Attributes:
        order: Node at each row, shape (n,).
        edge: Row of the factor of each given pair, shape (pairs,).
        edges: Number of rows of the factor, fill included.
        levels: In order of elimination.
    """

    order: IntArray
    edge: IntArray
    edges: int
    levels: tuple[_Level, ...]


def _eliminate(neighbours: list[set[int]]) -> tuple[list[int], list[list[int]]]:
    """Order of least degree (ties: smallest number) and later neighbours of each."""
    waiting = [(len(around), node) for node, around in enumerate(neighbours)]
    heapq.heapify(waiting)
    order: list[int] = []
    products = 0
    later: list[list[int]] = [[] for _ in neighbours]
    done = [False] * len(neighbours)
    while waiting:
        degree, node = heapq.heappop(waiting)
        if done[node] or degree != len(neighbours[node]):
            continue  # an entry from before its degree changed
        done[node] = True
        order.append(node)
        around = sorted(neighbours[node])
        products += degree * (degree - 1) // 2
        if products > _MOST_PRODUCTS:
            raise TooEntangledError(
                f"a graph of {len(neighbours)} nodes is too entangled to sample (more "
                f"than {_MOST_PRODUCTS:,} products a draw): leave out ratios between "
                "its parts"
            )
        later[node] = around
        for a in around:
            neighbours[a].discard(node)
            neighbours[a].update(around)
            neighbours[a].discard(a)
            heapq.heappush(waiting, (len(neighbours[a]), a))
    return order, later


def _levels(order: list[int], later: list[list[int]]) -> list[int]:
    level = [0] * len(order)
    for node in order:
        for other in later[node]:
            level[other] = max(level[other], level[node] + 1)
    return level


def plan(n: int, a: IntArray, b: IntArray) -> Plan:
    """Plan the elimination of a graph with the given pairs of nodes, any components.

    Args:
        n: Number of nodes.
        a: One node of each pair, shape (pairs,); pairs must be distinct.
        b: The other node.

    Raises:
        TooEntangledError: if the factor would be far from sparse.
    """
    neighbours: list[set[int]] = [set() for _ in range(n)]
    for one, other in zip(a.tolist(), b.tolist(), strict=True):
        neighbours[one].add(other)
        neighbours[other].add(one)
    sequence, later = _eliminate(neighbours)
    depth = _levels(sequence, later)
    when = np.empty(n, dtype=np.int64)
    when[sequence] = np.arange(n)
    order = np.lexsort((when, np.array(depth)))
    row = np.empty(n, dtype=np.int64)
    row[order] = np.arange(n)
    edge: dict[tuple[int, int], int] = {}
    for node in order.tolist():
        for other in sorted(later[node], key=lambda k: int(row[k])):
            edge[node, other] = len(edge)
    starts = np.flatnonzero(np.diff(np.array(depth)[order], prepend=-1))
    levels = tuple(
        _level(order, row, later, edge, slice(int(begin), int(end)))
        for begin, end in pairwise([*starts, n])
    )
    ends = zip(a.tolist(), b.tolist(), strict=True)
    rows = [edge[p] if p in edge else edge[p[1], p[0]] for p in ends]
    return Plan(order, np.array(rows, dtype=np.int64), len(edge), levels)


def _level(
    order: IntArray,
    row: IntArray,
    later: list[list[int]],
    edge: dict[tuple[int, int], int],
    nodes: slice,
) -> _Level:
    lower: list[int] = []
    upper: list[int] = []
    rows: list[int] = []
    products: list[tuple[int, int, int]] = []  # edge into, two edges multiplied
    for node in order[nodes].tolist():
        around = sorted(later[node], key=lambda k: int(row[k]))
        for place, first in enumerate(around):
            lower.append(int(row[node]))
            upper.append(int(row[first]))
            rows.append(edge[node, first])
            products.extend(
                (
                    edge[first, second]
                    if (first, second) in edge
                    else edge[second, first],
                    edge[node, first],
                    edge[node, second],
                )
                for second in around[place + 1 :]
            )
    begin = rows[0] if rows else 0
    into, left, right = (
        np.array([p[k] for p in products], dtype=np.int64) for k in range(3)
    )
    low, up = np.array(lower, dtype=np.int64), np.array(upper, dtype=np.int64)
    count = np.arange(len(rows))
    return _Level(
        nodes=nodes,
        edges=slice(begin, begin + len(rows)),
        lower=low,
        upper=up,
        left=left,
        right=right,
        to_diagonal=Sums.of(up, count),
        to_edges=Sums.of(into, np.arange(len(products))),
        to_lower=Sums.of(low, count),
    )


def conditional(
    scheme: Plan,
    diagonal: FloatArray,
    off: FloatArray,
    pull: FloatArray,
    noise: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Mean and one centred draw of N(Q^-1 pull, Q^-1), each chain with its own Q.

    Factors Q = L D L' level by level, solves for the mean, and maps unit normals to
    draws by D^-1/2 and L'^-1 (Rue 2001). Destroys its arguments.

    Args:
        scheme: The plan; all rows below are in its order.
        diagonal: Diagonal of Q, shape (n, chains).
        off: Off-diagonal entries at the rows of the factor, 0 for fill.
        pull: Shape (n, chains).
        noise: Unit normals, shape (n, chains).

    Returns:
        Mean and centred draw, (n, chains) each.
    """
    for level in scheme.levels:
        entries = off[level.edges]
        factor = entries / diagonal[level.lower]
        # Read before the factor overwrites them: products use one of each.
        diagonal[level.to_diagonal.target] -= level.to_diagonal(factor * entries)
        pull[level.to_diagonal.target] -= level.to_diagonal(factor * pull[level.lower])
        begin = level.edges.start
        change = factor[level.left - begin] * entries[level.right - begin]
        off[level.to_edges.target] -= level.to_edges(change)
        off[level.edges] = factor
    both = np.stack([pull / diagonal, noise / np.sqrt(diagonal)], axis=1)
    for level in reversed(scheme.levels):
        known = off[level.edges][:, None, :] * both[level.upper]
        both[level.to_lower.target] -= level.to_lower(known)
    return both[:, 0], both[:, 1]
