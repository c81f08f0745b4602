"""Pieces of a component that an elliptical slice turns one by one, given the rest.

What belongs here: which nodes move together in which sweep. What does not: the move
(moves).

One ellipse has to please every bound of what it moves: over a component with thirty
bounds it turns by a few degrees. Given some nodes, held where they are, what is left
falls apart into pieces that no claim joins, each with an ellipse and few bounds of its
own. Who is held changes from sweep to sweep; now and then nobody is.
"""

from __future__ import annotations

import numpy as np

from pipeline.estimation.graph import EQUALITY, Graph
from pipeline.estimation.method import IntArray

CUTS = 48  # ways to cut a component, taken in turn
_WHOLE = 4  # every so manieth way leaves it whole
_BOUNDS = 2  # a component with no more bounds than this is never cut
_SIZE = (2, 9)  # nodes of a piece, from and below


def pieces(graph: Graph, generator: np.random.Generator) -> IntArray:
    """The piece of each node in each way to cut, from 1 on, 0 = held, (CUTS, n).

    Args:
        graph: The component.
        generator: Random numbers of the component.
    """
    out = np.ones((CUTS, graph.n), dtype=np.int64)
    if np.count_nonzero(graph.kind != EQUALITY) <= _BOUNDS:
        return out
    near: list[set[int]] = [set() for _ in range(graph.n)]
    for c in np.flatnonzero(graph.relative):
        near[graph.i[c]].add(int(graph.j[c]))
        near[graph.j[c]].add(int(graph.i[c]))
    for way in range(CUTS):
        if way % _WHOLE:
            out[way] = _cut(near, generator)
    return out


def _cut(near: list[set[int]], generator: np.random.Generator) -> IntArray:
    """Grow pieces from random nodes; what a full piece touches is held."""
    label = np.full(len(near), -1, dtype=np.int64)
    number = 0
    for seed in generator.permutation(len(near)).tolist():
        if label[seed] >= 0:
            continue
        number += 1
        size = int(generator.integers(*_SIZE))
        edge = [seed]
        while edge and size:
            node = edge.pop(int(generator.integers(len(edge))))
            label[node] = number
            size -= 1
            edge += [k for k in sorted(near[node]) if label[k] < 0 and k not in edge]
        label[edge] = 0
    return label
