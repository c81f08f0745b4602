"""The projection of one vintage as a user of squigglepy would write it.

What belongs here: plain draws of the same priors, and the figures of out.projections
and out.convergence from them. The geometry is the project's own, which is no slower
than what a user would write. What does not: assertions, timings.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import squigglepy as sq

from pipeline.contracts.out import SHARES
from pipeline.projection.course import Setting
from pipeline.projection.paths import Course, crossings, path
from pipeline.projection.scenario import Scenario

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
CLUSTER = ("cluster.peak", "cluster.run_days", "utilisation.reasoning_bf16")


def between(ends, n):
    """log10 of a log-uniform quantity."""
    return sq.sample(sq.uniform(*np.log10(ends)), n=n) if ends[0] < ends[1] else (
        np.full(n, np.log10(ends[0])))  # fmt: skip


def ranged(ends, n):
    """log10 of a log-normal quantity from its 90% interval, the default there."""
    return sq.sample(sq.norm(*np.log10(ends)), n=n)


def rows(at: Setting, n: int):
    """Joint draws of the posterior, with return."""
    return sq.sample(sq.uniform(0, len(at.leader.start)), n=n).astype(int)


def simulate(at: Setting, scenario: Scenario, months, n: int, assumed):
    """Draws of the crossings by share, and of R, its growth and F by month.

    Args:
        at: what the vintage knows; its joint draws are drawn from, with return.
        scenario: one whose pace and growth are stated.
        months: years of the months.
        n: plain draws.
        assumed: constants of the method.
    """
    # What belongs together stays together.
    row = rows(at, n)
    start, time = at.leader.start[row], at.leader.time[row]
    row = row if at.joint else rows(at, n)
    known = replace(at.frontier, draws=at.frontier.draws[row])
    pace = 12 / 10 ** between(scenario.pace_months, n) * np.log10(scenario.pace_times)
    pace *= scenario.pace_factor
    if scenario.progress is not None:
        pace = np.maximum(pace - ranged(scenario.progress, n), assumed["pace.floor"])
    stall = np.full(n, np.inf)
    if scenario.stall_months is not None:
        stall = time + 10 ** between(scenario.stall_months, n) / 12
    course = Course(start, time, pace, ranged(scenario.growth, n), stall)
    if scenario.cluster_share is not None:
        level = sum(ranged(assumed.span(name), n) for name in CLUSTER)
        middles = sum(
            np.log10(assumed[name]) - np.log10(assumed.span(name)).mean()
            for name in CLUSTER
        )
        level += middles + np.log10(86_400) + between(scenario.cluster_share, n)
        rate = ranged(assumed.span("cluster.growth"), n)
        since = assumed["cluster.date_year"] - 2000
        course = replace(course, cap=level - rate * since, cap_growth=rate)
    own = between(scenario.share, n)
    met = crossings(
        course, known, [own, *(np.full(n, np.log10(float(s))) for s in SHARES)]
    )
    reasoning, slope = path(course, known, met[0], months)
    largest = known.draws[:, -1:] + (months - known.times[-1]) * course.growth[:, None]
    return met, reasoning, slope, largest


def figures(drawn):
    """What is published of the draws: dates by share, R by month, medians of the rest.

    One sort per array: where several levels are read, the fastest way in NumPy here.
    """
    met, reasoning, slope, largest = drawn
    return (
        np.array([points(np.sort(m), 0) for m in met]),
        points(np.sort(np.ascontiguousarray(reasoning.T), axis=1), 1),
        np.median(slope, axis=0),
        np.median(largest, axis=0),
    )


def points(ordered, axis):
    """Order statistics at LEVELS; inf allowed."""
    n = ordered.shape[axis]
    return np.take(ordered, [int(q * (n - 1) + 0.5) for q in LEVELS], axis=axis)
