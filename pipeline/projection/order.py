"""Order statistics of many draws, exact, without sorting them all.

What belongs here: selection. What does not: which quantiles are published
(reading.py).

NumPy sorts and partitions with AVX-512 where it finds it, and some processors that have
it (Zen 4) take five times as long for that as without. Here 16-bit keys are sorted,
which NumPy does by counting, and then only those draws that share a key with an answer.
"""

from __future__ import annotations

import numpy as np

from pipeline.estimation.method import FloatArray, IntArray

_KEYS = 65_000  # fewer than 16 bits hold: rounding may add one


def order_statistics(values: FloatArray, places: IntArray) -> FloatArray:
    """The values that sorting would put at `places`, along the last axis.

    Args:
        values: (draws,) or (rows, draws), finite.
        places: (points,) counted from 0.

    Returns:
        (points,) or (rows, points), of the type of `values`.
    """
    rows = np.atleast_2d(values)
    low = rows.min(axis=1, keepdims=True)
    width = rows.max(axis=1, keepdims=True) - low
    width[width == 0] = 1
    keys = ((rows - low) * (_KEYS / width)).astype(np.uint16)
    ordered = np.sort(keys, axis=1, kind="stable")
    found = np.empty((len(rows), len(places)), dtype=rows.dtype)
    for row, key, order, out in zip(rows, keys, ordered, found, strict=True):
        wanted = np.unique(order[places])
        among = key == wanted[0]
        for other in wanted[1:]:
            among |= key == other
        left, right = (order.searchsorted(wanted, side) for side in ("left", "right"))
        # Those of the k-th wanted key come after those of the ones before it.
        size = right - left
        skipped = left - (size.cumsum() - size)
        out[:] = np.sort(row[among])[
            places - skipped[wanted.searchsorted(order[places])]
        ]
    return found.reshape(*values.shape[:-1], len(places))
