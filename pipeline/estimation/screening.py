"""What the other claims say about each fused claim: leave-one-out.

What belongs here: leave-one-out of every distinct component, once. What does not: what
counts as a conflict (conflicts.py), claims that are not fused.

The Gaussian stage gives it everywhere, in about one fit. Where that fit contradicts a
claim, what remains without one may have two humps, and which of them a reweighted fit
settles on is luck; there the sampler tells what the others say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtr

from pipeline.estimation import standing
from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.gaussian import fit, leave_one_out
from pipeline.estimation.graph import (
    ABSOLUTE,
    EQUALITY,
    Graph,
    linked,
    subgraph,
    union,
)
from pipeline.estimation.method import BoolArray, FloatArray, IntArray, Method
from pipeline.estimation.named import whole_graph
from pipeline.estimation.posterior import sample
from pipeline.estimation.vintages import (
    QUANTILES,
    Component,
    State,
    method_of,
)

Names = tuple[str, ...]
_CONTRADICTED = 0.5  # robust weight below which a claim is contradicted by the fit
_SAMPLED_NODES = 64  # larger components keep the Gaussian answer


@dataclass(frozen=True)
class Screened:
    """One fused claim against the rest of its component.

    Attributes:
        mean: Of its own quantity without it, log10; NaN where nothing else tells.
        sd: Standard deviation of that, log10 (`spread_of`).
        points: 5%, 50% and 95% points of that, log10.
        weight: Robust weight of an equality claim; of a bound the chance that it is
            heeded.
        share: Part of the precision of its quantity that the claim gives (leverage); of
            a bound its weight.
    """

    mean: float
    sd: float
    points: FloatArray
    weight: float
    share: float


def screen(
    prepared: pd.DataFrame, parts: list[Component], assumed: Assumed
) -> dict[Names, dict[str, Screened]]:
    """Leave-one-out of every claim of every component, by its claims.

    Args:
        prepared: outcome of `standing.prepare`.
        parts: components, of any number of vintages; no two with the same claims.
        assumed: constants of the method.
    """
    if not parts:
        return {}
    method = method_of(assumed)
    graphs = [graph for graph, _ in graphs_of(prepared, parts, assumed)]
    whole = union(graphs)
    fitted = fit(whole, method)
    without = leave_one_out(whole, method, fitted)
    equality = whole.kind == EQUALITY
    told = np.where(equality, ~bridges(whole), linked(whole, whole))
    precision = fitted.weight * (method.normal_quantile / whole.scale) ** 2
    share = np.where(equality, precision * fitted.claim_sd**2, 0.0)
    heeded = np.concatenate(
        [heed(g, p.draws, method) for g, p in zip(graphs, parts, strict=True)]
    )
    weight = np.where(equality, fitted.weight, heeded)
    share = np.where(equality, np.minimum(share, 1.0), heeded)
    mean = np.where(told, without.mean, np.nan)
    reach = np.outer((-Z90, 0.0, Z90), without.sd)
    rows = iter(
        Screened(float(m), float(s), p, float(w), float(h))
        for m, s, p, w, h in zip(
            mean, without.sd, (mean + reach).T, weight, share, strict=True
        )
    )
    found = {
        part.claims: {claim: next(rows) for claim in part.claims} for part in parts
    }
    start = np.cumsum([0, *(graph.m for graph in graphs)])
    for k, part in enumerate(parts):
        own = slice(start[k], start[k + 1])
        hot = equality[own] & (fitted.weight[own] < _CONTRADICTED)
        if bool(hot.any()) and graphs[k].n <= _SAMPLED_NODES:
            cases = np.flatnonzero(equality[own] & told[own])
            told_by = found[part.claims]
            for c, draws in _sampled(graphs[k], cases, part, assumed):
                points = np.quantile(draws, QUANTILES)
                told_by[part.claims[c]] = replace(
                    told_by[part.claims[c]],
                    mean=float(draws.mean()),
                    sd=spread_of(points),
                    points=points,
                )
    return found


def _sampled(
    graph: Graph, cases: IntArray, part: Component, assumed: Assumed
) -> Iterator[tuple[int, FloatArray]]:
    """Draws of each claim's quantity from a component without the claim."""
    rest = [graph.claims(np.delete(np.arange(graph.m), c)) for c in cases]
    if not rest:
        return
    label = f"the rest of {', '.join(part.nodes[:3])} without one claim"
    n_draws = int(assumed["fusion.draws"])
    draws = sample(union(rest), method_of(assumed), n_draws, label=label, cache={})
    for place, c in enumerate(cases):
        x = draws[:, place * graph.n : (place + 1) * graph.n]
        yield int(c), graph.difference(x)[:, c]


def spread_of(points: FloatArray) -> float:
    """The sd of the normal with the same 90% interval.

    The posterior of a lone claim is a Student-t; its tails would make the sd larger
    than the claim's own, and two claims that deny each other unequally far apart.
    """
    return float(points[2] - points[0]) / (2 * Z90)


def distinct(found: list[State]) -> list[Component]:
    """The components of all vintages, one of each set of claims."""
    return list(
        {part.claims: part for state in found for part in state.of_node.values()}
        .values()
    )  # fmt: skip


def graphs_of(
    prepared: pd.DataFrame, parts: list[Component], assumed: Assumed
) -> list[tuple[Graph, list[str]]]:
    """The graph of each component, claims in its order, and the names of its nodes."""
    whole, names = whole_graph(prepared, standing.spread(prepared, assumed))
    row = {claim: at for at, claim in enumerate(prepared["claim_id"])}
    made = []
    for part in parts:
        rows = np.array([row[claim] for claim in part.claims])
        i, j = whole.i[rows], whole.j[rows]
        nodes = np.unique(np.concatenate([i, j[j != ABSOLUTE]]))
        own = subgraph(whole, nodes, rows)
        made.append((own, [names[node] for node in nodes]))
    return made


def heed(graph: Graph, draws: FloatArray, method: Method) -> FloatArray:
    """The chance that each bound is not garbled, mean over draws, shape (m,).

    (1-ε)Φ ÷ ((1-ε)Φ + ε) with Φ the chance that the bound's soft edge is met.
    """
    side, eps = graph.kind.astype(float), method.bound_eps
    chance = np.zeros(graph.m)
    for c in np.flatnonzero(graph.kind != EQUALITY):
        about = draws[:, graph.i[c]]
        if graph.j[c] != ABSOLUTE:
            about = about - draws[:, graph.j[c]]
        met = (1 - eps) * ndtr(side[c] * (graph.y[c] - about) / method.bound_s)
        chance[c] = float(np.mean(met / (met + eps)))
    return chance


def bridges(graph: Graph) -> BoolArray:
    """Equality claims without which their own quantity would have no level, (m,).

    Take an absolute claim for an edge to one common ground: then these are the bridges
    of the graph (Tarjan 1974), found in one walk over it.
    """
    ground = graph.n
    i, j = graph.i.tolist(), np.where(graph.relative, graph.j, ground).tolist()
    around: list[list[tuple[int, int]]] = [[] for _ in range(graph.n + 1)]
    for c in np.flatnonzero(graph.kind == EQUALITY).tolist():
        around[i[c]].append((j[c], c))
        around[j[c]].append((i[c], c))
    found = np.zeros(graph.m, dtype=bool)
    seen = [-1] * (graph.n + 1)  # order of discovery
    low = [0] * (graph.n + 1)  # earliest place that the walk below a node reaches
    count = 0
    for root in [ground, *range(graph.n)]:
        if seen[root] >= 0:
            continue
        stack = [(root, -1, iter(around[root]))]
        seen[root] = low[root] = count
        count += 1
        while stack:
            node, came, rest = stack[-1]
            for other, claim in rest:
                if claim == came:
                    continue
                if seen[other] >= 0:
                    low[node] = min(low[node], seen[other])
                    continue
                seen[other] = low[other] = count
                count += 1
                stack.append((other, claim, iter(around[other])))
                break
            else:
                stack.pop()
                if stack:
                    above = stack[-1][0]
                    low[above] = min(low[above], low[node])
                    found[came] = low[node] > seen[above]
    return found
