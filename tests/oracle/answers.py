"""The oracle's stored answers, and the tolerances by which we are held to them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from pipeline.estimation.gaussian import fit, leave_one_out
from pipeline.estimation.graph import Graph, anchored
from pipeline.estimation.posterior import sample
from tests.unit.estimation.records import METHOD

PATH = Path(__file__).parent.parent / "data" / "oracle" / "nuts.jsonl"
# Enough points of each node's distribution to tell how much of it an interval holds.
PROBS = (
    *(0.001, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5),
    *(0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 0.999),
)
COMPARED = (PROBS.index(0.05), PROBS.index(0.5), PROBS.index(0.95))


def tolerances(sd):
    """Allowed deviation of the 5%, 50% and 95% points, shape (3, n)."""
    outer = np.maximum(0.08, 0.15 * sd)
    return np.stack([outer, np.maximum(0.03, 0.05 * sd), outer])


def graph_to_json(graph):
    """Plain lists; floats in full, for they must come back as they were."""
    return {
        "n": graph.n,
        **{f: getattr(graph, f).tolist() for f in ("i", "j", "y", "scale", "kind")},
    }


def graph_from_json(data):
    """The graph of `graph_to_json`."""
    return Graph(
        data["n"],
        np.array(data["i"], dtype=np.int64),
        np.array(data["j"], dtype=np.int64),
        np.array(data["y"], dtype=float),
        np.array(data["scale"], dtype=float),
        np.array(data["kind"], dtype=np.int64),
    )


def load():
    """All stored answers, in the order in which they were made."""
    return [json.loads(line) for line in PATH.read_text().splitlines()]


def flagged(graph):
    """Nodes that a claim beyond 2.5 of its own leave-one-out touches, (n,)."""
    found = leave_one_out(graph, METHOD, fit(graph, METHOD))
    noise = np.where(
        graph.kind == 0, graph.scale / METHOD.normal_quantile, METHOD.bound_s
    )
    off = (graph.y - found.mean) / np.hypot(noise, found.sd)
    wrong = np.where(graph.kind == 0, np.abs(off), -graph.kind * off) > 2.5
    out = np.zeros(graph.n, dtype=bool)
    out[graph.i[wrong]] = True
    out[graph.j[wrong & graph.relative]] = True
    return out


def compare(answer):
    """Ours against the oracle's, on the anchored nodes of one graph.

    Returns:
        Largest deviation ÷ tolerance of the nodes without a flag, and the smallest
        share of the oracle's mass that our 90% interval holds on those with one; NaN
        where there is none.
    """
    graph = graph_from_json(answer["graph"])
    draws = sample(graph, METHOD, 4096, label="oracle", cache={})
    theirs = np.array(answer["quantiles"])
    ours = np.quantile(draws, (0.05, 0.5, 0.95), axis=0)
    deviation = np.abs(ours - theirs[list(COMPARED)])
    relative = (deviation / tolerances(np.array(answer["sd"]))).max(axis=0)
    held = np.array(
        [
            np.diff(np.interp(ours[[0, 2], k], theirs[:, k], PROBS, 0, 1))[0]
            for k in range(graph.n)
        ]
    )
    level, odd = anchored(graph), flagged(graph)
    return (
        _or_nan(relative[level & ~odd], np.max),
        _or_nan(held[level & odd], np.min),
    )


def _or_nan(values, choose):
    return float(choose(values)) if len(values) else float("nan")
