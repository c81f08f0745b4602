"""Jumps between humps: shifts of a group of nodes to where another claim wants it.

What belongs here: which groups, and the Metropolis-Hastings move. What does not: the
moves inside a hump (moves).

Where claims contradict each other, the posterior has several humps, and weights and
ellipses cross the valley between them too rarely. Here a connected group of nodes is
shifted as one; only claims from the group to the outside feel it. Along such a line the
posterior is a product of the Student-t's of those claims, so a mixture of the same
Student-t's proposes well, whatever the distance. Weights are integrated out; the next
sweep draws them anew. Groups are fixed in advance, so each move is reversible.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.estimation.graph import Graph
from pipeline.estimation.method import BoolArray, FloatArray, IntArray
from pipeline.estimation.moves import Space, log_bound

GROUPS = 64  # groups per component, taken in turn


def groups(graph: Graph, generator: np.random.Generator) -> BoolArray:
    """Connected groups of nodes of a component, shape (GROUPS, n).

    Single nodes first (all of them where they leave room for the rest), then the whole,
    then the part of a random node after cutting each link with probability one half.
    """
    singles = generator.permutation(graph.n)[: GROUPS // 2]
    rest = GROUPS - len(singles) - 1
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
    alone = np.zeros((len(singles), graph.n), dtype=bool)
    alone[np.arange(len(singles)), singles] = True
    return np.concatenate([alone, np.ones((1, graph.n), dtype=bool), inside])


@dataclass(frozen=True)
class _Turn:
    """What one group of each component moves; components without a claim are left out.

    Attributes:
        parts: Components that move, (q,).
        nodes: Rows of nodes in the groups, and which of `parts` they belong to.
        of_node: See nodes.
        claims: Rows of equality claims that feel the shift, ordered by component.
        of_claim: Which of `parts` each belongs to.
        sign: +1 where the observed node moves, -1 where the reference does, (c, 1).
        first: First of `claims` of each part, (q,).
        bounds: Rows of bounds that feel the shift, with `of_bound` and `side_sign`.
        of_bound: See bounds.
        bound_sign: See bounds.
    """

    parts: IntArray
    nodes: IntArray
    of_node: IntArray
    claims: IntArray
    of_claim: IntArray
    sign: FloatArray
    first: IntArray
    bounds: IntArray
    of_bound: IntArray
    bound_sign: FloatArray


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
        parts, first, of_claim = np.unique(
            b.equalities.part[claims], return_index=True, return_inverse=True
        )
        place = np.full(len(b.start) - 1, -1)
        place[parts] = np.arange(len(parts))
        nodes = np.flatnonzero(inside[:-1])
        nodes = nodes[place[b.part[nodes]] >= 0]
        side = inside[b.bounds.i] - inside[b.bounds.j]
        bounds = np.flatnonzero((side != 0) & (place[b.bounds.part] >= 0))
        return _Turn(
            parts=parts,
            nodes=nodes,
            of_node=place[b.part[nodes]],
            claims=claims,
            of_claim=of_claim,
            sign=signs[claims, None].astype(np.float64),
            first=first,
            bounds=bounds,
            of_bound=place[b.bounds.part[bounds]],
            bound_sign=side[bounds, None].astype(np.float64),
        )

    def __call__(self, x: FloatArray, sweep: int) -> None:
        """Shift one group of each component, or not; changes x (n, chains)."""
        turn = self.turns[sweep % GROUPS]
        if not len(turn.parts):
            return
        space, e = self.space, self.space.batch.equalities
        nu = space.method.nu
        x_ = space.padded(x)
        scale = e.scale[turn.claims]
        off = e.about(x_)[turn.claims] - e.y[turn.claims]
        # One of the claims says where to go.
        count = np.diff([*turn.first, len(turn.claims)])[:, None]
        pick = (space.uniforms(turn.parts) * count).astype(np.int64)
        pick = np.minimum(pick, count - 1) + turn.first[:, None]
        column = np.arange(space.chains)
        heavy = np.stack(
            [space.generators[p].standard_t(nu, space.chains) for p in turn.parts]
        )
        delta = scale[pick, 0] * heavy - turn.sign[pick, 0] * off[pick, column]

        def student(residual: FloatArray) -> FloatArray:
            z = residual / scale
            return np.asarray(-(nu + 1) / 2 * np.log1p(z * z / nu))

        before = student(off)
        after = student(off + turn.sign * delta[turn.of_claim])

        def total(rows: FloatArray) -> FloatArray:
            return np.asarray(np.add.reduceat(rows, turn.first, axis=0))

        gain = total(after - before)
        # The mixture that proposes, at the old and at the new place.
        gain += np.log(total(np.exp(before) / scale) / total(np.exp(after) / scale))
        gain += self._bounds(turn, x_, delta) + self._prior(turn, x, delta)
        accepted = np.log1p(-space.uniforms(turn.parts)) < gain
        x[turn.nodes] += np.where(accepted, delta, 0.0)[turn.of_node]

    def _bounds(self, turn: _Turn, x: FloatArray, delta: FloatArray) -> FloatArray:
        rows = self.space.batch.bounds
        gain = np.zeros_like(delta)
        if len(turn.bounds):
            side = rows.side[turn.bounds]
            slack = side * (rows.y[turn.bounds] - rows.about(x)[turn.bounds])
            moved = slack - side * turn.bound_sign * delta[turn.of_bound]
            method = self.space.method
            change = log_bound(method, moved) - log_bound(method, slack)
            np.add.at(gain, turn.of_bound, change)
        return gain

    def _prior(self, turn: _Turn, x: FloatArray, delta: FloatArray) -> FloatArray:
        far = np.zeros_like(delta)
        np.add.at(far, turn.of_node, x[turn.nodes])
        size = np.bincount(turn.of_node, minlength=len(turn.parts))[:, None]
        change = size * delta**2 + 2 * delta * far
        return np.asarray(-change / (2 * self.space.method.prior_sd**2))
