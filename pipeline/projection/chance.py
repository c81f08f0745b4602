"""When R has met its ceiling with a given chance, one quantity integrated out.

What belongs here: the condition on that quantity, draw by draw, and the dates at which
its chance, averaged over draws, reaches a level. What does not: its distribution
(pace.py, cluster.py).

Given all else, R has met s·F by t if and only if its pace, or the cap on it, is at
least so much. The average of the chances of that is smooth even where the crossings of
single draws lie thin (pre-integration: Griewank, Kuo, Leövey and Sloan 2018).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import optimize

from pipeline.estimation.method import FloatArray
from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Corners, Course

_CLOSE = 3 / 365.25  # years; draws so close on either side tell the date
_EXACT = 0.25 / 365.25  # years
_SLOPE = 1e-9  # per year
_FAR, _LAST = 1.0, 100.0  # years
# What the corners up to a time ask for, draw by draw; of caps, also how far R is above
# its ceiling at the last of them, and the cap that leads there.
_Asked = tuple[FloatArray, ...]


class Chance:
    """The chance of having met the ceiling, for one course at one share.

    Args:
        course: draws of a scenario, with `at_least`.
        frontier: the records.
        known: the corners of both.
        share: (draws,) or (1,) log10 of the ceiling's share.

    Raises:
        ValueError: where the course has no `at_least`.
    """

    def __init__(
        self, course: Course, frontier: Frontier, known: Corners, share: FloatArray
    ) -> None:
        if course.at_least is None:
            raise ValueError("the distribution of cap or pace is not known")
        self._course, self._at_least = course, course.at_least
        self._frontier, self._share = frontier, share
        self._step = self._cap if course.capped else self._pace
        self._corners: list[tuple[FloatArray, float, float, _Asked]] = []
        asked: _Asked = ()
        for at, total in zip(known.times, known.total, strict=True):
            asked = self._step(asked, at, total + share)
            self._corners.append((at, at.min(), at.max(), asked))

    def by(self, t: float) -> float:
        """The chance by a time in years."""
        end = np.maximum(t, self._course.time)
        asked: _Asked = ()
        for at, first, last, known in self._corners:
            if last <= t:
                asked = known
            elif first < t:
                asked = self._further(asked, np.minimum(at, end))
        needed, *_ = self._further(asked, end)
        met = self._at_least(needed)
        return float(np.where(self._course.time > t, 0.0, met).mean())

    def dates(
        self, levels: tuple[float, ...], met: FloatArray, until: float
    ) -> list[float]:
        """The times at which the chance reaches levels.

        Where that is after `until`, inf or a time after it; no earlier one depends on
        `until`, so that later vintages move no date.

        Args:
            levels: probabilities.
            met: (draws,) the crossings of the draws, years, ascending.
            until: years.
        """
        # Ten standard errors of the rank of a quasi-random draw.
        n, few = len(met), int(len(met) ** 0.5 / 3)
        places = np.array([int(q * (n - 1) + 0.5) for q in levels])
        around = np.clip(places[:, None] + np.array([-few, 0, few]), 0, n - 1)
        return [
            self._date(q, near) if near[0] < until else np.inf
            for q, near in zip(levels, met[around].tolist(), strict=True)
        ]

    def _date(self, q: float, near: list[float]) -> float:
        """One of them, from the order statistics before, at and after its place."""
        left, middle, right = near
        if max(middle - left, right - middle) <= _CLOSE:
            return middle

        @cache
        def over(t: float) -> float:
            # A slope of its own leads out of a stretch where nothing is met.
            return self.by(t) - q + _SLOPE * (t - left)

        # Nearly straight between draws so close: two looks do, as a rule.
        start, end = min(middle, left + _FAR), min(right, left + _FAR)
        aside = left if start - left > end - start else end
        found, how = optimize.newton(
            over, start, x1=aside, tol=_EXACT, maxiter=8, full_output=True, disp=False
        )
        if how.converged and left <= found <= end:
            return float(found)
        first = float(self._course.time.min())
        if over(first) >= 0:
            return first
        if over(first + _LAST) < 0:
            return np.inf
        return float(optimize.brentq(over, first, first + _LAST, xtol=_EXACT))

    def _further(self, asked: _Asked, at: FloatArray) -> _Asked:
        """What is asked for up to times (draws,) behind all corners asked so far."""
        total = self._frontier.at(at[:, None], self._course.growth)[:, 0]
        return self._step(asked, at, total + self._share)

    def _pace(self, asked: _Asked, at: FloatArray, top: FloatArray) -> _Asked:
        """The slowest pace (draws,) with which R meets its ceiling by then.

        The pace that leads to a ceiling is monotone in time between corners, so that
        the slowest leads to one of them.
        """
        course = self._course
        with np.errstate(divide="ignore", invalid="ignore"):
            pace = (top - course.start) / (np.minimum(at, course.stall) - course.time)
        pace[top <= course.start] = -np.inf
        return (np.fmin(pace, *asked) if asked else pace,)

    def _cap(self, asked: _Asked, at: FloatArray, top: FloatArray) -> _Asked:
        """The lowest cap at year 0 (draws,) that lets R meet its ceiling by then.

        It is sought where R without a cap is at or above the ceiling: between corners
        all is straight, so that it lies at one of them or where R meets the ceiling.
        """
        course = self._course
        run = np.minimum(at, course.stall) - course.time
        over = course.start + course.pace * run - top
        cap = top - course.cap_growth * at
        lowest = np.where(over >= 0, cap, np.inf)
        lowest[course.start >= top] = -np.inf
        if asked:
            before, was_over, was_cap = asked
            np.minimum(lowest, before, out=lowest)
            with np.errstate(divide="ignore", invalid="ignore"):
                way = was_over / (was_over - over)
                meets = was_cap + way * (cap - was_cap)
            np.minimum(lowest, meets, out=lowest, where=was_over * over < 0)
        return lowest, over, cap
