"""R(t) against its ceiling s·F(t), on the first days of months.

What belongs here: geometry on draws. What does not: evidence, tables.

Log10 throughout. R runs straight from the leader's release at the pace, and no higher
than the lines above it: its ceiling, a cap, its level at a stall. Arrays of months and
draws have the shape (months, draws), so that each month is sorted in one stretch.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from pipeline.estimation.method import FloatArray
from pipeline.projection.dates import month_of, month_starts
from pipeline.projection.frontier import Frontier

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
SINGLE: Any = np.float32
_NEVER = np.full(1, np.inf)


@dataclass(frozen=True)
class Course:
    """One scenario at one vintage, draw by draw; all shapes (draws,) or (1,).

    A cap does not stop R below where it starts: the leader has that compute already.
    """

    frontier: Frontier
    start: FloatArray  # log10 FLOP at `time`
    time: FloatArray  # years
    pace: FloatArray  # log10 per year
    growth: FloatArray  # log10 per year, of the frontier after its last record
    stall: FloatArray = field(default_factory=_NEVER.copy)  # years; inf = never
    cap: FloatArray = field(default_factory=_NEVER.copy)  # log10 FLOP at year 0
    cap_growth: FloatArray = field(default_factory=lambda: np.zeros(1))

    def free(self, t: FloatArray) -> FloatArray:
        """R below its ceiling at times (months, 1) or (months, draws)."""
        run = np.minimum(t, self.stall) - self.time
        line = self.start + self.pace * np.maximum(run, 0.0)
        if np.isfinite(self.cap).any():
            cap = np.maximum(self.cap + self.cap_growth * t, self.start)
            np.minimum(line, cap, out=line)
        return np.asarray(line)

    def single(self) -> Course:
        """The same in single precision."""
        known = self.frontier
        times, draws = (x.astype(SINGLE) for x in (known.times, known.draws))
        return Course(
            replace(known, times=times, draws=draws),
            *(getattr(self, each.name).astype(SINGLE) for each in fields(self)[1:]),
        )


@dataclass(frozen=True)
class Path:
    """A course on consecutive months, the first no later than its leader's release.

    Attributes:
        course: The draws of a scenario.
        first: The first month, counted from 1970.
        months: Years of the first days of months, shape (months,), ascending.
    """

    course: Course
    first: int
    months: FloatArray

    @classmethod
    def until(cls, course: Course, last: int) -> Path:
        """A course from its leader's release to a month, counted from 1970.

        In single precision, which rounds by 2e-6 and is half as large.
        """
        first = min(month_of(float(course.time.min())), last - 1)
        months = month_starts(np.arange(first, last + 1))
        return cls(course.single(), first, months.astype(SINGLE))

    @cached_property
    def times(self) -> FloatArray:
        """The months, and for each draw its leader's release before that."""
        return np.maximum(self.months[:, None], self.course.time)

    @cached_property
    def total(self) -> FloatArray:
        """F, log10 FLOP."""
        return self.course.frontier.total(self.times, self.course.growth)

    @cached_property
    def gap(self) -> FloatArray:
        """R below its ceiling over F, log10."""
        return np.asarray(self.course.free(self.times) - self.total)

    @cached_property
    def largest_gap(self) -> FloatArray:
        """The largest of it up to each month."""
        found = self.gap.copy()
        # Row by row: `maximum.accumulate` goes down the columns, ten times slower.
        for before, now in pairwise(found):
            np.maximum(before, now, out=now)
        return found

    def met(self, share: FloatArray) -> FloatArray:
        """The first time with R ≥ s·F, years, (draws,); inf = not in these months.

        Between months both are taken for straight.

        Args:
            share: (draws,) or (1,) log10 of the ceiling's share.
        """
        draws = np.arange(self.gap.shape[1])
        # How many months come before it, by halving.
        k, most = np.zeros(len(draws), np.int64), np.full(len(draws), len(self.months))
        while (k < most).any():
            middle = (k + most) // 2
            at = np.minimum(middle, len(self.months) - 1)
            below = (self.largest_gap[at, draws] < share) & (k < most)
            k, most = np.where(below, middle + 1, k), np.where(below, most, middle)
        end = np.clip(k, 1, len(self.months) - 1)
        before, after = (self.gap[at, draws] - share for at in (end - 1, end))
        start, stop = (self.times[at, draws] for at in (end - 1, end))
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = start - (stop - start) * before / (after - before)
        inside = np.where(k == 0, self.course.time, inside)
        return np.where(k == len(self.months), np.inf, inside)

    def levels(self, share: FloatArray, since: int = 0) -> FloatArray:
        """R, log10 FLOP, from a month on.

        Args:
            share: as for `met`. A leader above its ceiling keeps what it has.
            since: index of the first month wanted.
        """
        top = np.maximum(self.gap[0], share)
        level = self.total[since:] + np.minimum(self.gap[since:], top)
        if np.isfinite(self.course.stall).any():
            stall = np.where(np.isfinite(self.course.stall), self.course.stall, 1e3)
            ceiling = self.course.frontier.total(stall[None, :], self.course.growth)
            np.minimum(level, ceiling + top, out=level)
        return np.asarray(level)


def points(values: FloatArray, levels: tuple[float, ...] = LEVELS) -> FloatArray:
    """Order statistics along the last axis, inf allowed: (…, levels)."""
    n = values.shape[-1]
    places = [int(q * (n - 1) + 0.5) for q in levels]
    if len(places) == 1:
        return np.partition(values, places, axis=-1)[..., places]
    # NumPy sorts in vector registers, but parts by several places one by one.
    return np.sort(values, axis=-1)[..., places]
