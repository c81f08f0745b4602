"""The canonical form depends on content and on nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.estimation.canonical import canonical, content_key
from tests.unit.estimation.records import METHOD, graph_of, record, shuffled


def same(a, b):
    return a.n == b.n and all(
        np.array_equal(getattr(a, f), getattr(b, f))
        for f in ("i", "j", "y", "scale", "kind")
    )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), nodes=st.integers(1, 12), claims=st.integers(0, 30))
def test_renaming_reordering_and_turning_ratios_round_change_nothing(
    seed, nodes, claims
):
    graph = record(nodes, claims, seed, group=None)
    other, perm = shuffled(graph, seed + 1)
    ours, theirs = canonical(graph), canonical(other)
    assert same(ours.graph, theirs.graph)
    # Places that only one node can take are taken by the same node.
    alone = np.bincount(ours.orbit)[ours.orbit] == 1
    assert np.array_equal(perm[ours.order[alone]], theirs.order[alone])


STAR = graph_of(41, (0, -1, 24, 0.2, 0), *((k, 0, 1.0, 0.3, 0) for k in range(1, 41)))
RING = graph_of(6, *((k, (k + 1) % 6, 0.0, 0.3, 0) for k in range(6)))
HUBS = graph_of(
    7,
    (1, 0, 1.0, 0.3, 0),
    (2, 0, 1.0, 0.3, 0),
    *((k, 1, 0.5, 0.2, 1) for k in (3, 4)),
    *((k, 2, 0.5, 0.2, 1) for k in (5, 6)),
)


@pytest.mark.parametrize("graph", [STAR, RING, HUBS], ids=["star", "ring", "hubs"])
@pytest.mark.parametrize("seed", range(5))
def test_symmetric_graphs_have_one_form(graph, seed):
    assert same(canonical(graph).graph, canonical(shuffled(graph, seed)[0]).graph)


def test_orbits_group_the_nodes_that_cannot_be_told_apart():
    form = canonical(STAR)
    assert sorted(np.bincount(form.orbit).tolist()) == [1, 40]
    form = canonical(HUBS)
    assert sorted(np.bincount(form.orbit).tolist()) == [1, 2, 4]


def test_the_canonical_graph_is_the_given_one():
    graph = record(8, 20, seed=3)
    form = canonical(graph)
    rows = {
        (form.order[i], form.order[j] if j >= 0 else -1, round(y, 8), k)
        for i, j, y, k in zip(
            form.graph.i, form.graph.j, form.graph.y, form.graph.kind, strict=True
        )
    }
    for i, j, y, k in zip(graph.i, graph.j, graph.y, graph.kind, strict=True):
        assert (i, j, round(y, 8), k) in rows or (j, i, round(-y, 8), -k) in rows


def test_key_follows_content_and_method():
    graph = record(5, 12, seed=4)
    key = content_key(graph, METHOD)
    assert key == content_key(shuffled(graph, 1)[0], METHOD)
    # The last bits of a logarithm are not content; the tenth decimal is noise too.
    assert key == content_key(replace(graph, y=graph.y * (1 + 1e-15)), METHOD)
    assert key != content_key(replace(graph, y=graph.y + 1e-6), METHOD)
    assert key != content_key(replace(graph, scale=graph.scale * 1.01), METHOD)
    assert key != content_key(replace(graph, kind=-graph.kind), METHOD)
    assert key != content_key(replace(graph, n=graph.n + 1), METHOD)
    assert key != content_key(graph, replace(METHOD, bound_eps=0.03))


def test_the_half_width_of_a_bound_is_no_content():
    graph = graph_of(1, (0, -1, 24, 0.3, 1))
    assert content_key(graph, METHOD) == content_key(
        graph_of(1, (0, -1, 24, 0.0, 1)), METHOD
    )
