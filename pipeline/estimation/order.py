"""Order and order statistics of many draws.

What belongs here: sorting and selection. What does not: which quantiles are published
(projection/reading.py).

NumPy sorts and partitions with AVX-512 where it finds it, and some processors that have
it (Zen 4) take five times as long for that as without. Integers of 16 bits it sorts by
counting, everywhere in the same time. So values go by steps of a 65,535th of their
range: of ten orders of magnitude, 0.00015, a tenth of what draws leave open.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.estimation.method import FloatArray, IntArray

_STEPS = 65_535  # in 16 bits
_COARSE = 0.001  # orders of magnitude, or years


def order_statistics(values: FloatArray, places: IntArray) -> FloatArray:
    """The values that sorting would put at `places`, along the last axis.

    Args:
        values: (draws,) or (rows, draws) of log10 or years, finite.
        places: (points,) counted from 0.

    Returns:
        (points,) or (rows, points), of the type of `values`, to half a step of the
        range of each row; exact where outliers make that coarser than 0.0005.
    """
    rows = np.atleast_2d(values)
    keys, low, step = _keys(rows)
    keys.sort(axis=1, kind="stable")
    found = low + keys[:, places] * step
    for row in np.flatnonzero(step > _COARSE):
        found[row] = np.partition(rows[row], places)[places]
    return found.reshape(*values.shape[:-1], len(places))


def order_statistics_between(
    rows: FloatArray, place: int, low: FloatArray, high: FloatArray
) -> FloatArray:
    """The value of each row that sorting would put at `place`, exact.

    Only what lies between the bounds is sorted; where they do not hold it, the row is.

    Args:
        rows: (rows, draws).
        place: counted from 0.
        low: (rows,) bounds that the value is expected between, and few others.
        high: (rows,).
    """
    inside = rows >= low[:, None]
    below = [rows.shape[1] - np.count_nonzero(row) for row in inside]
    inside &= rows <= high[:, None]
    flat = np.flatnonzero(inside)  # several times as fast as in two dimensions
    between = np.split(
        rows.ravel()[flat], flat.searchsorted(np.arange(1, len(rows)) * rows.shape[1])
    )
    found = []
    for row, values, fewer in zip(rows, between, below, strict=True):
        own = place - fewer
        if 0 <= own < len(values):
            found.append(np.partition(values, own)[own])
        else:
            found.append(np.partition(row, place)[place])
    return np.array(found)


def ascending(values: FloatArray) -> tuple[IntArray, FloatArray]:
    """The order that sorts along the last axis, and the values in it, exact.

    By steps first, which leaves little to put right.

    Args:
        values: (draws,) or (rows, draws); +inf may be among them.
    """
    rows = np.atleast_2d(values)
    low = rows.min(axis=1, keepdims=True)
    # What lies far above the rest, or is infinite, shares the last step.
    far = np.where(np.isfinite(low), low, 0) + _STEPS * _COARSE
    keys, *_ = _keys(np.minimum(rows, far))
    order = np.argsort(keys, axis=1, kind="stable").reshape(values.shape)
    nearly = np.take_along_axis(values, order, axis=-1)
    exact = np.argsort(nearly, axis=-1, kind="stable")
    return (
        np.take_along_axis(order, exact, axis=-1),
        np.take_along_axis(nearly, exact, axis=-1),
    )


def _keys(rows: FloatArray) -> tuple[NDArray[np.uint16], FloatArray, FloatArray]:
    """Steps above the smallest of each row, the smallest, and the size of a step."""
    low = rows.min(axis=1, keepdims=True)
    step = (rows.max(axis=1, keepdims=True) - low) / _STEPS
    step[step == 0] = 1
    keys = rows - low
    keys *= 1 / step
    keys += 0.5  # rounds, where the conversion cuts off
    return keys.astype(np.uint16), low, step
