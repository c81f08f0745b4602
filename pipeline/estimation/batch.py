"""Several components side by side as arrays: rows are nodes or claims, columns chains.

What belongs here: indices that take claims to nodes and back, split into equality
claims and bounds, in the order of components. What does not: random numbers, moves.

Unknowns are held as deviations from the prior mean, which a difference does not see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.estimation.elimination import Plan, Sums, plan
from pipeline.estimation.graph import EQUALITY, Graph, union
from pipeline.estimation.method import BoolArray, FloatArray, IntArray, Method


@dataclass(frozen=True)
class Rows:
    """Claims of one kind, ordered by component; all arrays (claims, 1) or (claims,).

    Attributes:
        i: Row of the observed node.
        j: Row of the reference; the extra row of zeros where there is none.
        y: Value (n, 1), less the prior mean where the claim is absolute.
        scale: Student-t scale of equality claims, (n, 1).
        side: +1 upper, -1 lower bound, 0 equality, (n, 1).
        part: Component of each claim.
        count: Claims of each component, (parts,).
    """

    i: IntArray
    j: IntArray
    y: FloatArray
    scale: FloatArray
    side: FloatArray
    part: IntArray
    count: IntArray

    def about(self, x: FloatArray) -> FloatArray:
        """What each claim is about, from padded node rows (n + 1, chains)."""
        return np.asarray(x[self.i] - x[self.j])

    def chosen(self, rows: IntArray) -> Rows:
        """The chosen claims, in the given order."""
        part = self.part[rows]
        return Rows(
            i=self.i[rows],
            j=self.j[rows],
            y=self.y[rows],
            scale=self.scale[rows],
            side=self.side[rows],
            part=part,
            count=np.bincount(part, minlength=len(self.count)),
        )


@dataclass(frozen=True)
class Batch:
    """Components side by side.

    Attributes:
        scheme: Plan of elimination of all equality claims.
        n: Number of nodes.
        place: Row of each node, nodes counted through the components, (n,).
        start: First node of each component, (parts + 1,).
        part: Component of each row, (n,).
        equalities: Equality claims.
        bounds: Bounds.
        diagonal: Adds precisions of equality claims to the nodes they touch.
        plus: Adds rows of equality claims to the nodes observed.
        minus: Adds rows of equality claims to the nodes they refer to.
        off: Adds precisions of relative equality claims to entries of the factor.
    """

    scheme: Plan
    n: int
    place: IntArray
    start: IntArray
    part: IntArray
    equalities: Rows
    bounds: Rows
    diagonal: Sums
    plus: Sums
    minus: Sums
    off: Sums

    def rows_of(self, part: int) -> IntArray:
        """Rows of the nodes of a component, in its own order."""
        return self.place[self.start[part] : self.start[part + 1]]


def batch(graphs: list[Graph], method: Method) -> Batch:
    """Lay components side by side; their claims must be in canonical order."""
    sizes = np.array([g.n for g in graphs])
    start = np.concatenate([[0], np.cumsum(sizes)])
    part = np.repeat(np.arange(len(graphs)), [g.m for g in graphs])
    whole = union(graphs)
    n, i, j, kind = whole.n, whole.i, whole.j, whole.kind
    scale = whole.scale / method.t_quantile
    equality, two = kind == EQUALITY, whole.relative

    pair = equality & two
    low, high = np.minimum(i, j)[pair], np.maximum(i, j)[pair]
    keys, of = np.unique(low * n + high, return_inverse=True)
    scheme = plan(n, *np.divmod(keys, n))
    place = np.empty(n, dtype=np.int64)
    place[scheme.order] = np.arange(n)
    row_i, row_j = place[i], np.where(two, place[j], n)
    level = whole.y - np.where(two, 0.0, method.prior_mean)

    def rows(chosen: BoolArray) -> Rows:
        return Rows(
            i=row_i[chosen],
            j=row_j[chosen],
            y=level[chosen, None],
            scale=scale[chosen, None],
            side=kind[chosen, None].astype(np.float64),
            part=part[chosen],
            count=np.bincount(part[chosen], minlength=len(graphs)),
        )

    number = np.cumsum(equality) - 1
    relative = number[pair]
    return Batch(
        scheme=scheme,
        n=n,
        place=place,
        start=start,
        part=np.repeat(np.arange(len(graphs)), sizes)[scheme.order],
        equalities=rows(equality),
        bounds=rows(~equality),
        diagonal=Sums.of(
            np.concatenate([row_i[equality], row_j[pair]]),
            np.concatenate([number[equality], relative]),
        ),
        plus=Sums.of(row_i[equality], number[equality]),
        minus=Sums.of(row_j[pair], relative),
        off=Sums.of(scheme.edge[of], relative),
    )
