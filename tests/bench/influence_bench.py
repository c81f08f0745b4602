"""Cost of leaving out every claim of the record, in Gaussian fits of every vintage."""

from __future__ import annotations

import time

import pytest

from pipeline.estimation.gaussian import fit
from pipeline.estimation.graph import union
from pipeline.estimation.influence import effects
from pipeline.estimation.screening import distinct, graphs_of
from pipeline.estimation.vintages import method_of
from tests import loaded

pytestmark = pytest.mark.bench


def test_leaving_out_every_claim_costs_at_most_five_fits_of_every_vintage() -> None:
    found = loaded.real().found
    method = method_of(found.assumed)
    graphs = [
        union([g for g, _ in graphs_of(found.prepared, distinct([s]), found.assumed)])
        for s in found.states
    ]
    start = time.process_time()  # the fits alone, not reading the frames
    for graph in graphs:
        fit(graph, method)
    fits = time.process_time() - start
    start = time.process_time()
    assert effects(found.prepared, found.states[-1], found.assumed)
    took = time.process_time() - start
    print(f"\nleaving out: {took:.2f} s, fits of every vintage: {fits:.2f} s")
    assert took <= 5 * fits
