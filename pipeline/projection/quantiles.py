"""Quantiles of R and the median of its growth over time, for one course.

What belongs here: which draws they are taken from: the first ones, and all of them
where those lie thin. What does not: R itself (paths.py), tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.estimation.method import FloatArray, IntArray
from pipeline.estimation.order import order_statistics, order_statistics_between
from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Course, Path, crossing
from pipeline.projection.steps import Held, selected

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_BLOCK = 24  # times at once: fewer calls, and their arrays still fit a cache


@dataclass(frozen=True)
class _Asked:
    """What is asked of a course.

    Attributes:
        of: From its path and times (times,), the values (times, draws).
        levels: Their quantiles.
        thin: How far apart order statistics √n places below and above may lie for the
            first draws to do.
    """

    of: Callable[[Path, FloatArray], FloatArray]
    levels: tuple[float, ...]
    thin: float


_LEVELS = _Asked(lambda rows, t: rows.levels(t), LEVELS, 0.1)
_GROWTH = _Asked(lambda rows, t: rows.slopes(t, rows.levels(t)), (0.5,), 0.05)


class Quantiles:
    """Of one course; at each time from its first draws, or from all.

    The rank of a quasi-random draw errs by about an eighth of the root of their number,
    so that order statistics that far to either side tell what it leaves open.

    Args:
        taken: draws of a scenario.
        frontier: the records.
        share: (draws,) log10 of the ceiling's share.
        met: (some,) crossings of the first draws.
    """

    def __init__(
        self, taken: Course, frontier: Frontier, share: FloatArray, met: FloatArray
    ) -> None:
        self._taken, self._frontier, self._share = taken, frontier, share
        self._met, some = met, len(met)
        # Single precision rounds by 2e-6 OOM, and half as much goes through memory.
        self._first = Path(taken.first(some), frontier.first(some), met, np.float32)

    @cached_property
    def _rest(self) -> Path:
        some = len(self._met)
        rest = (self._taken.rest(some), self._frontier.rest(some))
        met = crossing(*rest, self._share[some:])
        return Path(*rest, met, np.float32)

    def levels(self, t: FloatArray) -> FloatArray:
        """Points of R, log10 FLOP, (times, LEVELS).

        Args:
            t: (times,) years.
        """
        return self._told(_LEVELS, self._in_blocks(_LEVELS, t), t)

    def slopes(self, t: FloatArray) -> FloatArray:
        """Medians of the growth of R, log10 per year, (times,)."""
        capped = self._taken.capped
        near = self._in_blocks(_GROWTH, t) if capped else self._steps(t)
        return self._told(_GROWTH, near, t)[:, 0]

    def _in_blocks(self, asked: _Asked, t: FloatArray) -> FloatArray:
        """The order statistics of the first draws around levels (times, levels, 3)."""
        wanted = around(asked.levels, len(self._met))
        blocks = [
            order_statistics(asked.of(self._first, t[k : k + _BLOCK]), wanted.ravel())
            for k in range(0, len(t), _BLOCK)
        ]
        return np.concatenate(blocks).reshape(len(t), *wanted.shape)

    def _steps(self, t: FloatArray) -> FloatArray:
        """The same of growth, which changes only where R joins or stalls."""
        some, times = len(self._met), len(t)
        joins = t.searchsorted(self._met, "left")
        stops = t.searchsorted(self._taken.stall[:some], "right")
        start, end = np.zeros_like(joins), np.full_like(joins, times)
        pace, growth = self._taken.pace[:some], self._taken.growth[:some]
        held = [
            Held(pace, start, np.minimum(joins, stops)),
            Held(growth, joins, stops),
        ]
        if stops.min() < times:
            held.append(Held(np.zeros_like(pace), stops, end))
        ((left, middle, _),) = around(_GROWTH.levels, some)
        found = selected(held, times, int(middle), int(middle - left))
        return np.column_stack(found)[:, None, :]

    def _told(self, asked: _Asked, near: FloatArray, t: FloatArray) -> FloatArray:
        """The middle ones, or where the others lie far apart those of all draws."""
        found = near[..., 1].astype(float)
        thin = near[..., 2] - near[..., 0] > asked.thin
        if len(self._met) == len(self._share) or not thin.any():
            return found
        at = np.flatnonzero(thin.any(axis=1))
        wanted = places(asked.levels, len(self._share))
        size = max(_BLOCK * len(self._met) // len(self._share), 1)
        for k in range(0, len(at), size):
            now = at[k : k + size]
            parts = [asked.of(each, t[now]) for each in (self._first, self._rest)]
            rows = np.hstack(parts)
            for j, place in enumerate(wanted.tolist()):
                own = thin[now, j]
                if own.any():
                    low, _, high = near[now[own], j].T
                    found[now[own], j] = order_statistics_between(
                        rows if own.all() else rows[own], place, low, high
                    )
        return found


def median(values: FloatArray) -> FloatArray:
    """The order statistic that stands for the median, along the last axis."""
    middle = order_statistics(values, places((0.5,), values.shape[-1]))
    return middle[..., 0].astype(float)


def places(levels: tuple[float, ...], n: int) -> IntArray:
    """The order statistics, from 0, that stand for quantiles of n draws."""
    return np.array([int(q * (n - 1) + 0.5) for q in levels])


def around(levels: tuple[float, ...], n: int) -> IntArray:
    """These and the ones √n places below and above, (levels, 3)."""
    aside = int(n**0.5) * np.array([-1, 0, 1])
    found = np.clip(places(levels, n)[:, None] + aside, 0, n - 1)
    return np.asarray(found)
