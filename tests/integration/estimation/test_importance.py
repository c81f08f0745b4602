"""Importance sampling of small components: where it looks, and when it says no."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pipeline.estimation import gibbs, importance
from pipeline.estimation.approximation import approximate
from pipeline.estimation.canonical import canonical, key_of
from pipeline.estimation.dense import Dense
from pipeline.estimation.graph import EQUALITY
from pipeline.estimation.importance import log_density, suits, tail_shape
from pipeline.estimation.mixtures import mixtures
from pipeline.estimation.selection import Weighted, even
from tests.unit.estimation.records import METHOD, graph_of, record

# Three nodes; two claims on the first deny each other, so that there are two humps.
DIVIDED = graph_of(
    3,
    (0, -1, 22.0, 0.6, 0),
    (0, -1, 24.0, 0.6, 0),
    (1, 0, 0.5, 0.4, 0),
    (2, 1, 0.2, 0.4, 0),
    (2, -1, 24.5, 1.0, 1),
)


def drawn(graph, n_draws=4096):
    form = canonical(graph)
    key = key_of(form, METHOD)
    (found,) = importance.run({key: form}, METHOD, n_draws)
    assert found[0] == key
    return form, found[1]


def chained(graph):
    form = canonical(graph)
    part = gibbs.Part(key_of(form, METHOD), "test", form)
    ((_, draws),) = gibbs.run([part], METHOD, 4096)
    return draws


def test_density_is_that_of_the_claims() -> None:
    graph = record(6, 40, seed=3, group=6)
    x = np.random.default_rng(0).normal(0, 1, (6, 50))
    about = graph.difference(x.T + METHOD.prior_mean)
    told = (
        stats.norm(METHOD.prior_mean, METHOD.prior_sd)
        .logpdf(x + METHOD.prior_mean)
        .sum(axis=0)
    )
    equal = graph.kind == EQUALITY
    scale = graph.scale[equal] / METHOD.t_quantile
    told += stats.t(METHOD.nu).logpdf((about[:, equal] - graph.y[equal]) / scale).sum(1)
    spare = graph.kind[~equal] * (graph.y[~equal] - about[:, ~equal]) / METHOD.bound_s
    eps = METHOD.bound_eps
    told += np.log((1 - eps) * stats.norm.cdf(spare) + eps).sum(axis=1)
    ours = log_density(graph, x, METHOD)
    np.testing.assert_allclose(ours - ours[0], told - told[0], atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_approximation_is_near_what_chains_say(seed: int) -> None:
    graph = canonical(record(5, 30, seed=seed, group=5, garbled=0.0)).graph
    mean, cov = approximate(Dense.of([graph], METHOD))
    draws = chained(graph)
    sd = draws.std(axis=0)
    assert np.all(np.abs(mean[0] + METHOD.prior_mean - draws.mean(axis=0)) < 0.4 * sd)
    ratio = np.sqrt(np.diagonal(cov[0])) / sd
    assert np.all((ratio > 0.6) & (ratio < 1.5))


def test_parts_are_approximated_alike_alone_and_side_by_side() -> None:
    graphs = [canonical(record(4, 12 + k, seed=k, group=4)).graph for k in range(5)]
    together = mixtures(graphs, METHOD)
    for graph, mixture in zip(graphs, together, strict=True):
        (alone,) = mixtures([graph], METHOD)
        np.testing.assert_array_equal(mixture.center, alone.center)
        np.testing.assert_array_equal(mixture.factor, alone.factor)


def test_both_humps_are_proposed_and_weigh_what_chains_say() -> None:
    graph = canonical(DIVIDED).graph
    (mixture,) = mixtures([graph], METHOD)
    x = mixture.draw(2048, np.random.default_rng(1)).reshape(3, -1)
    x += METHOD.prior_mean
    near = [np.mean(np.any(np.abs(x - level) < 0.5, axis=0)) for level in (22, 24)]
    assert min(near) > 0.02
    _, ours = drawn(DIVIDED)
    theirs = chained(DIVIDED)
    assert ours is not None
    low = ours[:, 0] < 23
    assert np.mean(low) == pytest.approx(np.mean(theirs[:, 0] < 23), abs=0.04)


@pytest.mark.parametrize("seed", range(3))
def test_draws_agree_with_chains_in_margins_and_jointly(seed: int) -> None:
    graph = record(6, 30, seed=seed, group=6)
    assert suits(graph)
    _, ours = drawn(graph)
    theirs = chained(graph)
    assert ours is not None
    sd = theirs.std(axis=0)
    for p, tolerance in ((0.05, 0.15), (0.5, 0.06), (0.95, 0.15)):
        off = np.quantile(ours, p, axis=0) - np.quantile(theirs, p, axis=0)
        assert np.all(np.abs(off) < np.maximum(0.03, tolerance * sd))
    between = np.corrcoef(ours.T) - np.corrcoef(theirs.T)
    assert np.all(np.abs(between) < 0.1)


def test_no_try_where_a_node_has_no_level_or_the_part_is_large() -> None:
    assert not suits(graph_of(2, (0, -1, 24.0, 0.3, 0), (1, -1, 24.0, 0.3, 1)))
    assert not suits(record(60, 200, seed=1, group=None))


def test_uneven_weights_are_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """With proposals in the wrong place the answer is no, not a wrong one."""
    (mixture,) = mixtures([canonical(DIVIDED).graph], METHOD)
    far = type(mixture)(mixture.share[:1], mixture.center[:1] + 9, mixture.factor[:1])
    monkeypatch.setattr(importance, "mixtures", lambda *_: [far])
    monkeypatch.setattr(importance, "adapted", lambda mixture, *_: mixture)
    assert drawn(DIVIDED)[1] is None


@pytest.mark.parametrize("shape", [0.2, 0.5, 0.9])
def test_the_shape_of_a_tail_is_found(shape: float) -> None:
    weights = stats.genpareto(shape).rvs(40_000, random_state=5)
    assert tail_shape(weights / weights.sum()) == pytest.approx(shape, abs=0.12)


def test_weights_that_are_all_alike_have_no_tail() -> None:
    assert tail_shape(np.full(1000, 0.001)) == 0.0


def test_weighted_margins_are_quantiles() -> None:
    random = np.random.default_rng(2)
    x = random.normal(size=(2, 50_000))
    weight = np.exp(x[0])  # turns a normal around 0 into one around 1
    found = Weighted.of(x, weight / weight.sum())
    margin = found.margins(even(101), np.arange(2))
    np.testing.assert_allclose(margin[:, 50], [1.0, 0.0], atol=0.03)
    rows = found.select(margin, "00" * 32)
    np.testing.assert_array_equal(np.sort(rows, axis=0), margin.T)
    shared = found.margins(even(101), np.zeros(2, dtype=np.int64))
    np.testing.assert_array_equal(shared[0], shared[1])
