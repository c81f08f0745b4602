"""One course read off: quantiles of its crossings, and its months.

What belongs here: arrays over draws and months, the costly part of a projection. What
does not: which courses there are and which vintage takes them (project.py).

Draws lie along the last axis, so that every month is sorted in one stretch of memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts.out import SHARES
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.estimation.method import FloatArray, IntArray
from pipeline.projection import pace as paces
from pipeline.projection.course import Setting
from pipeline.projection.dates import date, years
from pipeline.projection.paths import Course, Path, crossings
from pipeline.projection.scenario import Scenario

OWN = "scenario"  # the share of the scenario itself
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
POINTS = ("p05", "p25", "p50", "p75", "p95")
MONTH_COLUMNS = [
    *(f"reasoning_flop_{point}" for point in POINTS),
    "frontier_flop_p50",
    "growth_per_year_p50",
    "usd_p50",
    "probability_converged",
]
_BLOCK = 15  # months at once: fewer calls, and their arrays still fit a cache


@dataclass
class Reading:
    """A course with its crossings.

    Attributes:
        at: What is known where the course begins.
        course: Its draws.
        shares: (draws,) log10 of each ceiling's share.
        first: First month that is asked for, as months since 1970.
        stop: The month after the last.
    """

    at: Setting
    course: Course
    shares: dict[str, FloatArray]
    first: int = field(default=1 << 30)
    stop: int = 0

    @classmethod
    def of(
        cls, at: Setting, scenario: Scenario, taken: Course, luck: FloatArray
    ) -> Reading:
        """The reading of a scenario's course, without its months."""
        prior = paces.log_uniform(luck[:, paces.SHARE], *scenario.share)
        fixed = {s: np.full_like(prior, np.log10(float(s))) for s in SHARES}
        return cls(at, taken, {OWN: prior} | fixed)

    def ask(self, first: int, n: int) -> None:
        """Ask for `n` months from `first` on, before `months` is read."""
        self.first, self.stop = min(self.first, first), max(self.stop, first + n)

    @cached_property
    def met(self) -> dict[str, FloatArray]:
        """(draws,) crossing of each share, in years."""
        found = crossings(self.course, self.at.frontier, list(self.shares.values()))
        return dict(zip(self.shares, found, strict=True))

    @cached_property
    def ordered(self) -> dict[str, FloatArray]:
        """`met`, ascending."""
        return {share: np.sort(met) for share, met in self.met.items()}

    @cached_property
    def facts(self) -> dict[str, dict[str, Any]]:
        """By share, the columns of out.convergence that no vintage changes."""
        taken, at = self.course, self.at
        ceiling = at.frontier.at(taken.time[:, None], taken.growth)[:, 0] - taken.start
        common = {
            "leader_model_id": at.leader.model,
            "leader_probability": at.leader.probability,
            "leader_flop_p50": 10 ** float(np.median(taken.start)),
            "frontier_model_id": at.frontier.models[-1],
            "growth_before": 10 ** float(np.median(taken.pace)),
            "growth_after": 10 ** float(np.median(taken.growth)),
        }
        return {
            share: common
            | {"share": share, "gap_oom_p50": float(np.median(ceiling + log10))}
            for share, log10 in self.shares.items()
        }

    @cached_property
    def dates(self) -> dict[str, list[tuple[float, pd.Timestamp | None]]]:
        """By share, the points of the crossing as years and as dates."""
        return {
            share: [(float(y), date(float(y))) for y in _points(met)]
            for share, met in self.ordered.items()
        }

    def months(self, assumed: Assumed) -> FloatArray:
        """The months asked for, shape (months, len(MONTH_COLUMNS))."""
        t = years(first_days(np.arange(self.first, self.stop)))
        rows = Path(self.course, self.at.frontier, self.met[OWN])
        blocks = [
            self._block(rows, t[k : k + _BLOCK]) for k in range(0, len(t), _BLOCK)
        ]
        points, slopes, largest = (
            np.hstack(part) for part in zip(*blocks, strict=True)
        )
        price = np.array([reference_flop_per_usd(2000 + x, assumed) for x in t])
        return np.column_stack(
            [
                *10**points,
                10**largest,
                10**slopes,
                10 ** points[LEVELS.index(0.5)] / price,
                self.ordered[OWN].searchsorted(t, "right") / len(self.course.pace),
            ]
        )

    def _block(
        self, rows: Path, t: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Points of R, median growth, median of the frontier: (points | 1, times)."""
        reasoning, slope = rows.at(t)
        known, growth = self.at.frontier, self.course.growth
        largest = known.draws[:, -1] + (t - known.times[-1])[:, None] * growth
        reasoning.sort(axis=1)
        return _points(reasoning), self._slopes(slope, t), _median(largest)

    def _slopes(self, slope: FloatArray, t: FloatArray) -> FloatArray:
        """Median growth at each time."""
        if not self.course.capped and not np.isfinite(self.course.stall).any():
            # Constant before any draw is at its ceiling, and once all are.
            met = self.ordered[OWN]
            if t[-1] < met[0]:
                return np.full(len(t), np.median(self.course.pace))
            if t[0] >= met[-1]:
                return np.full(len(t), np.median(self.course.growth))
        return _median(slope)

    def convergence(self, now: float, share: str, assumed: Assumed) -> dict[str, Any]:
        """A row of out.convergence at a year, without scenario and staleness."""
        ordered = self.ordered[share]
        horizon = now + assumed["projection.months"] / 12
        n, surely = len(ordered), assumed["projection.met"]
        past = float(ordered.searchsorted(now, "right") / n)
        status = "unclear"
        if past >= surely:
            status = "met"
        elif past <= 1 - surely:
            status = "open"
        return self.facts[share] | {
            **{
                f"date_{point}": day if at <= horizon else None
                for point, (at, day) in zip(POINTS, self.dates[share], strict=True)
            },
            "probability_within_12_months": float(
                ordered.searchsorted(now + 1, "right") / n
            ),
            "probability_past": past,
            "status": status,
        }


def first_days(months: IntArray) -> pd.DatetimeIndex:
    """First days of months that are counted from 1970."""
    return pd.DatetimeIndex(months.astype("datetime64[M]").astype("datetime64[us]"))


def _median(values: FloatArray) -> FloatArray:
    """Medians along the last axis, which is sorted: faster here than a partition."""
    values.sort(axis=-1)
    n = values.shape[-1]
    return np.asarray((values[..., (n - 1) // 2] + values[..., n // 2]) / 2)


def _points(ordered: FloatArray) -> FloatArray:
    """Points at LEVELS along the last, sorted axis: order statistics, inf allowed."""
    n = ordered.shape[-1]
    places = [int(q * (n - 1) + 0.5) for q in LEVELS]
    return np.moveaxis(ordered[..., places], -1, 0)
