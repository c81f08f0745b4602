"""Projections and convergence for every vintage and scenario, as tables.

What belongs here: reading courses off at months and quantiles. What does not: how a
course comes about (course.py) and crosses its ceiling (paths.py).

Vintages that share leader, frontier, pace and growth share their draws; such a course
is computed once and read off at each vintage's months.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection import pace as paces
from pipeline.projection.course import (
    NoProjectionError,
    Setting,
    course,
    setting,
    stale,
)
from pipeline.projection.dates import date, year
from pipeline.projection.paths import Course, crossing, path
from pipeline.projection.scenario import Scenario, scenarios_of

SHARES = ("scenario", "0.1", "0.5", "1")
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
POINTS = ("p05", "p25", "p50", "p75", "p95")
MONTH_COLUMNS = [
    *(f"reasoning_flop_{point}" for point in POINTS),
    "frontier_flop_p50",
    "growth_per_year_p50",
    "usd_p50",
    "probability_converged",
]


@dataclass(frozen=True)
class Projected:
    """The two tables of the projection."""

    projections: pd.DataFrame
    convergence: pd.DataFrame


@dataclass
class Run:
    """One course with its crossings, and the months read off so far."""

    at: Setting
    course: Course
    shares: dict[str, FloatArray]
    met: dict[str, FloatArray]
    months: dict[pd.Timestamp, list[float]] = field(default_factory=dict)


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
    runs: dict[Hashable, Run] = {}
    convergence: list[dict[str, Any]] = []
    projections: list[tuple[Any, ...]] = []
    for state in states:
        known = _known(state, models, assumed)
        for scenario in scenarios_of(scenarios):
            row = {"vintage": state.vintage, "scenario": scenario.name}
            try:
                if isinstance(known, NoProjectionError):
                    raise known
                at = known
                taken = course(at, scenario, disclosed, luck, assumed)
            except NoProjectionError as why:
                nothing = {"status": "none", "stale": False, "reason": str(why)}
                convergence += [row | {"share": share} | nothing for share in SHARES]
                continue
            content = _content(at, scenario, taken)
            if content not in runs:
                runs[content] = _run(at, scenario, taken, luck)
            run = runs[content]
            row["stale"] = stale(at, scenario, disclosed, assumed)
            convergence += [
                row | _convergence(at, run, share, assumed) for share in SHARES
            ]
            key = (state.vintage, scenario.name)
            projections += [
                (*key, month, *values)
                for month, values in _projection(state.vintage, run, assumed)
            ]
    columns = ["vintage", "scenario", "month", *MONTH_COLUMNS]
    table = pd.DataFrame(projections, columns=columns)
    return Projected(table, pd.DataFrame(convergence))


def _known(
    state: State, models: pd.DataFrame, assumed: Assumed
) -> Setting | NoProjectionError:
    """The setting of a vintage, or why it has none, once for all scenarios."""
    try:
        return setting(state, models, assumed)
    except NoProjectionError as why:
        return why


def _content(at: Setting, scenario: Scenario, taken: Course) -> Hashable:
    # A fitted pace depends on the vintage itself; its middle tells it apart.
    return (
        at.leader.key,
        at.frontier.key,
        scenario.name,
        float(taken.pace.mean()),
        float(taken.growth.mean()),
    )


def _run(at: Setting, scenario: Scenario, taken: Course, luck: FloatArray) -> Run:
    prior = paces.log_uniform(luck[:, paces.SHARE], *scenario.share)
    shares = {
        name: prior
        if name == "scenario"
        else np.full_like(prior, np.log10(float(name)))
        for name in SHARES
    }
    met = {name: crossing(taken, at.frontier, s) for name, s in shares.items()}
    return Run(at, taken, shares, met)


def _quantiles(draws: FloatArray) -> FloatArray:
    """Points at LEVELS over the first axis, by order statistics (inf is allowed)."""
    ordered = np.sort(draws, axis=0)
    places = [int(q * (len(draws) - 1) + 0.5) for q in LEVELS]
    return np.asarray(ordered[places])


def _convergence(at: Setting, run: Run, share: str, assumed: Assumed) -> dict[str, Any]:
    now = year(at.vintage)
    horizon = now + assumed["projection.months"] / 12
    met, taken = run.met[share], run.course
    past = float((met <= now).mean())
    surely = assumed["projection.met"]
    ceiling = at.frontier.at(taken.time[:, None], taken.growth)[:, 0]
    dates = {
        f"date_{point}": date(value) if value <= horizon else None
        for point, value in zip(POINTS, _quantiles(met), strict=True)
    }
    status = "unclear"
    if past >= surely:
        status = "met"
    elif past <= 1 - surely:
        status = "open"
    return dates | {
        "share": share,
        "leader_model_id": at.leader.model,
        "leader_probability": at.leader.probability,
        "leader_flop_p50": 10 ** float(np.median(taken.start)),
        "frontier_model_id": at.frontier.models[-1],
        "gap_oom_p50": float(np.median(ceiling + run.shares[share] - taken.start)),
        "probability_within_12_months": float((met <= now + 1).mean()),
        "probability_past": past,
        "status": status,
        "growth_before": 10 ** float(np.median(taken.pace)),
        "growth_after": 10 ** float(np.median(taken.growth)),
    }


def _projection(
    vintage: pd.Timestamp, run: Run, assumed: Assumed
) -> list[tuple[pd.Timestamp, list[float]]]:
    """The months after a vintage; a month is computed once per run."""
    start = vintage + pd.offsets.MonthBegin(1)
    months = pd.date_range(start, periods=int(assumed["projection.months"]), freq="MS")
    missing = [month for month in months if month not in run.months]
    if missing:
        times = np.array([year(month) for month in missing])
        run.months.update(zip(missing, _months(run, times, assumed), strict=True))
    return [(month, run.months[month]) for month in months]


def _months(run: Run, t: FloatArray, assumed: Assumed) -> list[list[float]]:
    met = run.met["scenario"]
    reasoning, slope = path(run.course, run.at.frontier, met, t)
    points = _quantiles(reasoning)
    largest = run.at.frontier.at(t, run.course.growth)
    price = np.array([reference_flop_per_usd(2000 + x, assumed) for x in t])
    rows = [
        *10**points,
        10 ** np.median(largest, axis=0),
        10 ** np.median(slope, axis=0),
        10 ** points[LEVELS.index(0.5)] / price,
        (met[:, None] <= t[None, :]).mean(axis=0),
    ]
    return [list(row) for row in np.column_stack(rows)]
