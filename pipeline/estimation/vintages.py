"""The posterior at every vintage, each computed only from claims disclosed by then.

What belongs here: which components a vintage has, and re-use of those that have not
changed. What does not: the sampler (posterior.py) and tables (estimates.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd

from pipeline.estimation import standing
from pipeline.estimation.assumed import LEVEL, Assumed
from pipeline.estimation.canonical import Canonical, canonical, key_of
from pipeline.estimation.draws import generator
from pipeline.estimation.graph import Graph, subgraph
from pipeline.estimation.graph import anchored as is_anchored
from pipeline.estimation.graph import components as split
from pipeline.estimation.method import BoolArray, FloatArray, IntArray, Method
from pipeline.estimation.named import whole_graph
from pipeline.estimation.overruled import Overruled

# Canonical graphs by content key, and what to call them → draws (draws, nodes) by key.
Sampler = Callable[[Mapping[str, tuple[Graph, str]]], Mapping[str, FloatArray]]
QUANTILES = (0.05, 0.5, 0.95)
_SHUFFLE = 7  # purpose number of the permutation stream


@dataclass(frozen=True)
class Component:
    """One connected part of the claims of a vintage, with joint draws."""

    key: str
    nodes: tuple[str, ...]
    claims: tuple[str, ...]
    anchored: BoolArray
    draws: FloatArray

    @cached_property
    def points(self) -> FloatArray:
        """5%, 50% and 95% points of each node, shape (3, nodes)."""
        # Draws are quantiles at (k + 1/2) / n: read them as such.
        points = np.quantile(self.draws, QUANTILES, axis=0, method="hazen")
        return np.asarray(points)

    @cached_property
    def place(self) -> dict[str, int]:
        """The column of each node."""
        return {node: k for k, node in enumerate(self.nodes)}

    @cached_property
    def known(self) -> frozenset[str]:
        """The nodes that have a level of their own."""
        return frozenset(np.array(self.nodes, dtype=object)[self.anchored])

    def column(self, node: str) -> FloatArray:
        """The draws of one node, log10 FLOP, shape (draws,)."""
        return np.asarray(self.draws[:, self.place[node]])


@dataclass(frozen=True)
class State:
    """What was known at one vintage."""

    vintage: pd.Timestamp
    roles: pd.DataFrame
    of_node: dict[str, Component]

    @cached_property
    def known(self) -> frozenset[str]:
        """The nodes that have a level of their own at this vintage."""
        parts = {id(part): part.known for part in self.of_node.values()}
        return frozenset().union(*parts.values())

    def anchored(self, node: str) -> bool:
        """Whether a node has a level of its own at this vintage."""
        return node in self.known

    def draws(self, node: str) -> FloatArray:
        """Joint draws of a node, log10 FLOP."""
        return self.of_node[node].column(node)

    def points(self, node: str) -> FloatArray:
        """5%, 50% and 95% points of a node, log10 FLOP, shape (3,)."""
        found = self.of_node[node]
        return np.asarray(found.points[:, found.place[node]])


def method_of(assumed: Assumed) -> Method:
    """The numerics' constants from assumptions.yaml."""
    return Method(
        nu=assumed["fusion.student_nu"],
        level=LEVEL,
        prior_mean=assumed["fusion.prior_mean"],
        prior_sd=assumed["fusion.prior_sd"],
        bound_s=assumed["fusion.bound_sd"],
        bound_eps=assumed["fusion.bound_contamination"],
    )


def vintages_of(observations: pd.DataFrame) -> list[pd.Timestamp]:
    """Every date on which an accepted claim was disclosed or withdrawn, ascending."""
    accepted = observations[observations["status"] == "accepted"]
    days = pd.concat([accepted["disclosed_on"], accepted["withdrawn_on"].dropna()])
    return [pd.Timestamp(day) for day in sorted(days.unique())]


def states(
    prepared: pd.DataFrame,
    vintages: list[pd.Timestamp],
    assumed: Assumed,
    sampler: Sampler,
) -> list[State]:
    """The posterior at each vintage.

    Args:
        prepared: outcome of `standing.prepare`.
        vintages: dates, ascending.
        assumed: constants of the method.
        sampler: draws of one component; called once per distinct content.
    """
    known = _Parts(prepared, assumed)
    stands = standing.Standing(prepared)
    rule = Overruled(prepared, assumed, method_of(assumed))
    roles = {v: rule.apply(stands.roles(v)) for v in vintages}
    listed = {
        vintage: known.of(np.flatnonzero(role["role"].to_numpy() == standing.FUSED))
        for vintage, role in roles.items()
    }
    drawn = sampler(known.distinct())
    made: dict[tuple[str, tuple[str, ...], int], Component] = {}
    found = []
    for vintage, parts in listed.items():
        of_node: dict[str, Component] = {}
        for part, twin in parts:
            # The same claims again are the same object again.
            identity = (part.key, part.nodes, twin)
            if identity not in made:
                made[identity] = _component(part, twin, drawn[part.key])
            of_node.update(dict.fromkeys(part.nodes, made[identity]))
        found.append(State(vintage, roles[vintage], of_node))
    return found


@dataclass(frozen=True)
class _Part:
    """A component before it is drawn."""

    key: str
    form: Canonical
    nodes: tuple[str, ...]
    claims: tuple[str, ...]
    disclosed: pd.Timestamp
    anchored: BoolArray


class _Parts:
    """The components of all vintages, each found once."""

    def __init__(self, prepared: pd.DataFrame, assumed: Assumed) -> None:
        self._method = method_of(assumed)
        self._claims = prepared["claim_id"].to_numpy()
        self._disclosed = prepared["disclosed_on"].to_numpy()
        self._graph, names = whole_graph(prepared, standing.spread(prepared, assumed))
        self._names = np.array(names, dtype=object)
        self._parts: dict[tuple[int, ...], _Part] = {}

    def of(self, rows: IntArray) -> list[tuple[_Part, int]]:
        """The parts of a vintage's fused rows, and the how manieth of its kind each is.

        Parts of equal content are independent all the same: the k-th gets the draws in
        an order of its own. The order of disclosure decides who is k-th, not names.
        """
        listed = []
        for nodes, claims in split(self._graph.claims(rows)):
            if not len(claims):
                continue  # a node that nobody speaks of at this vintage
            # Rows of `prepared` never change: they stand for the component's content.
            chosen = rows[claims]
            identity = tuple(chosen.tolist())
            if identity not in self._parts:
                self._parts[identity] = self._part(nodes, chosen)
            listed.append(self._parts[identity])
        listed.sort(key=lambda part: (part.key, part.disclosed, part.nodes))
        twins = [0]
        for before, part in pairwise(listed):
            twins.append(twins[-1] + 1 if before.key == part.key else 0)
        return list(zip(listed, twins, strict=False))

    def distinct(self) -> dict[str, tuple[Graph, str]]:
        """One canonical graph per content, with a name for it."""
        return {
            part.key: (part.form.graph, ", ".join(part.nodes[:3]))
            for part in self._parts.values()
        }

    def _part(self, nodes: IntArray, rows: IntArray) -> _Part:
        own = subgraph(self._graph, nodes, rows)
        form = canonical(own)
        return _Part(
            key=key_of(form, self._method),
            form=form,
            nodes=tuple(self._names[nodes]),
            claims=tuple(self._claims[rows]),
            disclosed=pd.Timestamp(self._disclosed[rows].max()),
            anchored=is_anchored(own),
        )


def _component(part: _Part, twin: int, drawn: FloatArray) -> Component:
    draws = np.empty_like(drawn)
    draws[:, part.form.order] = drawn
    if twin:
        order = generator(part.key, _SHUFFLE + twin).permutation(len(draws))
        draws = draws[order]
    key = f"{part.key}#{twin}"
    return Component(key, part.nodes, part.claims, part.anchored, draws)
