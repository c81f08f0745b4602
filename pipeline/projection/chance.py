"""When R has met its ceiling with a given chance, one quantity integrated out.

What belongs here: the condition on that quantity, draw by draw, and the dates at which
its chance, averaged over draws, reaches a level. What does not: its distribution
(pace.py, cluster.py).

Given all else, R has met s·F by t if and only if its pace, or the cap on it, is at
least so much. The average of the chances of that is smooth even where the crossings of
single draws lie thin (pre-integration: Griewank, Kuo, Leövey and Sloan 2018).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, cached_property

import numpy as np
from scipy import optimize

from pipeline.estimation.method import FloatArray
from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Course, corners

_CLOSE = 8 / 365.25  # years; draws so close together tell the date by themselves
_EXACT = 0.25 / 365.25  # years


class Chance:
    """The chance of having met the ceiling, for one course.

    Args:
        course: the draws of a scenario, with `at_least`.
        frontier: the records.

    Raises:
        ValueError: where the course has no `at_least`.
    """

    def __init__(self, course: Course, frontier: Frontier) -> None:
        if course.at_least is None:
            raise ValueError("the distribution of cap or pace is not known")
        self._course, self._at_least = course, course.at_least
        self._frontier = frontier

    def by(self, t: float, share: FloatArray) -> float:
        """The chance by a time in years.

        Args:
            t: the time.
            share: (draws,) or (1,) log10 of the ceiling's share.
        """
        needed = self._cap if self._course.capped else self._pace
        met = self._at_least(needed(t, share))
        return float(np.where(self._course.time > t, 0.0, met).mean())

    def dates(
        self,
        levels: tuple[float, ...],
        share: FloatArray,
        met: FloatArray,
        until: float,
    ) -> list[float]:
        """The times at which the chance reaches levels.

        Where that is after `until`, inf or a time after it.

        Args:
            levels: probabilities.
            share: as for `by`.
            met: (draws,) the crossings of the draws, years.
            until: years.
        """
        # Some ten standard errors of the rank of a quasi-random draw.
        n, few = len(met), int(len(met) ** 0.5 / 4)
        places = np.array([int(q * (n - 1) + 0.5) for q in levels])
        around = np.clip(places[:, None] + np.array([-few, 0, few]), 0, n - 1)
        return [
            self._date(q, share, near, until)
            for q, near in zip(levels, np.sort(met)[around].tolist(), strict=True)
        ]

    def _date(
        self, q: float, share: FloatArray, near: list[float], until: float
    ) -> float:
        """One of them, from the order statistics before, at and after its place."""
        left, middle, right = near
        if left > until:
            return np.inf
        if right <= left + _CLOSE:
            return middle

        @cache
        def over(t: float) -> float:
            return self.by(t, share) - q

        right = min(right, until)
        if not over(left) <= 0 <= over(right):
            left, right = self._course.time.min(), until
            if over(right) < 0:
                return np.inf
        return float(optimize.brentq(over, left, right, xtol=_EXACT))

    @cached_property
    def _corners(self) -> list[tuple[FloatArray, FloatArray]]:
        """Where R or F bends, and F there, ascending."""
        found = corners(self._course, self._frontier)
        return [(at, self._total(at)) for at in found]

    def _total(self, t: FloatArray) -> FloatArray:
        """F at times (draws,), log10."""
        return self._frontier.at(t[:, None], self._course.growth)[:, 0]

    def _until(
        self, t: float, share: FloatArray
    ) -> Iterator[tuple[FloatArray, FloatArray]]:
        """Corners and the ceiling there, ascending, none after t, and t itself."""
        end = np.maximum(t, self._course.time)
        for at, total in self._corners:
            if at.max() <= t:
                yield at, total + share
            elif at.min() < t:
                yield np.minimum(at, end), self._total(np.minimum(at, end)) + share
        yield end, self._total(end) + share

    def _pace(self, t: float, share: FloatArray) -> FloatArray:
        """The slowest pace (draws,) with which R meets its ceiling by t.

        The pace that leads to a ceiling is monotone in time between corners, so that
        the slowest leads to one of them.
        """
        course = self._course
        slowest = np.full(course.time.shape, np.inf)
        for at, top in self._until(t, share):
            run = np.minimum(at, course.stall) - course.time
            with np.errstate(divide="ignore", invalid="ignore"):
                pace = (top - course.start) / run
            pace[top <= course.start] = -np.inf
            np.minimum(slowest, pace, out=slowest)
        return slowest

    def _cap(self, t: float, share: FloatArray) -> FloatArray:
        """The lowest cap at year 0 (draws,) that lets R meet its ceiling by t.

        It is sought where R without a cap is at or above the ceiling: between corners
        all is straight, so that it lies at one of them or where R meets the ceiling.
        """
        course = self._course
        lowest = np.full(course.time.shape, np.inf)
        before = None
        for at, top in self._until(t, share):
            run = np.minimum(at, course.stall) - course.time
            over = course.start + course.pace * run - top
            cap = top - course.cap_growth * at
            np.minimum(lowest, cap, out=lowest, where=over >= 0)
            lowest[course.start >= top] = -np.inf
            if before is not None:
                was_over, was_cap = before
                with np.errstate(divide="ignore", invalid="ignore"):
                    way = was_over / (was_over - over)
                    meets = was_cap + way * (cap - was_cap)
                np.minimum(lowest, meets, out=lowest, where=was_over * over < 0)
            before = over, cap
        return lowest
