"""Jumps between humps: shifts of a group of nodes to where another claim wants it.

What belongs here: which groups, and the Metropolis-Hastings move. What does not: the
moves inside a hump (moves).

Where claims contradict each other, the posterior has several humps, and weights and
ellipses cross the valley between them too rarely. Here a connected group of nodes is
shifted as one; only claims from the group to the outside feel it. Along such a line the
posterior is a product of the Student-t's of those claims, so a mixture of the same
Student-t's, and of others at the edges of bounds, proposes well at any distance.
Weights are integrated out; the next sweep draws them anew. A group that only bounds
hold to the outside is thrown anywhere in its prior. Where bounds press on a node they
move it too: one ellipse has to please all bounds of a component and turns little.

Groups that no claim joins move in the same turn. Turns are fixed in advance, so each
move is reversible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from pipeline.estimation.batch import Batch, Rows
from pipeline.estimation.graph import EQUALITY, Graph, equality_labels
from pipeline.estimation.method import BoolArray, FloatArray, IntArray
from pipeline.estimation.moves import Space, log_bound

TURNS = 48  # sets of groups per component, taken in turn
A_SWEEP = 2  # turns in a sweep
_CANDIDATES = 192  # random groups among which these are sought
# A claim far beyond a bound makes a hump at the bound's edge. Proposals there are this
# many times as wide as the edge is soft; any width is exact, this one is seldom missed.
_EDGE = 5.0
AnyArray = TypeVar("AnyArray", IntArray, FloatArray)


def turns(
    graph: Graph, odd: BoolArray, generator: np.random.Generator
) -> IntArray | None:
    """Which groups of nodes of a component to shift together, turn by turn.

    Candidates are single nodes, what hangs together by equality claims, and parts left
    after cutting links at random, wide ones sooner than tight ones, odd ones soonest.
    Worth shifting is what an odd claim, a bound, or no equality claim at all ties to
    the rest.

    Args:
        graph: The component.
        odd: Claims that others contradict, (m,).
        generator: Random numbers of the component.

    Returns:
        Number of the group of each node in each turn, from 1 on, 0 = stays, shape
        (TURNS, n); None where nothing is worth it.
    """
    held = equality_labels(graph)
    parts = held == np.arange(held.max() + 1)[:, None]
    pool = np.concatenate([np.eye(graph.n, dtype=bool), parts])
    pool = np.concatenate([pool, _cut(graph, odd, generator)])
    pool = pool[np.sort(np.unique(pool, axis=0, return_index=True)[1])]
    outer = np.append(np.arange(graph.n), graph.n)  # the outside, for absolute claims
    padded = np.concatenate([pool, np.zeros((len(pool), 1), dtype=bool)], axis=1)
    crossing = padded[:, outer[graph.i]] != padded[:, outer[graph.j]]
    pool = pool[np.any(crossing & (odd | (graph.kind != EQUALITY)), axis=1)]
    return _packed(graph, pool) if len(pool) else None


def _packed(graph: Graph, pool: BoolArray) -> IntArray:
    """Turns in which groups do not touch each other and all have about equal parts."""
    touch = np.eye(graph.n, dtype=np.int64)
    two = graph.relative
    touch[graph.i[two], graph.j[two]] = touch[graph.j[two], graph.i[two]] = 1
    near = pool @ touch > 0
    used = np.zeros(len(pool), dtype=np.int64)
    out = np.zeros((TURNS, graph.n), dtype=np.int64)
    for row in out:
        reached = np.zeros(graph.n, dtype=bool)
        for k in np.argsort(used, kind="stable"):
            if not bool(np.any(pool[k] & reached)):
                row[pool[k]] = row.max() + 1
                reached |= near[k]
                used[k] += 1
    return out


def _cut(graph: Graph, odd: BoolArray, generator: np.random.Generator) -> BoolArray:
    """The part of a random node after random cuts, (_CANDIDATES, n)."""
    two = np.flatnonzero(graph.relative)
    a, b, equal = graph.i[two], graph.j[two], graph.kind[two] == EQUALITY
    width = np.where(equal, graph.scale[two], np.inf)
    keep = 0.9 - 0.6 * np.argsort(np.argsort(width, kind="stable")) / max(len(two), 1)
    keep = np.where(odd[two], 0.1, np.where(equal, keep, 0.3))
    kept = generator.random((_CANDIDATES, len(two))) < keep
    inside = np.zeros((_CANDIDATES, graph.n), dtype=bool)
    seeds = generator.integers(0, graph.n, _CANDIDATES)
    inside[np.arange(_CANDIDATES), seeds] = True
    for _ in range(graph.n):
        before = inside.copy()
        for claim in range(len(two)):
            reached = kept[:, claim] & (inside[:, a[claim]] | inside[:, b[claim]])
            inside[:, a[claim]] |= reached
            inside[:, b[claim]] |= reached
        if np.array_equal(before, inside):
            break
    return inside


@dataclass(frozen=True)
class _Side:
    """Groups that move, the nodes in them, and the bounds that feel it.

    Attributes:
        count: Number of groups of each component, (parts,); groups go by component.
        nodes: Rows of nodes in the groups.
        of_node: Which group each belongs to.
        size: Number of nodes of each group, (q, 1).
        bounds: Rows of bounds that feel a shift.
        of_bound: Which group each belongs to.
        sign: +1 where the observed node moves, -1 where the reference does, (b, 1).
    """

    count: IntArray
    nodes: IntArray
    of_node: IntArray
    size: FloatArray
    bounds: IntArray
    of_bound: IntArray
    sign: FloatArray

    @staticmethod
    def of(batch: Batch, label: IntArray, chosen: IntArray) -> _Side:
        """The chosen groups; `label` is the number of each row's group, 0 = none."""
        place = np.full(int(label.max()) + 1, -1)
        place[chosen] = np.arange(len(chosen))
        nodes = np.flatnonzero(place[label[:-1]] >= 0)
        of_node = place[label[nodes]]
        claims, group, sign = _felt(batch.bounds, label)
        mine = place[group] >= 0
        part = np.zeros(len(chosen), dtype=np.int64)
        part[of_node] = batch.part[nodes]
        return _Side(
            count=np.bincount(part, minlength=len(batch.start) - 1),
            nodes=nodes,
            of_node=of_node,
            size=np.bincount(of_node, minlength=len(chosen))[:, None].astype(float),
            bounds=claims[mine],
            of_bound=place[group[mine]],
            sign=sign[mine, None],
        )

    def level(self, x: FloatArray) -> FloatArray:
        """Sum of the nodes of each group, (q, chains)."""
        total = np.zeros((len(self.size), x.shape[1]))
        np.add.at(total, self.of_node, x[self.nodes])
        return total


def _felt(rows: Rows, label: IntArray) -> tuple[IntArray, IntArray, FloatArray]:
    """Claims that feel a shift, the group that shifts, and which end of the claim."""
    one, other = label[rows.i], label[rows.j]
    claims = np.flatnonzero(one != other)
    group = np.maximum(one, other)[claims]
    return claims, group, np.where(one[claims] > 0, 1.0, -1.0)


@dataclass(frozen=True)
class _Pull:
    """Claims that pull a group somewhere: equality claims and the edges of bounds.

    Attributes:
        i: Row of the observed node, ordered by group, (k,).
        j: Row of the reference.
        y: Value (k, 1).
        scale: Student-t scale of the claim, or width of the hump at an edge, (k, 1).
        sign: +1 where the observed node moves, -1 where the reference does, (k, 1).
        equal: 1 for equality claims, 0 for bounds, (k, 1).
        group: Which group each pulls, (k,).
        first: First claim of each group, (q,).
        count: Number of claims of each group, (q, 1).
    """

    i: IntArray
    j: IntArray
    y: FloatArray
    scale: FloatArray
    sign: FloatArray
    equal: FloatArray
    group: IntArray
    first: IntArray
    count: IntArray


@dataclass(frozen=True)
class _Turn:
    """What the groups of one turn move.

    Attributes:
        held: Groups that equality claims hold to the outside.
        pull: What pulls them.
        loose: Groups that only bounds and the prior hold.
    """

    held: _Side
    pull: _Pull
    loose: _Side


class Jumps:
    """The move, for a batch and the turns of its components."""

    def __init__(self, space: Space, member: list[IntArray | None]) -> None:
        """Take the turns of each component, or None where none is needed."""
        self.space = space
        b = space.batch
        label = np.zeros((TURNS, b.n + 1), dtype=np.int64)
        for part, own in enumerate(member):
            if own is not None:
                start = label.max(axis=1, keepdims=True)
                label[:, b.rows_of(part)] = np.where(own > 0, own + start, 0)
        self.turns = [self._turn(row) for row in label]

    def _turn(self, label: IntArray) -> _Turn:
        b = self.space.batch
        e, bounds = b.equalities, b.bounds
        claims, pulled, signs = _felt(e, label)
        held = np.unique(pulled)
        side = _Side.of(b, label, held)
        group = np.concatenate([np.searchsorted(held, pulled), side.of_bound])
        order = np.argsort(group, kind="stable")
        edge = np.full((len(side.bounds), 1), _EDGE * self.space.method.bound_s)

        def both(equal: AnyArray, bound: AnyArray) -> AnyArray:
            return np.concatenate([equal, bound])[order]

        count = np.bincount(group, minlength=len(held))
        moving = np.unique(label[label > 0])
        return _Turn(
            held=side,
            pull=_Pull(
                i=both(e.i[claims], bounds.i[side.bounds]),
                j=both(e.j[claims], bounds.j[side.bounds]),
                y=both(e.y[claims], bounds.y[side.bounds]),
                scale=both(e.scale[claims], edge),
                sign=both(signs[:, None], side.sign),
                equal=both(np.ones((len(claims), 1)), np.zeros_like(edge)),
                group=group[order],
                first=np.cumsum(count) - count,
                count=count[:, None],
            ),
            loose=_Side.of(b, label, np.setdiff1d(moving, held)),
        )

    def __call__(self, x: FloatArray, sweep: int) -> None:
        """Shift the groups of a few turns, or not; changes x (n, chains)."""
        for number in range(A_SWEEP * sweep, A_SWEEP * (sweep + 1)):
            turn = self.turns[number % TURNS]
            if len(turn.held.size):
                self._shift_held(turn.held, turn.pull, x)
            if len(turn.loose.size):
                self._shift_loose(turn.loose, x)

    def _shift_held(self, side: _Side, pull: _Pull, x: FloatArray) -> None:
        space, nu = self.space, self.space.method.nu
        off = (x_ := space.padded(x))[pull.i] - x_[pull.j] - pull.y
        # One of the claims says where to go.
        pick = (space.fill(side.count, "random") * pull.count).astype(np.int64)
        pick = np.minimum(pick, pull.count - 1) + pull.first[:, None]
        heavy = space.fill(side.count, "standard_normal")
        heavy /= np.sqrt(space.fill(side.count, "standard_gamma", nu / 2) * 2 / nu)
        column = np.arange(space.chains)
        delta = pull.scale[pick, 0] * heavy - pull.sign[pick, 0] * off[pick, column]

        def student(residual: FloatArray) -> FloatArray:
            z = residual / pull.scale
            return np.asarray(-(nu + 1) / 2 * np.log1p(z * z / nu))

        def total(rows: FloatArray) -> FloatArray:
            return np.asarray(np.add.reduceat(rows, pull.first, axis=0))

        before = student(off)
        after = student(off + pull.sign * delta[pull.group])
        gain = total(pull.equal * (after - before))
        # The mixture that proposes, at the old and at the new place.
        proposes = total(np.exp(before) / pull.scale), total(np.exp(after) / pull.scale)
        gain += np.log(proposes[0] / proposes[1])
        # The prior of the group: each of its nodes moves by delta.
        far = side.size * delta**2 + 2 * delta * side.level(x)
        gain -= far / (2 * space.method.prior_sd**2)
        self._accept(side, x, delta, gain)

    def _shift_loose(self, side: _Side, x: FloatArray) -> None:
        """Propose the group's mean from its prior, which then cancels."""
        space = self.space
        normal = space.fill(side.count, "standard_normal")
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
        accepted = np.log1p(-space.fill(side.count, "random")) < gain
        x[side.nodes] += np.where(accepted, delta, 0.0)[side.of_node]
