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
from dataclasses import dataclass, field
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
    setting,
    stale,
)
from pipeline.projection.dates import year
from pipeline.projection.reading import (
    MONTH_COLUMNS,
    OWN,
    Reading,
    first_days,
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
    for state in states:
        here = [_Asked(state.vintage, s) for s in known_scenarios]
        asked += here
        try:
            at = setting(state, models, assumed, known)
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
                courses[one.content] = _Course.of(at, one.scenario, assumed)
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

    @classmethod
    def of(cls, at: Setting, scenario: Scenario, assumed: Assumed) -> _Course:
        """With as many draws as its months need.

        A fitted pace is wide, so that the lower tail of its months lies thin.
        """
        if scenario.pace_fitted:
            return cls(at, scenario)
        return cls(at.first(paces.fewer_rows(assumed)), scenario)

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

    Scenarios that share a frontier share its medians.
    """
    drawn, few = paces.luck_of(assumed), paces.fewer_rows(assumed)
    spans: dict[Hashable, _Span] = {}
    for wanted in courses.values():
        own = wanted.months
        spans.setdefault(wanted.total, _Span()).take(own.first, own.end)
    medians: dict[Hashable, FloatArray] = {}

    def one(wanted: _Course) -> Reading | str:
        at, months, key = wanted.at, wanted.months, wanted.total
        luck = drawn[: len(at.leader.start)]
        try:
            taken = course(at, wanted.scenario, disclosed, luck, assumed)
        except NoProjectionError as why:
            return str(why)  # as text: an exception would keep the draws of its frames
        since = spans[key].first
        if key not in medians:
            largest, growth = at.frontier.first(few), taken.growth[:few]
            medians[key] = frontier_medians(largest, growth, spans[key].all())
        total = medians[key][months.first - since : months.end - since]
        return read(at, wanted.scenario, luck, taken, months.all(), total, assumed)

    # Sorting and arithmetic on draws release the interpreter's lock.
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(courses, pool.map(one, courses.values()), strict=True))


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
            "month": first_days(months),
        }
    )
    table = pd.DataFrame(np.concatenate(values), columns=MONTH_COLUMNS)
    return pd.concat([keys, table], axis=1)
