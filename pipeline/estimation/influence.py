"""What leaving out one fused claim does to the nodes around it.

What belongs here: shifted draws of a component, one set per claim. What does not: what
that does to projections (projection/influence.py).

A claim goes with its echoes; the standing of all others stays as it is. For equality
claims the Gaussian stage is fitted again without the claim, and the published draws are
moved and stretched by the difference of the two fits. For a bound, which that stage
leaves out, the draws are weighted by one over its likelihood.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.gaussian import covariance, fit
from pipeline.estimation.graph import ABSOLUTE, EQUALITY, Graph, anchored, union
from pipeline.estimation.method import FloatArray, Method
from pipeline.estimation.screening import distinct, graphs_of, screen
from pipeline.estimation.vintages import Component, State, method_of

COLUMNS = ["claim_id", "node", "weight", "shift_log10", "convergence_shift_days"]
_REFIT_NODES = 64  # in larger components: closed form at the weights of the fit


@dataclass(frozen=True)
class Effect:
    """One claim left out.

    Attributes:
        claim: Its id.
        node: The node that it observes.
        weight: Its share in what is known of its quantity.
        shift: Of the node's median, log10; NaN where the node has no level without it.
        part: The component without the claim.
    """

    claim: str
    node: str
    weight: float
    shift: float
    part: Component

    def applied(self, state: State) -> State:
        """The state without the claim."""
        return replace(
            state, of_node=state.of_node | dict.fromkeys(self.part.nodes, self.part)
        )


def effects(prepared: pd.DataFrame, state: State, assumed: Assumed) -> list[Effect]:
    """Every claim that is fused at a vintage, left out in its turn.

    Args:
        prepared: outcome of `standing.prepare`.
        state: the posterior at the vintage.
        assumed: constants of the method.
    """
    parts, method = distinct([state]), method_of(assumed)
    if not parts:
        return []
    screened = screen(prepared, parts, assumed)
    graphs = [graph for graph, _ in graphs_of(prepared, parts, assumed)]
    moved = _moved(graphs, method)
    found = []
    for part, graph, (shift, stretch) in zip(parts, graphs, moved, strict=True):
        for c, claim in enumerate(part.claims):
            rest = graph.claims(np.delete(np.arange(graph.m), c))
            level = anchored(rest)
            if graph.kind[c] == EQUALITY:
                middle = np.median(part.draws, axis=0)
                draws = middle + shift[c] + (part.draws - middle) * stretch[c]
            else:
                draws = part.draws + _unbound(graph, c, part.draws, method)
            node = int(graph.i[c])
            known = bool(level[node] and part.anchored[node])
            own = float(np.median(draws[:, node]) - np.median(part.draws[:, node]))
            found.append(
                Effect(
                    claim=claim,
                    node=part.nodes[node],
                    weight=screened[part.claims][claim].share,
                    shift=own if known else float("nan"),
                    part=replace(
                        part,
                        key=f"{part.key} without {claim}",
                        anchored=level,
                        draws=draws,
                    ),
                )
            )
    return found


def influence_table(
    found: list[Effect], days: Mapping[str, float | None]
) -> pd.DataFrame:
    """Rows of core.influence.

    Args:
        found: outcome of `effects`.
        days: shift of the headline's convergence by claim; None = there is none.
    """
    rows: list[dict[str, Any]] = [
        {
            "claim_id": each.claim,
            "node": each.node,
            "weight": each.weight,
            "shift_log10": each.shift,
            "convergence_shift_days": days[each.claim],
        }
        for each in found
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _moved(graphs: list[Graph], method: Method) -> list[tuple[FloatArray, FloatArray]]:
    """Shift of means and factor of sds without each claim, (claims, nodes), by part."""
    whole = fit(union(graphs), method)
    ends = np.cumsum([0, *(g.n for g in graphs)])
    cases: list[Graph] = []
    for graph in graphs:
        if graph.n <= _REFIT_NODES:
            cases += [
                graph.claims(np.delete(np.arange(graph.m), c)) for c in range(graph.m)
            ]
    again = fit(union(cases), method) if cases else whole
    at, out = 0, []
    for graph, start in zip(graphs, ends, strict=False):
        mean, sd = (x[start : start + graph.n] for x in (whole.mean, whole.sd))
        if graph.n > _REFIT_NODES:
            out.append(_closed(graph, method))
            continue
        size = graph.m * graph.n
        means = again.mean[at : at + size].reshape(graph.m, graph.n)
        sds = again.sd[at : at + size].reshape(graph.m, graph.n)
        out.append((means - mean, sds / sd))
        at += size
    return out


def _closed(graph: Graph, method: Method) -> tuple[FloatArray, FloatArray]:
    """The same at the weights of the fit (Sherman and Morrison 1950)."""
    fitted = fit(graph, method)
    cov = covariance(graph, method, fitted)
    reference = np.where(graph.relative, graph.j, 0)
    toward = cov[graph.i] - np.where(graph.relative[:, None], cov[reference], 0.0)
    p = fitted.weight * (method.normal_quantile / graph.scale) ** 2
    p = np.where(graph.kind == EQUALITY, p, 0.0)
    gain = (p / (1 - p * fitted.claim_sd**2))[:, None]
    shift = toward * gain * (fitted.claim_mean - graph.y)[:, None]
    return shift, np.sqrt(1 + toward**2 * gain / np.diagonal(cov))


def _unbound(graph: Graph, c: int, draws: FloatArray, method: Method) -> FloatArray:
    """Shift of each node's median without a bound, (nodes,)."""
    about = draws[:, graph.i[c]]
    if graph.j[c] != ABSOLUTE:
        about = about - draws[:, graph.j[c]]
    side, eps = float(graph.kind[c]), method.bound_eps
    edge = ndtr(side * (graph.y[c] - about) / method.bound_s)
    weight = 1 / ((1 - eps) * edge + eps)
    order = np.argsort(draws, axis=0)
    mass = np.cumsum(weight[order], axis=0)
    place = (mass < mass[-1] / 2).sum(axis=0)
    ranked = np.take_along_axis(draws, order, axis=0)
    return np.asarray(
        ranked[place, np.arange(draws.shape[1])] - np.median(draws, axis=0)
    )
