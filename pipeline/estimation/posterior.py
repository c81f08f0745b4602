"""The posterior that is published: joint draws of every node of a claim graph.

What belongs here: splitting into components, the cache by content, twins. What does
not: how a component is sampled (grid, gibbs).
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from pipeline.estimation import importance
from pipeline.estimation.canonical import Canonical, canonical, key_of
from pipeline.estimation.draws import generator
from pipeline.estimation.gibbs import Part, run
from pipeline.estimation.graph import Graph, components, subgraph
from pipeline.estimation.grid import grid_draws
from pipeline.estimation.method import FloatArray, IntArray, Method

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
    for key, draws in _draws(found, method, n_draws, label, cache):
        for copy, nodes in enumerate(found[key].places):
            if copy:
                shuffle = generator(key, _TWIN + copy)
                yield nodes, draws[shuffle.permutation(n_draws)]
            else:
                yield nodes, draws


@dataclass(frozen=True)
class _Found:
    """A component by content, and the nodes of each of its copies in the graph."""

    key: str
    form: Canonical
    places: list[IntArray]


def _draws(
    found: dict[str, _Found], method: Method, n_draws: int, label: str, cache: Cache
) -> Iterator[tuple[str, FloatArray]]:
    """Draws in canonical order by content key, from the cache where it has them."""
    fresh: list[Part] = []
    for key, component in found.items():
        form, entry = component.form, f"{key}-{n_draws}"
        if entry in cache:
            yield key, cache[entry]
        elif form.graph.n == 1:
            cache[entry] = draws = grid_draws(form.graph, method, n_draws, key)
            yield key, draws
        else:
            nodes = np.sort(component.places[0]).tolist()
            fresh.append(Part(key, f"{label}, nodes {nodes}", form))
    easy = {part.key: part.form for part in fresh if importance.suits(part.form.graph)}
    left = [part for part in fresh if part.key not in easy]
    by_key = {part.key: part for part in fresh}
    for key, weighted in importance.run(easy, method, n_draws):
        if weighted is None:
            left.append(by_key[key])
        else:
            cache[f"{key}-{n_draws}"] = weighted
            yield key, weighted
    for key, draws in run(left, method, n_draws):
        cache[f"{key}-{n_draws}"] = draws
        yield key, draws
