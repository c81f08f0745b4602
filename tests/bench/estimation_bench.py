"""Timings of the estimator: ratios within one run wherever possible."""

import time

import numpy as np
import pytest

from pipeline.estimation.gaussian import fit, leave_one_out
from pipeline.estimation.posterior import sample
from tests.unit.estimation.records import METHOD, record

pytestmark = pytest.mark.bench


def seconds(function, repeat=3):
    """The best of a few runs: noise on a shared machine only adds."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best


@pytest.mark.parametrize("group", [10, None], ids=["groups", "one giant part"])
def test_gaussian_stage_on_a_hundred_thousand_claims(group):
    graph = record(20_000, 100_000, seed=1, group=group)
    took = seconds(lambda: fit(graph, METHOD))
    print(f"\n100,000 claims, group={group}: {took:.2f} s")
    assert took <= 3.0


def test_gaussian_cost_grows_no_faster_than_claims_to_the_1_1():
    small, large = record(200, 1_000, seed=1), record(20_000, 100_000, seed=1)
    ratio = seconds(lambda: fit(large, METHOD)) / seconds(lambda: fit(small, METHOD))
    print(f"\n1k to 100k claims: time ×{ratio:.0f}")
    assert ratio <= 100**1.1


def test_leaving_one_out_costs_a_few_fits():
    graph = record(150, 500, seed=1, group=30)
    fitted = fit(graph, METHOD)
    one = seconds(lambda: fit(graph, METHOD), repeat=10)
    all_out = seconds(lambda: leave_one_out(graph, METHOD, fitted), repeat=10)
    print(f"\nleave-one-out ÷ fit: {all_out / one:.1f}")
    assert all_out <= 5 * one


def test_published_quantiles_of_a_record():
    """A record of about the size of ours, one vintage, from an empty cache."""
    graph = record(150, 240, seed=3, group=8)
    took = seconds(
        lambda: sample(graph, METHOD, 4096, label="bench", cache={}), repeat=2
    )
    print(f"\n150 nodes, 240 claims: {took:.2f} s")
    assert took <= 3.0


def test_one_new_claim_costs_its_own_component():
    graph = record(150, 240, seed=3, group=8)
    cache = {}
    start = time.perf_counter()
    sample(graph, METHOD, 4096, label="bench", cache=cache)
    whole = time.perf_counter() - start
    fewer = graph.claims(np.arange(graph.m - 1))
    start = time.perf_counter()
    sample(fewer, METHOD, 4096, label="bench", cache=cache)
    again = time.perf_counter() - start
    print(f"\none claim less: {again / whole:.2f} of the whole")
    assert again <= 0.5 * whole
