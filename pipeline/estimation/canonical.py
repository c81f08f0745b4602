"""Order and name of a component by its content, never by ids or input order.

What belongs here: the canonical form of a component and its key, from which seeds and
cache entries are made. What does not: sampling.

Nodes are told apart by colour refinement (Weisfeiler and Leman 1968): the colour of a
node is a hash of its claims and of its neighbours' colours, repeated until no further
node can be told apart. Nodes that stay tied look the same from everywhere; one of them
is singled out and refinement goes on. Which one cannot matter to any marginal, for
their marginals are equal (posterior.py makes the drawn ones equal too).
"""

from __future__ import annotations

import hashlib
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.estimation.graph import EQUALITY, Graph
from pipeline.estimation.method import FloatArray, IntArray, Method

# Values are compared and hashed on this grid, so that the last bits of another
# machine's logarithm give the same seed. 1e-10 OOM is far below anything published.
_STEP = 1e-10
_VERSION = b"headroom-component-1"

_Hash = NDArray[np.uint64]


@dataclass(frozen=True)
class Canonical:
    """A component in canonical order.

    Attributes:
        graph: The component with nodes and claims in canonical order, values on the
            grid of 1e-10, each relative claim with i < j.
        order: Node of the given component at each canonical place, shape (n,).
        orbit: Canonical places with the same number cannot be told apart, shape (n,).
    """

    graph: Graph
    order: IntArray
    orbit: IntArray


def _mix(h: _Hash) -> _Hash:
    """Scramble 64-bit words (the finaliser of SplitMix64, Steele et al. 2014)."""
    h = (h ^ (h >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    h = (h ^ (h >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return h ^ (h >> np.uint64(31))


def _ticks(values: FloatArray) -> IntArray:
    return np.rint(values / _STEP).astype(np.int64)


def _values(ticks: IntArray) -> FloatArray:
    return np.asarray(ticks * _STEP, dtype=np.float64)


class _Refiner:
    """Colour refinement on one component; colours are (n,) words."""

    def __init__(self, graph: Graph, y: IntArray, scale: IntArray) -> None:
        self.n = graph.n
        two = graph.relative
        # Each claim as seen by the node it is about: x_node - x_other against its y.
        # A relative claim is also seen, with the opposite sign, by its reference.
        node = np.concatenate([graph.i, graph.j[two]])
        other = np.concatenate([graph.j, graph.i[two]])
        content = np.zeros(len(node), dtype=np.uint64)
        for part in (
            np.concatenate([y, -y[two]]),
            np.concatenate([scale, scale[two]]),
            np.concatenate([graph.kind, -graph.kind[two]]),
        ):
            content = _mix(content * np.uint64(31) + part.astype(np.uint64))
        by_node = np.argsort(node, kind="stable")
        self.node, self.other = node[by_node], other[by_node]
        self.content = content[by_node]
        self.seen, self.first = np.unique(self.node, return_index=True)

    def _sum(self, words: _Hash) -> _Hash:
        total = np.zeros(self.n, dtype=np.uint64)
        if len(words):
            total[self.seen] = np.add.reduceat(words, self.first)
        return total

    def refine(self, colour: _Hash) -> _Hash:
        """Hash in the neighbours' colours until no more nodes are told apart."""
        distinct = len(np.unique(colour))
        while distinct < self.n:
            around = np.where(
                self.other >= 0, colour[self.other], np.uint64(0x9E3779B97F4A7C15)
            )
            refined = _mix(
                colour * np.uint64(0x9E3779B97F4A7C15)
                + self._sum(_mix(self.content + _mix(around)))
            )
            now = len(np.unique(refined))
            if now == distinct:
                break
            colour, distinct = refined, now
        return colour

    def first_colour(self) -> _Hash:
        """Colour by the node's own claims, neighbours still alike."""
        return _mix(self._sum(_mix(self.content)))

    def split_twins(self, colour: _Hash) -> _Hash:
        """Number nodes that share colour, claims *and* neighbours, all at once.

        Such nodes can be swapped freely, so any numbering is canonical. Without this,
        a hub with a thousand equal leaves would take a thousand refinements.
        """
        identity = self._sum(
            _mix(self.content + _mix(self.other.astype(np.uint64) + np.uint64(1)))
        )
        twins = np.lexsort((identity, colour))
        same = (np.diff(colour[twins]) == 0) & (np.diff(identity[twins]) == 0)
        start = np.concatenate([[True], ~same])
        place = np.arange(self.n)
        rank = place - np.maximum.accumulate(np.where(start, place, 0))
        out = colour.copy()
        later = rank > 0
        out[twins[later]] = _mix(out[twins[later]] + rank[later].astype(np.uint64))
        return out


def _colours(refiner: _Refiner) -> tuple[_Hash, _Hash]:
    """Colours that tell all nodes apart, and those before ties were broken."""
    stable = refiner.refine(refiner.first_colour())
    colour = stable
    if len(np.unique(colour)) < refiner.n:
        colour = refiner.refine(refiner.split_twins(colour))
    while True:
        values, index, count = np.unique(colour, return_index=True, return_counts=True)
        tied = np.flatnonzero(count > 1)
        if not len(tied):
            return colour, stable
        chosen = index[tied[0]]
        colour = colour.copy()
        colour[chosen] = _mix(values[tied[:1]] + np.uint64(1))[0]
        colour = refiner.refine(colour)


def canonical(component: Graph) -> Canonical:
    """Put a connected component into the order that its content decides.

    Two components with the same claims on the same structure, up to the names of nodes,
    the order of claims and the direction in which a ratio was written, give equal
    graphs.
    """
    scale = _ticks(np.where(component.kind == EQUALITY, component.scale, 0.0))
    y = _ticks(component.y)
    if component.n == 1:
        order, orbit = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    else:
        colour, stable = _colours(_Refiner(component, y, scale))
        order = np.argsort(colour, kind="stable").astype(np.int64)
        orbit = np.unique(stable, return_inverse=True)[1][order].astype(np.int64)
    place = np.empty(component.n, dtype=np.int64)
    place[order] = np.arange(component.n)
    i = place[component.i]
    j = np.where(component.relative, place[component.j], -1)
    flip = component.relative & (i > j)
    i, j = np.where(flip, j, i), np.where(flip, i, j)
    y = np.where(flip, -y, y)
    kind = np.where(flip, -component.kind, component.kind)
    rows = np.lexsort((scale, y, kind, j, i))
    return Canonical(
        graph=Graph(
            component.n,
            i[rows],
            j[rows],
            _values(y[rows]),
            _values(scale[rows]),
            kind[rows],
        ),
        order=order,
        orbit=orbit,
    )


def content_key(component: Graph, method: Method) -> str:
    """The sha256 of a component's content and of the method's constants, as hex."""
    return key_of(canonical(component), method)


def key_of(form: Canonical, method: Method) -> str:
    """`content_key` of a component that is in canonical form already."""
    graph = form.graph
    digest = hashlib.sha256(_VERSION)
    constants = np.array(astuple(method), dtype="<f8")
    digest.update(np.int64(graph.n).astype("<i8").tobytes())
    for values in (graph.i, graph.j, graph.kind, _ticks(graph.y), _ticks(graph.scale)):
        digest.update(values.astype("<i8").tobytes())
    digest.update(constants.tobytes())
    return digest.hexdigest()
