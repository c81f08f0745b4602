"""Claims that sources of better standing contradict.

What belongs here: the one rule of standing that needs numbers. What does not: the rest
of standing (standing.py), what is listed as a conflict (conflicts.py).

Of two claims of equal rank that deny each other the record cannot tell which is right,
and both are fused. Of two of unequal rank it can: the worse is held out where it lies
more than `conflict.z` from what the better ones say together. Heavy tails alone do not
do this: with two claims per node the narrower one wins, whoever says it.

A bound gives way to equality claims of its own rank too: that far off it is likelier
garbled than not (at 2.5 sds and 2% garbled, three to one), while heavy tails would move
the node to its edge. What is garbled is a sentence, so the bounds that one sentence
sets, on several models, go together.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.estimation import standing
from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.component import content_of, distance, predicted
from pipeline.estimation.graph import (
    EQUALITY,
    Graph,
    around,
    components,
    linked,
    subgraph,
)
from pipeline.estimation.method import BoolArray, IntArray, method_of

WHY = "contradicts what sources of better standing say"
WHY_BOUND = "a bound that claims of its own or better standing deny"


class Overruled:
    """The rule for one record; each set of claims is judged once."""

    def __init__(self, prepared: pd.DataFrame, graph: Graph, assumed: Assumed) -> None:
        """Of observations and their graph, in the same order."""
        self._limit = assumed["conflict.z"]
        self._n_draws = int(assumed["fusion.draws"])
        self._method = method_of(assumed)
        self._rank = prepared["rank"].to_numpy(dtype=np.int64)
        self._graph = graph
        # Distances are by the method's own spread, not widened by the rank.
        half = prepared["half_width"].to_numpy(dtype=float)
        self._bound = graph.kind != EQUALITY
        self._sd = np.where(self._bound, self._method.bound_s, half / Z90)
        self._statement = pd.factorize(prepared["statement"])[0]
        self._seen: dict[tuple[bytes, bytes], BoolArray] = {}

    def apply(self, roles: pd.DataFrame) -> pd.DataFrame:
        """Roles of a vintage with the overruled claims held out."""
        fused = (roles["role"] == standing.FUSED).to_numpy()
        out = fused.copy()
        broken = np.zeros(len(out), dtype=bool)
        for rank in np.unique(self._rank[fused]):
            better = np.flatnonzero(out & (self._rank < rank))
            worse = np.flatnonzero(out & (self._rank == rank))
            out[worse[self._denied(better, worse)]] = False
            bounds = np.flatnonzero(out & self._bound & (self._rank == rank))
            equal = np.flatnonzero(out & ~self._bound & (self._rank <= rank))
            denied = self._statement[bounds[self._denied(equal, bounds)]]
            broken |= out & self._bound & np.isin(self._statement, denied)
            out &= ~broken
        if bool(np.all(out == fused)):
            return roles
        judged = roles.copy()
        gone = fused & ~out
        judged.loc[gone, "role"] = standing.HELD_OUT
        judged.loc[gone, "reason"] = np.where(broken[gone], WHY_BOUND, WHY)
        return judged

    def _denied(self, better: IntArray, worse: IntArray) -> BoolArray:
        """Which of the worse claims the better ones deny."""
        denied = np.zeros(len(worse), dtype=bool)
        if not (len(better) and len(worse)):
            return denied
        level = linked(self._graph.claims(better), self._graph.claims(worse))
        asked = worse[level]
        if not len(asked):
            return denied
        rows = np.concatenate([better, asked])
        # Only parts that the claims asked about hang in matter.
        rows = rows[around(self._graph.claims(rows), self._graph.i[asked])]
        far = []
        for nodes, claims in components(self._graph.claims(rows)):
            own = rows[claims]
            new = np.isin(own, asked)
            content = (own[~new].tobytes(), own[new].tobytes())
            if content not in self._seen:
                self._seen[content] = self._far(nodes, own[~new], own[new])
            far.append(own[new][self._seen[content]])
        denied[level] = np.isin(asked, np.concatenate(far))
        return denied

    def _far(self, nodes: IntArray, better: IntArray, asked: IntArray) -> BoolArray:
        """Which claims lie too far from what the better ones say."""
        whole = content_of(
            subgraph(self._graph, nodes, better),
            [str(k) for k in nodes],
            [str(c) for c in better],
        )
        order = np.array([int(k) for k in whole.nodes])
        own = subgraph(self._graph, order, asked)
        said = predicted(whole, own, self._n_draws, self._method)
        told = zip(own.y, own.kind, self._sd[asked], said, strict=True)
        z = [distance(y, kind, sd, *others) for y, kind, sd, others in told]
        return np.array([abs(each) > self._limit for each in z], dtype=bool)
