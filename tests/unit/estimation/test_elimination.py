"""Sparse elimination against dense linear algebra."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.estimation import elimination
from pipeline.estimation.elimination import Sums, TooEntangledError, conditional, plan


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 15), density=st.floats(0, 1))
def test_mean_and_draw_are_those_of_dense_algebra(seed, n, density):
    rng = np.random.default_rng(seed)
    chains = 3
    a, b = np.triu_indices(n, 1)
    kept = rng.random(len(a)) < density
    a, b = a[kept], b[kept]
    turn = rng.random(len(a)) < 0.5
    a, b = np.where(turn, b, a), np.where(turn, a, b)
    joint = rng.uniform(0.1, 100, (len(a), chains))
    dense = np.zeros((chains, n, n))
    dense[:, np.arange(n), np.arange(n)] = rng.uniform(0.1, 1, (chains, n))
    for k, (one, other) in enumerate(zip(a, b, strict=True)):
        dense[:, one, one] += joint[k]
        dense[:, other, other] += joint[k]
        dense[:, one, other] -= joint[k]
        dense[:, other, one] -= joint[k]
    pull = rng.normal(size=(n, chains))
    noise = rng.normal(size=(n, chains))

    scheme = plan(n, a, b)
    off = np.zeros((scheme.edges, chains))
    off[scheme.edge] = -joint
    diagonal = np.diagonal(dense, axis1=1, axis2=2).T[scheme.order].copy()
    mean, draw = conditional(
        scheme, diagonal, off, pull[scheme.order].copy(), noise[scheme.order].copy()
    )
    back = np.argsort(scheme.order)
    for c in range(chains):
        expected = np.linalg.solve(dense[c], pull[:, c])
        assert mean[back, c] == pytest.approx(expected, rel=1e-8, abs=1e-8)
        # Q^-1/2 z has z'z = x'Qx, and Q^-1/2 is linear: check it on the draw.
        x = draw[back, c]
        assert x @ dense[c] @ x == pytest.approx(noise[:, c] @ noise[:, c], rel=1e-7)


def test_the_spread_of_draws_is_the_inverse_precision():
    n, chains = 4, 40_000
    a, b = np.array([0, 1, 2, 3]), np.array([1, 2, 3, 0])
    joint = np.array([4.0, 1.0, 9.0, 2.0])
    dense = np.diag([0.5, 0.2, 0.3, 0.1])
    for k in range(4):
        dense[a[k], a[k]] += joint[k]
        dense[b[k], b[k]] += joint[k]
        dense[a[k], b[k]] -= joint[k]
        dense[b[k], a[k]] -= joint[k]
    scheme = plan(n, a, b)
    off = np.zeros((scheme.edges, chains))
    off[scheme.edge] = -joint[:, None]
    diagonal = np.repeat(np.diag(dense)[scheme.order][:, None], chains, axis=1)
    noise = np.random.default_rng(1).normal(size=(n, chains))
    _, draw = conditional(scheme, diagonal, off, np.zeros((n, chains)), noise)
    back = np.argsort(scheme.order)
    cov = np.linalg.inv(dense)
    assert np.cov(draw[back]) == pytest.approx(cov, abs=0.05 * cov.max())


def test_a_tree_gets_no_fill_and_a_star_two_levels():
    scheme = plan(6, np.zeros(5, dtype=np.int64), np.arange(1, 6))
    assert scheme.edges == 5
    # Five leaves at once; the last leaf and the hub then have one neighbour each.
    assert len(scheme.levels) <= 3


def test_sums_add_rows_of_equal_target():
    sums = Sums.of(np.array([2, 0, 2]), np.array([0, 1, 2]))
    values = np.array([[1.0], [10.0], [100.0]])
    assert sums.target.tolist() == [0, 2]
    assert sums(values).tolist() == [[10.0], [101.0]]


def test_a_graph_that_fills_in_beyond_memory_is_refused(monkeypatch):
    a, b = np.triu_indices(40, 1)
    plan(40, a, b)
    monkeypatch.setattr(elimination, "_MOST_PRODUCTS", 5_000)
    with pytest.raises(TooEntangledError, match=r"40 nodes .* 5,000 products"):
        plan(40, a, b)
