"""Grids of one and two nodes against quadrature."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from pipeline.estimation.canonical import canonical
from pipeline.estimation.graph import components
from pipeline.estimation.grid import grid_draws, pair_quantiles, quantiles
from tests.oracle.graphs import random_graph
from tests.unit.estimation.records import METHOD, graph_of

P = np.array([0.05, 0.5, 0.95])
KEY = "5c" * 32


def density(graph, x):
    """The posterior at x (n, k), by scipy's distributions, claim by claim."""
    value = stats.norm.pdf(x, METHOD.prior_mean, METHOD.prior_sd).prod(axis=0)
    for claim in range(graph.m):
        about = x[graph.i[claim]]
        if graph.j[claim] >= 0:
            about = about - x[graph.j[claim]]
        y, kind = graph.y[claim], graph.kind[claim]
        if kind == 0:
            scale = graph.scale[claim] / stats.t.ppf(0.95, METHOD.nu)
            value = value * stats.t.pdf((about - y) / scale, METHOD.nu)
        else:
            eps = METHOD.bound_eps
            holds = stats.norm.cdf(kind * (y - about) / METHOD.bound_s)
            value = value * ((1 - eps) * holds + eps)
    return value


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_one_node_is_quadrature(seed):
    graph = random_graph(1, seed)
    x = np.linspace(5, 43, 200_001)
    below = np.cumsum(density(graph, x[None, :]))
    expected = np.interp(P, below / below[-1], x)
    assert quantiles(graph, METHOD, P) == pytest.approx(expected, abs=0.002)
    draws = grid_draws(graph, METHOD, 4096, KEY)
    # Draws are quantiles at (k + 1/2)/n, which is how Hazen reads them: the default
    # reads half a step off, and that shows where the density is low.
    found = np.quantile(draws[:, 0], P, method="hazen")
    assert found == pytest.approx(expected, abs=0.005)


def test_a_node_without_claims_is_the_prior():
    expected = METHOD.prior_mean + METHOD.prior_sd * stats.norm.ppf(P)
    assert quantiles(graph_of(1), METHOD, P) == pytest.approx(expected, abs=1e-3)


def pairs(count):
    """Connected graphs of two nodes, in canonical form: ratios are of node 0 to 1."""
    found = (canonical(random_graph(2, seed)).graph for seed in range(10_000))
    return list(islice((g for g in found if len(components(g)) == 1), count))


@pytest.mark.parametrize("graph", pairs(3))
def test_two_nodes_are_quadrature(graph):
    x = np.linspace(9, 39, 1501)  # a second grid, of another kind: plain and square
    plane = density(graph, np.stack(np.meshgrid(x, x, indexing="ij")).reshape(2, -1))
    plane = plane.reshape(len(x), len(x))
    found = pair_quantiles(graph, METHOD, P)
    for node in range(2):
        margin = plane.sum(axis=1 - node)
        below = np.cumsum(margin) - margin / 2
        expected = np.interp(P, below / margin.sum(), x)
        assert found[node] == pytest.approx(expected, abs=0.005)


def test_a_pair_must_be_one():
    with pytest.raises(ValueError, match="pair"):
        pair_quantiles(graph_of(2, (1, 0, 1.0, 0.2, 0)), METHOD, P)
