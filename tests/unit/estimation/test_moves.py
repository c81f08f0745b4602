"""Each move leaves the posterior as it is; together they find it."""

import numpy as np
import pytest
from scipy import stats

from pipeline.estimation import jumps as jumping
from pipeline.estimation.batch import batch
from pipeline.estimation.draws import generator
from pipeline.estimation.grid import quantiles
from pipeline.estimation.jumps import TURNS, Jumps, turns
from pipeline.estimation.moves import (
    BoundSlice,
    Space,
    gaussian_given_weights,
    log_bound,
    weights,
)
from pipeline.estimation.pieces import CUTS, pieces
from tests.unit.estimation.records import METHOD, graph_of, record

KEY = "7e" * 32
P = np.array([0.05, 0.25, 0.5, 0.75, 0.95])


def space_of(graphs, chains):
    streams = [generator(KEY, k) for k in range(len(graphs))]
    return Space(batch(graphs, METHOD), METHOD, streams, chains)


def exact(graph, chains):
    """Independent draws of a one-node posterior, as deviations from the prior mean."""
    u = np.random.default_rng(1).random(chains)
    return (quantiles(graph, METHOD, u) - METHOD.prior_mean)[None, :]


CASES = {
    "a claim": graph_of(1, (0, -1, 24.5, 0.4, 0)),
    "a claim cut by a bound": graph_of(1, (0, -1, 24.5, 0.8, 0), (0, -1, 24.3, 0.0, 1)),
    "bounds alone": graph_of(1, (0, -1, 24.5, 0, 1), (0, -1, 23.0, 0, -1)),
    "bounds that deny each other": graph_of(
        1, (0, -1, 23.0, 0, 1), (0, -1, 24.5, 0, -1)
    ),
    "two humps": graph_of(1, (0, -1, 23.0, 0.3, 0), (0, -1, 25.0, 0.4, 0)),
}


def distance(x, graph):
    """Kolmogorov's p-value of draws against the grid's distribution."""
    p = np.linspace(0, 1, 20_001)
    values = quantiles(graph, METHOD, p)
    u = np.interp(x[0] + METHOD.prior_mean, values, p)
    return stats.kstest(u, "uniform").pvalue


@pytest.mark.parametrize("graph", CASES.values(), ids=CASES)
def test_a_gibbs_sweep_keeps_the_posterior(graph):
    space = space_of([graph], 20_000)
    x = exact(graph, 20_000)
    against = BoundSlice(space)
    for _ in range(3):
        x = against(x, *gaussian_given_weights(space, weights(space, x)))
    assert distance(x, graph) > 1e-4


@pytest.mark.parametrize("graph", CASES.values(), ids=CASES)
def test_a_jump_keeps_the_posterior_and_moves(graph):
    space = space_of([graph], 20_000)
    x = exact(graph, 20_000)
    before = x.copy()
    move = Jumps(space, [np.ones((TURNS, 1), dtype=np.int64)])
    for sweep in range(3):
        move(x, sweep)
    assert distance(x, graph) > 1e-4
    assert np.mean(x != before) > 0.3


def test_a_jump_crosses_between_humps_and_a_sweep_does_not():
    graph = graph_of(1, (0, -1, 23.0, 0.1, 0), (0, -1, 25.0, 0.13, 0))
    space = space_of([graph], 2000)
    left = np.full((1, 2000), 23.0 - METHOD.prior_mean)
    x = left.copy()
    against = BoundSlice(space)
    for _ in range(20):
        x = against(x, *gaussian_given_weights(space, weights(space, x)))
    assert np.mean(x > 24 - METHOD.prior_mean) < 0.02
    move = Jumps(space, [np.ones((TURNS, 1), dtype=np.int64)])
    for sweep in range(20):
        move(left, sweep)
    # The wider claim's hump, at 25, has (by quadrature) a share of its own.
    u = np.linspace(0, 1, 10_001)
    share = np.mean(quantiles(graph, METHOD, u) > 24)
    assert np.mean(left > 24 - METHOD.prior_mean) == pytest.approx(share, abs=0.06)


def connected(graph, inside):
    edges = [(i, j) for i, j in zip(graph.i, graph.j, strict=True) if j >= 0]
    reached = {int(np.flatnonzero(inside)[0])}
    for _ in range(graph.n):
        for i, j in edges:
            if inside[i] and inside[j] and reached & {i, j}:
                reached |= {i, j}
    return reached == set(np.flatnonzero(inside))


def touching(graph, label):
    """Claims that join two groups."""
    one, other = label[graph.i], np.where(graph.relative, label[graph.j], 0)
    return (one != other) & (one > 0) & (other > 0)


def test_groups_are_connected_and_an_odd_claim_ties_each_to_the_rest():
    graph = record(9, 25, seed=3, group=None, bounds=0)
    odd = np.zeros(graph.m, dtype=bool)
    claim = np.flatnonzero(graph.relative)[0]
    odd[claim] = True
    found = turns(graph, odd, generator(KEY, 2))
    assert found.shape == (TURNS, 9)
    for label in found:
        assert not touching(graph, label).any()
        for number in range(1, label.max() + 1):
            inside = label == number
            assert inside[graph.i[claim]] != inside[graph.j[claim]]
            assert connected(graph, inside)
    assert len(np.unique(found, axis=0)) > 3


def test_groups_that_do_not_touch_move_in_one_turn():
    graph = record(40, 120, seed=5, group=None)
    found = turns(graph, np.zeros(graph.m, dtype=bool), generator(KEY, 2))
    assert found.max(axis=1).mean() > 3
    for label in found:
        assert not touching(graph, label).any()
        for number in range(1, label.max() + 1):
            assert connected(graph, label == number)


def test_where_nothing_is_odd_nothing_jumps():
    graph = record(9, 25, seed=3, group=None, bounds=0)
    assert turns(graph, np.zeros(25, dtype=bool), generator(KEY, 2)) is None


def test_what_only_bounds_hold_jumps():
    graph = graph_of(3, (0, -1, 24, 0.3, 0), (1, 2, 1.0, 0.3, 0), (1, 0, 1.0, 0.0, 1))
    found = turns(graph, np.zeros(3, dtype=bool), generator(KEY, 2))
    assert np.any(np.all(found == [0, 1, 1], axis=1))


def test_pieces_are_connected_and_joined_by_no_claim():
    graph = record(40, 120, seed=5, group=None)
    found = pieces(graph, generator(KEY, 4))
    assert found.shape == (CUTS, 40)
    whole = np.all(found == 1, axis=1)
    assert 0 < whole.sum() < CUTS / 2
    for label in found[~whole]:
        assert not touching(graph, label).any()
        assert label.max() > 3
        for number in range(1, label.max() + 1):
            assert connected(graph, label == number)
    assert np.all((found > 0).any(axis=0))  # nobody is always held


def test_a_component_with_hardly_a_bound_stays_whole():
    graph = record(40, 120, seed=5, group=None, bounds=0)
    assert np.all(pieces(graph, generator(KEY, 4)) == 1)


def test_components_have_their_own_random_numbers():
    """A component's chains are the same whatever lies beside it."""
    graphs = [record(5, 14, seed=s, group=None) for s in (1, 2)]
    alone = Space(batch(graphs[1:], METHOD), METHOD, [generator(KEY, 1)], 16)
    beside = space_of(graphs, 16)
    results = []
    for space in (alone, beside):
        x = np.zeros((space.batch.n, 16))
        members = [turns(g, g.kind >= 0, generator(KEY, 9)) for g in graphs]
        move = Jumps(space, members[1:] if space is alone else members)
        against = BoundSlice(space)
        for sweep in range(5):
            move(x, sweep)
            x = against(x, *gaussian_given_weights(space, weights(space, x)))
        results.append(x[space.batch.rows_of(len(space.generators) - 1)])
    assert np.array_equal(*results)


def test_a_bound_is_a_contaminated_normal_edge():
    slack = np.array([-0.1, 0.0, 0.05, 2.0])
    holds = stats.norm.cdf(slack / METHOD.bound_s)
    expected = np.log((1 - METHOD.bound_eps) * holds + METHOD.bound_eps)
    assert log_bound(METHOD, slack) == pytest.approx(expected)


def test_groups_are_taken_in_turn(monkeypatch):
    monkeypatch.setattr(jumping, "TURNS", 2)
    monkeypatch.setattr(jumping, "A_SWEEP", 1)
    graph = graph_of(2, (0, -1, 24, 0.3, 0), (1, -1, 24, 0.3, 0), (0, 1, 0, 0.3, 0))
    space = space_of([graph], 500)
    member = np.eye(2, dtype=np.int64)
    move = Jumps(space, [member])
    for sweep in (0, 1):
        x = np.zeros((2, 500))
        move(x, sweep)
        row = space.batch.rows_of(0)
        assert np.any(x[row[sweep]] != 0)
        assert np.all(x[row[1 - sweep]] == 0)
