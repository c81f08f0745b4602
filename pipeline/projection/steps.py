"""The median over draws of what changes in steps, draw by draw.

What belongs here: selection among values that hold for a while each. What does not:
what the values mean (paths.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.estimation.method import FloatArray, IntArray
from pipeline.estimation.order import ascending

_BINS = 1024


@dataclass(frozen=True)
class Held:
    """A value per draw that holds from one time on until another.

    Times are counted from 0; where `begins` is not before `ends`, it holds never.
    """

    values: FloatArray  # (draws,)
    begins: IntArray  # (draws,)
    ends: IntArray  # (draws,)


def selected(
    held: Sequence[Held], times: int, place: int, aside: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What sorting would put at a place, at each of several times.

    A value is counted into its bin when it begins to hold and out of it when it ends,
    once for all times. Only the bins that have the place are sorted.

    Args:
        held: what holds.
        times: how many.
        place: counted from 0.
        aside: so many places to either side more values hold, at every time.

    Returns:
        (times,) each: a bound below what is that far below the place, the value at the
        place, exact, and a bound above what is that far above.
    """
    low = min(each.values.min() for each in held)
    high = max(each.values.max() for each in held)
    step = (high - low) / (_BINS - 1) or 1.0
    bins = [((each.values - low) * (1 / step)).astype(np.intp) for each in held]
    change = np.zeros((times + 1) * _BINS, dtype=np.intp)
    for each, own in zip(held, bins, strict=True):
        begins = np.minimum(each.begins, each.ends)
        change += np.bincount(begins * _BINS + own, minlength=len(change))
        change -= np.bincount(each.ends * _BINS + own, minlength=len(change))
    # Each sum runs along memory: across, it would take twenty times as long.
    by_bin = change.reshape(-1, _BINS).cumsum(axis=1).T
    below = np.ascontiguousarray(by_bin).cumsum(axis=1)[:, :times]
    left, here, right = (
        (below <= k).sum(axis=0) for k in (place - aside, place, place + aside)
    )
    rest = place - np.where(here > 0, below[here - 1, np.arange(times)], 0)
    wanted = np.zeros(_BINS, dtype=bool)
    wanted[here] = True
    rows = [np.flatnonzero(wanted[own]) for own in bins]
    values, begins, ends = (
        np.concatenate([part[at] for part, at in zip(parts, rows, strict=True)])
        for parts in zip(*((h.values, h.begins, h.ends) for h in held), strict=True)
    )
    own = np.concatenate([part[at] for part, at in zip(bins, rows, strict=True)])
    order, values = ascending(values)
    begins, ends, own = begins[order], ends[order], own[order]
    found = np.empty(times)
    first, last = (own.searchsorted(here, side) for side in ("left", "right"))
    for k in range(times):
        inside = slice(first[k], last[k])
        holding = np.flatnonzero((begins[inside] <= k) & (k < ends[inside]))
        found[k] = values[inside][holding[rest[k]]]
    return low + left * step, found, low + (right + 1) * step
