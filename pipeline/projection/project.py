"""Projections and convergence for every vintage and scenario, as tables.

What belongs here: which courses there are, and which vintage takes which. What does
not: how a course comes about (course.py) and what is read off it (reading.py).

Vintages that share leader, frontier, pace and growth share their draws; such a course
is computed once, over the months of all of them.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts.out import SHARES
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import THREADS, FloatArray, IntArray
from pipeline.estimation.vintages import State
from pipeline.projection import pace as paces
from pipeline.projection.course import (
    Known,
    NoProjectionError,
    Setting,
    check_in_force,
    course,
    evidence,
    stale,
)
from pipeline.projection.dates import year
from pipeline.projection.reading import (
    MONTH_COLUMNS,
    OWN,
    Reading,
    frontier_medians,
    read,
)
from pipeline.projection.scenario import Scenario, scenarios_of


@dataclass(frozen=True)
class Projected:
    """The two tables of the projection."""

    projections: pd.DataFrame
    convergence: pd.DataFrame


def project(
    states: list[State],
    models: pd.DataFrame,
    scenarios: pd.DataFrame,
    claims: pd.DataFrame,
    assumed: Assumed,
) -> Projected:
    """Rows of out.projections and out.convergence.

    Args:
        states: the posterior at each vintage.
        models: core.models.
        scenarios: core.scenarios.
        claims: raw.claims, for the dates of pace claims.
        assumed: constants of the method.
    """
    disclosed = dict(zip(claims["claim_id"], claims["disclosed_on"], strict=True))
    horizon = int(assumed["projection.months"])
    asked: list[_Asked] = []
    courses: dict[Hashable, _Course] = {}
    known_scenarios = scenarios_of(scenarios)
    known: Known = {}
    # Lists of Python's own strings, which each vintage asks for, are ten times as fast.
    names = ("model_id", "name", "family")
    models = models.astype(dict.fromkeys(names, object))
    for state in states:
        here = [_Asked(state.vintage, s) for s in known_scenarios]
        asked += here
        try:
            at = evidence(state, models, assumed, known)
        except NoProjectionError as why:
            for one in here:
                one.reason = str(why)
            continue
        for one in here:
            try:
                check_in_force(one.scenario, disclosed, at.vintage)
            except NoProjectionError as why:
                one.reason = str(why)
                continue
            one.stale = stale(at, one.scenario, disclosed, assumed)
            one.content = _content(at, one.scenario)
            if one.content not in courses:
                courses[one.content] = _Course(at, one.scenario)
            courses[one.content].months.take(one.first, one.first + horizon)
    readings = _read_all(courses, disclosed, assumed)
    for one in asked:
        one.told(readings.get(one.content))
    rows = [row for one in asked for row in one.convergence(assumed)]
    return Projected(_months(asked, horizon), pd.DataFrame(rows))


@dataclass
class _Asked:
    """A scenario at a vintage and its reading, or why there is none."""

    vintage: pd.Timestamp
    scenario: Scenario
    content: Hashable = None
    stale: bool = False
    reading: Reading | None = None
    reason: str = ""

    @property
    def first(self) -> int:
        """The month after the vintage."""
        return _month(self.vintage) + 1

    def told(self, found: Reading | str | None) -> None:
        """Take the reading of its course, or why there is none."""
        if isinstance(found, Reading):
            self.reading = found
        elif found is not None:
            self.reason, self.stale = found, False

    def convergence(self, assumed: Assumed) -> list[dict[str, Any]]:
        """The rows of out.convergence."""
        row = {
            "vintage": self.vintage,
            "scenario": self.scenario.name,
            "stale": self.stale,
        }
        if self.reading is None:
            row |= {"status": "none", "reason": self.reason}
            return [row | {"share": share} for share in (OWN, *SHARES)]
        now = year(self.vintage)
        return [
            row | self.reading.convergence(now, share, assumed)
            for share in (OWN, *SHARES)
        ]


@dataclass
class _Span:
    """Consecutive months, counted from 1970."""

    first: int = sys.maxsize
    end: int = 0  # the first one after

    def take(self, first: int, end: int) -> None:
        """Cover other months as well."""
        self.first, self.end = min(self.first, first), max(self.end, end)

    def all(self) -> IntArray:
        """The months, shape (months,)."""
        return np.arange(self.first, self.end)


@dataclass
class _Course:
    """A course to be read, and over which months: those of every vintage it serves."""

    at: Setting
    scenario: Scenario
    months: _Span = field(default_factory=_Span)

    @property
    def total(self) -> Hashable:
        """What decides its frontier."""
        return (self.at.frontier.key, _growth(self.at, self.scenario))


def _read_all(
    courses: dict[Hashable, _Course],
    disclosed: dict[str, pd.Timestamp],
    assumed: Assumed,
) -> dict[Hashable, Reading | str]:
    """The reading of each course, or why it has none; each course is read once.

    Scenarios that share leader and frontier share their pairing with the luck, those
    that share a frontier its medians.
    """
    spans: dict[Hashable, _Span] = {}
    together: dict[Hashable, dict[Hashable, _Course]] = {}
    for content, wanted in courses.items():
        own = wanted.months
        spans.setdefault(wanted.total, _Span()).take(own.first, own.end)
        together.setdefault(wanted.at.key, {})[content] = wanted
    reader = _Reader(spans, disclosed, assumed)
    # Sorting and arithmetic on draws release the interpreter's lock; the longest first.
    jobs = sorted(together.values(), key=len, reverse=True)
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(reader.all_of, jobs)
        return {content: reading for part in found for content, reading in part.items()}


class _Reader:
    """Reads courses off.

    Args:
        spans: which months the medians of each frontier are wanted for.
        disclosed: date of each claim.
        assumed: constants of the method.
    """

    def __init__(
        self,
        spans: dict[Hashable, _Span],
        disclosed: dict[str, pd.Timestamp],
        assumed: Assumed,
    ) -> None:
        self._spans, self._disclosed, self._assumed = spans, disclosed, assumed
        self._medians: dict[Hashable, FloatArray] = {}
        self._shares: dict[tuple[float, float], FloatArray] = {}
        self._rows, self._most, self._few = (
            paces.rows(assumed, what) for what in ("", "wide", "first")
        )
        self._luck = paces.luck(self._most)

    def all_of(self, courses: dict[Hashable, _Course]) -> dict[Hashable, Reading | str]:
        """The readings of courses that share leader and frontier."""
        alike = next(iter(courses.values())).at
        drawn = alike.paired(self._most // len(alike.leader.start))
        return {
            content: self._read(
                replace(wanted.at, leader=drawn.leader, frontier=drawn.frontier),
                wanted,
            )
            for content, wanted in courses.items()
        }

    def _read(self, at: Setting, wanted: _Course) -> Reading | str:
        """One of them.

        A fitted pace is wide, so that the lower tail of its months lies thin; so do the
        last dates under a cap.
        """
        scenario, months, assumed = wanted.scenario, wanted.months, self._assumed
        thin = scenario.pace_fitted or scenario.cluster_share is not None
        n = self._most if thin else self._rows
        at, luck = at.first(n), self._luck[:n]
        try:
            taken = course(at, scenario, self._disclosed, luck, assumed)
        except NoProjectionError as why:
            return str(why)  # as text: an exception would keep the draws of its frames
        span = self._spans[wanted.total]
        if wanted.total not in self._medians:
            few = at.frontier.first(self._few), taken.growth[: self._few]
            self._medians[wanted.total] = frontier_medians(*few, span.all())
        total = self._medians[wanted.total]
        total = total[months.first - span.first : months.end - span.first]
        own = self._share(*scenario.share)[:n]
        return read(at, taken, own, months.all(), total, assumed)

    def _share(self, low: float, high: float) -> FloatArray:
        """Draws of the ceiling's share, which many scenarios have in common."""
        if (low, high) not in self._shares:
            z = self._luck[:, paces.SHARE]
            self._shares[low, high] = paces.log_uniform(z, low, high)
        return self._shares[low, high]


def _content(at: Setting, scenario: Scenario) -> Hashable:
    """What decides a course that is in force."""
    fitted: list[Hashable] = []
    if scenario.pace_fitted:  # sees the silent months up to the vintage
        fitted.append(_month(at.vintage))
    growth = _growth(at, scenario)
    return (at.candidates.keys, at.frontier.key, scenario.name, growth, *fitted)


def _growth(at: Setting, scenario: Scenario) -> Hashable:
    """What decides the growth of the frontier."""
    if scenario.growth is not None:
        return scenario.growth
    return (at.runs.models, at.runs.log10_flop.tobytes())


def _month(day: pd.Timestamp) -> int:
    """Months since 1970."""
    return int((day.year - 1970) * 12 + day.month - 1)


def _first_days(months: IntArray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(months.astype("datetime64[M]").astype("datetime64[us]"))


def _months(asked: list[_Asked], horizon: int) -> pd.DataFrame:
    """Rows of out.projections: the months of each vintage and scenario."""
    told = [(one, one.reading) for one in asked if one.reading is not None]
    if not told:
        return pd.DataFrame(columns=["vintage", "scenario", "month", *MONTH_COLUMNS])
    values = []
    for one, reading in told:
        offset = one.first - reading.first
        values.append(reading.months[offset : offset + horizon])
    starts = np.array([one.first for one, _ in told])
    months = (starts[:, None] + np.arange(horizon)).ravel()
    names = np.array([one.scenario.name for one, _ in told], dtype=object)
    keys = pd.DataFrame(
        {
            "vintage": np.repeat(
                pd.DatetimeIndex([one.vintage for one, _ in told]), horizon
            ),
            "scenario": np.repeat(names, horizon),
            "month": _first_days(months),
        }
    )
    table = pd.DataFrame(np.concatenate(values), columns=MONTH_COLUMNS)
    return pd.concat([keys, table], axis=1)
