"""Exact posteriors of claim graphs: sum-product on a grid of log10 FLOP.

What belongs here: margins, what the other claims say about a claim's own quantity, and
joint draws of a graph that is a forest or nearly one. What does not: which claims are
fused (standing.py), and what is published of them.

On a forest the posterior is a product of factors of one and of two nodes, so that
messages from leaf to root and back give every margin without sampling, however many
humps it has (Pearl 1988; Bishop 2006, section 8.4). A claim that closes a loop is no
part of the forest: it weights the draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from scipy import signal, special

from pipeline.estimation.draws import sobol_unit
from pipeline.estimation.graph import ABSOLUTE, EQUALITY, Graph
from pipeline.estimation.method import FloatArray, IntArray, Method

_STEP = 0.0125  # log10 FLOP; linear interpolation between points errs by far less
_FINEST = 0.0005  # a claim narrower than twice this (0.2% in FLOP) counts as so wide
_REACH = 24.0  # to either side of the prior's mean
_COARSE = 4  # conditional distributions are laid out at every fourth point
_NOTHING = 1e-6  # of the mass of a node lies so far out that nobody draws it
_ENOUGH = 0.25  # of the draws asked for: effective number where loops are weighed
_FEWEST = 400  # effective draws below which a 5% point is not worth publishing
_MOST = 64  # times the draws asked for are tried


class EntangledError(ValueError):
    """Claims close loops that no reasonable number of draws can weigh."""


def log_bound(method: Method, slack: FloatArray) -> FloatArray:
    """Log likelihood of bounds that hold with `slack` log10 to spare."""
    holds = special.ndtr(slack / method.bound_s)
    return np.asarray(np.log((1 - method.bound_eps) * holds + method.bound_eps))


def log_likelihood(graph: Graph, method: Method, about: FloatArray) -> FloatArray:
    """Log likelihood of all claims of a graph if each is about the same value.

    Args:
        graph: Claims; their nodes are not looked at.
        method: The constants.
        about: Values (k,), log10.

    Returns:
        Shape (k,), up to a constant.
    """
    total = np.zeros(len(about))
    for c in range(graph.m):
        total += _log_of(graph, method, c, about)
    return total


def _log_of(graph: Graph, method: Method, c: int, about: FloatArray) -> FloatArray:
    if graph.kind[c] != EQUALITY:
        return log_bound(method, graph.kind[c] * (graph.y[c] - about))
    z = (about - graph.y[c]) * (method.t_quantile / graph.scale[c])
    return np.asarray(-(method.nu + 1) / 2 * np.log1p(z * z / method.nu))


class Forest:
    """A claim graph laid out on a grid, split into a spanning forest and loop claims.

    The forest is the one that leaves the widest claims out.

    Attributes:
        graph: The claims.
        x: The grid of a node, log10 FLOP, shape (2h + 1,).
        gap: The grid of a difference of two nodes, shape (4h + 1,).
        loops: Claims that close a loop, ascending.
    """

    def __init__(self, graph: Graph, method: Method) -> None:
        self.graph, self._method = graph, method
        width = np.where(graph.kind == EQUALITY, graph.scale, np.inf)
        narrowest = float(np.min(width, initial=np.inf)) / method.t_quantile
        self.step = min(_STEP, method.bound_s / 2, max(narrowest / 2, _FINEST))
        half = int(np.ceil(_REACH / self.step))
        self._half = half
        steps = np.arange(-2 * half, 2 * half + 1, dtype=np.float64)
        self.gap: FloatArray = self.step * steps
        self.x: FloatArray = method.prior_mean + self.gap[half : 3 * half + 1]
        self._own: list[list[int]] = [[] for _ in range(graph.n)]
        self._pairs: dict[tuple[int, int], list[int]] = {}
        self.loops: list[int] = []
        self._span(np.argsort(width, kind="stable"))
        self._near: list[list[int]] = [[] for _ in range(graph.n)]
        for a, b in self._pairs:
            self._near[a].append(b)
            self._near[b].append(a)
        self._edges: dict[tuple[int, int], FloatArray] = {}
        self._messages: dict[tuple[int, int], FloatArray] = {}

    def _span(self, order: IntArray) -> None:
        """Sort claims into those of nodes, of the forest's pairs, and of loops."""
        part = list(range(self.graph.n))
        for c in order.tolist():
            i, j = int(self.graph.i[c]), int(self.graph.j[c])
            pair = (min(i, j), max(i, j))
            if j == ABSOLUTE:
                self._own[i].append(c)
            elif pair in self._pairs:
                self._pairs[pair].append(c)
            elif part[i] != part[j]:
                gone = part[j]
                part = [part[i] if p == gone else p for p in part]
                self._pairs[pair] = [c]
            else:
                self.loops.append(c)
        self.loops.sort()

    @cached_property
    def _prior(self) -> FloatArray:
        z = (self.x - self._method.prior_mean) / self._method.prior_sd
        return np.asarray(-z * z / 2)

    def _density(self, node: int, without: int = -1) -> FloatArray:
        """Prior and own claims of a node on the grid."""
        logs = self._prior.copy()
        for c in self._own[node]:
            if c != without:
                logs += _log_of(self.graph, self._method, c, self.x)
        return np.asarray(np.exp(logs - logs.max()))

    def _edge(self, a: int, b: int, without: int = -1) -> FloatArray:
        """Likelihood of the claims on a pair, as a density of x_a - x_b on `gap`."""
        if without < 0 and (a, b) in self._edges:
            return self._edges[a, b]
        logs = np.zeros(len(self.gap))
        for c in self._pairs[min(a, b), max(a, b)]:
            if c != without:
                turned = -self.gap if self.graph.i[c] == b else self.gap
                logs += _log_of(self.graph, self._method, c, turned)
        found = np.asarray(np.exp(logs - logs.max()))
        if without < 0:
            self._edges[a, b], self._edges[b, a] = found, found[::-1]
        return found

    def _message(self, a: int, b: int) -> FloatArray:
        """What node a and all behind it say about its neighbour b, on the grid."""
        if (a, b) not in self._messages:
            inside = self._belief(a, but=b)
            whole = signal.fftconvolve(self._edge(b, a), inside)
            part = np.maximum(whole[2 * self._half : 4 * self._half + 1], 0.0)
            self._messages[a, b] = part / part.max()
        return self._messages[a, b]

    def _belief(self, node: int, but: int = -1, without: int = -1) -> FloatArray:
        """Density of a node, less what one neighbour says and less one own claim."""
        found = self._density(node, without)
        for other in self._near[node]:
            if other != but:
                found = found * self._message(other, node)
        return np.asarray(found / found.max())

    def margin(self, node: int) -> FloatArray:
        """Density of a node on `x`, up to a factor; loop claims left out."""
        return self._belief(node)

    def points(self, p: FloatArray) -> FloatArray:
        """Quantiles of every node, (len(p), n), log10 FLOP; loop claims left out."""
        found = [inverse(self.x, self.margin(k), p) for k in range(self.graph.n)]
        return np.stack(found, axis=1) if found else np.empty((len(p), 0))

    def without(self, c: int) -> tuple[FloatArray, FloatArray]:
        """What the other claims say about a claim's own quantity.

        The cavity of sum-product: exact where no loop is closed.

        Returns:
            Values in log10 and their density, up to a factor.
        """
        i, j = int(self.graph.i[c]), int(self.graph.j[c])
        if j == ABSOLUTE:
            return self.x, self._belief(i, without=c)
        between = self.difference(self._belief(i, but=j), self._belief(j, but=i))
        density = between * self._edge(i, j, without=c)
        return self.gap, density / density.max()

    def about(self, i: int, j: int) -> tuple[FloatArray, FloatArray] | None:
        """Density of a node, or of a difference of two that are neighbours or apart.

        Returns:
            Values in log10 and their density, up to a factor; None for two nodes that
            hang together through others.
        """
        if j == ABSOLUTE:
            return self.x, self.margin(i)
        if j in self._near[i]:
            between = self.difference(self._belief(i, but=j), self._belief(j, but=i))
            density = between * self._edge(i, j)
            return self.gap, density / density.max()
        if j in self._reached(i):
            return None
        return self.gap, self.difference(self.margin(i), self.margin(j))

    def difference(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Density on `gap` of the difference of two independent nodes."""
        found = np.maximum(signal.fftconvolve(first, second[::-1]), 0.0)
        return np.asarray(found / found.max())

    def _reached(self, node: int) -> list[int]:
        """The nodes of a tree, from one of them outwards."""
        found = [node]
        for a in found:
            found += [b for b in self._near[a] if b not in found]
        return found

    def draws(self, unit: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Joint draws, from root to leaf.

        Args:
            unit: Points of the unit cube, shape (n, nodes).

        Returns:
            Draws (n, nodes) in log10 FLOP, and the log of their weights (n,): the
            likelihood of the claims that close loops.
        """
        out = np.empty(unit.shape)
        done: set[int] = set()
        for root in range(self.graph.n):
            if root in done:
                continue
            out[:, root] = inverse(self.x, self.margin(root), unit[:, root])
            done.add(root)
            for a in self._reached(root):
                for b in self._near[a]:
                    if b not in done:
                        done.add(b)
                        out[:, b] = self._given(b, a, out[:, a], unit[:, b])
        weight = np.zeros(len(unit))
        for c in self.loops:
            x = out[:, self.graph.i[c]] - out[:, self.graph.j[c]]
            weight += _log_of(self.graph, self._method, c, x)
        return out, weight

    def _given(self, b: int, a: int, at: FloatArray, unit: FloatArray) -> FloatArray:
        """Draws of node b given those of its neighbour a, (n,).

        One conditional distribution for each coarse place of a; a draw moves with what
        is left of a's place by the slope of the conditional mean.
        """
        mass = np.cumsum(self.margin(b))
        low, high = np.searchsorted(mass, np.array([_NOTHING, 1 - _NOTHING]) * mass[-1])
        count = int(high - low) + 1
        x = self.x[low : low + count]
        coarse = np.rint((at - self.x[0]) / (self.step * _COARSE)).astype(np.int64)
        places = np.clip(coarse * _COARSE, 0, 2 * self._half)
        rows, row = np.unique(places, return_inverse=True)
        # x_b - x_a at the kept points of b, for each place of a.
        windows = np.lib.stride_tricks.sliding_window_view(self._edge(b, a), count)
        table = windows[low - rows + 2 * self._half]
        table = table * self._belief(b, but=a)[low : low + count]
        mass = np.cumsum(table, axis=1)
        slope = np.ones(1)
        if len(rows) > 1:
            slope = np.gradient(table @ x / mass[:, -1], self.x[rows])
        below = (mass - table / 2) / mass[:, -1:] + np.arange(len(rows))[:, None]
        flat, start = below.ravel(), row * count
        right = np.clip(np.searchsorted(flat, row + unit), start + 1, start + count - 1)
        left = flat[right - 1]
        part = (row + unit - left) / np.maximum(flat[right] - left, 1e-300)
        found = x[right - 1 - start] + self.step * np.clip(part, 0.0, 1.0)
        return np.asarray(found + (at - self.x[places]) * np.clip(slope, 0, 1)[row])


def inverse(x: FloatArray, density: FloatArray, p: FloatArray) -> FloatArray:
    """Quantiles of a density on an even grid, shape of `p`."""
    mass = np.cumsum(density)
    return np.asarray(np.interp(p * mass[-1], mass - density / 2, x))


def sample(
    forest: Forest, n_draws: int, key: str, nodes: Sequence[str], claims: Sequence[str]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Joint draws of equal weight, and what is published of them.

    Args:
        forest: The component.
        n_draws: Number of draws, a power of two.
        key: Content key (hex) that seeds them.
        nodes: Names of its nodes, for an error.
        claims: Ids of its claims, for an error.

    Returns:
        Draws (n_draws, n); draws (any number, n) and their weights that sum to one,
        from which quantiles are read where claims close loops.

    Raises:
        EntangledError: names the component, where the weights leave too few draws.
    """
    n = n_draws
    while True:
        draws, logs = forest.draws(sobol_unit(forest.graph.n, n, key))
        weight = np.exp(logs - logs.max())
        weight /= weight.sum()
        effective = 1 / float(weight @ weight)
        if effective >= _ENOUGH * n_draws or n >= _MOST * n_draws:
            break
        n *= 4
    if effective < min(_FEWEST, n_draws / 2):
        closing = ", ".join(claims[c] for c in forest.loops)
        raise EntangledError(
            f"the claims {closing} close loops in the component of {', '.join(nodes)} "
            f"that leave {effective:.0f} effective draws of {n:,}: look at them "
            "first, and mark the weakest as rejected"
        )
    if not forest.loops:
        return draws, draws, weight
    even = (np.arange(n_draws) + 0.5) / n_draws
    chosen = np.searchsorted(np.cumsum(weight), even * (1 - 1e-12))
    return draws[chosen], draws, weight


def weighted(draws: FloatArray, weight: FloatArray, p: FloatArray) -> FloatArray:
    """Quantiles of weighted draws of one quantity, shape of `p`."""
    order = np.argsort(draws, kind="stable")
    mass = np.cumsum(weight[order])
    return np.asarray(np.interp(p, mass - weight[order] / 2, draws[order]))
