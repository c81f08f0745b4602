"""When R has met its ceiling with a given chance, one quantity integrated out.

What belongs here: the condition on that quantity, draw by draw, and the dates at which
its chance, averaged over draws, reaches a level. What does not: its distribution
(pace.py, cluster.py).

Given all else, R has met s·F by t if and only if its pace, or the cap on it, is at
least so much. The average of the chances of that is smooth even where the crossings of
single draws lie thin (pre-integration: Griewank, Kuo, Leövey and Sloan 2018).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy import optimize

from pipeline.estimation.method import FloatArray, IntArray
from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Corners, Course

_CLOSE = 3 / 365.25  # years; draws so close on either side tell the date
_EXACT = 0.25 / 365.25  # years
_SURE = 1 / 365.25  # years; a last step so short errs by far less
_APART = 60 / 365.25  # years; from there on the average's own error tells
_SLOPE = 1e-9  # per year
_FAR, _LAST = 1.0, 100.0  # years
# What the corners up to a time ask for, draw by draw; of caps, also how far R is above
# its ceiling at the last of them, and the cap that leads there.
_Asked = tuple[FloatArray, ...]


class Chance:
    """The chance of having met the ceiling, for one course at several shares.

    Args:
        course: draws of a scenario, with `at_least`.
        frontier: the records.
        known: the corners of both.
        shares: (shares, draws), log10 of the ceiling's share.
        finer: the same with more draws, for dates where these lie very thin.

    Raises:
        ValueError: where the course has no `at_least`.
    """

    def __init__(
        self,
        course: Course,
        frontier: Frontier,
        known: Corners,
        shares: FloatArray,
        finer: Callable[[], Chance] | None = None,
    ) -> None:
        if course.at_least is None:
            raise ValueError("the distribution of cap or pace is not known")
        self._course, self._at_least = course, course.at_least
        self._frontier, self._shares, self._finer = frontier, shares, finer
        self._step = self._cap if course.capped else self._pace
        self._corners: list[tuple[FloatArray, float, float, _Asked]] = []
        asked: _Asked = ()
        for at, total in zip(known.times, known.total, strict=True):
            asked = self._step(asked, at, total + shares)
            self._corners.append((at, at.min(), at.max(), asked))

    def by(self, t: FloatArray, which: IntArray) -> FloatArray:
        """The chance (times,) by times in years, of one share each.

        Many at once, for the interpreter is slow and has one lock.

        Args:
            t: (times,).
            which: (times,) rows of `shares`.
        """
        end = np.maximum(t[:, None], self._course.time)
        asked: _Asked = ()
        for at, first, last, known in self._corners:
            if last <= t.min():
                asked = tuple(part[which] for part in known)
            elif first < t.max():
                asked = self._further(asked, np.minimum(at, end), which)
        needed, *_ = self._further(asked, end, which)
        met = self._at_least(needed)
        met *= self._course.time <= t[:, None]
        return np.asarray(met.mean(axis=1))

    def dates(
        self, levels: tuple[float, ...], met: FloatArray, until: float
    ) -> FloatArray:
        """The times (shares, levels) at which the chance reaches levels.

        Where that is after `until`, inf or a time after it; no earlier one depends on
        `until`, so that later vintages move no date.

        Args:
            levels: probabilities.
            met: (shares, draws), the crossings of the draws, years, ascending.
            until: years.
        """
        # Ten standard errors of the rank of a quasi-random draw.
        n = met.shape[1]
        few = int(n**0.5 / 3)
        places = np.array([int(q * (n - 1) + 0.5) for q in levels])
        left, found, right = (
            met[:, np.clip(places + aside, 0, n - 1)] for aside in (-few, 0, few)
        )
        with np.errstate(invalid="ignore"):
            thin = np.maximum(found - left, right - found) > _CLOSE
        found = np.where(left < until, found, np.inf)
        thin &= left < until
        if thin.any():
            near = np.column_stack([left[thin], found[thin], right[thin]])
            which, level = np.nonzero(thin)
            rise = 2 * few / n
            found[thin] = self._between(which, np.take(levels, level), near, rise)
        return found

    def _between(
        self, which: IntArray, q: FloatArray, near: FloatArray, rise: float
    ) -> FloatArray:
        """Several of them, each from order statistics before, at and after its place.

        Two looks do, as a rule, for the chance is nearly straight between draws so
        close.

        Args:
            which: rows of `shares`.
            q: levels.
            near: (dates, 3), order statistics.
            rise: in the chance of a crossing from the first to the last of them.
        """
        left, start, end = near[:, 0], near[:, 1], near[:, 2]
        start = np.minimum(start, left + _FAR)
        end = np.minimum(end, left + _FAR)
        over = self.by(start, which) - q
        second = np.clip(start - over / rise * (end - left), left, end)
        after = self.by(second, which) - q
        with np.errstate(divide="ignore", invalid="ignore"):
            step = after * (second - start) / (after - over)
        found = second - np.where(after == 0, 0.0, step)
        unsure = ~(np.abs(found - second) <= _SURE)  # of a flat chance it is no number
        asked = self
        if self._finer is not None and (near[:, 2] - near[:, 0] > _APART).any():
            asked, unsure = self._finer(), unsure | (near[:, 2] - near[:, 0] > _APART)
        for k in np.flatnonzero(unsure):
            found[k] = asked._date(int(which[k]), q[k], (left[k], start[k], end[k]))
        return found

    def _date(self, which: int, q: float, near: tuple[float, float, float]) -> float:
        """One of them, by as many looks as it takes."""
        left, start, end = near

        @cache
        def over(t: float) -> float:
            # A slope of its own leads out of a stretch where nothing is met.
            (met,) = self.by(np.array([t]), np.array([which]))
            return float(met) - q + _SLOPE * (t - left)

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

    def _further(self, asked: _Asked, at: FloatArray, which: IntArray) -> _Asked:
        """What is asked for up to times (times, draws) behind all corners so far."""
        total = self._frontier.total(at, self._course.growth)
        return self._step(asked, at, total + self._shares[which])

    def _pace(self, asked: _Asked, at: FloatArray, top: FloatArray) -> _Asked:
        """The slowest pace (…, draws) with which R meets its ceiling by then.

        The pace that leads to a ceiling is monotone in time between corners, so that
        the slowest leads to one of them.
        """
        course = self._course
        with np.errstate(divide="ignore", invalid="ignore"):
            pace = (top - course.start) / (np.minimum(at, course.stall) - course.time)
        pace[top <= course.start] = -np.inf
        return (np.fmin(pace, *asked) if asked else pace,)

    def _cap(self, asked: _Asked, at: FloatArray, top: FloatArray) -> _Asked:
        """The lowest cap at year 0 (…, draws) that lets R meet its ceiling by then.

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
