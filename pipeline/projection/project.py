"""Projections and convergence for every vintage and scenario, as tables.

What belongs here: which courses there are, and which vintage takes which. What does
not: how a course comes about (course.py) and what is read off it (reading.py).

Vintages that share leader, frontier, pace and growth share their draws; such a course
is computed once, over the months of all of them.
"""

from __future__ import annotations

from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts.out import SHARES
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
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
from pipeline.projection.reading import MONTH_COLUMNS, OWN, Reading, first_days
from pipeline.projection.scenario import Scenario, scenarios_of

_THREADS = 2  # no result depends on it


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
    luck = paces.luck(int(assumed["fusion.draws"]))
    disclosed = dict(zip(claims["claim_id"], claims["disclosed_on"], strict=True))
    horizon = int(assumed["projection.months"])
    readings = _Readings(disclosed, luck, assumed)
    asked: list[_Asked] = []
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
                one.reading = readings.of(at, one.scenario)
            except NoProjectionError as why:
                one.reason = str(why)
                continue
            one.stale = stale(at, one.scenario, disclosed, assumed)
            one.reading.ask(one.first, horizon)
    projections = _months(asked, horizon, assumed)
    rows = [row for one in asked for row in one.convergence(assumed)]
    return Projected(projections, pd.DataFrame(rows))


@dataclass
class _Asked:
    """A scenario at a vintage and its reading, or why there is none."""

    vintage: pd.Timestamp
    scenario: Scenario
    stale: bool = False
    reading: Reading | None = None
    reason: str = ""

    @property
    def first(self) -> int:
        """The month after the vintage."""
        return _month(self.vintage) + 1

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


class _Readings:
    """The distinct courses, each read once."""

    def __init__(
        self, disclosed: dict[str, pd.Timestamp], luck: FloatArray, assumed: Assumed
    ) -> None:
        self._disclosed, self._luck, self._assumed = disclosed, luck, assumed
        # Reasons as text: an exception would keep every draw of its frames alive.
        self._found: dict[Hashable, Reading | str] = {}

    def of(self, at: Setting, scenario: Scenario) -> Reading:
        """The reading of a scenario at a vintage.

        Raises:
            NoProjectionError: where the scenario has no course there.
        """
        check_in_force(scenario, self._disclosed, at.vintage)
        content = _content(at, scenario)
        if content not in self._found:
            self._found[content] = self._read(at, scenario)
        found = self._found[content]
        if isinstance(found, str):
            raise NoProjectionError(found)
        return found

    def _read(self, at: Setting, scenario: Scenario) -> Reading | str:
        try:
            taken = course(at, scenario, self._disclosed, self._luck, self._assumed)
        except NoProjectionError as why:
            return str(why)
        return Reading.of(at, scenario, taken, self._luck)


def _content(at: Setting, scenario: Scenario) -> Hashable:
    """What decides a course that is in force."""
    fitted: list[Hashable] = []
    if scenario.pace_fitted:  # sees the silent months up to the vintage
        fitted.append(_month(at.vintage))
    if scenario.growth is None:
        fitted += [at.runs.models, at.runs.log10_flop.tobytes()]
    return (at.candidates.keys, at.frontier.key, scenario.name, *fitted)


def _month(day: pd.Timestamp) -> int:
    """Months since 1970."""
    return int((day.year - 1970) * 12 + day.month - 1)


def _months(asked: list[_Asked], horizon: int, assumed: Assumed) -> pd.DataFrame:
    """Rows of out.projections: the months of each vintage and scenario."""
    told = [(one, one.reading) for one in asked if one.reading is not None]
    if not told:
        return pd.DataFrame(columns=["vintage", "scenario", "month", *MONTH_COLUMNS])
    distinct = list({id(reading): reading for _, reading in told}.values())
    # Sorting and arithmetic on draws release the interpreter's lock.
    with ThreadPoolExecutor(_THREADS) as pool:
        read = pool.map(lambda reading: reading.months(assumed), distinct)
        found = {id(r): values for r, values in zip(distinct, read, strict=True)}
    values = []
    for one, reading in told:
        offset = one.first - reading.first
        values.append(found[id(reading)][offset : offset + horizon])
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
