"""Selection among values that hold for a while, against sorting at every time."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.projection.steps import Held, selected

N, TIMES = 2001, 24


def world(rng, kind):
    """A pace until some time, then a growth, then perhaps nothing."""
    pace = {
        "wide": rng.normal(1.2, 0.6, N),
        "floor": np.maximum(rng.normal(0.3, 0.6, N), 0.05),
        "one": np.full(N, 2.0),
        "outlier": np.append(rng.normal(1.2, 0.1, N - 1), 1e6),
    }[kind]
    growth = np.full(N, 2.0) if kind == "one" else rng.normal(0.6, 0.02, N)
    joins = rng.integers(0, TIMES + 1, N)
    stops = rng.integers(0, TIMES + 1, N)
    return pace, growth, joins, stops


@pytest.mark.parametrize("kind", ["wide", "floor", "one", "outlier"])
@pytest.mark.parametrize("stalls", [False, True])
def test_it_is_what_sorting_at_every_time_gives(kind, stalls):
    pace, growth, joins, stops = world(np.random.default_rng(3), kind)
    start, end = np.zeros(N, dtype=int), np.full(N, TIMES)
    if not stalls:
        stops = end
    held = [
        Held(pace, start, np.minimum(joins, stops)),
        Held(growth, joins, stops),
        Held(np.zeros(N), stops, end),
    ]
    place, aside = N // 2, 40
    below, found, above = selected(held, TIMES, place, aside)
    k = np.arange(TIMES)[:, None]
    every = np.sort(
        np.where(k >= stops, 0.0, np.where(k >= joins, growth, pace)), axis=1
    )
    assert np.array_equal(found, every[:, place])
    assert (below <= every[:, place - aside]).all()
    assert (above >= every[:, place + aside]).all()
    if kind == "wide":  # the bounds are near: two bins of a range of four
        assert (every[:, place - aside] - below).max() < 0.02
        assert (above - every[:, place + aside]).max() < 0.02
