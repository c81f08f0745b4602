"""Gibbs sampler for claim graphs: many short chains, side by side, until they agree.

What belongs here: starting points, sweeps, when to stop, which draws to keep. What does
not: the moves (moves, jumps), the cache and one-node components (posterior).

One sweep: a jump where claims contradict each other, the weights given x (Gamma), x
given the weights (conditional Gaussian, sliced against the bounds). Nothing to tune.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from pipeline.estimation.batch import batch
from pipeline.estimation.canonical import Canonical
from pipeline.estimation.convergence import R_HAT, Diagnosis, diagnose
from pipeline.estimation.draws import generator
from pipeline.estimation.gaussian import fit
from pipeline.estimation.graph import EQUALITY, Graph, anchored, union
from pipeline.estimation.grid import pair_quantiles
from pipeline.estimation.jumps import Jumps, turns
from pipeline.estimation.method import THREADS, BoolArray, FloatArray, IntArray, Method
from pipeline.estimation.moves import (
    BoundSlice,
    Space,
    gaussian_given_weights,
    weights,
)
from pipeline.estimation.pieces import CUTS, pieces
from pipeline.estimation.selection import even, margins, select

CHAINS = 128
STARTS = 8  # groups of chains, each with its own starting point
WARM_UP = 16  # sweeps that are never kept
CLAIMS_AT_ONCE = 1200
FIRST = 48  # sweeps before the first diagnosis; half as many again before the next
LONGEST = 6_000
STORED = 192  # sweeps kept in memory at most: beyond, every other one is dropped
_STREAM, _GROUPS, _PIECES = 1, 2, 4  # purposes of a component's generators


class NotConvergedError(RuntimeError):
    """Chains of a component did not agree; the message names it.

    Attributes:
        key: Content key of the component.
        label: What the caller calls it.
    """

    def __init__(self, key: str, label: str, found: Diagnosis) -> None:
        self.key, self.label = key, label
        bad = np.flatnonzero(~found.good)
        super().__init__(
            f"the sampler did not converge on {label} (component {key[:12]}): after "
            f"{LONGEST} sweeps R̂ is {found.r_hat.max():.3f}, the smallest effective "
            f"size {found.effective.min():.0f}, at canonical nodes {bad.tolist()[:10]}"
        )


@dataclass(frozen=True)
class Part:
    """One component to sample: content key, the caller's name, canonical form."""

    key: str
    label: str
    form: Canonical


class _Chains:
    """One component on its way: its random numbers and what was kept of its chains."""

    def __init__(self, part: Part, turns_of: IntArray | None, *, most: int) -> None:
        self.part = part
        self.turns = turns_of  # of groups of nodes that jump, if any
        self.pieces = pieces(part.form.graph, generator(part.key, _PIECES))
        self.most = most  # sweeps kept in memory
        self.stream = generator(part.key, _STREAM)
        self.now: FloatArray | None = None
        self.sweeps: list[int] = []
        self.kept: list[FloatArray] = []  # (n, chains), deviations from the prior mean
        self.stride = 1

    def store(self, sweep: int, x: FloatArray) -> None:
        """Note where the chains are, and keep it if it is its turn."""
        self.now = x
        if sweep >= WARM_UP and sweep % self.stride == 0:
            self.sweeps.append(sweep)
            self.kept.append(x)

    def settle(self, now: int) -> FloatArray:
        """Forget the first quarter; return draws (sweeps, n, chains), then thin."""
        spare = bisect_left(self.sweeps, now // 4)
        del self.sweeps[:spare], self.kept[:spare]
        draws = np.stack(self.kept)
        if len(self.kept) > self.most:
            self.stride *= 2
            chosen = [k for k, s in enumerate(self.sweeps) if s % self.stride == 0]
            self.sweeps = [self.sweeps[k] for k in chosen]
            self.kept = [self.kept[k] for k in chosen]
        return draws


def _odd(graphs: list[Graph], method: Method) -> list[BoolArray]:
    """Claims of each component for which sweeps alone may be too slow, (m,) each.

    A Student-t is log-concave within √ν scales, where its weight ν ÷ (ν + z²) is above
    one half, and a bound where it is not broken; beyond, there may be several humps.
    Bounds on nodes that are not anchored hold them over the width of the prior.
    """
    whole = union(graphs)
    fitted = fit(whole, method)
    broken = whole.kind * (fitted.claim_mean - whole.y) > 0
    floating = ~anchored(whole)[whole.i]
    odd = np.where(whole.kind == EQUALITY, fitted.weight < 0.5, broken | floating)
    return np.split(odd, np.cumsum([g.m for g in graphs])[:-1])


def _first_points(space: Space) -> FloatArray:
    """A starting point per group, (n, chains): wide apart, for the claims rule in turn.

    Weights from a Gamma(1/2), far more uneven than any posterior, shared by a group.
    """
    share = space.chains // STARTS
    uneven = space.gammas(0.5)[:, ::share]
    weight = np.repeat(np.maximum(uneven, 1e-6), share, axis=1)
    return gaussian_given_weights(space, weight)[0]


def run(
    parts: list[Part], method: Method, n_draws: int
) -> Iterator[tuple[str, FloatArray]]:
    """Sample components, each until it has converged; those that have come first.

    Components go side by side in batches of about CLAIMS_AT_ONCE claims: enough to keep
    the interpreter's share small, few enough for arrays to stay in the processor's
    cache. After each diagnosis those that are not done form new batches.

    Args:
        parts: Components in canonical form.
        method: The constants.
        n_draws: Draws wanted of each.

    Yields:
        Content key, and draws (n_draws, n) in canonical order, rows in random order.

    Raises:
        NotConvergedError: if a component's chains do not agree in time.
        elimination.TooEntangledError: if a component's precision matrix is not sparse.
    """
    if not parts:
        return
    wanted = -(-n_draws // CHAINS)
    graphs = [p.form.graph for p in parts]
    chains = [
        _Chains(
            part,
            turns(part.form.graph, odd, generator(part.key, _GROUPS)),
            most=max(STORED, 2 * wanted),
        )
        for part, odd in zip(parts, _odd(graphs, method), strict=True)
    ]
    # Enough to pick from, when the first quarter is forgotten.
    sweep, check = 0, max(FIRST, WARM_UP + wanted, -(-4 * wanted // 3))
    while chains:
        left: list[_Chains] = []
        for together in _moved(chains, method, range(sweep, check)):
            for component in together:
                part, states = component.part, component.settle(check)
                found = diagnose(states, STARTS)
                if _settled(part, found):
                    yield part.key, _finish(states, part, method, n_draws)
                elif check >= LONGEST:
                    raise NotConvergedError(part.key, part.label, found)
                else:
                    left.append(component)
        chains, sweep, check = left, check, check + check // 2


def _moved(
    chains: list[_Chains], method: Method, sweeps: range
) -> Iterator[list[_Chains]]:
    """Move all chains, batch by batch."""

    def move(together: list[_Chains]) -> list[_Chains]:
        sampler = _Sampler(together, method)
        for number in sweeps:
            sampler.sweep(number)
        return together

    # Arithmetic on states releases the interpreter's lock.
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(move, _batches(chains))


def _batches(chains: list[_Chains]) -> Iterator[list[_Chains]]:
    together: list[_Chains] = []
    claims = 0
    for component in chains:
        together.append(component)
        claims += component.part.form.graph.m
        if claims >= CLAIMS_AT_ONCE:
            yield together
            together, claims = [], 0
    if together:
        yield together


class _Sampler:
    """The moves on a set of components, with their states."""

    def __init__(self, chains: list[_Chains], method: Method) -> None:
        """Continue from where the chains are, all equally far, or start them all."""
        graphs = [c.part.form.graph for c in chains]
        streams = [c.stream for c in chains]
        self.chains = chains
        self.space = Space(batch(graphs, method), method, streams, CHAINS)
        self.rows = [self.space.batch.rows_of(k) for k in range(len(chains))]
        self.jumps = Jumps(self.space, [c.turns for c in chains])
        self.slices = self._slices([c.pieces for c in chains])
        states = [c.now for c in chains if c.now is not None]
        if states:
            self.x = np.empty((self.space.batch.n, CHAINS))
            self.x[np.concatenate(self.rows)] = np.concatenate(states)
        else:
            self.x = _first_points(self.space)

    def _slices(self, cuts: list[IntArray]) -> list[BoundSlice]:
        """One move for each way to cut the components."""
        label = np.zeros((CUTS, self.space.batch.n), dtype=np.int64)
        for rows, own in zip(self.rows, cuts, strict=True):
            start = label.max(axis=1, keepdims=True)
            label[:, rows] = np.where(own > 0, own + start, 0)
        return [BoundSlice(self.space, row) for row in label]

    def sweep(self, number: int) -> None:
        """Move everything once and let each component keep its state."""
        self.jumps(self.x, number)
        weight = weights(self.space, self.x)
        against = self.slices[number % len(self.slices)]
        held = against.held(self.x)
        given = gaussian_given_weights(self.space, weight, held)
        self.x = against(self.x, *given)
        for component, rows in zip(self.chains, self.rows, strict=True):
            component.store(number, self.x[rows])


def _settled(part: Part, found: Diagnosis) -> bool:
    """Whether a component's chains agree, and are accurate where it matters.

    The margins of a pair come from a grid, and the level of a node that is not anchored
    is the prior's and not published: for those it is enough that chains agree.
    """
    graph = part.form.graph
    coarse = ~anchored(graph) | (graph.n == 2)
    return bool(np.all(found.good | (coarse & (found.r_hat < R_HAT))))


def _finish(states: FloatArray, part: Part, method: Method, n_draws: int) -> FloatArray:
    """Draws with the best margins there are: from a grid for pairs, else all states."""
    if part.form.graph.n == 2:
        margin = pair_quantiles(part.form.graph, method, even(n_draws))
    else:
        margin = method.prior_mean + margins(states, n_draws, part.form.orbit)
    return select(states, margin, part.key)
