"""The posterior of the record: one graph of all claims, solved part by part.

What belongs here: from tables to the state of every vintage; components that have not
changed are solved once. What does not: the formulas (observe.py), who is fused
(standing.py, overruled.py), the numerics (forest.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from pipeline.estimation import standing
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.calibration import KAPPA, RATE, Calibrations, Learned
from pipeline.estimation.component import METHOD, Content, content_of, solve
from pipeline.estimation.graph import (
    EQUALITY,
    KINDS,
    UPPER,
    Graph,
    component_labels,
    subgraph,
)
from pipeline.estimation.graph import components as split
from pipeline.estimation.method import BoolArray, FloatArray, IntArray, method_of
from pipeline.estimation.observe import observe
from pipeline.estimation.overruled import Overruled
from pipeline.estimation.vintages import Component, State
from pipeline.vocabulary import OPERATIONS

# What the method says between nodes, beside the claims.
KAPPA_LINK, PART = f"{METHOD}operations_per_accelerator_time", f"{METHOD}part_of_whole"
# A stage is at most the whole that it is a part of; pre-training and a total are often
# one figure, told twice, and are left to the test of sums.
PARTS_OF = (
    ("reasoning", "post_training"),
    ("sft", "post_training"),
    ("post_training", "total"),
    ("reasoning", "total"),
    ("sft", "total"),
)
_NOTHING = "there is not one readable, accepted claim: add a note first"


@dataclass(frozen=True)
class Posterior:
    """Observations and the state of every vintage."""

    assumed: Assumed
    prepared: pd.DataFrame
    states: list[State]


def posterior(
    frames: Mapping[str, pd.DataFrame], vintages: list[pd.Timestamp] | None = None
) -> Posterior:
    """The posterior at every vintage, from the record's tables.

    Args:
        frames: the tables.
        vintages: other dates, ascending, instead of those of the record.

    Raises:
        ValueError: when the record has no accepted claim.
        forest.EntangledError: names a component whose claims close too many loops.
    """
    assumed = Assumed.of(frames["core.assumptions"])
    prepared = prepared_of(frames, assumed)
    vintages = vintages_of(prepared) if vintages is None else vintages
    if not vintages:
        raise ValueError(_NOTHING)
    return Posterior(assumed, prepared, states(prepared, vintages, assumed))


def prepared_of(frames: Mapping[str, pd.DataFrame], assumed: Assumed) -> pd.DataFrame:
    """All observations, with what of their standing does not depend on the vintage.

    Raises:
        ValueError: when the record has no claim.
    """
    observed = observe(
        frames["raw.claims"],
        frames["raw.sources"],
        frames["core.models"],
        frames["core.hardware"],
        assumed,
    )
    if observed.empty:
        raise ValueError(_NOTHING)
    return standing.prepare(observed, frames["raw.corrections"])


def vintages_of(observations: pd.DataFrame) -> list[pd.Timestamp]:
    """Every date on which an accepted claim was disclosed or withdrawn, ascending."""
    accepted = observations[observations["status"] == "accepted"]
    days = pd.concat([accepted["disclosed_on"], accepted["withdrawn_on"].dropna()])
    return [pd.Timestamp(day) for day in sorted(days.unique())]


def roles_at(
    prepared: pd.DataFrame, vintages: list[pd.Timestamp], assumed: Assumed
) -> dict[pd.Timestamp, pd.DataFrame]:
    """The role of every observation at each vintage, and why."""
    return _Record(prepared, assumed).roles(vintages)


def states(
    prepared: pd.DataFrame, vintages: list[pd.Timestamp], assumed: Assumed
) -> list[State]:
    """The posterior at each vintage.

    Args:
        prepared: outcome of `prepared_of`.
        vintages: dates, ascending.
        assumed: constants of the method.
    """
    record = _Record(prepared, assumed)
    return [
        record.state(vintage, roles)
        for vintage, roles in record.roles(vintages).items()
    ]


_Listed = tuple[str, np.datetime64, tuple[str, ...], Content]


class _Record:
    """The claims of a record as one graph, and its components as they are solved."""

    def __init__(self, prepared: pd.DataFrame, assumed: Assumed) -> None:
        self._prepared, self._assumed = prepared, assumed
        self._method = method_of(assumed)
        self._graph, self._names = whole_graph(
            prepared, standing.spread(prepared, assumed)
        )
        self._calibrations = Calibrations(prepared, assumed)
        self._half = prepared["half_width"].to_numpy(dtype=float)
        self._claims = prepared["claim_id"].to_numpy(dtype=object)
        self._disclosed = prepared["disclosed_on"].to_numpy()
        self._at = {name: k for k, name in enumerate(self._names)}
        self._solved: dict[tuple[Content, int], Component] = {}
        self._contents: dict[tuple[object, ...], Content] = {}
        # Nodes that may ever hang together; what the last vintage made of each part.
        self._part = component_labels(self._graph.with_claims(self._possible()))
        self._listed: dict[int, list[_Listed]] = {}
        self._last: tuple[BoolArray, FloatArray, FloatArray, Learned] | None = None

    def roles(self, vintages: list[pd.Timestamp]) -> dict[pd.Timestamp, pd.DataFrame]:
        """The role of every observation at each vintage, and why."""
        stands = standing.Standing(self._prepared)
        rule = Overruled(self._prepared, self._graph, self._assumed)
        return {vintage: rule.apply(stands.roles(vintage)) for vintage in vintages}

    def state(self, vintage: pd.Timestamp, roles: pd.DataFrame) -> State:
        """The posterior of a vintage from the roles of the observations."""
        learned = self._calibrations.at(roles)
        value, half = self._calibrations.values(learned[RATE])
        roles = roles.assign(log10_value=value, half_width=half)
        fused = (roles["role"] == standing.FUSED).to_numpy()
        self._list(fused, value, half, learned[KAPPA])
        of_node: dict[str, Component] = {}
        for content, copy in self._copies():
            if (content, copy) not in self._solved:
                self._solved[content, copy] = solve(
                    content, copy, int(self._assumed["fusion.draws"]), self._method
                )
            # The same claims again are the same object again.
            part = self._solved[content, copy]
            of_node.update(dict.fromkeys(part.nodes, part))
        return State(vintage, roles, of_node, learned)

    def _linked(
        self, fused: IntArray, value: FloatArray, half: FloatArray, kappa: Learned
    ) -> tuple[Graph, list[str]]:
        """The fused claims of a vintage, and what the method adds between nodes."""
        plain = self._graph.claims(fused)
        # The wider spread of press and scrape claims stays.
        scale = np.where(self._half[fused] == half[fused], plain.scale, half[fused])
        graph = replace(plain, y=value[fused], scale=scale)
        said = {self._names[k] for k in {*plain.i.tolist(), *plain.j[plain.relative]}}
        runs = {n: n.removesuffix(OPERATIONS) for n in sorted(said) if OPERATIONS in n}
        graph = graph.with_claims(
            [
                (self._at[node], self._at[run], *kappa.predicted(run), EQUALITY)
                for node, run in runs.items()
            ]
        )
        said |= set(runs.values())
        label, parts = component_labels(graph), []
        for part, whole in PARTS_OF:
            for node in sorted(n for n in said if n.endswith(f"/{part}")):
                other = f"{node.removesuffix(part)}{whole}"
                if other not in said:
                    continue
                i, j = self._at[node], self._at[other]
                if label[i] != label[j]:  # else a loop, and told well enough by claims
                    label[label == label[j]] = label[i]
                    parts.append((i, j, 0.0, 1.0, UPPER))
        links = [KAPPA_LINK] * len(runs) + [PART] * len(parts)
        return graph.with_claims(parts), [*self._claims[fused], *links]

    def _possible(self) -> list[tuple[int, int, float, float, int]]:
        """Every link that the method may add between two nodes, as claims."""
        at = self._at
        pairs = [(n, n.removesuffix(OPERATIONS)) for n in at if OPERATIONS in n]
        pairs += [
            (node, f"{node.removesuffix(part)}{whole}")
            for part, whole in PARTS_OF
            for node in at
            if node.endswith(f"/{part}")
        ]
        return [(at[i], at[j], 0.0, 1.0, UPPER) for i, j in pairs if j in at]

    def _list(
        self, fused: BoolArray, value: FloatArray, half: FloatArray, kappa: Learned
    ) -> None:
        """List the components of the parts in which something has changed."""
        part_of = self._part[self._graph.i]
        if self._last is None:
            changed = set(part_of.tolist())
        else:
            before, old, width, learned = self._last
            moved = (old != value) | (width != half)
            other = (before != fused) | (fused & moved)
            changed = set(part_of[other].tolist())
            if learned.pairs != kappa.pairs:
                counted = [k for n, k in self._at.items() if OPERATIONS in n]
                changed |= set(self._part[counted].tolist())
        self._last = (fused, value, half, kappa)
        for part in changed:
            self._listed[part] = []
        rows = np.flatnonzero(fused & np.isin(part_of, list(changed)))
        if not len(rows):
            return
        graph, ids = self._linked(rows, value, half, kappa)
        disclosed = self._disclosed[rows]
        for nodes, claims in split(graph):
            names = [ids[c] for c in claims]
            # Claims never change but for what is calibrated.
            values = graph.y[claims].tobytes() + graph.scale[claims].tobytes()
            identity = (*names, *nodes.tolist(), values)
            if identity not in self._contents:
                self._contents[identity] = content_of(
                    subgraph(graph, nodes, claims),
                    [self._names[k] for k in nodes],
                    names,
                )
            content = self._contents[identity]
            since = disclosed[claims[claims < len(disclosed)]].max()
            self._listed[int(self._part[nodes[0]])].append(
                (content.key, since, content.nodes, content)
            )

    def _copies(self) -> list[tuple[Content, int]]:
        """Each component, and its index among those with identical content.

        Components of equal content are independent all the same: the k-th has draws in
        an order of its own. The order of disclosure decides who is k-th, not names.
        """
        listed = [each for part in self._listed.values() for each in part]
        listed.sort(key=lambda part: part[:3])
        copies = [0]
        for before, part in pairwise(listed):
            copies.append(copies[-1] + 1 if before[0] == part[0] else 0)
        return [(part[3], copy) for part, copy in zip(listed, copies, strict=False)]


def whole_graph(
    prepared: pd.DataFrame, width: FloatArray | pd.Series
) -> tuple[Graph, list[str]]:
    """The graph of all observations and the name of each of its nodes, ascending.

    Rows that cannot be read have no value and no width; they are never fused, and stand
    here with a value of 0 and a width of 1.

    Args:
        prepared: outcome of `prepared_of`; claim k of the graph is its k-th row.
        width: 90% half-widths in log10, as `standing.spread` gives them.
    """
    spoken = set(prepared["node"]) | set(prepared["reference_node"].dropna())
    names = sorted(spoken | {node.removesuffix(OPERATIONS) for node in spoken})
    at = {name: k for k, name in enumerate(names)}
    half = np.asarray(width, dtype=float)
    graph = Graph(
        n=len(names),
        i=prepared["node"].map(at).to_numpy(dtype=np.int64),
        j=prepared["reference_node"].map(at).fillna(-1).to_numpy(dtype=np.int64),
        y=prepared["log10_value"].fillna(0.0).to_numpy(dtype=float),
        scale=np.where(half > 0, half, 1.0),
        kind=np.asarray(prepared["kind"].map(KINDS), dtype=np.int64),
    )
    return graph, names
