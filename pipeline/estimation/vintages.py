"""The posterior at every vintage, each computed only from claims disclosed by then.

What belongs here: which components a vintage has, and re-use of those that have not
changed. What does not: the sampler (posterior.py) and tables (estimates.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from pipeline.estimation import standing
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.canonical import content_key
from pipeline.estimation.draws import generator
from pipeline.estimation.graph import EQUALITY, LOWER, UPPER, Graph, subgraph
from pipeline.estimation.graph import anchored as is_anchored
from pipeline.estimation.graph import components as split
from pipeline.estimation.method import BoolArray, FloatArray, IntArray, Method

# Graph, its content key and a label → draws of shape (draws, nodes).
Sampler = Callable[[Graph, str, str], FloatArray]
_KINDS = {"equality": EQUALITY, "upper": UPPER, "lower": LOWER}
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
        return np.asarray(np.quantile(self.draws, QUANTILES, axis=0))

    def column(self, node: str) -> FloatArray:
        """The draws of one node, log10 FLOP, shape (draws,)."""
        return np.asarray(self.draws[:, self.nodes.index(node)])


@dataclass(frozen=True)
class State:
    """What was known at one vintage."""

    vintage: pd.Timestamp
    roles: pd.DataFrame
    of_node: dict[str, Component]

    def anchored(self, node: str) -> bool:
        """Whether a node has a level of its own at this vintage."""
        found = self.of_node.get(node)
        return found is not None and bool(found.anchored[found.nodes.index(node)])

    def draws(self, node: str) -> FloatArray:
        """Joint draws of a node, log10 FLOP."""
        return self.of_node[node].column(node)

    def points(self, node: str) -> FloatArray:
        """5%, 50% and 95% points of a node, log10 FLOP, shape (3,)."""
        found = self.of_node[node]
        return np.asarray(found.points[:, found.nodes.index(node)])


def method_of(assumed: Assumed) -> Method:
    """The numerics' constants from assumptions.yaml."""
    return Method(
        nu=assumed["fusion.student_nu"],
        level=0.9,
        prior_mean=assumed["fusion.prior_mean"],
        prior_sd=assumed["fusion.prior_sd"],
        bound_s=assumed["fusion.bound_sd"],
        bound_eps=assumed["fusion.bound_contamination"],
    )


def vintages_of(observations: pd.DataFrame) -> list[pd.Timestamp]:
    """Every date on which an accepted claim was disclosed, ascending."""
    accepted = observations[observations["status"] == "accepted"]
    return [pd.Timestamp(day) for day in sorted(accepted["disclosed_on"].unique())]


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
    atelier = _Atelier(prepared, assumed, sampler)
    found = []
    for vintage in vintages:
        roles = standing.roles(prepared, vintage)
        fused = prepared[(roles["role"] == standing.FUSED).to_numpy()]
        of_node: dict[str, Component] = {}
        for part in atelier.components(fused):
            of_node.update(dict.fromkeys(part.nodes, part))
        found.append(State(vintage, roles, of_node))
    return found


@dataclass(frozen=True)
class _Part:
    """A component before it is drawn: its graph, content key and names."""

    key: str
    graph: Graph
    nodes: tuple[str, ...]
    claims: tuple[str, ...]
    disclosed: pd.Timestamp
    anchored: BoolArray


class _Atelier:
    """Makes components; the same claims again give the same object again."""

    def __init__(
        self, prepared: pd.DataFrame, assumed: Assumed, sampler: Sampler
    ) -> None:
        self._width = standing.spread(prepared, assumed).to_numpy(dtype=float)
        self._method = method_of(assumed)
        self._sampler = sampler
        self._parts: dict[tuple[int, ...], _Part] = {}
        self._made: dict[tuple[tuple[int, ...], int], Component] = {}

    def components(self, fused: pd.DataFrame) -> list[Component]:
        """The components of the fused observations of a vintage."""
        if fused.empty:
            return []
        rows = fused.index.to_numpy()
        graph, names = _graph(fused, self._width[rows])
        listed = []
        for nodes, claims in split(graph):
            # Rows of `prepared` never change: they stand for the component's content.
            identity = tuple(int(r) for r in rows[claims])
            if identity not in self._parts:
                self._parts[identity] = self._part(graph, names, nodes, claims, fused)
            listed.append((identity, self._parts[identity]))
        # Parts of equal content are independent all the same: the k-th gets its rows in
        # an order of its own. The order of disclosure decides who is k-th, not names.
        listed.sort(key=lambda item: (item[1].key, item[1].disclosed, item[1].nodes))
        made, twin = [], 0
        for place, (identity, part) in enumerate(listed):
            twin = twin + 1 if place and listed[place - 1][1].key == part.key else 0
            if (identity, twin) not in self._made:
                self._made[identity, twin] = self._draw(part, twin)
            made.append(self._made[identity, twin])
        return made

    def _part(
        self,
        graph: Graph,
        names: list[str],
        nodes: IntArray,
        claims: IntArray,
        fused: pd.DataFrame,
    ) -> _Part:
        own = subgraph(graph, nodes, claims)
        return _Part(
            key=content_key(own, self._method),
            graph=own,
            nodes=tuple(names[k] for k in nodes),
            claims=tuple(fused["claim_id"].to_numpy()[claims]),
            disclosed=pd.Timestamp(fused["disclosed_on"].to_numpy()[claims].max()),
            anchored=is_anchored(own),
        )

    def _draw(self, part: _Part, twin: int) -> Component:
        draws = self._sampler(part.graph, part.key, ", ".join(part.nodes[:3]))
        if twin:
            rows = generator(part.key, _SHUFFLE + twin).permutation(len(draws))
            draws = draws[rows]
        key = f"{part.key}#{twin}"
        return Component(key, part.nodes, part.claims, part.anchored, draws)


def _graph(fused: pd.DataFrame, width: FloatArray) -> tuple[Graph, list[str]]:
    """The claim graph of a vintage and the name of each of its nodes."""
    reference = fused["reference_node"].dropna()
    names = sorted(set(fused["node"]) | set(reference))
    at = {name: k for k, name in enumerate(names)}
    i: IntArray = fused["node"].map(at).to_numpy(dtype=np.int64)
    j: IntArray = fused["reference_node"].map(at).fillna(-1).to_numpy(dtype=np.int64)
    graph = Graph(
        n=len(names),
        i=i,
        j=j,
        y=fused["log10_value"].to_numpy(dtype=float),
        scale=width,
        kind=np.asarray(fused["kind"].map(_KINDS), dtype=np.int64),
    )
    return graph, names
