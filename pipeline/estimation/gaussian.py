"""The Gaussian stage: reweighted least squares, for screening and leave-one-out.

What belongs here: the robust fit of the equality claims, its spreads, and what each
claim's own quantity would be without it. What does not: bounds. They are left out of
this stage: moment matching of a contaminated edge (normal sd 0.05, so nearly a step)
costs a marginal per claim and iteration and is least reliable where it matters, at an
edge that is contradicted. A bound is scored against the prediction given here; the
published posterior (gibbs, grid) holds it exactly.

Model: y_c = x_i - x_j + noise, or x_i + noise, prior x ~ N(prior_mean, prior_sd²).
A claim's noise sd is half-width ÷ normal quantile, so that a lone claim's interval is
its own range. Robust weights are those of a Student-t (Lange, Little and Taylor 1989)
with scale half-width ÷ t quantile: 1 ÷ (1 + z²/ν), at most 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.estimation.blocks import System, build
from pipeline.estimation.graph import EQUALITY, UPPER, Graph, components
from pipeline.estimation.method import FloatArray, IntArray, Method

_TOLERANCE = 1e-6  # OOM between two reweightings; nothing published comes from here
_ITERATIONS = 1000
_EXTRAPOLATE = 6  # steps between two extrapolations: enough to become geometric
# A claim whose weight falls below this is contradicted: then "at the weights of the
# fit" is too kind to it, and its leave-one-out is fitted anew.
_CONTRADICTED = 0.5
_REFIT_NODES = 64


class NotConvergedError(RuntimeError):
    """Reweighting did not settle; the message names the nodes."""


@dataclass(frozen=True)
class Fit:
    """A Gaussian approximation of the posterior of the equality claims.

    Attributes:
        mean: Posterior mean of each node, log10 FLOP, shape (n,).
        sd: Its marginal sd, shape (n,); in components above `blocks.EXACT_NODES` nodes
            by belief propagation, exact on trees and slightly low on loops.
        weight: Robust weight of each claim in (0, 1]; 0 for bounds, shape (m,).
        claim_mean: Posterior mean of what each claim is about, shape (m,); bounds too.
        claim_sd: Its sd, shape (m,).
    """

    mean: FloatArray
    sd: FloatArray
    weight: FloatArray
    claim_mean: FloatArray
    claim_sd: FloatArray


@dataclass(frozen=True)
class Prediction:
    """What the other claims say about each claim's own quantity, shapes (m,)."""

    mean: FloatArray
    sd: FloatArray


def claim_sd(graph: Graph, method: Method) -> FloatArray:
    """Normal sd of each equality claim's noise (log10), inf for bounds, shape (m,)."""
    return np.where(
        graph.kind == EQUALITY, graph.scale / method.normal_quantile, np.inf
    )


def _full(graph: Graph, method: Method) -> FloatArray:
    """Precision of each claim at weight one; 0 for bounds."""
    return np.asarray(1 / claim_sd(graph, method) ** 2)


def _robust_weights(graph: Graph, method: Method, mean: FloatArray) -> FloatArray:
    """Weight in (0, 1] of each claim of the graph, read as an equality."""
    z = (graph.y - graph.difference(mean)) * method.t_quantile / graph.scale
    return np.asarray(1 / (1 + z**2 / method.nu))


def _remaining(step: FloatArray, last: FloatArray) -> FloatArray:
    """How far a geometric sequence of steps still goes (Aitken 1926), shape (n,).

    Reweighting converges linearly, slowly where two claims are about to part. Only
    steady steps count: same sign, shrinking, and at most twenty more of them.
    """
    ratio = np.divide(step, last, out=np.zeros_like(step), where=last != 0)
    ratio = np.where((ratio > 0) & (ratio < 1), np.minimum(ratio, 0.95), 0.0)
    return np.asarray(step * ratio / (1 - ratio))


def _robust_mean(graph: Graph, method: Method, systems: list[System]) -> FloatArray:
    """Iterate weights and means; parts that have settled are left alone."""
    mean = np.full(graph.n, float(method.prior_mean))
    full = _full(graph, method)
    precision = full.copy()
    active = systems
    step = np.zeros(graph.n)
    for iteration in range(1, _ITERATIONS + 1):
        still = []
        before, last = mean.copy(), step
        for system in active:
            mean[system.nodes] = system.solve(precision, mean)
            moved = np.abs(mean[system.nodes] - before[system.nodes]) > _TOLERANCE
            if bool(np.any(moved)):
                still.append(system.keep(np.any(moved, axis=-1)))
        if not still:
            return mean
        active = still
        step = mean - before
        if iteration % _EXTRAPOLATE == 0:
            mean += _remaining(step, last)
        hot = np.concatenate([system.claims for system in active])
        hot = hot[full[hot] > 0]
        weight = _robust_weights(graph.claims(hot), method, mean)
        precision[hot] = full[hot] * weight
    nodes = np.concatenate([system.nodes.ravel() for system in active])
    raise NotConvergedError(
        f"the Gaussian stage did not settle in {_ITERATIONS} reweightings at nodes "
        f"{sorted(nodes.tolist())[:20]}"
    )


def fit(graph: Graph, method: Method, *, robust: bool = True) -> Fit:
    """Fit the equality claims.

    Args:
        graph: The claims; need not be connected.
        method: The constants.
        robust: False keeps all weights at 1: the exact Gaussian posterior.

    Raises:
        NotConvergedError: if reweighting does not settle.
    """
    systems = build(graph, method)
    equality = np.flatnonzero(graph.kind == EQUALITY)
    weight = np.zeros(graph.m)
    weight[equality] = 1.0
    if robust:
        mean = _robust_mean(graph, method, systems)
        weight[equality] = _robust_weights(graph.claims(equality), method, mean)
    else:
        mean = np.full(graph.n, float(method.prior_mean))
        for system in systems:
            mean[system.nodes] = system.solve(_full(graph, method), mean)
    precision = weight * _full(graph, method)
    node_var, claim_var = np.empty(graph.n), np.empty(graph.m)
    for system in systems:
        nodes, claims = system.variances(precision)
        node_var[system.nodes] = nodes
        claim_var[system.claims] = claims
    return Fit(
        mean=mean,
        sd=np.sqrt(node_var),
        weight=weight,
        claim_mean=graph.difference(mean),
        claim_sd=np.sqrt(claim_var),
    )


def covariance(graph: Graph, method: Method, fitted: Fit) -> FloatArray:
    """Dense posterior covariance at the weights of a fit, shape (n, n)."""
    information = np.eye(graph.n) / method.prior_sd**2
    precision = fitted.weight * _full(graph, method)
    np.add.at(information, (graph.i, graph.i), precision)
    two = graph.relative
    i, j, p = graph.i[two], graph.j[two], precision[two]
    np.add.at(information, (j, j), p)
    np.add.at(information, (i, j), -p)
    np.add.at(information, (j, i), -p)
    return np.asarray(np.linalg.inv(information))


def _downdate(graph: Graph, method: Method, fitted: Fit) -> Prediction:
    """Take each claim out of a Gaussian fit in closed form, all at once.

    With v the variance of a claim's quantity, p its precision in the fit, m the mean:
    v' = v ÷ (1 - p v), m' = m + v' p (m - y) (Sherman and Morrison 1950).
    """
    precision = fitted.weight * _full(graph, method)
    var = fitted.claim_sd**2
    without = var / (1 - precision * var)
    mean = fitted.claim_mean + without * precision * (fitted.claim_mean - graph.y)
    return Prediction(mean=mean, sd=np.sqrt(without))


def _refit(
    graph: Graph, method: Method, cases: list[tuple[int, IntArray, IntArray]]
) -> Prediction:
    """Fit the component of each case again without its claim, in one fit.

    All cases are laid side by side as parts of one graph.

    Args:
        graph: The claims.
        method: The constants.
        cases: (claim, nodes, claims) with the component of each claim.
    """
    offset = np.cumsum([0, *(len(nodes) for _, nodes, _ in cases)])
    i, j, rows, at = [], [], [], []
    for start, (claim, nodes, claims) in zip(offset, cases, strict=False):
        others = claims[claims != claim]

        def place(
            ids: IntArray, nodes: IntArray = nodes, start: int = int(start)
        ) -> IntArray:
            return np.asarray(np.searchsorted(nodes, ids) + start)

        i.append(place(graph.i[others]))
        j.append(np.where(graph.relative[others], place(graph.j[others]), -1))
        rows.append(others)
        at.append(int(place(graph.i[[claim]])[0]))
    left_out = np.array([claim for claim, _, _ in cases])
    # The claim itself stays as a bound: those weigh nothing here and are predicted.
    reference = [
        int(np.searchsorted(nodes, graph.j[c]) + start) if graph.j[c] >= 0 else -1
        for start, (c, nodes, _) in zip(offset, cases, strict=False)
    ]
    row = np.concatenate([*rows, left_out])
    kind = graph.kind[row].copy()
    kind[len(row) - len(cases) :] = UPPER
    copies = Graph(
        int(offset[-1]),
        np.concatenate([*i, np.array(at)]),
        np.concatenate([*j, np.array(reference)]),
        graph.y[row],
        graph.scale[row],
        kind,
    )
    again = fit(copies, method)
    last = slice(copies.m - len(cases), None)
    return Prediction(mean=again.claim_mean[last], sd=again.claim_sd[last])


def leave_one_out(graph: Graph, method: Method, fitted: Fit) -> Prediction:
    """Mean and sd of each claim's own x_i - x_j (or x_i) without that claim.

    Closed form at the weights of the fit. Claims that the fit contradicts (weight below
    one half, in components of at most 64 nodes) are fitted again without them, for
    there the other side's weights depend on them: of two claims that deny each other,
    each must be held against the other at full weight. Bounds are not in the fit, so
    theirs is the fit itself. Costs about one fit.
    """
    found = _downdate(graph, method, fitted)
    hot = (graph.kind == EQUALITY) & (fitted.weight < _CONTRADICTED)
    if not bool(np.any(hot)):
        return found
    cases = [
        (int(claim), nodes, claims)
        for nodes, claims in components(graph)
        if len(nodes) <= _REFIT_NODES
        for claim in claims[hot[claims]]
    ]
    if cases:
        again = _refit(graph, method, cases)
        at = np.array([claim for claim, _, _ in cases])
        found.mean[at], found.sd[at] = again.mean, again.sd
    return found
