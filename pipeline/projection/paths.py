"""R(t) against its ceiling s·F(t): the exact crossing, and the path month by month.

What belongs here: geometry on draws. What does not: evidence, tables.

Log10 throughout. Before the crossing R runs straight from the leader's release at the
pace (flat after a stall, no higher than a cap); at the crossing it joins the frontier's
growth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.estimation.method import FloatArray
from pipeline.projection.frontier import Frontier

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

    @property
    def capped(self) -> bool:
        """Whether any draw has a cap."""
        return bool(np.isfinite(self.cap).any())

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
    course: Course, frontier: Frontier, shares: Sequence[FloatArray]
) -> list[FloatArray]:
    """`crossing` at each of several shares; what they have in common is done once."""
    corners = _corners(course, frontier)
    last = corners[:, -1]
    further = np.column_stack([corners, last + 1])
    gap = frontier.at(further, course.growth) - straight(course, further)
    closing = gap[:, -2] - gap[:, -1]
    return [_first(corners, gap[:, :-1] + s[:, None], closing) for s in shares]


def _first(corners: FloatArray, gap: FloatArray, closing: FloatArray) -> FloatArray:
    """Where the gap (draws, corners) first is no more positive, in or behind them."""
    reached = gap <= 0
    k = reached.argmax(axis=1)
    rows, before = np.arange(len(k)), np.maximum(k - 1, 0)
    t0, t1 = corners[rows, before], corners[rows, k]
    g0, g1 = gap[rows, before], gap[rows, k]
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where(k == 0, corners[:, 0], t0 + (t1 - t0) * g0 / (g0 - g1))
        beyond = np.where(closing > 0, corners[:, -1] + gap[:, -1] / closing, np.inf)
    return np.where(reached[rows, k], inside, beyond)


def _corners(course: Course, frontier: Frontier) -> FloatArray:
    """Times at which R or F may bend, from the leader's release on, ascending."""
    time = course.time[:, None]
    later = frontier.times[frontier.times > course.time.min()]
    corners = [time]
    if len(later):
        corners.append(np.maximum(later[None, :], time))
    bent = len(corners)
    if np.isfinite(course.stall).any():
        corners.append(course.stall[:, None])
    if course.capped:
        above = course.cap_at(time)[:, 0] - course.start
        with np.errstate(divide="ignore", invalid="ignore"):
            meets = above / (course.pace - course.cap_growth)
            frees = -above / course.cap_growth
        corners += [time + meets[:, None], time + frees[:, None]]
    if len(corners) == bent:
        return np.hstack(corners)
    bends = np.hstack(corners)
    bends = np.where(np.isfinite(bends), np.maximum(bends, time), time)
    return np.sort(bends, axis=1)


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
    reasoning, slope = Path(course, frontier, met).at(t)
    return reasoning.T, slope.T


class Path:
    """A course that joins the frontier's growth where it meets its ceiling."""

    def __init__(self, course: Course, frontier: Frontier, met: FloatArray) -> None:
        self._course, self._frontier = course, frontier
        never = np.isinf(met)
        self._met, join = met, np.where(never, course.time, met)[:, None]
        at_join = straight(course, join) - frontier.at(join, course.growth)
        self._level = np.ascontiguousarray(at_join[:, 0])
        self._stalls = bool(np.isfinite(course.stall).any())

    def at(self, t: FloatArray) -> tuple[FloatArray, FloatArray]:
        """R(t) and its growth per year, log10, both (times, draws).

        Times come first, for months are sorted one by one.

        Args:
            t: (times,) years.
        """
        course, level, at = self._course, self._level, t[:, None]
        until = np.minimum(at, course.stall) if self._stalls else at
        ceiling = level + _above(self._frontier, until, course.growth)
        free = course.start + course.pace * np.maximum(until - course.time, 0.0)
        joined = at >= self._met
        slope = np.where(joined, course.growth, course.pace)
        if self._stalls:
            slope[at > course.stall] = 0.0
        if not course.capped:
            return np.where(joined, ceiling, free), slope
        cap = course.cap + course.cap_growth * at
        free = np.maximum(course.start, np.minimum(free, cap))
        ceiling = np.minimum(ceiling, np.maximum(cap, level))
        reasoning = np.where(joined, ceiling, free)
        slope = np.where(
            reasoning >= cap - _SAME, np.minimum(slope, course.cap_growth), slope
        )
        return reasoning, np.where(reasoning > cap + _SAME, 0.0, slope)


def _above(frontier: Frontier, t: FloatArray, growth: FloatArray) -> FloatArray:
    """`Frontier.at` with times first: t is (times, 1) or (times, draws)."""
    last = frontier.times[-1]
    if t.min() >= last:
        return np.asarray(np.ascontiguousarray(frontier.draws[:, -1])
                          + (t - last) * growth)  # fmt: skip
    wide = np.broadcast_to(t, (len(t), len(growth)))
    return frontier.at(wide.T, growth).T
