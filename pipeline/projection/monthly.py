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

_EVERY = 4  # months
_BENT = 0.004  # log10: cubic and straight line may differ by so much


def by_month(
    months: IntArray, curves: Callable[[FloatArray], FloatArray]
) -> FloatArray:
    """Continuous curves on the first day of every month, shape (months, curves).

    Every fourth month is computed, the others lie on a cubic between them, with slopes
    from the neighbours on either side. Where the cubic is not nearly straight (a corner
    may lie there), each month is computed.

    Months added at the end change none before them.

    Args:
        months: consecutive ones, as months since 1970.
        curves: at times (times,) in years, ascending, the curves (times, curves) in
            log10.
    """
    # The last stretch has neighbours like any other, whatever comes behind it.
    stretches = max(-(-(len(months) - 1) // _EVERY), 1)
    knots = month_starts(months[0] + _EVERY * np.arange(stretches + 2))
    known = curves(knots)
    t = month_starts(months)
    found = CubicHermiteSpline(
        knots, known, np.gradient(known, knots, axis=0, edge_order=2)
    )(t)
    straight = make_interp_spline(knots, known, k=1)(t)
    bent = np.abs(found - straight).max(axis=1) > _BENT
    if bent.any():
        found[bent] = curves(t[bent])
    return np.asarray(found)
