"""Linear algebra of the Gaussian stage: independent parts, solved by their size.

What belongs here: assembling and solving precision matrices of claim graphs. What does
not: weights, the meaning of a claim.

A precision matrix is a weighted graph Laplacian plus a positive diagonal (prior and
absolute claims). Small parts are stacked by size and solved as dense blocks. Parts up
to EXACT_NODES nodes use a sparse LU for means and a dense inverse for variances. Beyond
that, fill-in has no useful limit (a random graph of 20,000 nodes fills a dense core of
thousands), so means come from conjugate gradients and variances from Gaussian belief
propagation: exact on trees, convergent for every such matrix (walk-summable; Malioutov,
Johnson and Willsky 2006), slightly low where there are loops.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from scipy import sparse
from scipy.sparse import linalg as sparse_linalg

from pipeline.estimation.graph import Graph, components
from pipeline.estimation.method import BoolArray, FloatArray, IntArray, Method

STACKED_NODES = 64
EXACT_NODES = 1500
_CG_TOLERANCE = 1e-9
_BP_TOLERANCE = 1e-6
_BP_SWEEPS = 2000


class SolverError(RuntimeError):
    """An iterative solver did not reach its tolerance; the message gives the size."""


@dataclass(frozen=True)
class _Claims:
    """Claims of a system with the local places of their nodes, all (claims,)."""

    index: IntArray
    part: IntArray
    i: IntArray
    j: IntArray  # equal to i where the claim is absolute
    relative: BoolArray
    y: FloatArray

    def chosen(self, parts: BoolArray) -> _Claims:
        """Claims of the chosen parts, parts renumbered."""
        take = parts[self.part]
        number = np.cumsum(parts) - 1
        return _Claims(
            self.index[take],
            number[self.part[take]],
            self.i[take],
            self.j[take],
            self.relative[take],
            self.y[take],
        )


def _scatter(size: int, at: list[IntArray], values: list[FloatArray]) -> FloatArray:
    total = np.bincount(np.concatenate(at), np.concatenate(values), minlength=size)
    return total.astype(np.float64)  # of nothing, bincount makes integers


@dataclass(frozen=True)
class Stacked:
    """Dense parts of equal size, solved in one stacked call."""

    nodes: IntArray
    local: _Claims
    prior: tuple[float, float]

    @property
    def claims(self) -> IntArray:
        """Claims of the system."""
        return self.local.index

    def _matrix(self, precision: FloatArray) -> FloatArray:
        parts, n = self.nodes.shape
        c, p = self.local, precision[self.local.index]
        q = np.where(c.relative, p, 0.0)
        base = c.part * n * n
        flat = _scatter(
            parts * n * n,
            [
                base + n * a + b
                for a, b in ((c.i, c.i), (c.j, c.j), (c.i, c.j), (c.j, c.i))
            ],
            [p, q, -q, -q],
        )
        # An absolute claim has j = i: its three terms with q are zero.
        matrix = flat.reshape(parts, n, n)
        matrix[:, np.arange(n), np.arange(n)] += 1 / self.prior[1] ** 2
        return matrix

    def solve(self, precision: FloatArray, start: FloatArray) -> FloatArray:  # noqa: ARG002
        """Posterior means at the given precision of each claim of the graph.

        Args:
            precision: Shape (m,) of the whole graph.
            start: A guess (n,); not needed here.

        Returns:
            Means in the shape of `nodes`.
        """
        parts, n = self.nodes.shape
        c, p = self.local, precision[self.local.index]
        # Unknowns are deviations from the prior mean; a ratio does not see that mean.
        pull = p * (c.y - np.where(c.relative, 0.0, self.prior[0]))
        right = _scatter(
            parts * n,
            [c.part * n + c.i, c.part * n + c.j],
            [pull, np.where(c.relative, -pull, 0.0)],
        )
        step = np.linalg.solve(
            self._matrix(precision), right.reshape(parts, n)[..., None]
        )
        return np.asarray(self.prior[0] + step[..., 0])

    def variances(self, precision: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Marginal variances of nodes (as `nodes`) and of claims' quantities."""
        cov = np.linalg.inv(self._matrix(precision))
        node = np.diagonal(cov, axis1=1, axis2=2)
        c = self.local
        pair = node[c.part, c.i] + node[c.part, c.j] - 2 * cov[c.part, c.i, c.j]
        return node, np.where(c.relative, pair, node[c.part, c.i])

    def keep(self, parts: BoolArray) -> Stacked:
        """The system of the chosen parts only; `parts` is (parts,)."""
        if bool(np.all(parts)):
            return self
        return replace(self, nodes=self.nodes[parts], local=self.local.chosen(parts))


@dataclass(frozen=True)
class _Pairs:
    """Which pairs of nodes share claims, as the pattern of a sparse matrix."""

    a: IntArray  # (pairs,) the two nodes of each pair
    b: IntArray
    of: IntArray  # (relative claims,) pair of each
    indptr: IntArray  # rows of the symmetric off-diagonal part
    indices: IntArray
    entry: IntArray  # (2 pairs,) pair of each stored entry

    @staticmethod
    def find(n: int, claims: _Claims) -> _Pairs:
        """Pairs of a part of n nodes."""
        low, high = np.minimum(claims.i, claims.j), np.maximum(claims.i, claims.j)
        keys, of = np.unique((low * n + high)[claims.relative], return_inverse=True)
        a, b = np.divmod(keys, n)
        rows, columns = np.concatenate([a, b]), np.concatenate([b, a])
        order = np.lexsort((columns, rows))
        counts = np.bincount(rows, minlength=n)
        return _Pairs(
            a=a,
            b=b,
            of=of,
            indptr=np.concatenate([[0], np.cumsum(counts)]),
            indices=columns[order],
            entry=np.tile(np.arange(len(keys)), 2)[order],
        )

    def matrix(self, joint: FloatArray) -> sparse.csr_matrix:
        """Symmetric matrix with `joint` (pairs,) off its diagonal."""
        n = len(self.indptr) - 1
        parts = (joint[self.entry], self.indices, self.indptr)
        return sparse.csr_matrix(parts, shape=(n, n))


@dataclass(frozen=True)
class Single:
    """One part with more nodes than are worth stacking."""

    nodes: IntArray  # (1, n)
    local: _Claims
    pairs: _Pairs
    prior: tuple[float, float]

    @property
    def claims(self) -> IntArray:
        """Claims of the system."""
        return self.local.index

    def _terms(self, precision: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What holds each node by itself, and what holds each pair together."""
        n, c = self.nodes.shape[1], self.local
        p, alone = precision[c.index], ~c.relative
        held = np.full(n, 1 / self.prior[1] ** 2)
        held += np.bincount(c.i[alone], p[alone], minlength=n)
        joint = _scatter(len(self.pairs.a), [self.pairs.of], [p[c.relative]])
        return held, joint

    def _diagonal(self, held: FloatArray, joint: FloatArray) -> FloatArray:
        n, pairs = len(held), self.pairs
        return held + _scatter(n, [pairs.a, pairs.b], [joint, joint])

    def _matrix(self, held: FloatArray, joint: FloatArray) -> sparse.csc_matrix:
        diagonal = sparse.diags_array(self._diagonal(held, joint))
        return sparse.csc_matrix(diagonal - self.pairs.matrix(joint))

    def solve(self, precision: FloatArray, start: FloatArray) -> FloatArray:
        """Posterior means, shape (1, n), from a guess `start` (n,).

        Raises:
            SolverError: if conjugate gradients do not converge.
        """
        n, c = self.nodes.shape[1], self.local
        p = precision[c.index]
        pull = p * (c.y - np.where(c.relative, 0.0, self.prior[0]))
        right = _scatter(n, [c.i, c.j], [pull, np.where(c.relative, -pull, 0.0)])
        held, joint = self._terms(precision)
        if n <= EXACT_NODES:
            lu = sparse_linalg.splu(
                self._matrix(held, joint),
                permc_spec="MMD_AT_PLUS_A",
                options={"SymmetricMode": True},
            )
            return np.asarray(self.prior[0] + lu.solve(right))[None, :]
        diagonal, off = self._diagonal(held, joint), self.pairs.matrix(joint)
        # Scaling by the diagonal is all the preconditioning that a diagonally dominant
        # matrix needs.
        shape, number = (n, n), np.float64
        step, failed = sparse_linalg.cg(
            sparse_linalg.LinearOperator(
                shape, matvec=lambda v: diagonal * v - off @ v, dtype=number
            ),
            right,
            x0=start[self.nodes[0]] - self.prior[0],
            rtol=_CG_TOLERANCE,
            maxiter=20 * n,
            M=sparse_linalg.LinearOperator(
                shape, matvec=lambda v: v / diagonal, dtype=number
            ),
        )
        if failed:
            raise SolverError(f"conjugate gradients failed on a part of {n} nodes")
        return np.asarray(self.prior[0] + step)[None, :]

    def variances(self, precision: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Marginal variances of nodes (1, n) and of claims' quantities."""
        n, c = self.nodes.shape[1], self.local
        held, joint = self._terms(precision)
        if n <= EXACT_NODES:
            cov = np.linalg.inv(self._matrix(held, joint).toarray())
            node = np.diagonal(cov)
            pair = node[c.i] + node[c.j] - 2 * cov[c.i, c.j]
            return node[None, :], np.where(c.relative, pair, node[c.i])
        node, of_pairs = self._propagate(held, joint)
        claim = node[c.i]
        claim[c.relative] = of_pairs[self.pairs.of]
        return node[None, :], claim

    def _propagate(
        self, held: FloatArray, joint: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Variances by Gaussian belief propagation, in terms of conductances.

        The message a → b is what node a adds to the precision of b when the rest of the
        graph is seen through a: p u ÷ (p + u), with p the joint precision of the claims
        on the pair and u all that a gets from elsewhere. Sums of positive terms only.

        Returns:
            Variances of the nodes (n,) and of the differences of pairs (pairs,).

        Raises:
            SolverError: if messages do not settle.
        """
        n, pairs = len(held), len(joint)
        a, b = self.pairs.a, self.pairs.b
        source, target = np.concatenate([a, b]), np.concatenate([b, a])
        both = np.concatenate([joint, joint])
        back = np.roll(np.arange(2 * pairs), pairs)  # place of the message b → a
        message = both.copy()
        for _ in range(_BP_SWEEPS):
            total = held + np.bincount(target, message, minlength=n)
            elsewhere = np.maximum(total[source] - message[back], held[source])
            before = message
            # A pair whose only claims are bounds has no conductance.
            message = both * elsewhere / (both + elsewhere)
            if bool(np.all(np.abs(message - before) <= _BP_TOLERANCE * before)):
                left, right = elsewhere[:pairs], elsewhere[pairs:]
                return 1 / total, 1 / (joint + left * right / (left + right))
        raise SolverError(f"belief propagation failed on a part of {n} nodes")

    def keep(self, parts: BoolArray) -> Single:  # noqa: ARG002
        """The part itself: there is one only."""
        return self


System: TypeAlias = Stacked | Single  # parts of one graph that are solved together


def build(graph: Graph, method: Method) -> list[System]:
    """Group the independent parts of a graph into systems."""
    parts = components(graph)
    place = np.empty(graph.n, dtype=np.int64)
    by_size: dict[int, list[tuple[IntArray, IntArray]]] = {}
    for nodes, claims in parts:
        place[nodes] = np.arange(len(nodes))
        by_size.setdefault(len(nodes), []).append((nodes, claims))
    prior = (method.prior_mean, method.prior_sd)

    def local(group: list[tuple[IntArray, IntArray]]) -> _Claims:
        index = np.concatenate([claims for _, claims in group])
        counts = [len(claims) for _, claims in group]
        relative = graph.relative[index]
        i = place[graph.i[index]]
        return _Claims(
            index=index,
            part=np.repeat(np.arange(len(group)), counts),
            i=i,
            j=np.where(relative, place[graph.j[index]], i),
            relative=relative,
            y=graph.y[index],
        )

    systems: list[System] = []
    for size, group in sorted(by_size.items()):
        if size <= STACKED_NODES:
            nodes = np.stack([nodes for nodes, _ in group])
            systems.append(Stacked(nodes, local(group), prior))
        else:
            for nodes, claims in group:
                own = local([(nodes, claims)])
                pairs = _Pairs.find(size, own)
                systems.append(Single(nodes[None, :], own, pairs, prior))
    return systems
