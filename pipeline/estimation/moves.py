"""The moves of the Gibbs sampler, each exact for the density of claims.

What belongs here: one function per move, on all chains of a batch. What does not: when
to stop (gibbs), how to factor (elimination).

Random numbers come from one generator per component, so that a component's chains are
the same whatever lies beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from pipeline.estimation.batch import Batch
from pipeline.estimation.elimination import conditional
from pipeline.estimation.method import BoolArray, FloatArray, IntArray, Method

_SHRINKS = 200  # an interval halves about once per shrink: this is 0 in floating point


@dataclass(frozen=True)
class Space:
    """A batch, its method and its generators: what every move needs.

    Attributes:
        batch: The components.
        method: The constants.
        generators: One per component.
        chains: Number of chains.
    """

    batch: Batch
    method: Method
    generators: list[np.random.Generator]
    chains: int

    def padded(self, x: FloatArray) -> FloatArray:
        """Node rows with the row of zeros that absolute claims refer to."""
        return np.concatenate([x, np.zeros((1, self.chains))])

    def fill(self, count: IntArray, kind: str, *shape: float) -> FloatArray:
        """Variates of a kind that numpy's generators know, (sum of count, chains).

        Args:
            count: Rows of each component, in the order of components, (parts,).
            kind: Name of the generator's method.
            shape: What it takes.
        """
        out = np.empty((int(count.sum()), self.chains))
        begin = 0
        for generator, rows in zip(self.generators, count.tolist(), strict=True):
            if rows:
                into = out[begin : begin + rows]
                getattr(generator, kind)(*shape, out=into)
                begin += rows
        return out

    def normals(self) -> FloatArray:
        """Unit normals for every node, (n, chains) in row order."""
        count = np.diff(self.batch.start)
        drawn = self.fill(count, "standard_normal")
        return np.asarray(drawn[self.batch.scheme.order])

    def gammas(self, shape: float) -> FloatArray:
        """Unit Gamma variates for every equality claim, (claims, chains)."""
        return self.fill(self.batch.equalities.count, "standard_gamma", shape)


@dataclass(frozen=True)
class Held:
    """Nodes that stay where they are in a sweep.

    Attributes:
        rows: Their rows.
        x: Where they are, padded, and 0 for all others, (n + 1, chains).
        apart: Equality claims that touch one of them.
    """

    rows: IntArray
    x: FloatArray
    apart: IntArray


def gaussian_given_weights(
    space: Space, weight: FloatArray, held: Held | None = None
) -> tuple[FloatArray, FloatArray]:
    """Mean and centred draw of x given the weight of each equality claim.

    Given its weight w, a Student-t claim is normal with precision w ÷ scale². A claim
    on a held node and another is an absolute claim on the other.

    Args:
        space: The batch.
        weight: Shape (claims, chains).
        held: Nodes that are given too: their mean is where they are.

    Returns:
        (n, chains) each, deviations from the prior mean.
    """
    b, e = space.batch, space.batch.equalities
    precision = weight / e.scale**2
    pulled = precision * (e.y if held is None else e.y - e.about(held.x))
    diagonal = np.full((b.n, space.chains), 1 / space.method.prior_sd**2)
    diagonal[b.diagonal.target] += b.diagonal(precision)
    pull = np.zeros((b.n, space.chains))
    pull[b.plus.target] += b.plus(pulled)
    pull[b.minus.target] -= b.minus(pulled)
    off = np.zeros((b.scheme.edges, space.chains))
    if held is not None:
        precision[held.apart] = 0.0  # what follows is about pairs that move
    off[b.off.target] -= b.off(precision)
    mean, draw = conditional(b.scheme, diagonal, off, pull, space.normals())
    if held is not None:
        mean[held.rows], draw[held.rows] = held.x[held.rows], 0.0
    return mean, draw


def weights(space: Space, x: FloatArray) -> FloatArray:
    """Draw each equality claim's weight given x: Gamma((ν+1)/2) ÷ ((ν + z²)/2)."""
    nu, e = space.method.nu, space.batch.equalities
    z = (e.about(space.padded(x)) - e.y) / e.scale
    return np.asarray(space.gammas((nu + 1) / 2) * 2 / (nu + z * z))


def log_bound(method: Method, slack: FloatArray) -> FloatArray:
    """Log likelihood of bounds that hold with `slack` log10 to spare."""
    holds = special.ndtr(slack / method.bound_s)
    return np.asarray(np.log((1 - method.bound_eps) * holds + method.bound_eps))


class BoundSlice:
    """Elliptical slice sampling (Murray, Adams and MacKay 2010) against the bounds.

    The prior of the ellipse is the Gaussian of x given the weights. Each piece and
    chain has its own slice; what is accepted leaves the loop.
    """

    def __init__(self, space: Space, label: IntArray | None = None) -> None:
        """Slice by pieces; `label` (n,) numbers them from 1 on, component by component.

        Nodes labelled 0 are held. None: each component is a piece.
        """
        b = space.batch
        self.space = space
        self._held = np.flatnonzero(label == 0) if label is not None else None
        label = b.part + 1 if label is None else label
        padded = np.append(label, 0)
        of_bound = np.maximum(padded[b.bounds.i], padded[b.bounds.j])
        self._apart = np.flatnonzero(
            (padded[b.equalities.i] == 0)
            | ((padded[b.equalities.j] == 0) & (b.equalities.j < b.n))
        )
        chosen = np.flatnonzero(of_bound)
        chosen = chosen[np.argsort(of_bound[chosen], kind="stable")]
        found, of = np.unique(of_bound[chosen], return_inverse=True)
        self.pieces = len(found)
        self.rows = b.bounds.chosen(chosen)
        self.count = np.bincount(of, minlength=self.pieces)
        self.first = np.cumsum(self.count) - self.count
        self._of = of
        # Pieces of each component, for its random numbers.
        self._part = b.bounds.part[chosen][self.first]
        self._by_part = np.bincount(self._part, minlength=len(b.start) - 1)
        place = np.full(int(label.max(initial=0)) + 1, -1)
        place[found] = np.arange(self.pieces)
        place[0] = -1
        self.nodes = np.flatnonzero(place[label] >= 0)
        self.of_node = place[label[self.nodes]]

    def held(self, x: FloatArray) -> Held | None:
        """The nodes held, at x."""
        if self._held is None or not len(self._held):
            return None
        still = np.zeros((len(x) + 1, x.shape[1]))
        still[self._held] = x[self._held]
        return Held(self._held, still, self._apart)

    def __call__(self, x: FloatArray, mean: FloatArray, draw: FloatArray) -> FloatArray:
        """New x (n, chains), from the old and a conditional mean and centred draw."""
        out = mean + draw
        if self.pieces:
            angle = self._angles(x, mean, draw)[self.of_node]
            at = self.nodes
            old = x[at] - mean[at]
            out[at] = mean[at] + old * np.cos(angle) + draw[at] * np.sin(angle)
        return out

    def _angles(self, x: FloatArray, mean: FloatArray, draw: FloatArray) -> FloatArray:
        space, rows = self.space, self.rows
        slack = rows.side * (rows.y - rows.about(space.padded(mean)))
        old = rows.side * rows.about(space.padded(x - mean))
        new = rows.side * rows.about(space.padded(draw))
        height = self._level(slack - old)
        height += np.log1p(-space.fill(self._by_part, "random"))
        angle = 2 * np.pi * space.fill(self._by_part, "random")
        low, high = angle - 2 * np.pi, angle.copy()
        here = slack - old * np.cos(angle)[self._of] - new * np.sin(angle)[self._of]
        open_ = np.flatnonzero((self._level(here) < height).ravel())
        for _ in range(_SHRINKS):
            if not len(open_):
                return angle
            theta = angle.ravel()[open_]
            low.ravel()[open_] = np.where(theta < 0, theta, low.ravel()[open_])
            high.ravel()[open_] = np.where(theta < 0, high.ravel()[open_], theta)
            piece, chain = np.divmod(open_, space.chains)
            active, of = np.unique(piece, return_inverse=True)
            count = np.bincount(self._part[active], minlength=len(self._by_part))
            u = space.fill(count, "random")[of, chain]
            lo = low.ravel()[open_]
            theta = lo + u * (high.ravel()[open_] - lo)
            angle.ravel()[open_] = theta
            passed = self._passes(piece, chain, theta, (slack, old, new), height)
            open_ = open_[~passed]
        angle.ravel()[open_] = 0.0  # the old point: it is on the slice
        return angle

    def _level(self, slack: FloatArray) -> FloatArray:
        logs = log_bound(self.space.method, slack)
        return np.asarray(np.add.reduceat(logs, self.first, axis=0))

    def _passes(
        self,
        piece: IntArray,
        chain: IntArray,
        theta: FloatArray,
        terms: tuple[FloatArray, FloatArray, FloatArray],
        height: FloatArray,
    ) -> BoolArray:
        """Whether each (piece, chain) is on its slice at its angle."""
        count = self.count[piece]
        begin = np.concatenate([[0], np.cumsum(count)[:-1]])
        within = np.arange(int(count.sum())) - np.repeat(begin, count)
        row = np.repeat(self.first[piece], count) + within
        column = np.repeat(chain, count)
        slack, old, new = (t[row, column] for t in terms)
        cos, sin = np.repeat(np.cos(theta), count), np.repeat(np.sin(theta), count)
        logs = log_bound(self.space.method, slack - old * cos - new * sin)
        return np.asarray(np.add.reduceat(logs, begin) >= height[piece, chain])
