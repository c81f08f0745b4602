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

from pipeline.estimation.method import BoolArray, FloatArray
from pipeline.projection.frontier import Frontier

# The chance of at least so much, by draw: values (…, draws), those of the first draws.
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
        return self._cut(slice(rows))

    def rest(self, rows: int) -> Course:
        """The same without the first draws."""
        return replace(self._cut(slice(rows, None)), at_least=None)

    def _cut(self, rows: slice) -> Course:
        parts = ["start", "time", "pace", "growth", "stall"]
        if self.capped:
            parts += ["cap", "cap_growth"]
        return replace(self, **{name: getattr(self, name)[rows] for name in parts})

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
    found: FloatArray = crossings(course, frontier, [share])[0]
    return found


def crossings(
    course: Course,
    frontier: Frontier,
    shares: Sequence[FloatArray],
    known: Corners | None = None,
) -> FloatArray:
    """`crossing` at each of several shares (shares, draws), all at once.

    Args:
        course: the draws of a scenario.
        frontier: the records.
        shares: (draws,) or (1,) each.
        known: outcome of `corners`, where it is at hand.
    """
    known = known or corners(course, frontier)
    further = known.times[-1] + 1
    behind = (
        frontier.total(further, course.growth)
        - straight(course, further[:, None])[:, 0]
    )
    gaps = [
        level - straight(course, t[:, None])[:, 0]
        for t, level in zip(known.times, known.total, strict=True)
    ]
    return _first(known.times, [*gaps, behind], stacked(shares, len(course.start)))


def stacked(shares: Sequence[FloatArray], draws: int) -> FloatArray:
    """Shares of (draws,) or (1,) as (shares, draws)."""
    return np.vstack([np.broadcast_to(share, draws) for share in shares])


def _first(
    times: list[FloatArray], gaps: list[FloatArray], shares: FloatArray
) -> FloatArray:
    """Where the gap first is no more positive, in the corners or behind them.

    Args:
        times: (draws,) each: the corners.
        gaps: (draws,) each, between R and F there and a year behind the last.
        shares: (shares, draws), to be added to the gap.
    """
    here = gaps[-2] + shares
    with np.errstate(divide="ignore", invalid="ignore"):
        closing = gaps[-2] - gaps[-1]
        found = np.where(closing > 0, times[-1] + here / closing, np.inf)
        for k in range(len(times) - 1, 0, -1):  # an earlier corner has the last word
            before = gaps[k - 1] + shares
            way = before / (gaps[k - 1] - gaps[k])
            inside = times[k - 1] + (times[k] - times[k - 1]) * way
            found = np.where(here <= 0, inside, found)
            here = before
    return np.where(here <= 0, times[0], found)


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
    total = [frontier.total(t, course.growth) for t in times]
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
    reasoning = rows.levels(t)
    return reasoning.T, rows.slopes(t, reasoning).T


class Path:
    """A course that joins the frontier's growth where it meets its ceiling.

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
        join = np.where(np.isinf(met), course.time, met)
        reasoning = straight(course, join[:, None])[:, 0]
        self._level = reasoning - frontier.total(join, course.growth)
        # From the last record on, where all is straight, years count from there.
        since = self._since = float(frontier.times[-1])
        self._straight_from = max(since, float(course.time.max()))
        self._met = self._row(met - since)
        self._pace, self._growth = self._row(course.pace), self._row(course.growth)
        free = course.start + course.pace * (since - course.time)
        self._free = self._row(free)
        # What a draw has more, and gains more per year, once it has joined.
        self._more = self._row(self._level + frontier.draws[:, -1] - free)
        self._gain = self._row(course.growth - course.pace)
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

    def levels(self, t: FloatArray) -> FloatArray:
        """R(t), log10, (times, draws): times come first, to be sorted one by one.

        Args:
            t: (times,) years, ascending.
        """
        after = self._after(t)
        found = np.empty((len(t), len(self._met)), dtype=self._dtype)
        early = int(np.searchsorted(t, self._straight_from))
        if early:
            free, joined = (each.T for each in self._both(t[:early]))
            found[:early] = np.where(self._met <= after[:early], joined, free)
        late, since = found[early:], after[early:]
        np.multiply(self._gain, since, out=late)
        late += self._more
        late *= self._met <= since
        late += self._pace * since
        late += self._free
        if self._stall is not None:
            has = self._met <= after
            stalled = _either(has, self._stalled_joined, self._stalled_free)
            found = _either(after > self._stall, stalled, found)
        if self._course.capped:
            np.minimum(found, np.maximum(self._cap_at(t), self._start), out=found)
        return found

    def slopes(self, t: FloatArray, reasoning: FloatArray) -> FloatArray:
        """Its growth per year, log10, (times, draws).

        Args:
            t: (times,) years.
            reasoning: `levels` at these times.
        """
        after = self._after(t)
        found = _either(self._met <= after, self._growth, self._pace)
        if self._stall is not None:
            found *= after <= self._stall
        if self._course.capped:
            cap = self._cap_at(t)
            at_cap = np.minimum(found, self._cap_growth)
            found = _either(reasoning >= cap - _SAME, at_cap, found)
            found *= reasoning <= cap + _SAME
        return found

    def _both(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """R free and joined, without stall and cap: t is (draws, times) or (times,)."""
        course = self._course
        run = np.maximum(t - course.time[:, None], 0.0)
        return (
            course.start[:, None] + course.pace[:, None] * run,
            self._level[:, None] + self._frontier.at(t, course.growth),
        )

    def _cap_at(self, t: FloatArray) -> FloatArray:
        return np.asarray(self._cap + self._cap_growth * self._after(t))

    def _after(self, t: FloatArray) -> FloatArray:
        """Years since the last record, (times, 1)."""
        return np.asarray((t - self._since)[:, None], dtype=self._dtype)

    def _row(self, values: FloatArray) -> FloatArray:
        return values.astype(self._dtype)


def _either(which: BoolArray, these: FloatArray, others: FloatArray) -> FloatArray:
    """Like np.where, of finite numbers: ten times as fast where `which` is random."""
    found = these * which
    found += others * ~which
    return np.asarray(found)
