"""Quantiles against the stored answers of NUTS on the same density.

The answers in tests/data/oracle come from NumPyro's NUTS (eight long chains for each of
220 random graphs of three to twelve nodes); where it disagreed with itself they are
marked and not compared.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from pipeline.estimation.component import content_of, distance, solve
from pipeline.estimation.graph import Graph, components, subgraph
from tests.unit.estimation.records import METHOD

PATH = Path(__file__).parents[2] / "data" / "oracle" / "nuts.jsonl"
# Enough points of each node's distribution to tell how much of it an interval holds.
PROBS = (
    *(0.001, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5),
    *(0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 0.999),
)
COMPARED = [PROBS.index(p) for p in (0.05, 0.5, 0.95)]


def compare(answer):
    """Ours against the oracle's, on the anchored nodes of one graph.

    Returns:
        Deviations ÷ tolerance of the 5%, 50% and 95% points of nodes without a flag,
        and the share of the oracle's mass that our 90% interval holds on those with
        one: nodes that a claim beyond 2.5 of its own leave-one-out touches.
    """
    stored = {k: np.array(v) for k, v in answer["graph"].items()}
    graph = Graph(**(stored | {"n": answer["graph"]["n"]}))
    theirs, sd = np.array(answer["quantiles"]), np.array(answer["sd"])
    off, held = [], []
    for nodes, claims in components(graph):
        own = subgraph(graph, nodes, claims)
        names = [str(n) for n in nodes], [str(c) for c in claims]
        part = solve(content_of(own, *names), 0, 4096, METHOD)
        odd = {n for c in part.claims if _flagged(part, c) for n in _ends(graph, c)}
        for k, node in enumerate(int(name) for name in part.nodes):
            if not part.anchored[k]:
                continue
            ours = part.points[:, k]
            outer = max(0.08, 0.15 * sd[node])
            allowed = np.array([outer, max(0.03, 0.05 * sd[node]), outer])
            if node in odd:
                mass = np.interp(ours[[0, 2]], theirs[:, node], PROBS, 0, 1)
                held.append(float(np.diff(mass)[0]))
            else:
                off += (np.abs(ours - theirs[COMPARED, node]) / allowed).tolist()
    return max(off, default=0.0), held


def _flagged(part, claim):
    c = part.claims.index(claim)
    graph, rest = part.graph, part.left_out[c]
    equality = graph.kind[c] == 0
    noise = graph.scale[c] / METHOD.normal_quantile if equality else METHOD.bound_s
    z = distance(graph.y[c], int(graph.kind[c]), noise, rest.mean, rest.points)
    return abs(z) > 2.5


def _ends(graph, claim):
    return {int(graph.i[int(claim)]), int(graph.j[int(claim)])}


@pytest.mark.parametrize(
    "every", [5, pytest.param(1, marks=pytest.mark.soak)], ids=["fifth", "all"]
)
def test_quantiles_agree_with_nuts(every):
    answers = [json.loads(line) for line in PATH.read_text().splitlines()]
    good = [answer for answer in answers if answer["good"]][::every]
    worst, held = zip(*(compare(answer) for answer in good), strict=True)
    shares = np.concatenate(held)
    print(
        f"\n{len(good)} graphs: within tolerance {np.mean(np.array(worst) <= 1):.1%}, "
        f"worst {max(worst):.2f}; {len(shares)} flagged nodes: 90% intervals hold "
        f"{shares.mean():.1%} of NUTS, at least {shares.min():.1%}"
    )
    assert len(good) > 200 / every
    assert np.mean(np.array(worst) <= 1) >= 0.95
    assert max(worst) <= 1.5
    assert len(shares) > 50 / every
    assert shares.min() >= 0.85
