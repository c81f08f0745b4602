"""The posterior that is published: joint draws of every node of a claim graph.

What belongs here: splitting into components, the cache by content, twins. What does
not: how a component is sampled (grid, gibbs).
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pipeline.estimation.canonical import Canonical, canonical, key_of
from pipeline.estimation.draws import generator
from pipeline.estimation.gibbs import Part, run
from pipeline.estimation.graph import Graph, components, subgraph
from pipeline.estimation.grid import grid_draws
from pipeline.estimation.method import FloatArray, IntArray, Method

# Components are sampled side by side up to about this many claims: enough to keep the
# interpreter's share small, few enough for the arrays to stay in the processor's cache.
_CLAIMS_AT_ONCE = 1200
_TWIN = 1000  # purposes from here on shuffle the rows of a component's twins

Cache: TypeAlias = MutableMapping[str, FloatArray]


def sample(
    graph: Graph, method: Method, n_draws: int, *, label: str, cache: Cache
) -> FloatArray:
    """Joint draws of all nodes, shape (n_draws, n), log10 FLOP.

    The same record gives the same draws of a node whatever the order and names of nodes
    and claims, the direction in which ratios are written, the number of threads, and
    what else is in the graph. Two components with the same claims are twins: they have
    the same values in an independent order.

    Args:
        graph: The claims; need not be connected.
        method: The constants.
        n_draws: Number of draws.
        label: What to call the graph if a component does not converge.
        cache: Draws by content; read and filled. Entries are (n_draws, nodes of the
            component) in canonical order and must not be changed.

    Raises:
        gibbs.NotConvergedError: names the component.
    """
    out = np.empty((n_draws, graph.n))
    for nodes, draws in sample_parts(graph, method, n_draws, label=label, cache=cache):
        out[:, nodes] = draws
    return out


def sample_parts(
    graph: Graph, method: Method, n_draws: int, *, label: str, cache: Cache
) -> Iterator[tuple[IntArray, FloatArray]]:
    """Like `sample`, one component at a time: (nodes, draws (n_draws, nodes)).

    For graphs whose draws would not fit into memory at once.
    """
    found: dict[str, _Found] = {}
    for nodes, claims in components(graph):
        form = canonical(subgraph(graph, nodes, claims))
        key = key_of(form, method)
        found.setdefault(key, _Found(key, form, [])).places.append(nodes[form.order])
    for group in _groups(list(found.values())):
        drawn = _draw(group, method, n_draws, label, cache)
        for component in group:
            for copy, nodes in enumerate(component.places):
                draws = drawn[component.key]
                if copy:
                    shuffle = generator(component.key, _TWIN + copy)
                    draws = draws[shuffle.permutation(n_draws)]
                yield nodes, draws


@dataclass(frozen=True)
class _Found:
    """A component by content, and the nodes of each of its copies in the graph."""

    key: str
    form: Canonical
    places: list[IntArray]


def _groups(found: list[_Found]) -> Iterator[list[_Found]]:
    group: list[_Found] = []
    for component in found:
        group.append(component)
        if sum(c.form.graph.m for c in group) >= _CLAIMS_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _draw(
    group: list[_Found], method: Method, n_draws: int, label: str, cache: Cache
) -> dict[str, FloatArray]:
    """Draws in canonical order by content key, from the cache where it has them."""
    drawn: dict[str, FloatArray] = {}
    fresh: list[_Found] = []
    for component in group:
        entry = f"{component.key}-{n_draws}"
        if entry in cache:
            drawn[component.key] = cache[entry]
        elif component.form.graph.n == 1:
            drawn[component.key] = grid_draws(
                component.form.graph, method, n_draws, component.key
            )
        else:
            fresh.append(component)
    parts = [
        Part(c.key, f"{label}, nodes {np.sort(c.places[0]).tolist()}", c.form)
        for c in fresh
    ]
    drawn |= run(parts, method, n_draws)
    for key, draws in drawn.items():
        cache[f"{key}-{n_draws}"] = draws
    return drawn
