"""Quantiles from the first draws and, where those lie thin, from all."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Course, crossing, path
from pipeline.projection.quantiles import LEVELS, Quantiles, places

N, SOME = 1 << 16, 1 << 14
T = np.linspace(0.1, 5, 30)


def world(sd, *, mean=1.2, growth=0.1, stalled=False, capped=False):
    """Draws whose pace is the wider the larger `sd`, their frontier and ceiling."""
    rng = np.random.default_rng(6)
    course = Course(
        24 + rng.normal(0, 0.3, N),
        np.full(N, -0.2),
        np.maximum(rng.normal(mean, sd, N), 0.05),
        rng.normal(0.6, growth, N),
        rng.exponential(3, N) if stalled else np.full(N, np.inf),
    )
    if capped:
        course = Course(
            course.start, course.time, course.pace, course.growth, course.stall,
            cap=26 + rng.normal(0, 0.5, N), cap_growth=0.3 + 0.1 * rng.random(N),
        )  # fmt: skip
    front = Frontier(("x",), np.zeros(1), 26 + rng.normal(0, 0.2, (N, 1)), ())
    return course, front, np.log10(rng.uniform(0.1, 1, N))


def exact(course, front, share, rows):
    met = crossing(course, front, share)[:rows]
    reasoning, slope = path(course.first(rows), front.first(rows), met, T)
    level = np.sort(reasoning, axis=0)[places(LEVELS, rows)].T
    return level, np.sort(slope, axis=0)[places((0.5,), rows)[0]]


@pytest.mark.parametrize("block", [24, 200])
@pytest.mark.parametrize("kind", ["free", "stalled", "capped"])
def test_thin_ones_come_from_all_draws_and_no_others(kind, block, monkeypatch):
    monkeypatch.setattr("pipeline.projection.quantiles._BLOCK", block)
    growth = 0.3 if kind == "free" else 0.1  # then the upper tail is thin later on
    course, front, share = world(
        0.6, growth=growth, stalled=kind == "stalled", capped=kind == "capped"
    )
    met = crossing(course, front, share)[:SOME]
    own = Quantiles(course, front, share, met)
    of_some, of_all = (exact(course, front, share, n) for n in (SOME, N))
    for found, some, every in zip(
        (own.levels(T), own.slopes(T)), of_some, of_all, strict=True
    ):
        # Levels of some draws are rounded to steps of their range.
        from_some, from_all = np.abs(found - some) < 2e-4, np.abs(found - every) < 2e-5
        assert (from_some | from_all).all()
        differ = np.abs(some - every) > 1e-3
        assert (from_some & differ).any()
    if kind == "free":
        levels = np.abs(own.levels(T) - of_all[0]) < 2e-5
        apart = np.abs(of_some[0] - of_all[0]) > 1e-3
        assert (levels & apart)[:, 0].any()  # the lower tail is thin
        assert not (levels & apart)[:, 2].any()  # the middle is not


def test_a_median_between_pace_and_growth_comes_from_all_draws():
    course, front, share = world(0.2, mean=3)
    met = crossing(course, front, share)
    t = np.quantile(met, [0.1, 0.4999, 0.5, 0.5001, 0.9])  # half of them have joined
    found = Quantiles(course, front, share, met[:SOME]).slopes(t)
    of_some, of_all = (
        np.sort(path(course.first(n), front.first(n), met[:n], t)[1], axis=0)[
            places((0.5,), n)[0]
        ]
        for n in (SOME, N)
    )
    assert found[[0, 4]] == pytest.approx(of_some[[0, 4]], abs=1e-6)
    assert found[1:4] == pytest.approx(of_all[1:4], abs=1e-6)
    assert np.abs(of_some - of_all)[1:4].max() > 0.005


def test_where_no_draws_lie_thin_the_others_are_not_computed(monkeypatch):
    course, front, share = world(0.02)
    share = np.zeros(N)
    met = crossing(course, front, share)[:SOME]
    monkeypatch.setattr(
        "pipeline.projection.quantiles.crossing", lambda *_: pytest.fail("computed")
    )
    found = Quantiles(course, front, share, met).levels(T)
    assert (np.diff(found, axis=1) > 0).all()


def test_all_draws_may_be_the_first_ones():
    course, front, share = world(0.6)
    met = crossing(course, front, share)
    found = Quantiles(course, front, share, met)
    level, slope = exact(course, front, share, N)
    assert np.abs(found.levels(T) - level).max() < 2e-4
    assert np.abs(found.slopes(T) - slope).max() < 2e-5
