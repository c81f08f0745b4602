"""Crossings and paths against closed forms and against a fine grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Course, crossing, path, straight

ONE = np.ones(1)


def _frontier(times: list[float], levels: list[float]) -> Frontier:
    return Frontier(("x",), np.array(times), np.array([levels]), ("x",))


def _course(
    start: float, time: float, pace: float, growth: float, stall: float = np.inf
) -> Course:
    return Course(start * ONE, time * ONE, pace * ONE, growth * ONE, stall * ONE)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [(6e24, 4, 0.75), (1.83e24, 4, 0.97), (6e24, 5, 1.0), (1.83e24, 5, 1.29)],
)
def test_the_articles_closed_form(start: float, months: float, expected: float) -> None:
    """Frontier 3.8e26 at 4x a year against tenfold every few months."""
    flat = _frontier([0.0], [np.log10(3.8e26)])
    course = _course(np.log10(start), 0.0, 12 / months, np.log10(4))
    met = crossing(course, flat, np.zeros(1))[0]
    gap = np.log10(3.8e26 / start)
    assert met == pytest.approx(gap / (12 / months - np.log10(4)), rel=1e-12)
    assert met == pytest.approx(expected, rel=0.01)


numbers = st.floats(-2, 4)


@given(
    start=numbers,
    time=st.floats(-1, 5),
    pace=st.floats(0.05, 4),
    growth=st.floats(0, 1),
    rise=st.lists(st.floats(0, 2), min_size=3, max_size=3),
    share=st.floats(-1, 0),
    stall=st.one_of(st.just(np.inf), st.floats(0, 6)),
)
def test_the_crossing_is_the_first_time_on_a_grid(
    start: float, time: float, pace: float, growth: float, rise: list[float],
    share: float, stall: float,
) -> None:  # fmt: skip
    front = _frontier([0.0, 1.0, 2.5], list(np.cumsum(rise)))
    stall = max(stall, time)
    course = _course(start, time, pace, growth, stall)
    met = crossing(course, front, share * ONE)[0]
    grid = np.linspace(time, time + 60, 24_001)
    gap = straight(course, grid)[0] - front.at(grid, course.growth)[0] - share
    # Two lines that touch or run side by side cross where rounding says so: between
    # the first time that may be above and the first that surely is.
    surely, perhaps = gap >= 1e-9, gap >= -1e-9
    if surely.any():
        assert met <= grid[surely.argmax()] + 1e-6
    if perhaps.any():
        assert met >= grid[perhaps.argmax()] - (grid[1] - grid[0]) - 1e-6
    else:
        assert met > grid[-1] - 0.01


def test_after_the_crossing_reasoning_grows_with_the_frontier() -> None:
    front = _frontier([0.0], [26.0])
    course = _course(24.0, 0.0, 3.0, 0.6)
    met = crossing(course, front, np.log10(0.5) * ONE)
    t = np.array([0.0, met[0] - 0.1, met[0], met[0] + 1, met[0] + 2])
    level, slope = path(course, front, met, t)
    assert level[0, 1] == pytest.approx(24 + 3 * t[1])
    ceiling = front.at(t, course.growth)[0] + np.log10(0.5)
    assert level[0, 2:] == pytest.approx(ceiling[2:])
    assert list(slope[0]) == [3.0, 3.0, 0.6, 0.6, 0.6]


def test_a_stall_before_the_ceiling_never_converges() -> None:
    front = _frontier([0.0], [26.0])
    course = _course(24.0, 0.0, 3.0, 0.6, stall=0.5)
    met = crossing(course, front, np.zeros(1))
    assert np.isinf(met[0])
    level, slope = path(course, front, met, np.array([0.25, 0.5, 5.0]))
    assert list(level[0]) == pytest.approx([24.75, 25.5, 25.5])
    assert slope[0, 2] == 0


def test_the_frontier_is_straight_between_records_and_grows_after_the_last() -> None:
    front = _frontier([0.0, 1.0], [24.0, 26.0])
    t = np.array([-1.0, 0.0, 0.25, 1.0, 3.0])
    shared = front.at(t, 0.5 * ONE)[0]
    assert list(shared) == pytest.approx([24.0, 24.0, 24.5, 26.0, 27.0])
    assert list(front.at(t[None, :], 0.5 * ONE)[0]) == pytest.approx(list(shared))
