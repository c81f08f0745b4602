"""Seconds of the processor that estimates take."""

import time

import pytest

from pipeline.estimation.influence import effects
from pipeline.estimation.record import posterior
from tests import loaded

pytestmark = pytest.mark.bench


def test_the_record_at_every_vintage_and_without_each_claim():
    tables = loaded.real().tables
    start = time.process_time()
    found = posterior(tables)
    every = time.process_time() - start
    start = time.process_time()
    left_out = effects(found.states[-1], found.assumed)
    print(
        f"\n{len(found.states)} vintages: {every:.2f} s; {len(left_out)} claims left "
        f"out: {time.process_time() - start:.2f} s"
    )
