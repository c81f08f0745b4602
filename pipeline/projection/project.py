"""Projections and convergence for every vintage and scenario, as tables.

What belongs here: which courses there are, and which vintage takes which. What does
not: how a course comes about (course.py) and what is read off it (reading.py).

Vintages that share leader, frontier, pace and growth share their draws; such a course
is computed once, over the months of all of them.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection import pace as paces
from pipeline.projection.course import (
    NoProjectionError,
    Setting,
    check_in_force,
    course,
    setting,
    stale,
)
from pipeline.projection.reading import MONTH_COLUMNS, SHARES, Reading, first_days
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
    luck = paces.luck(int(assumed["fusion.draws"]))
    disclosed = dict(zip(claims["claim_id"], claims["disclosed_on"], strict=True))
    horizon = int(assumed["projection.months"])
    readings = _Readings(disclosed, luck, assumed)
    convergence: list[dict[str, Any]] = []
    asked: list[tuple[pd.Timestamp, str, int, Reading]] = []
    known_scenarios = scenarios_of(scenarios)
    for state in states:
        known = _known(state, models, assumed)
        first = _month(state.vintage) + 1
        for scenario in known_scenarios:
            row = {"vintage": state.vintage, "scenario": scenario.name}
            try:
                if isinstance(known, NoProjectionError):
                    raise known
                reading = readings.of(known, scenario)
            except NoProjectionError as why:
                nothing = {"status": "none", "stale": False, "reason": str(why)}
                convergence += [row | {"share": share} | nothing for share in SHARES]
                continue
            row["stale"] = stale(known, scenario, disclosed, assumed)
            convergence += [
                row | reading.convergence(state.vintage, share, assumed)
                for share in SHARES
            ]
            reading.ask(first, horizon)
            asked.append((state.vintage, scenario.name, first, reading))
    return Projected(_months(asked, horizon, assumed), pd.DataFrame(convergence))


class _Readings:
    """The distinct courses, each read once."""

    def __init__(
        self, disclosed: dict[str, pd.Timestamp], luck: FloatArray, assumed: Assumed
    ) -> None:
        self._disclosed, self._luck, self._assumed = disclosed, luck, assumed
        self._found: dict[Hashable, Reading | NoProjectionError] = {}

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
        if isinstance(found, NoProjectionError):
            raise found
        return found

    def _read(self, at: Setting, scenario: Scenario) -> Reading | NoProjectionError:
        try:
            taken = course(at, scenario, self._disclosed, self._luck, self._assumed)
        except NoProjectionError as why:
            return why
        return Reading.of(at, scenario, taken, self._luck)


def _content(at: Setting, scenario: Scenario) -> Hashable:
    """What decides a course that is in force."""
    fitted: list[Hashable] = []
    if scenario.pace_fitted:  # sees the silent months up to the vintage
        fitted.append(_month(at.vintage))
    if scenario.growth is None:
        fitted += [
            tuple(at.runs["model_id"]),
            at.runs["log10_flop"].to_numpy().tobytes(),
        ]
    return (at.leader.key, at.frontier.key, scenario.name, *fitted)


def _known(
    state: State, models: pd.DataFrame, assumed: Assumed
) -> Setting | NoProjectionError:
    """The setting of a vintage, or why it has none, once for all scenarios."""
    try:
        return setting(state, models, assumed)
    except NoProjectionError as why:
        return why


def _month(day: pd.Timestamp) -> int:
    """Months since 1970."""
    return int((day.year - 1970) * 12 + day.month - 1)


def _months(
    asked: list[tuple[pd.Timestamp, str, int, Reading]], horizon: int, assumed: Assumed
) -> pd.DataFrame:
    """Rows of out.projections: the months of each vintage and scenario."""
    read: dict[int, FloatArray] = {}
    values, starts = [], []
    for _, _, first, reading in asked:
        if id(reading) not in read:
            read[id(reading)] = reading.months(assumed)
        offset = first - reading.first
        values.append(read[id(reading)][offset : offset + horizon])
        starts.append(first)
    if not asked:
        return pd.DataFrame(columns=["vintage", "scenario", "month", *MONTH_COLUMNS])
    months = (np.array(starts)[:, None] + np.arange(horizon)).ravel()
    vintages, names = zip(*((v, name) for v, name, _, _ in asked), strict=True)
    keys = pd.DataFrame(
        {
            "vintage": np.repeat(pd.DatetimeIndex(vintages), horizon),
            "scenario": np.repeat(np.array(names, dtype=object), horizon),
            "month": first_days(months),
        }
    )
    table = pd.DataFrame(np.concatenate(values), columns=MONTH_COLUMNS)
    return pd.concat([keys, table], axis=1)
