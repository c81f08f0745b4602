"""Order statistics of many draws, exact, without sorting them all.

What belongs here: selection. What does not: which quantiles are published
(reading.py).

NumPy sorts and partitions with AVX-512 where it finds it, and some processors that have
it (Zen 4) take five times as long for that as without. Here 8-bit keys are sorted,
which NumPy does by counting, and then only those draws that share a key with an answer.
"""

from __future__ import annotations

import numpy as np

from pipeline.estimation.method import FloatArray, IntArray

_KEYS = 250  # fewer than 8 bits hold: rounding may add one


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
    keys = ((rows - low) * (_KEYS / width)).astype(np.uint8)
    ordered = np.sort(keys, axis=1, kind="stable")
    found = np.empty((len(rows), len(places)), dtype=rows.dtype)
    for row, key, order, out in zip(rows, keys, ordered, found, strict=True):
        for k, (place, wanted) in enumerate(zip(places, order[places], strict=True)):
            few = row[key == wanted]
            rank = place - order.searchsorted(wanted)
            few.partition(rank)
            out[k] = few[rank]
    return found.reshape(*values.shape[:-1], len(places))
