"""The Gaussian stage against closed forms and against brute force."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from pipeline.estimation import blocks, gaussian
from pipeline.estimation.gaussian import covariance, fit, leave_one_out
from tests.unit.estimation.records import METHOD, graph_of, record, shuffled

# Half-width of a claim whose normal noise has this sd.
HALF = METHOD.normal_quantile


def closed_form(graph):
    """Posterior mean and covariance by the textbook, dense."""
    rows = np.flatnonzero(graph.kind == 0)
    design = np.zeros((len(rows), graph.n))
    design[np.arange(len(rows)), graph.i[rows]] = 1
    two = graph.j[rows] >= 0
    design[np.flatnonzero(two), graph.j[rows][two]] = -1
    precision = (METHOD.normal_quantile / graph.scale[rows]) ** 2
    information = design.T @ (precision[:, None] * design)
    information += np.eye(graph.n) / METHOD.prior_sd**2
    right = design.T @ (precision * graph.y[rows])
    right += METHOD.prior_mean / METHOD.prior_sd**2
    cov = np.linalg.inv(information)
    return cov @ right, cov


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), nodes=st.integers(1, 30), claims=st.integers(0, 80))
def test_without_robustness_it_is_the_closed_form(seed, nodes, claims):
    graph = record(nodes, claims, seed)
    mean, cov = closed_form(graph)
    fitted = fit(graph, METHOD, robust=False)
    assert fitted.mean == pytest.approx(mean, abs=1e-9)
    assert fitted.sd == pytest.approx(np.sqrt(np.diag(cov)), abs=1e-9)
    assert covariance(graph, METHOD, fitted) == pytest.approx(cov, abs=1e-9)


@pytest.mark.parametrize("nodes", [65, 400])
def test_sparse_parts_are_the_closed_form(nodes):
    graph = record(nodes, 4 * nodes, seed=7, group=None)
    mean, cov = closed_form(graph)
    fitted = fit(graph, METHOD, robust=False)
    assert fitted.mean == pytest.approx(mean, abs=1e-9)
    assert fitted.sd == pytest.approx(np.sqrt(np.diag(cov)), abs=1e-9)


def test_propagation_is_exact_on_a_tree_and_near_on_loops(monkeypatch):
    monkeypatch.setattr(blocks, "EXACT_NODES", 64)
    rng = np.random.default_rng(1)
    tree = graph_of(
        300,
        *((k, int(rng.integers(0, k)), 0.3, 0.4, 0) for k in range(1, 300)),
        *((int(k), -1, 24.0, 0.8, 0) for k in rng.integers(0, 300, 20)),
    )
    mean, cov = closed_form(tree)
    fitted = fit(tree, METHOD, robust=False)
    assert fitted.mean == pytest.approx(mean, abs=1e-6)
    assert fitted.sd == pytest.approx(np.sqrt(np.diag(cov)), rel=1e-4)
    one = tree.difference(np.eye(300))  # (n, m): the claims' quantities
    expected = np.sqrt(np.einsum("km,kl,lm->m", one, cov, one))
    assert fitted.claim_sd == pytest.approx(expected, rel=1e-4)

    loops = record(300, 1200, seed=2, group=None)
    mean, cov = closed_form(loops)
    fitted = fit(loops, METHOD, robust=False)
    assert fitted.mean == pytest.approx(mean, abs=1e-6)
    ratio = fitted.sd / np.sqrt(np.diag(cov))
    assert np.all(ratio < 1 + 1e-6)
    assert np.all(ratio > 0.97)


def test_the_robust_mean_is_a_mode_of_the_student_density():
    graph = record(6, 20, seed=11, bounds=0, garbled=0.1)
    scale = graph.scale / METHOD.normal_quantile
    slack = METHOD.normal_quantile / METHOD.t_quantile

    def minus_log(x):
        # Noise sd enters the weights as half-width ÷ normal quantile, so the Student
        # part counts (t quantile ÷ normal quantile)²·ν/(ν+1) of its own precision.
        z = (graph.y - graph.difference(x)) / scale / slack
        part = METHOD.nu * slack**2 / 2 * np.log1p(z**2 / METHOD.nu)
        prior = ((x - METHOD.prior_mean) / METHOD.prior_sd) ** 2 / 2
        return part.sum() + prior.sum()

    ours = fit(graph, METHOD).mean
    best = optimize.minimize(minus_log, ours, method="BFGS", options={"gtol": 1e-9}).x
    assert ours == pytest.approx(best, abs=1e-5)


def test_a_lone_claim_keeps_its_own_range():
    fitted = fit(graph_of(1, (0, -1, 24.0, 0.3, 0)), METHOD)
    assert fitted.sd[0] * METHOD.normal_quantile == pytest.approx(0.3, rel=2e-3)


def test_a_garbled_claim_among_three_hardly_moves_the_mean():
    good = [(0, -1, 24.0, 0.2, 0), (0, -1, 24.05, 0.2, 0), (0, -1, 23.95, 0.2, 0)]
    fitted = fit(graph_of(1, *good, (0, -1, 26.0, 0.2, 0)), METHOD)
    assert fitted.mean[0] == pytest.approx(24.0, abs=0.02)
    assert fitted.weight[3] < 0.02 < 0.9 < fitted.weight[0]


def test_integers_in_the_method_are_no_integers_in_the_arithmetic():
    graph = record(10, 30, seed=5)
    ints = replace(METHOD, prior_mean=24, prior_sd=3, nu=4)
    floats = replace(METHOD, prior_mean=24.0, prior_sd=3.0, nu=4.0)
    assert np.array_equal(fit(graph, ints).mean, fit(graph, floats).mean)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_leave_one_out_at_full_weights_is_a_fit_without_the_claim(seed):
    graph = record(6, 14, seed, garbled=0)
    fitted = fit(graph, METHOD, robust=False)
    found = leave_one_out(graph, METHOD, fitted)
    for claim in range(graph.m):
        without = graph.claims(np.arange(graph.m) != claim)
        mean, cov = closed_form(without)
        direction = graph.difference(np.eye(graph.n))[:, claim]
        assert found.mean[claim] == pytest.approx(direction @ mean, abs=1e-7)
        expected = np.sqrt(direction @ cov @ direction)
        assert found.sd[claim] == pytest.approx(expected, rel=1e-7)


def test_contradicted_claims_are_left_out_by_a_new_fit():
    graph = record(40, 120, seed=21, garbled=0.1)
    fitted = fit(graph, METHOD)
    found = leave_one_out(graph, METHOD, fitted)
    hot = np.flatnonzero((graph.kind == 0) & (fitted.weight < 0.5))
    assert len(hot) > 5
    for claim in hot:
        again = fit(graph.claims(np.arange(graph.m) != claim), METHOD)
        expected = graph.difference(again.mean)[claim]
        assert found.mean[claim] == pytest.approx(expected, abs=1e-5)


def test_two_claims_that_deny_each_other_both_stand_out():
    """Two equal-rank claims 100x apart: neither hides behind a widened other."""
    for half in (np.log10(1.5), np.log10(3)):
        graph = graph_of(1, (0, -1, 23.0, half, 0), (0, -1, 25.0, half, 0))
        found = leave_one_out(graph, METHOD, fit(graph, METHOD))
        noise = gaussian.claim_sd(graph, METHOD)
        z = (graph.y - found.mean) / np.hypot(noise, found.sd)
        assert np.all(np.abs(z) > 2.5)
        assert z[0] < 0 < z[1]


def test_a_bound_is_predicted_and_not_fitted():
    graph = graph_of(2, (0, -1, 24.0, 0.2, 0), (1, 0, 1.0, 0.2, 0), (1, -1, 20, 0, 1))
    fitted = fit(graph, METHOD)
    found = leave_one_out(graph, METHOD, fitted)
    assert fitted.weight[2] == 0
    assert found.mean[2] == fitted.mean[1] == pytest.approx(25.0, abs=0.01)
    assert found.sd[2] == fitted.sd[1]


def test_order_and_names_do_not_matter():
    graph = record(30, 100, seed=8)
    other, perm = shuffled(graph, 9)
    ours, theirs = fit(graph, METHOD), fit(other, METHOD)
    assert theirs.mean[perm] == pytest.approx(ours.mean, abs=1e-5)
    assert theirs.sd[perm] == pytest.approx(ours.sd, abs=1e-5)


def test_failure_to_settle_is_an_error_that_names_nodes(monkeypatch):
    monkeypatch.setattr(gaussian, "_ITERATIONS", 2)
    with pytest.raises(gaussian.NotConvergedError, match=r"nodes \[0"):
        fit(record(5, 20, seed=1, group=None), METHOD)
