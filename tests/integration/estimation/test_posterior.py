"""The entry point: independence of order, the cache, twins, failure, accuracy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.estimation import gibbs, importance
from pipeline.estimation.graph import components, subgraph, union
from pipeline.estimation.posterior import sample, sample_parts
from tests.oracle.graphs import random_graph
from tests.unit.estimation.records import METHOD, graph_of, record, shuffled

N = 2048


def draw(graph, cache=None, n=N):
    return sample(
        graph, METHOD, n, label="the record", cache={} if cache is None else cache
    )


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), nodes=st.integers(1, 9))
def test_order_and_names_change_no_bit(seed, nodes):
    graph = random_graph(nodes, seed)
    other, perm = shuffled(graph, seed)
    assert np.array_equal(draw(other)[:, perm], draw(graph))


def test_what_else_is_in_the_graph_changes_no_bit():
    graph = record(40, 90, seed=3, group=5)
    whole = draw(graph)
    for nodes, claims in components(graph):
        assert np.array_equal(draw(subgraph(graph, nodes, claims)), whole[:, nodes])


def test_the_cache_is_used_and_one_new_claim_samples_its_own_component_only(
    monkeypatch,
):
    graph = record(30, 70, seed=5, group=5)
    cache = {}
    before = draw(graph, cache)
    sampled = set()
    chains, weighted = gibbs.run, importance.run

    def spy(parts, *rest):
        sampled.update(p.key for p in parts)
        return chains(parts, *rest)

    def other(forms, *rest):
        sampled.update(forms)
        return weighted(forms, *rest)

    monkeypatch.setattr("pipeline.estimation.posterior.run", spy)
    monkeypatch.setattr(importance, "run", other)
    assert np.array_equal(draw(graph, cache), before)
    assert not sampled
    extra = union([graph, graph_of(1)])  # one node more, and then one claim more
    new = graph_of(31, (3, -1, 24.0, 0.4, 0))
    more = type(graph)(
        31,
        *(
            np.concatenate([getattr(extra, f), getattr(new, f)])
            for f in ("i", "j", "y", "scale", "kind")
        ),
    )
    after = draw(more, cache)
    touched = next(set(nodes) for nodes, _ in components(more) if 3 in nodes)
    same = [k for k in range(30) if k not in touched]
    assert np.array_equal(after[:, same], before[:, same])
    assert len(sampled) == 1
    assert not np.array_equal(after[:, 3], before[:, 3])


def test_another_number_of_draws_is_another_entry():
    graph = record(4, 10, seed=6, group=None)
    cache = {}
    assert draw(graph, cache, 1000).shape == (1000, 4)
    assert draw(graph, cache, 5000).shape == (5000, 4)


def test_twins_have_equal_margins_and_independent_draws():
    one = record(4, 9, seed=2, group=None)
    assert len(components(one)) == 1
    whole = draw(union([one, one, one]))
    n = one.n
    for node in range(n):
        a, b, c = (np.sort(whole[:, node + k * n]) for k in range(3))
        assert np.array_equal(a, b)
        assert np.array_equal(a, c)
        pairs = [(0, 1), (0, 2), (1, 2)]
        for k, m in pairs:
            r = np.corrcoef(whole[:, node + k * n], whole[:, node + m * n])[0, 1]
            assert abs(r) < 0.1
    inside = np.corrcoef(whole[:, :n].T)
    assert np.allclose(np.corrcoef(whole[:, n : 2 * n].T), inside)


def test_nodes_that_cannot_be_told_apart_have_equal_margins():
    star = graph_of(4, (0, -1, 24, 0.3, 0), *((k, 0, 1.0, 0.4, 0) for k in (1, 2, 3)))
    draws = draw(star)
    first, second, third = (np.sort(draws[:, k]) for k in (1, 2, 3))
    assert np.array_equal(first, second)
    assert np.array_equal(first, third)


def test_draws_are_joint():
    """A tight ratio holds row by row although both levels are vague."""
    graph = graph_of(
        3,
        (0, -1, 24.0, 1.0, 0),
        (1, 0, 1.0, 0.05, 0),
        (2, 1, 0.5, 0.05, 0),
    )
    draws = draw(graph, n=4096)
    gap = draws[:, 1] - draws[:, 0]
    assert np.std(draws[:, 0]) > 0.5
    assert np.quantile(gap, [0.05, 0.5, 0.95]) == pytest.approx(
        [0.95, 1.0, 1.05], abs=0.006
    )


def test_two_claims_that_deny_each_other_leave_two_humps():
    """Two equal claims 100x apart, told through a ratio: half the mass on each."""
    graph = graph_of(
        3,
        (0, -1, 23.0, 0.2, 0),
        (0, -1, 25.0, 0.2, 0),
        (1, 0, -1.0, 0.2, 0),
        (2, 0, 1.0, 0.2, 0),
    )
    draws = draw(graph, n=4096)
    for node, middle in enumerate((24, 23, 25)):
        assert np.mean(draws[:, node] > middle) == pytest.approx(0.5, abs=0.03)
        assert np.mean(np.abs(draws[:, node] - middle) < 0.5) < 0.1


def test_failure_names_the_component(monkeypatch):
    monkeypatch.setattr(gibbs, "LONGEST", 1)
    monkeypatch.setattr("pipeline.estimation.convergence.R_HAT", 1.0)
    monkeypatch.setattr(importance, "suits", lambda graph: False)
    graph = union([graph_of(1), record(4, 12, seed=2, group=None)])
    with pytest.raises(gibbs.NotConvergedError, match=r"the record, nodes \[1") as e:
        draw(graph)
    assert len(e.value.key) == 64
    assert e.value.label.startswith("the record")


def test_parts_come_one_by_one():
    graph = record(30, 60, seed=4, group=3)
    whole = draw(graph)
    seen = np.zeros(graph.n, dtype=int)
    for nodes, draws in sample_parts(graph, METHOD, N, label="the record", cache={}):
        assert np.array_equal(draws, whole[:, nodes])
        seen[nodes] += 1
    assert np.all(seen == 1)


def test_an_empty_graph_has_no_draws():
    assert draw(graph_of(0)).shape == (N, 0)
