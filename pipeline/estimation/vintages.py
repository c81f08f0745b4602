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
    method = method_of(assumed)
    width = standing.spread(prepared, assumed).to_numpy(dtype=float)
    known: dict[tuple[str, ...], Component] = {}
    drawn: dict[str, tuple[FloatArray, FloatArray]] = {}
    found = []
    for vintage in vintages:
        roles = standing.roles(prepared, vintage)
        fused = prepared[(roles["role"] == standing.FUSED).to_numpy()]
        parts = _parts(fused, width[fused.index.to_numpy()], method, drawn, sampler)
        of_node: dict[str, Component] = {}
        for part in parts:
            # The same claims again are the same object again.
            same = known.setdefault((part.key, *part.nodes), part)
            of_node.update(dict.fromkeys(part.nodes, same))
        found.append(State(vintage, roles, of_node))
    return found


def _parts(
    fused: pd.DataFrame,
    width: FloatArray,
    method: Method,
    drawn: dict[str, tuple[FloatArray, FloatArray]],
    sampler: Sampler,
) -> list[Component]:
    if fused.empty:
        return []
    graph, names = _graph(fused, width)
    day = fused["disclosed_on"].to_numpy()
    claim_ids = fused["claim_id"].to_numpy()
    held = is_anchored(graph)
    keyed = []
    for nodes, claims in split(graph):
        part = subgraph(graph, nodes, claims)
        first = day[claims].max() if len(claims) else day.min()
        keyed.append((content_key(part, method), first, nodes, claims, part))
    # Parts of equal content are independent all the same: the k-th gets its rows in an
    # order of its own. The order of disclosure decides who is k-th, not the names.
    keyed.sort(key=lambda item: (item[0], item[1], names[item[2][0]]))
    parts, twins = [], 0
    for place, (key, _, nodes, claims, part) in enumerate(keyed):
        twins = twins + 1 if place and keyed[place - 1][0] == key else 0
        label = ", ".join(names[k] for k in nodes[:3])
        parts.append(
            Component(
                key=f"{key}#{twins}",
                nodes=tuple(names[k] for k in nodes),
                claims=tuple(claim_ids[claims]),
                anchored=np.asarray(held[nodes]),
                draws=_draws(part, key, twins, label, drawn, sampler),
            )
        )
    return parts


def _draws(
    part: Graph,
    key: str,
    twin: int,
    label: str,
    drawn: dict[str, tuple[FloatArray, FloatArray]],
    sampler: Sampler,
) -> FloatArray:
    # Parts of one content may list their nodes in another order; y tells them apart.
    layout = f"{key}#{twin}#{part.i.tobytes().hex()}{part.j.tobytes().hex()}"
    stored = drawn.get(layout)
    if stored is not None and np.array_equal(stored[0], part.y):
        return stored[1]
    draws = sampler(part, key, label)
    if twin:
        rows = generator(key, _SHUFFLE + twin).permutation(len(draws))
        draws = draws[rows]
    drawn[layout] = (part.y, draws)
    return draws


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
