"""Courses against their ceiling: the closed form, and brute force where there is none.

Between months both sides are taken for straight, so that a date errs by about a day.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.projection.dates import DAYS
from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Course, Path, points

GROWTH = 0.602  # OOM per year, fourfold
NEVER = np.full(1, np.inf)


def frontier(*records):
    times, levels = zip(*records, strict=True)
    names = tuple(f"r{k}" for k in range(len(records)))
    return Frontier(names, np.array(times), np.array([levels]), names)


def path(f, start, time, pace, growth=GROWTH, **limits):
    values = {name: np.array([value]) for name, value in limits.items()}
    course = Course(f, *(np.array([x]) for x in (start, time, pace, growth)), **values)
    return Path.until(course, int((time + 9 + 30) * 12))


def met(own, share=1.0):
    return float(own.met(np.log10([share]))[0])


def at(own, level, t):
    return np.interp(t, own.months, level[:, 0])


@pytest.mark.parametrize(
    ("o3", "months", "expected"),
    [(6e24, 4, 0.75), (1.83e24, 4, 0.97), (6e24, 5, 1.0), (1.83e24, 5, 1.3)],
)
def test_the_closed_form_of_may_2025(o3, months, expected):
    """DOMAIN §4: frontier 3.8e26, 0.602 OOM a year; tenfold per 4 or 5 months."""
    pace = 12 / months
    own = path(frontier((25.35, np.log10(3.8e26))), np.log10(o3), 25.35, pace)
    years = met(own) - 25.35
    exact = np.log10(3.8e26 / o3) / (pace - GROWTH)
    assert years == pytest.approx(exact, abs=1 / DAYS)
    assert years == pytest.approx(expected, rel=0.01)


def test_a_tenfold_error_of_the_start_moves_the_date_by_five_months():
    f = frontier((25.35, 26.58))
    early, late = (met(path(f, x, 25.35, 3.0)) for x in (24.8, 23.8))
    assert (late - early) * 12 == pytest.approx(5, abs=0.1)


def test_it_may_be_met_at_the_start_or_never():
    f = frontier((25.0, 26.0))
    assert met(path(f, 26.5, 25.2, 3.0)) == pytest.approx(25.2)
    assert np.isinf(met(path(f, 24.0, 25.2, 0.3)))
    assert np.isinf(met(path(f, 24.0, 25.2, 3.0, stall=25.4)))


def test_after_the_crossing_it_grows_with_the_frontier():
    own = path(frontier((25.0, 26.0)), 24.0, 25.0, 3.0)
    share = np.log10([0.5])
    level, joined = own.levels(share), met(own, 0.5)
    assert at(own, level, 25.25) == pytest.approx(24.75, abs=1e-3)
    for t in (joined + 0.2, joined + 2):
        assert at(own, level, t) == pytest.approx(26 + GROWTH * (t - 25) + share[0])


def test_a_stall_ends_growth_before_the_ceiling_and_after_it():
    f = frontier((25.0, 26.0))
    early, late = (path(f, 24.0, 25.0, 3.0, stall=25 + s) for s in (0.5, 2.0))
    assert at(early, early.levels(np.zeros(1)), 30.0) == pytest.approx(25.5)
    flat = at(late, late.levels(np.zeros(1)), np.array([27.2, 30.0]))
    assert flat == pytest.approx(26 + 2 * GROWTH)


def test_a_cap_bends_the_path():
    # 24 + 3t meets 25 + 0.4t at t = 1/2.6; F is far above.
    f = frontier((0.0, 30.0))
    level = path(f, 24.0, 0.0, 3.0, cap=25.0, cap_growth=0.4)
    assert at(level, level.levels(NEVER), [0.25, 2.0]) == pytest.approx(
        [24.75, 25.8], abs=1e-3
    )
    # A leader above the cap keeps what it has until the cap arrives.
    above = path(f, 26.0, 0.0, 3.0, cap=25.0, cap_growth=0.4)
    assert at(above, above.levels(NEVER), [1.0, 5.0]) == pytest.approx(
        [26.0, 27.0], abs=1e-3
    )


def test_a_cap_below_a_faster_frontier_also_holds_after_the_crossing():
    own = path(
        frontier((0.0, 24.5)), 24.0, 0.0, 3.0, growth=1.0, cap=25.0, cap_growth=0.2
    )
    assert met(own) == pytest.approx(0.25, abs=0.003)
    assert at(own, own.levels(np.zeros(1)), 3.0) == pytest.approx(25.6, abs=1e-3)


def test_a_leader_above_its_ceiling_keeps_what_it_has():
    own = path(frontier((0.0, 24.0)), 26.0, 0.0, 3.0, growth=0.5)
    assert met(own) == 0
    level = own.levels(np.zeros(1))
    assert at(own, level, [0.0, 2.0]) == pytest.approx([26.0, 27.0])


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
    limits = {} if stall is None else {"stall": time + stall}
    if cap:
        limits |= {"cap": start + cap[0] - cap[1] * time, "cap_growth": cap[1]}
    own = path(f, start, time, pace, growth, **limits)
    day = met(own, 0.5)
    t = np.linspace(time, time + 8, 20_001)[:, None]
    gap = own.course.free(t) - f.total(t, own.course.growth) - np.log10(0.5)
    # A touch shorter than a month, or one that only rounding tells, may pass unseen.
    surely, perhaps = (gap[:, 0] >= slack for slack in (0.13, -1e-4))
    if surely.any():
        assert day <= t[surely.argmax(), 0] + 1 / 12
    if perhaps.any():
        assert day >= t[perhaps.argmax(), 0] - 1 / 12
    else:
        assert day > time + 8


def test_f_is_its_records_and_straight_between_them():
    f = frontier((24.0, 25.0), (25.0, 26.0), (25.5, 26.2))
    t = np.array([[23.0], [24.0], [24.5], [25.25], [25.5], [27.5]])
    assert f.total(t, np.array([0.5]))[:, 0] == pytest.approx(
        [25, 25, 25.5, 26.1, 26.2, 27.2]
    )


def test_points_are_order_statistics_and_may_be_never():
    values = np.array([[3.0, 1.0, np.inf, 2.0, 0.0]])
    assert list(points(values, (0.0, 0.5, 1.0))[0]) == [0.0, 2.0, np.inf]
