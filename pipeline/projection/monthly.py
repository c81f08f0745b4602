"""Curves month by month, from fewer months where that is enough.

What belongs here: which months are computed and how the others lie between them. What
does not: what is computed (reading.py).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.interpolate import CubicHermiteSpline, make_interp_spline

from pipeline.estimation.method import FloatArray, IntArray
from pipeline.projection.dates import month_starts

_EVERY = 3  # months
_BENT = 0.004  # log10: cubic and straight line may differ by so much


def by_month(
    months: IntArray, curves: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Continuous curves on the first day of every month, shape (months, curves).

    The first months of quarters are computed, the others lie on a cubic between them,
    with slopes from the neighbours on either side. Where the cubic is not nearly
    straight (a corner may lie there), each month is computed.

    No month depends on which others are wanted.

    Args:
        months: consecutive ones, as months since 1970.
        curves: at times (times,) in years, ascending, the curves (times, curves) in
            log10; also up to five months before the first month and six behind the
            last, where the first and the last stretch have their neighbours.
    """
    first, last = (month // _EVERY for month in (months[0], months[-1]))
    knots = month_starts(_EVERY * np.arange(first - 1, last + 3))
    known = curves(knots)
    t = month_starts(np.arange(_EVERY * first, _EVERY * (last + 1)))
    found = CubicHermiteSpline(knots, known, np.gradient(known, knots, axis=0))(t)
    straight = make_interp_spline(knots, known, k=1)(t)
    bent = np.abs(found - straight).max(axis=1) > _BENT
    # Where one month of a stretch bends, the others may bend as well.
    bent = bent.reshape(-1, _EVERY).any(axis=1).repeat(_EVERY)
    bent[::_EVERY] = False  # these are computed
    wanted = months - _EVERY * first
    found, bent = found[wanted], bent[wanted]
    if bent.any():
        found[bent] = curves(month_starts(months[bent]))
    return np.asarray(found)
