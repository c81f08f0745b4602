"""Curves from fewer months than all of them, against all of them."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.projection.dates import month_starts
from pipeline.projection.monthly import by_month

FIRST = 12 * 55 + 5  # months since 1970
MONTHS = FIRST + np.arange(60)
T = month_starts(MONTHS)


class Asked:
    """Curves that remember for how many times they were asked."""

    def __init__(self, *curves):
        self.curves, self.times = curves, 0

    def __call__(self, t):
        self.times += len(t)
        assert (np.diff(t) > 0).all()
        return np.column_stack([curve(t) for curve in self.curves])


def line(t):
    return 24 + 0.7 * (t - T[0])


def smooth(t):
    return 24 + 0.7 * (t - T[0]) + 0.05 * (t - T[0]) ** 2


@pytest.mark.parametrize("corner", [*np.linspace(T[3], T[56], 40), *T[4:48:4]])
def test_a_corner_anywhere_is_kept(corner):
    def bent(t):
        return 24 + 2.4 * np.minimum(t - corner, 0) + 0.6 * np.maximum(t - corner, 0)

    asked = Asked(line, bent)
    found = by_month(MONTHS, asked)
    assert found[:, 1] == pytest.approx(bent(T), abs=0.004)
    assert asked.times < 45


def test_a_smooth_curve_is_computed_for_the_first_months_of_quarters():
    asked = Asked(line, smooth)
    found = by_month(MONTHS, asked)
    assert found == pytest.approx(np.column_stack([line(T), smooth(T)]), abs=1e-4)
    assert asked.times == 21 + 3  # 60 months touch 21 quarters; one before, two behind


def test_every_month_of_a_rugged_curve_is_computed():
    rugged = np.random.default_rng(2).normal(size=200)

    def curve(t):
        return np.interp(t, T[0] + np.arange(200) / 12, rugged)

    found = by_month(MONTHS, Asked(curve))
    assert found[:, 0] == pytest.approx(curve(T), abs=1e-12)


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("behind", range(5))
def test_no_month_depends_on_which_others_are_wanted(before, behind):
    """Or a vintage more would move what shares a course with it."""

    def curve(t):
        return np.sin(t) + 0.05 * t**2

    few = by_month(MONTHS, Asked(curve, line))
    more = FIRST - before + np.arange(60 + before + behind)
    assert np.array_equal(few, by_month(more, Asked(curve, line))[before:][:60])
    exact = curve(month_starts(MONTHS))
    assert 0 < np.abs(few[:, 0] - exact).max() < 0.004  # some are not computed


def test_a_single_month_and_a_few():
    for n in (1, 2, 4, 5):
        found = by_month(MONTHS[:n], Asked(smooth))
        assert found[:, 0] == pytest.approx(smooth(T[:n]), abs=1e-3)
