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
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.gaussian import fit
from pipeline.estimation.graph import (
    ABSOLUTE,
    EQUALITY,
    LOWER,
    UPPER,
    Graph,
    equality_labels,
    linked,
)
from pipeline.estimation.method import BoolArray, FloatArray, IntArray, Method
from pipeline.estimation.named import whole_graph

WHY = "contradicts what sources of better standing say"
WHY_BOUND = "a bound that claims of its own or better standing deny"
Content = tuple[bytes, bytes]


class Overruled:
    """The rule for one record; each set of claims is judged once."""

    def __init__(
        self, prepared: pd.DataFrame, assumed: Assumed, method: Method
    ) -> None:
        self._limit = assumed["conflict.z"]
        self._method = method
        self._rank = prepared["rank"].to_numpy(dtype=np.int64)
        self._graph, _ = whole_graph(prepared, standing.spread(prepared, assumed))
        # Distances are by the method's own spread, not widened by the rank.
        self._half = prepared["half_width"].to_numpy(dtype=float)
        self._seen: dict[Content, BoolArray] = {}
        self._bound = (prepared["kind"] != "equality").to_numpy()
        self._statement = pd.factorize(prepared["statement"])[0]

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
        told = roles.copy()
        gone = fused & ~out
        told.loc[gone, "role"] = standing.HELD_OUT
        told.loc[gone, "reason"] = np.where(broken[gone], WHY_BOUND, WHY)
        return told

    def _denied(self, better: IntArray, worse: IntArray) -> BoolArray:
        """Which of the worse claims the better ones deny."""
        denied = np.zeros(len(worse), dtype=bool)
        level = linked(self._graph.claims(better), self._graph.claims(worse))
        asked = worse[level]
        if not len(asked):
            return denied
        # Only parts that the claims asked about hang in matter.
        labels = equality_labels(self._graph.claims(better))
        ends = np.concatenate([self._graph.i[asked], self._graph.j[asked]])
        wanted = np.unique(labels[ends[ends != ABSOLUTE]])
        near = better[np.isin(labels[self._graph.i[better]], wanted)]
        content = (near.tobytes(), asked.tobytes())
        if content not in self._seen:
            self._seen[content] = np.abs(self._distance(near, asked)) > self._limit
        denied[np.flatnonzero(level)] = self._seen[content]
        return denied

    def _distance(self, better: IntArray, asked: IntArray) -> FloatArray:
        """Its z, for each claim asked about against the fit of the better ones."""
        rows = np.concatenate([better, asked])
        chosen = self._graph.claims(rows)
        used, place = np.unique(
            np.concatenate([chosen.i, chosen.j[chosen.relative]]), return_inverse=True
        )
        j = np.full(len(rows), ABSOLUTE, dtype=np.int64)
        j[chosen.relative] = place[len(rows) :]
        kind = chosen.kind.copy()
        kind[len(better) :] = UPPER  # as bounds they are predicted and weigh nothing
        told = fit(
            Graph(len(used), place[: len(rows)], j, chosen.y, chosen.scale, kind),
            self._method,
        )
        own = slice(len(better), None)
        real = self._graph.kind[asked]
        sd = np.where(
            real == EQUALITY,
            self._half[asked] / self._method.normal_quantile,
            self._method.bound_s,
        )
        z = (chosen.y[own] - told.claim_mean[own]) / np.hypot(sd, told.claim_sd[own])
        z = np.where(real == UPPER, np.minimum(z, 0), z)
        return np.where(real == LOWER, np.maximum(z, 0), z)
