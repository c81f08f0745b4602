"""Leave-one-out of fused claims: what remains, and whether anything does."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.estimation.graph import Graph, anchored, equality_labels
from pipeline.estimation.screening import bridges
from tests.unit.estimation.records import record


def _rest_tells(graph: Graph, claim: int) -> bool:
    """The definition: without it both ends hang together, or each has a level."""
    rest = graph.claims(np.delete(np.arange(graph.m), claim))
    i, j = int(graph.i[claim]), int(graph.j[claim])
    level = anchored(rest)
    if j < 0:
        return bool(level[i])
    labels = equality_labels(rest)
    return bool(labels[i] == labels[j] or (level[i] and level[j]))


@pytest.mark.parametrize("seed", range(30))
def test_a_bridge_is_a_claim_that_nothing_else_tells(seed: int) -> None:
    graph = record(12, 18, seed, group=4)
    found = bridges(graph)
    for claim in np.flatnonzero(graph.kind == 0):
        assert found[claim] != _rest_tells(graph, int(claim)), claim
    assert not found[graph.kind != 0].any()
