"""R(t) against its ceiling s·F(t): the exact crossing, and the path month by month.

What belongs here: geometry on draws. What does not: evidence, tables.

Log10 throughout. Before the crossing R runs straight from the leader's release at the
pace (flat after a stall); at the crossing it joins the frontier's growth.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.estimation.method import FloatArray
from pipeline.projection.frontier import Frontier


@dataclass(frozen=True)
class Course:
    """One scenario at one vintage, draw by draw; all shapes (draws,)."""

    start: FloatArray  # log10 FLOP at `time`
    time: FloatArray  # years
    pace: FloatArray  # log10 per year
    growth: FloatArray  # log10 per year, of the frontier after its last record
    stall: FloatArray  # years at which growth ends; inf = never


def crossing(course: Course, frontier: Frontier, share: FloatArray) -> FloatArray:
    """The first time t with R(t) ≥ s·F(t), years; inf where it never happens.

    Args:
        course: the draws of a scenario.
        frontier: the records, piecewise log-linear.
        share: (draws,) log10 of the ceiling's share.
    """
    found = np.full(len(course.start), np.inf)
    at = course.time
    left = _gap(course, frontier, share, at)
    corners = frontier.times[frontier.times > at.min()]
    for corner in corners:  # between corners the gap is straight
        stop = np.maximum(at, np.minimum(corner, course.stall))
        right = _gap(course, frontier, share, stop)
        with np.errstate(divide="ignore", invalid="ignore"):
            when = np.where(left <= 0, at, at + (stop - at) * left / (left - right))
        found = np.where(np.isinf(found) & (np.minimum(left, right) <= 0), when, found)
        at, left = stop, right
    closing = course.pace - course.growth
    with np.errstate(divide="ignore", invalid="ignore"):
        when = np.where(left <= 0, at, at + left / closing)
    hit = (left <= 0) | ((closing > 0) & (when <= course.stall))
    return np.where(np.isinf(found) & hit, when, found)


def _gap(
    course: Course, frontier: Frontier, share: FloatArray, t: FloatArray
) -> FloatArray:
    """log10 of ceiling over R at one time per draw; positive below the ceiling."""
    ceiling = frontier.at(t[:, None], course.growth)[:, 0] + share
    return np.asarray(ceiling - straight(course, t[:, None])[:, 0])


def straight(course: Course, t: FloatArray) -> FloatArray:
    """R before any crossing at times (draws, times) or (times,)."""
    until = np.minimum(t, course.stall[:, None])
    run = np.maximum(until - course.time[:, None], 0.0)
    return course.start[:, None] + course.pace[:, None] * run


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
    return reasoning, np.where(t[None, :] > course.stall[:, None], 0.0, slope)
