"""R(t) against its ceiling s·F(t): the exact crossing, and the path month by month.

What belongs here: geometry on draws. What does not: evidence, tables.

Log10 throughout. Before the crossing R runs straight from the leader's release at the
pace (flat after a stall, no higher than a cap); at the crossing it joins the frontier's
growth.
"""

from __future__ import annotations

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
    corners = _corners(course, frontier)
    gap = _gap(course, frontier, share, corners)
    reached = gap <= 0
    k = reached.argmax(axis=1)[:, None]
    before = np.maximum(k - 1, 0)
    t0, t1 = (np.take_along_axis(corners, i, axis=1)[:, 0] for i in (before, k))
    g0, g1 = (np.take_along_axis(gap, i, axis=1)[:, 0] for i in (before, k))
    last = corners[:, -1]
    closing = gap[:, -1] - _gap(course, frontier, share, last[:, None] + 1)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = np.where(k[:, 0] == 0, corners[:, 0], t0 + (t1 - t0) * g0 / (g0 - g1))
        beyond = np.where(closing > 0, last + gap[:, -1] / closing, np.inf)
    return np.where(reached.any(axis=1), inside, beyond)


def _corners(course: Course, frontier: Frontier) -> FloatArray:
    """Times at which R or F may bend, from the leader's release on, ascending."""
    time = course.time[:, None]
    corners = [time, np.maximum(frontier.times[None, :], time)]
    if np.isfinite(course.stall).any():
        corners.append(course.stall[:, None])
    if course.capped:
        above = course.cap_at(time)[:, 0] - course.start
        with np.errstate(divide="ignore", invalid="ignore"):
            meets = above / (course.pace - course.cap_growth)
            frees = -above / course.cap_growth
        corners += [time + meets[:, None], time + frees[:, None]]
    if len(corners) == 2:
        return np.hstack(corners)
    bends = np.hstack(corners)
    bends = np.where(np.isfinite(bends), np.maximum(bends, time), time)
    return np.sort(bends, axis=1)


def _gap(
    course: Course, frontier: Frontier, share: FloatArray, t: FloatArray
) -> FloatArray:
    """log10 of ceiling over R at times (draws, times); positive below the ceiling."""
    ceiling = frontier.at(t, course.growth) + share[:, None]
    return np.asarray(ceiling - straight(course, t))


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
    never = np.isinf(met)
    join = np.where(never, course.time, met)[:, None]
    stalls = bool(np.isfinite(course.stall).any())
    until = np.minimum(t[None, :], course.stall[:, None]) if stalls else t
    level = straight(course, join) - frontier.at(join, course.growth)
    ceiling = level + frontier.at(until, course.growth)
    joined = (t[None, :] >= join) & ~never[:, None]
    reasoning = np.where(joined, ceiling, straight(course, t))
    slope = np.where(joined, course.growth[:, None], course.pace[:, None])
    slope = np.where(t[None, :] > course.stall[:, None], 0.0, slope)
    if not course.capped:
        return reasoning, slope
    cap = course.cap_at(t)
    reasoning = np.where(joined, np.minimum(ceiling, np.maximum(cap, level)), reasoning)
    at_cap = reasoning >= cap - _SAME
    slope = np.where(at_cap, np.minimum(slope, course.cap_growth[:, None]), slope)
    return reasoning, np.where(reasoning > cap + _SAME, 0.0, slope)
