"""Timings of the estimator: ratios within one run wherever possible."""

import json
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pipeline.estimation.gaussian import fit, leave_one_out
from pipeline.estimation.graph import union
from pipeline.estimation.posterior import sample
from pipeline.estimation.record import posterior
from pipeline.estimation.screening import distinct, graphs_of
from tests import loaded
from tests.unit.estimation.records import METHOD, record

pytestmark = pytest.mark.bench


def seconds(function, repeat=3):
    """The best of a few runs in seconds of the processor: others may share it."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
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


def test_the_record_at_one_vintage_and_at_all():
    """Observations, standing and draws of the record that ships, without a cache."""
    tables = loaded.real().tables
    newest = posterior(tables, {}).states[-1]
    parts = distinct([newest])
    found = loaded.real().found
    graphs = [g for g, _ in graphs_of(found.prepared, parts, found.assumed)]
    one = seconds(
        lambda: sample(union(graphs), METHOD, 4096, label="bench", cache={}), repeat=2
    )
    every = seconds(lambda: posterior(tables, {}), repeat=2)
    print(f"\nthe record: newest vintage {one:.2f} s, all vintages {every:.2f} s")
    assert one <= 3.0
    assert every <= 20.0


def test_published_quantiles_of_a_hundred_thousand_claims():
    """Seconds, growth and memory, in one run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.published"],
        cwd=Path(__file__).parent.parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for case in found:
        print(
            f"\n{case['claims']:,} claims ({case['shape']}): {case['seconds']:.1f} s, "
            f"{case['cpu']:.1f} of CPU, at most {case['megabytes']:.0f} MB so far",
            end="",
        )
    for shape in {case["shape"] for case in found}:
        cases = [case for case in found if case["shape"] == shape]
        growth = np.diff(np.log([[c["claims"], c["cpu"]] for c in cases]), axis=0)
        whole = np.log([[c["claims"], c["cpu"]] for c in cases])
        exponent = (whole[-1] - whole[0])[1] / (whole[-1] - whole[0])[0]
        steps = growth[:, 1] / growth[:, 0]
        print(f"\n{shape}: time grows as claims^{exponent:.2f} ({steps.round(2)})")
        assert exponent <= 1.1
        assert cases[-1]["seconds"] <= 30.0
    assert max(case["megabytes"] for case in found) <= 1000


def test_one_new_claim_costs_its_own_component():
    graph = record(150, 240, seed=3, group=8)
    cache = {}
    draw = partial(sample, method=METHOD, n_draws=4096, label="bench", cache=cache)
    whole = seconds(lambda: draw(graph), 1)
    fewer = graph.claims(np.arange(graph.m - 1))
    again = seconds(lambda: draw(fewer), 1)
    print(f"\none claim less: {again / whole:.2f} of the whole")
    assert again <= 0.5 * whole
