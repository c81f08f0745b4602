"""R(t) against its ceiling s·F(t): the exact crossing, and the path month by month.

What belongs here: geometry on draws. What does not: evidence, tables.

Log10 throughout. Before the crossing R runs straight from the leader's release at the
pace (flat after a stall, no higher than a cap); at the crossing it joins the frontier's
growth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from pipeline.estimation.method import FloatArray
from pipeline.estimation.order import ascending
from pipeline.projection.frontier import Frontier

# The chance of at least so much, by draw: values (rows,) are those of the first draws.
AtLeast = Callable[[FloatArray], FloatArray]
_SAME = 1e-9  # log10: two levels that only rounding tells apart


@dataclass(frozen=True)
class Course:
    """One scenario at one vintage, draw by draw; all shapes (draws,).

    A cap does not stop R below where it starts: the leader has that compute already.
    """

    start: FloatArray  # log10 FLOP at `time`
    time: FloatArray  # years
    pace: FloatArray  # log10 per year
    growth: FloatArray  # log10 per year, of the frontier after its last record
    stall: FloatArray  # years at which growth ends; inf = never
    cap: FloatArray = field(default_factory=lambda: np.full(1, np.inf))  # at year 0
    cap_growth: FloatArray = field(default_factory=lambda: np.zeros(1))
    at_least: AtLeast | None = None  # of the cap if there is one, else of the pace

    @property
    def capped(self) -> bool:
        """Whether any draw has a cap."""
        return bool(np.isfinite(self.cap).any())

    def first(self, rows: int) -> Course:
        """The same with the first draws alone."""
        parts = ("start", "time", "pace", "growth", "stall", "cap", "cap_growth")
        return replace(self, **{name: getattr(self, name)[:rows] for name in parts})

    def cap_at(self, t: FloatArray) -> FloatArray:
        """The cap at times (draws, times) or (times,)."""
        return np.asarray(self.cap[:, None] + self.cap_growth[:, None] * t)


def crossing(course: Course, frontier: Frontier, share: FloatArray) -> FloatArray:
    """The first time t with R(t) ≥ s·F(t), years; inf where it never happens.

    Between corners both sides are straight, so that the crossing is exact.

    Args:
        course: the draws of a scenario.
        frontier: the records, piecewise log-linear.
        share: (draws,) log10 of the ceiling's share.
    """
    return crossings(course, frontier, [share])[0]


def crossings(
    course: Course,
    frontier: Frontier,
    shares: Sequence[FloatArray],
    known: Corners | None = None,
) -> list[FloatArray]:
    """`crossing` at each of several shares; what they have in common is done once.

    Args:
        course: the draws of a scenario.
        frontier: the records.
        shares: (draws,) or (1,) each.
        known: outcome of `corners`, where it is at hand.
    """
    known = known or corners(course, frontier)
    last = known.times[-1] + 1
    times = [*known.times, last]
    total = [*known.total, frontier.at(last[:, None], course.growth)[:, 0]]
    reasoning = [straight(course, t[:, None])[:, 0] for t in times]
    gaps = np.array(total) - np.array(reasoning)
    return [_first(times, gaps, share) for share in shares]


def _first(times: list[FloatArray], gaps: FloatArray, share: FloatArray) -> FloatArray:
    """Where the gap first is no more positive, in the corners or behind them.

    Args:
        times: (draws,) each: the corners, and a time behind the last.
        gaps: (times, draws) between R and F.
        share: (draws,) or (1,), to be added to the gap.
    """
    *_, last, further = gaps + share
    with np.errstate(divide="ignore", invalid="ignore"):
        closing = last - further
        found = np.where(closing > 0, times[-2] + last / closing, np.inf)
        for k in range(len(times) - 2, 0, -1):  # an earlier corner has the last word
            before, here = gaps[k - 1] + share, gaps[k] + share
            inside = times[k - 1] + (times[k] - times[k - 1]) * before / (before - here)
            found = np.where(here <= 0, inside, found)
    return np.where(gaps[0] + share <= 0, times[0], found)


@dataclass(frozen=True)
class Corners:
    """Where R or F may bend, from the leader's release on.

    Bends before the release count as the release itself.
    """

    times: list[FloatArray]  # (draws,) each, ascending
    total: list[FloatArray]  # log10 F there

    def first(self, rows: int) -> Corners:
        """The same of the first draws alone."""
        return Corners([t[:rows] for t in self.times], [f[:rows] for f in self.total])


def corners(course: Course, frontier: Frontier) -> Corners:
    """The corners of a course and its frontier."""
    times = _bends(course, frontier)
    total = [frontier.at(t[:, None], course.growth)[:, 0] for t in times]
    return Corners(times, total)


def _bends(course: Course, frontier: Frontier) -> list[FloatArray]:
    time = course.time
    later = frontier.times[frontier.times > time.min()]
    found = [time, *(np.maximum(t, time) for t in later)]
    bends = []
    if np.isfinite(course.stall).any():
        bends.append(course.stall)
    if course.capped:
        above = course.cap + course.cap_growth * time - course.start
        with np.errstate(divide="ignore", invalid="ignore"):
            bends.append(time + above / (course.pace - course.cap_growth))
            bends.append(time - above / course.cap_growth)
    if not bends:
        return found
    kept = [np.where(np.isfinite(t), np.maximum(t, time), time) for t in bends]
    return list(np.sort(np.array(found + kept), axis=0))


def straight(course: Course, t: FloatArray) -> FloatArray:
    """R before any crossing at times (draws, times) or (times,)."""
    until = np.minimum(t, course.stall[:, None])
    run = np.maximum(until - course.time[:, None], 0.0)
    line = course.start[:, None] + course.pace[:, None] * run
    if not course.capped:
        return np.asarray(line)
    return np.maximum(course.start[:, None], np.minimum(line, course.cap_at(t)))


def path(
    course: Course, frontier: Frontier, met: FloatArray, t: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """R(t) and its growth per year at times (times,), both (draws, times), log10.

    Args:
        course: the draws of a scenario.
        frontier: the records.
        met: (draws,) the crossing, inf = never.
        t: years.
    """
    rows = Path(course, frontier, met)
    found = rows.at(t)
    reasoning, slope = (np.empty_like(each.T) for each in found)
    reasoning[rows.order], slope[rows.order] = (each.T for each in found)
    return reasoning, slope


class Path:
    """A course that joins the frontier's growth where it meets its ceiling.

    Draws lie in the order of their crossings, so that at any time those that have
    joined come first.

    Args:
        course: the draws of a scenario.
        frontier: the records.
        met: (draws,) the crossing, inf = never.
        dtype: precision of what is returned.
    """

    def __init__(
        self,
        course: Course,
        frontier: Frontier,
        met: FloatArray,
        dtype: type[np.floating[Any]] = np.float64,
    ) -> None:
        self._course, self._frontier, self._dtype = course, frontier, dtype
        self.order, self.met = ascending(met)
        join = np.where(np.isinf(met), course.time, met)[:, None]
        at_join = straight(course, join) - frontier.at(join, course.growth)
        self._level = at_join[:, 0]
        # From the last record on, where all is straight, years count from there.
        since = self._since = float(frontier.times[-1])
        self._straight_from = max(since, float(course.time.max()))
        self._pace, self._growth = self._row(course.pace), self._row(course.growth)
        self._free = self._row(course.start + course.pace * (since - course.time))
        self._joined = self._row(self._level + frontier.draws[:, -1])
        stalls = np.isfinite(course.stall)
        self._stall = self._row(course.stall - since) if stalls.any() else None
        if self._stall is not None:
            end = np.where(stalls, course.stall, course.time)[:, None]
            self._stalled_free, self._stalled_joined = (
                self._row(each[:, 0]) for each in self._both(end)
            )
        if course.capped:
            self._start, self._cap_growth = (
                self._row(np.broadcast_to(each, met.shape))
                for each in (course.start, course.cap_growth)
            )
            cap = course.cap + course.cap_growth * since
            self._cap = self._row(np.broadcast_to(cap, met.shape))

    def at(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """R(t) and its growth per year, log10, both (times, draws), sorted by `met`.

        Times come first, for months are sorted one by one.

        Args:
            t: (times,) years.
        """
        reasoning = np.empty((len(t), len(self.order)), dtype=self._dtype)
        slope = np.empty_like(reasoning)
        self._uncapped(t, reasoning, slope)
        if not self._course.capped:
            return reasoning, slope
        cap = self._cap + self._cap_growth * self._after(t)
        np.minimum(reasoning, np.maximum(cap, self._start), out=reasoning)
        at_cap = np.minimum(slope, self._cap_growth)
        np.copyto(slope, at_cap, where=reasoning >= cap - _SAME)
        slope[reasoning > cap + _SAME] = 0.0
        return reasoning, slope

    def _uncapped(
        self, t: FloatArray, reasoning: FloatArray, slope: FloatArray
    ) -> None:
        """Fill in R and its growth as they were without a cap."""
        bent = t.min() < self._straight_from
        if bent:
            free, joined = (each[self.order].T for each in self._both(t))
        joined_by = self.met.searchsorted(t, "right")
        for k, (after, n) in enumerate(zip(self._after(t), joined_by, strict=True)):
            row, rate = reasoning[k], slope[k]
            rate[:n], rate[n:] = self._growth[:n], self._pace[n:]
            if bent:
                row[:n], row[n:] = joined[k, :n], free[k, n:]
            else:
                np.multiply(rate, after, out=row)
                row[:n] += self._joined[:n]
                row[n:] += self._free[n:]
            if self._stall is not None:
                over = after > self._stall
                rate[over] = 0.0
                np.copyto(row[:n], self._stalled_joined[:n], where=over[:n])
                np.copyto(row[n:], self._stalled_free[n:], where=over[n:])

    def _both(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """R free and joined, without stall and cap: t is (draws, times) or (times,)."""
        course = self._course
        run = np.maximum(t - course.time[:, None], 0.0)
        return (
            course.start[:, None] + course.pace[:, None] * run,
            self._level[:, None] + self._frontier.at(t, course.growth),
        )

    def _after(self, t: FloatArray) -> FloatArray:
        """Years since the last record, (times, 1)."""
        return np.asarray((t - self._since)[:, None], dtype=self._dtype)

    def _row(self, values: FloatArray) -> FloatArray:
        """Values by draw, in the order of the crossings."""
        return values[self.order].astype(self._dtype)
