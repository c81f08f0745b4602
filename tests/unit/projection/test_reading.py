"""What is read off a course: that published points stay in order."""

from __future__ import annotations

import numpy as np

from pipeline.projection import reading
from pipeline.projection.dates import month_starts
from pipeline.projection.monthly import by_month
from tests.unit.projection import world

MONTHS = 12 * 56 + np.arange(60)
T = month_starts(MONTHS)


class Curves:
    """Two points that run together until a day and part company slowly then."""

    def levels(self, t):
        lower = 24 + 0.2 * (t - T[0])
        apart = 0.02 * np.maximum(t - T[30], 0)
        return np.column_stack([lower, lower + apart, *[lower + k for k in (1, 2, 3)]])

    def slopes(self, t):
        return np.zeros(len(t))


def test_points_that_all_but_touch_do_not_cross():
    raw = by_month(MONTHS, Curves().levels)
    assert np.diff(raw, axis=1).min() < 0  # a cubic swings below where they part
    ordered, total = np.sort(T), np.full(60, 26.0)
    table = reading._months(Curves(), ordered, MONTHS, total, world.assumed())
    assert np.diff(table[:, :5], axis=1).min() >= 0
