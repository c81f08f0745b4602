"""Paths against their ceiling: the closed form, and brute force where there is none."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Course, Path, crossing, path, straight

NEVER = np.full(1, np.inf)
FIELDS = [f.name for f in fields(Course) if f.name != "at_least"]
GROWTH = 0.602  # OOM per year, fourfold


def frontier(*records):
    times, levels = zip(*records, strict=True)
    names = tuple(f"r{k}" for k in range(len(records)))
    return Frontier(names, np.array(times), np.array([levels]), names)


def one(start, time, pace, growth=GROWTH, stall=np.inf, cap=np.inf, cap_growth=0.0):
    return Course(*(np.array([x]) for x in (start, time, pace, growth, stall, cap,
                                            cap_growth)))  # fmt: skip


@pytest.mark.parametrize(
    ("o3", "months", "expected"),
    [(6e24, 4, 0.75), (1.83e24, 4, 0.97), (6e24, 5, 1.0), (1.83e24, 5, 1.3)],
)
def test_the_closed_form_of_may_2025(o3, months, expected):
    """DOMAIN §4: frontier 3.8e26, 0.602 OOM a year; tenfold per 4 or 5 months."""
    pace = 12 / months
    course = one(np.log10(o3), 25.35, pace)
    met = crossing(course, frontier((25.35, np.log10(3.8e26))), np.zeros(1))
    years = float(met[0]) - 25.35
    assert years == pytest.approx(np.log10(3.8e26 / o3) / (pace - GROWTH), rel=1e-9)
    assert years == pytest.approx(expected, rel=0.01)


def test_a_tenfold_error_of_the_start_moves_the_date_by_five_months():
    f = frontier((25.35, 26.58))
    early, late = (crossing(one(x, 25.35, 3.0), f, np.zeros(1)) for x in (24.8, 23.8))
    assert (late - early)[0] * 12 == pytest.approx(5, abs=0.1)


def test_it_may_be_met_at_the_start_or_never():
    f = frontier((25.0, 26.0))
    assert crossing(one(26.5, 25.2, 3.0), f, np.zeros(1))[0] == 25.2
    assert np.isinf(crossing(one(24.0, 25.2, 0.3), f, np.zeros(1))[0])
    assert np.isinf(crossing(one(24.0, 25.2, 3.0, stall=25.4), f, np.zeros(1))[0])


def test_after_the_crossing_it_grows_with_the_frontier():
    f, share = frontier((25.0, 26.0)), np.log10([0.5])
    course = one(24.0, 25.0, 3.0)
    met = crossing(course, f, share)
    t = np.array([met[0] - 0.1, met[0] + 0.1, met[0] + 2])
    reasoning, slope = path(course, f, met, t)
    ceiling = f.at(t, course.growth)[0] + share
    assert reasoning[0, 1:] == pytest.approx(ceiling[1:])
    assert reasoning[0, 0] < ceiling[0]
    assert list(slope[0]) == [3.0, GROWTH, GROWTH]


def test_a_cap_bends_the_path_and_its_growth():
    # 24 + 3t meets 25 + 0.4t at t = 1/2.6; F is far above.
    f = frontier((0.0, 30.0))
    course = one(24.0, 0.0, 3.0, cap=25.0, cap_growth=0.4)
    reasoning, slope = path(course, f, NEVER, np.array([0.2, 1.0]))
    assert reasoning[0] == pytest.approx([24.6, 25.4])
    assert list(slope[0]) == [3.0, 0.4]
    # A leader above the cap keeps what it has until the cap arrives.
    above = one(26.0, 0.0, 3.0, cap=25.0, cap_growth=0.4)
    reasoning, slope = path(above, f, NEVER, np.array([1.0, 5.0]))
    assert reasoning[0] == pytest.approx([26.0, 27.0])
    assert list(slope[0]) == [0.0, 0.4]


def test_a_cap_below_a_faster_frontier_also_holds_after_the_crossing():
    f = frontier((0.0, 24.5))
    course = one(24.0, 0.0, 3.0, growth=1.0, cap=25.0, cap_growth=0.2)
    met = crossing(course, f, np.zeros(1))
    assert met[0] == pytest.approx(0.25)
    reasoning, _ = path(course, f, met, np.array([0.5, 3.0]))
    assert reasoning[0] == pytest.approx([25.0, 25.6])


def test_a_leader_above_cap_and_ceiling_keeps_what_it_has():
    f = frontier((0.0, 24.0))
    course = one(26.0, 0.0, 3.0, growth=0.5, cap=25.0, cap_growth=0.4)
    met = crossing(course, f, np.zeros(1))
    assert met[0] == 0
    reasoning, slope = path(course, f, met, np.array([0.0, 1.0, 5.0]))
    assert reasoning[0] == pytest.approx([26.0, 26.0, 27.0])
    assert list(slope[0]) == [0.0, 0.0, 0.4]


def test_single_precision_changes_nothing_that_shows():
    rng = np.random.default_rng(3)
    n, later = 500, np.array([26.0, 26.5, 28.0, 31.0])
    f = Frontier(
        ("a", "b"), np.array([24.5, 25.9]), 26 + rng.random((n, 2)).cumsum(axis=1), ()
    )
    course = Course(
        24 + rng.random(n), 25 + rng.random(n) / 2, 1 + rng.random(n), rng.random(n),
        np.where(rng.random(n) < 0.5, np.inf, 26 + 3 * rng.random(n)),
        cap=np.where(rng.random(n) < 0.5, np.inf, 26 + rng.random(n)),
        cap_growth=0.1 + rng.random(n),
    )  # fmt: skip
    met = crossing(course, f, np.log10(0.5) * np.ones(n))
    assert 0.1 < np.isinf(met).mean() < 0.9
    exact = path(course, f, met, later)
    for k in range(n):  # each draw by itself
        own = Course(*(getattr(course, name)[k : k + 1] for name in FIELDS))
        single = path(own, replace(f, draws=f.draws[k : k + 1]), met[k : k + 1], later)
        assert single[0][0] == pytest.approx(exact[0][k], abs=1e-9)
        assert list(single[1][0]) == pytest.approx(list(exact[1][k]))
    rows = Path(course, f, met, np.float32)
    levels = rows.levels(later)
    slopes = rows.slopes(later, levels)
    assert levels.dtype == slopes.dtype == np.float32
    assert np.abs(levels.T - exact[0]).max() < 2e-5
    assert np.abs(slopes.T - exact[1]).max() < 1e-6


ends = st.floats(22, 27)


@settings(max_examples=150, deadline=None)
@given(
    start=ends, time=st.floats(24, 27), pace=st.floats(0.1, 4),
    growth=st.floats(0.1, 1.5), levels=st.lists(st.floats(0, 1.5), min_size=1,
                                                max_size=5),
    stall=st.one_of(st.none(), st.floats(0, 2)),
    cap=st.one_of(st.none(), st.tuples(st.floats(-1, 3), st.floats(0.05, 1.5))),
)  # fmt: skip
def test_the_crossing_is_that_of_brute_force(
    start, time, pace, growth, levels, stall, cap
):
    f = frontier(*zip(24 + np.arange(len(levels)) * 0.7, 25 + np.cumsum(levels),
                      strict=True))  # fmt: skip
    course = one(
        start, time, pace, growth,
        np.inf if stall is None or cap else time + stall,
        start + cap[0] - cap[1] * time if cap else np.inf, cap[1] if cap else 0.0,
    )  # fmt: skip
    share = np.log10([0.5])
    met = crossing(course, f, share)[0]
    t = np.linspace(time, time + 8, 200_001)
    gap = f.at(t, course.growth)[0] + share - straight(course, t[None, :])[0]
    hits = np.flatnonzero(gap <= 1e-9)
    if len(hits):
        assert met == pytest.approx(t[hits[0]], abs=1e-4) or gap.min() > -1e-6
    else:
        assert met > t[-1]


def test_f_is_its_records_and_straight_between_them():
    f = frontier((24.0, 25.0), (25.0, 26.0), (25.5, 26.2))
    growth = np.array([0.5])
    t = np.array([23.0, 24.0, 24.5, 25.25, 25.5, 27.5])
    assert f.at(t, growth)[0] == pytest.approx([25, 25, 25.5, 26.1, 26.2, 27.2])
    assert f.at(t[-1:], growth)[0] == pytest.approx([27.2])
