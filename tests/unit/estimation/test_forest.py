"""Sum-product on a grid: against brute force, refits and its own joint draws."""

import numpy as np
import pytest
from scipy.special import ndtr

from pipeline.estimation.component import content_of, solve
from pipeline.estimation.forest import EntangledError, Forest, inverse, sample
from pipeline.estimation.graph import components, subgraph
from pipeline.estimation.method import Method
from tests.unit.estimation.records import METHOD, graph_of, random_graph, shuffled

P = np.array([0.05, 0.5, 0.95])
KEY = "ab" * 32
# R1 by hours; o1 like R1; o3 ten times o1; a scrape's "at least 1e26" about o3.
TREE = graph_of(
    3,
    (0, -1, 22.0, 0.6, 0),
    (1, 0, 0.0, 1.0, 0),
    (2, 1, 1.0, 0.18, 0),
    (2, -1, 26.0, 0, -1),
)
TRIANGLE = graph_of(
    3,
    (0, -1, 24.2, 0.5, 0),
    (1, -1, 24.5, 1.0, 0),
    (1, 0, 0.8, 0.4, 0),
    (2, 1, 0.5, 0.5, 0),
    (2, 0, 0.2, 0.6, 0),
    (2, -1, 25.5, 0, 1),
)


def brute(graph, method, reach, step):
    """Margins by summing the joint density over a grid, shape (n, points)."""
    x = np.arange(-reach, reach + step / 2, step) + method.prior_mean
    axes = np.meshgrid(*[x] * graph.n, indexing="ij")
    logs = -sum((a - method.prior_mean) ** 2 for a in axes) / 2 / method.prior_sd**2
    for i, j, y, scale, kind in zip(
        graph.i, graph.j, graph.y, graph.scale, graph.kind, strict=True
    ):
        about = axes[i] - axes[j] if j >= 0 else axes[i]
        if kind == 0:
            z = (about - y) * method.t_quantile / scale
            logs -= (method.nu + 1) / 2 * np.log1p(z * z / method.nu)
        else:
            holds = ndtr(kind * (y - about) / method.bound_s)
            logs += np.log((1 - method.bound_eps) * holds + method.bound_eps)
    density = np.exp(logs - logs.max())
    others = [tuple(set(range(graph.n)) - {k}) for k in range(graph.n)]
    return x, [density.sum(axis=axis) for axis in others]


def test_margins_are_those_of_a_finer_grid_by_brute_force():
    method = Method(4, 0.9, 24, 1.0, 0.05, 0.02)
    graph = graph_of(
        2,
        (0, -1, 23.0, 0.5, 0),
        (1, -1, 25.5, 0.8, 0),
        (1, 0, 1.0, 0.3, 0),
        (1, -1, 24.4, 0, 1),
    )
    x, margins = brute(graph, method, 6, 0.005)
    expected = np.stack([inverse(x, m, P) for m in margins], axis=1)
    assert Forest(graph, method).points(P) == pytest.approx(expected, abs=0.003)


def test_a_loop_is_weighed_as_by_brute_force():
    method = Method(4, 0.9, 24, 1.0, 0.05, 0.02)
    x, margins = brute(TRIANGLE, method, 4, 0.04)
    expected = np.stack([inverse(x, m, P) for m in margins], axis=1)
    forest = Forest(TRIANGLE, method)
    assert forest.loops == [4]  # the widest of the three ratios
    draws, _, _ = sample(forest, 8192, KEY, "abc", "uvwxyz")
    assert np.quantile(draws, P, axis=0) == pytest.approx(expected, abs=0.03)


def test_a_narrow_claim_has_a_finer_grid():
    graph = graph_of(2, (0, -1, 24.0, 0.004, 0), (1, 0, 1.0, 0.004, 0))
    found = Forest(graph, METHOD).points(P)
    assert found[:, 0] == pytest.approx([23.996, 24.0, 24.004], abs=0.0005)
    assert found[1, 1] == pytest.approx(25.0, abs=0.0005)


@pytest.mark.parametrize("claim", range(TREE.m))
def test_what_the_others_say_is_the_posterior_without_the_claim(claim):
    rest = Forest(TREE.claims(np.delete(np.arange(TREE.m), claim)), METHOD)
    cavity = inverse(*Forest(TREE, METHOD).without(claim), P)
    again = inverse(*rest.about(int(TREE.i[claim]), int(TREE.j[claim])), P)
    assert cavity == pytest.approx(again, abs=1e-6)


def test_joint_draws_have_the_exact_margins_and_hang_together():
    forest = Forest(TREE, METHOD)
    draws, _, weight = sample(forest, 8192, KEY, "abc", "uvwx")
    assert np.ptp(weight) == 0
    sd = draws.std(axis=0)
    off = np.abs(np.quantile(draws, P, axis=0) - forest.points(P))
    assert (off < 0.02 * sd).all()
    for i, j in ((1, 0), (2, 1)):
        exact = inverse(*forest.about(i, j), P)
        assert np.quantile(draws[:, i] - draws[:, j], P) == pytest.approx(
            exact, abs=0.02
        )
    assert np.corrcoef(draws.T)[1, 2] > 0.9


def test_two_claims_that_deny_each_other_leave_two_humps():
    """Two equal claims 100x apart, seen through a ratio: half the mass on each."""
    graph = graph_of(
        3,
        (0, -1, 23.0, 0.2, 0),
        (0, -1, 25.0, 0.2, 0),
        (1, 0, -1.0, 0.2, 0),
        (2, 0, 1.0, 0.2, 0),
    )
    draws, _, _ = sample(Forest(graph, METHOD), 8192, KEY, "abc", "uvwx")
    for node, middle in enumerate((24, 23, 25)):
        assert np.mean(draws[:, node] > middle) == pytest.approx(0.5, abs=0.02)
        assert np.mean(np.abs(draws[:, node] - middle) < 0.5) < 0.1


def test_loops_that_no_draws_can_weigh_are_an_error_with_the_names():
    rng = np.random.default_rng(3)
    pairs = [(i, j) for i in range(9) for j in range(i)]
    claims = [(i, j, float(rng.normal(0, 3)), 0.005, 0) for i, j in pairs]
    graph = graph_of(9, (0, -1, 24.0, 0.2, 0), *claims)
    named = content_of(graph, list("abcdefghi"), [f"note/{k}" for k in range(graph.m)])
    with pytest.raises(EntangledError, match="effective draws") as error:
        solve(named, 0, 1024, METHOD)
    assert all(f"{node}, " in str(error.value) for node in named.nodes[:-1])
    assert str(error.value).count("note/") >= 27  # one of 28 may be left out


@pytest.mark.parametrize("seed", range(6))
def test_order_names_and_direction_change_no_bit(seed):
    graph = random_graph(5, seed)
    other, perm = shuffled(graph, seed)
    for nodes, claims in components(graph):
        twin = perm[nodes]
        rows = np.flatnonzero(np.isin(other.i, twin))
        one = content_of(subgraph(graph, nodes, claims), _names(nodes), _names(claims))
        two = content_of(subgraph(other, twin, rows), _names(nodes), _names(rows))
        assert one.key == two.key
        a, b = (solve(content, 0, 256, METHOD) for content in (one, two))
        for node in a.nodes:
            assert a.points[:, a.place[node]].tolist() == (
                b.points[:, b.place[node]].tolist()
            )
            assert np.array_equal(a.column(node), b.column(node))


def test_equal_components_have_equal_margins_and_independent_draws():
    content = content_of(TREE, list("abc"), list("uvwx"))
    one, two = (solve(content, copy, 4096, METHOD) for copy in (0, 1))
    assert np.array_equal(one.points, two.points)
    assert np.array_equal(np.sort(one.draws, axis=0), np.sort(two.draws, axis=0))
    between = np.corrcoef(one.draws.T, two.draws.T)[:3, 3:]
    assert np.abs(between).max() < 5 / 64
    assert one.key != two.key


def _names(items):
    return [str(k) for k in items]
