"""Jumps between humps: shifts of a group of nodes to where another claim wants it.

What belongs here: which groups, and the Metropolis-Hastings move. What does not: the
moves inside a hump (moves).

Where claims contradict each other, the posterior has several humps, and weights and
ellipses cross the valley between them too rarely. Here a connected group of nodes is
shifted as one; only claims from the group to the outside feel it. Along such a line the
posterior is a product of the Student-t's of those claims, so a mixture of the same
Student-t's proposes well, whatever the distance. Weights are integrated out; the next
sweep draws them anew. A group that only bounds hold to the outside is thrown anywhere
in its prior. Groups are fixed in advance, so each move is reversible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.estimation.batch import Batch
from pipeline.estimation.graph import Graph, equality_labels
from pipeline.estimation.method import BoolArray, FloatArray, IntArray
from pipeline.estimation.moves import Space, log_bound

GROUPS = 64  # groups per component, taken in turn


def groups(graph: Graph, generator: np.random.Generator) -> BoolArray:
    """Connected groups of nodes of a component, shape (GROUPS, n).

    Single nodes first (all of them where they leave room for the rest), then what hangs
    together by equality claims, then the part of a random node after cutting each link
    with probability one half.
    """
    singles = generator.permutation(graph.n)[: GROUPS // 2]
    alone = np.zeros((len(singles), graph.n), dtype=bool)
    alone[np.arange(len(singles)), singles] = True
    held = equality_labels(graph)
    whole = held == np.arange(held.max() + 1)[: GROUPS // 4, None]
    rest = GROUPS - len(alone) - len(whole)
    a, b = graph.i[graph.relative], graph.j[graph.relative]
    kept = generator.random((rest, len(a))) < 0.5
    inside = np.zeros((rest, graph.n), dtype=bool)
    inside[np.arange(rest), generator.integers(0, graph.n, rest)] = True
    for _ in range(graph.n):
        before = inside.copy()
        for claim in range(len(a)):
            reached = kept[:, claim] & (inside[:, a[claim]] | inside[:, b[claim]])
            inside[:, a[claim]] |= reached
            inside[:, b[claim]] |= reached
        if np.array_equal(before, inside):
            break
    return np.concatenate([alone, whole, inside])


@dataclass(frozen=True)
class _Side:
    """Nodes that move together, and the bounds that feel it, of some components.

    Attributes:
        parts: The components, (q,).
        nodes: Rows of nodes in the groups.
        of_node: Which of `parts` each belongs to.
        size: Number of nodes of each group, (q, 1).
        bounds: Rows of bounds that feel the shift.
        of_bound: Which of `parts` each belongs to.
        sign: +1 where the observed node moves, -1 where the reference does, (b, 1).
    """

    parts: IntArray
    nodes: IntArray
    of_node: IntArray
    size: FloatArray
    bounds: IntArray
    of_bound: IntArray
    sign: FloatArray

    @staticmethod
    def of(batch: Batch, inside: IntArray, parts: IntArray) -> _Side:
        """The side of the given components; `inside` is 0 or 1 for each row."""
        place = np.full(len(batch.start) - 1, -1)
        place[parts] = np.arange(len(parts))
        nodes = np.flatnonzero(inside[:-1])
        nodes = nodes[place[batch.part[nodes]] >= 0]
        of_node = place[batch.part[nodes]]
        side = inside[batch.bounds.i] - inside[batch.bounds.j]
        bounds = np.flatnonzero((side != 0) & (place[batch.bounds.part] >= 0))
        return _Side(
            parts=parts,
            nodes=nodes,
            of_node=of_node,
            size=np.bincount(of_node, minlength=len(parts))[:, None].astype(np.float64),
            bounds=bounds,
            of_bound=place[batch.bounds.part[bounds]],
            sign=side[bounds, None].astype(np.float64),
        )

    def level(self, x: FloatArray) -> FloatArray:
        """Sum of the nodes of each group, (q, chains)."""
        total = np.zeros((len(self.parts), x.shape[1]))
        np.add.at(total, self.of_node, x[self.nodes])
        return total


@dataclass(frozen=True)
class _Turn:
    """What one group of each component moves.

    Attributes:
        held: Groups that equality claims hold to the outside.
        loose: Groups that only bounds and the prior hold.
        claims: Rows of equality claims that feel the shift of a held group, by part.
        of_claim: Which part of `held` each belongs to.
        sign: +1 where the observed node moves, -1 where the reference does, (c, 1).
        first: First of `claims` of each part.
    """

    held: _Side
    loose: _Side
    claims: IntArray
    of_claim: IntArray
    sign: FloatArray
    first: IntArray


class Jumps:
    """The move, for a batch and the groups of its components."""

    def __init__(self, space: Space, member: list[BoolArray | None]) -> None:
        """Take groups (GROUPS, n) of each component, or None where none is needed."""
        self.space = space
        b = space.batch
        inside = np.zeros((GROUPS, b.n + 1), dtype=np.int64)
        for part, groups_of in enumerate(member):
            if groups_of is not None:
                inside[:, b.rows_of(part)] = groups_of
        self.turns = [self._turn(row) for row in inside]

    def _turn(self, inside: IntArray) -> _Turn:
        b = self.space.batch
        signs = inside[b.equalities.i] - inside[b.equalities.j]
        claims = np.flatnonzero(signs)
        held, first, of_claim = np.unique(
            b.equalities.part[claims], return_index=True, return_inverse=True
        )
        moving = np.unique(b.part[np.flatnonzero(inside[:-1])])
        return _Turn(
            held=_Side.of(b, inside, held),
            loose=_Side.of(b, inside, np.setdiff1d(moving, held)),
            claims=claims,
            of_claim=of_claim,
            sign=signs[claims, None].astype(np.float64),
            first=first,
        )

    def __call__(self, x: FloatArray, sweep: int) -> None:
        """Shift one group of each component, or not; changes x (n, chains)."""
        turn = self.turns[sweep % GROUPS]
        if len(turn.held.parts):
            self._shift_held(turn, x)
        if len(turn.loose.parts):
            self._shift_loose(turn.loose, x)

    def _shift_held(self, turn: _Turn, x: FloatArray) -> None:
        space, e, side = self.space, self.space.batch.equalities, turn.held
        nu = space.method.nu
        scale = e.scale[turn.claims]
        off = (x_ := space.padded(x))[e.i[turn.claims]] - x_[e.j[turn.claims]]
        off -= e.y[turn.claims]
        # One of the claims says where to go.
        count = np.diff([*turn.first, len(turn.claims)])[:, None]
        pick = (space.uniforms(side.parts) * count).astype(np.int64)
        pick = np.minimum(pick, count - 1) + turn.first[:, None]
        heavy = np.stack(
            [space.generators[p].standard_t(nu, space.chains) for p in side.parts]
        )
        column = np.arange(space.chains)
        delta = scale[pick, 0] * heavy - turn.sign[pick, 0] * off[pick, column]

        def student(residual: FloatArray) -> FloatArray:
            z = residual / scale
            return np.asarray(-(nu + 1) / 2 * np.log1p(z * z / nu))

        def total(rows: FloatArray) -> FloatArray:
            return np.asarray(np.add.reduceat(rows, turn.first, axis=0))

        before = student(off)
        after = student(off + turn.sign * delta[turn.of_claim])
        gain = total(after - before)
        # The mixture that proposes, at the old and at the new place.
        gain += np.log(total(np.exp(before) / scale) / total(np.exp(after) / scale))
        # The prior of the group: each of its nodes moves by delta.
        far = side.size * delta**2 + 2 * delta * side.level(x)
        gain -= far / (2 * space.method.prior_sd**2)
        self._accept(side, x, delta, gain)

    def _shift_loose(self, side: _Side, x: FloatArray) -> None:
        """Propose the group's mean from its prior, which then cancels."""
        space = self.space
        normal = np.stack(
            [space.generators[p].standard_normal(space.chains) for p in side.parts]
        )
        spread = space.method.prior_sd / np.sqrt(side.size)
        delta = spread * normal - side.level(x) / side.size
        self._accept(side, x, delta, np.zeros_like(delta))

    def _accept(
        self, side: _Side, x: FloatArray, delta: FloatArray, gain: FloatArray
    ) -> None:
        """Metropolis and Hastings' rule, with what the bounds say added to `gain`."""
        space, rows = self.space, self.space.batch.bounds
        if len(side.bounds):
            at, upper = side.bounds, rows.side[side.bounds]
            about = (x_ := space.padded(x))[rows.i[at]] - x_[rows.j[at]]
            slack = upper * (rows.y[at] - about)
            moved = slack - upper * side.sign * delta[side.of_bound]
            change = log_bound(space.method, moved) - log_bound(space.method, slack)
            np.add.at(gain, side.of_bound, change)
        accepted = np.log1p(-space.uniforms(side.parts)) < gain
        x[side.nodes] += np.where(accepted, delta, 0.0)[side.of_node]
