"""Projections and convergence for every vintage and scenario, as tables.

What belongs here: which courses there are, which vintage takes which, and what is read
off them. What does not: how a course comes about (course.py), geometry (paths.py).

Vintages that share leader, frontier, pace and growth share their draws; such a course
is computed once, over the months of all of them.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts.out import SHARES
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.estimation.method import FloatArray, IntArray
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
from pipeline.projection.dates import date, month, month_starts, year
from pipeline.projection.paths import LEVELS, SINGLE, Course, Path, points
from pipeline.projection.scenario import Scenario, scenarios_of

OWN = "scenario"  # the threshold that is the share of the scenario itself
FIXED = {share: np.full(1, np.log10(float(share))) for share in SHARES}
STALE = "stale"  # status of a date that an old path does not judge
POINTS = tuple(f"p{100 * level:02.0f}" for level in LEVELS)
MONTH_COLUMNS = [
    *(f"reasoning_flop_{point}" for point in POINTS),
    "frontier_flop_p50",
    "growth_per_year_p50",
    "usd_at_trend_price",
    "probability_converged",
]


def asked(threshold: str) -> dict[str, Any]:
    """The columns of out.convergence that say which share is to be met."""
    share = None if threshold == OWN else float(threshold)
    return {"threshold": threshold, "share": share}


@dataclass(frozen=True)
class Projected:
    """The two tables of the projection."""

    projections: pd.DataFrame
    convergence: pd.DataFrame


@dataclass
class _Pair:
    """A vintage and a scenario: its place in the tables, and its course or none."""

    vintage: pd.Timestamp
    scenario: Scenario
    at: Setting | None = None
    stale: bool = False
    reason: str = ""

    @property
    def first(self) -> int:
        """The month after the vintage, counted from 1970."""
        return month(self.vintage) + 1

    @property
    def content(self) -> Hashable:
        """What decides the course."""
        at, scenario = self.at, self.scenario
        if at is None:
            return None
        growth = scenario.growth or (at.runs.models, at.runs.log10_flop.tobytes())
        return (at.key, scenario.name, growth)


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
    pairs: list[_Pair] = []
    listed = scenarios_of(scenarios)
    for state in states:
        pairs += _pairs(state, models, listed, disclosed, assumed)
    shared: dict[Hashable, list[_Pair]] = {}
    for pair in pairs:
        shared.setdefault(pair.content, []).append(pair)
    luck = paces.luck_of(assumed)
    read: dict[Hashable, _Reading] = {}
    for content, group in shared.items():
        at = group[0].at
        if content is None or at is None:
            continue
        try:
            taken = course(at, group[0].scenario, disclosed, luck, assumed)
        except NoProjectionError as why:
            for pair in group:
                pair.reason = str(why)
            continue
        own = paces.log_uniform(luck[:, paces.SHARE], *group[0].scenario.share)
        months = np.arange(group[0].first, group[-1].first + horizon)
        read[content] = _read(at, taken, own, months, assumed)
    rows: list[dict[str, Any]] = []
    for pair in pairs:
        key = {"vintage": pair.vintage, "scenario": pair.scenario.name}
        for share in (OWN, *SHARES):
            if pair.reason:
                none = asked(share) | {"status": "none", "reason": pair.reason}
                rows.append(key | {"stale": False} | none)
            else:
                found = read[pair.content].convergence(pair.vintage, share, assumed)
                judged = {"status": STALE} if pair.stale else {}
                rows.append(key | {"stale": pair.stale} | found | judged)
    there = [(pair, read[pair.content]) for pair in pairs if not pair.reason]
    return Projected(_months(there, horizon), pd.DataFrame(rows))


def _months(pairs: list[tuple[_Pair, _Reading]], horizon: int) -> pd.DataFrame:
    """Rows of out.projections: the months after each vintage."""
    if not pairs:
        return pd.DataFrame(columns=["vintage", "scenario", "month", *MONTH_COLUMNS])
    blocks = []
    for pair, reading in pairs:
        start = pair.first - reading.first
        blocks.append(reading.months[start : start + horizon])
    table = pd.DataFrame(np.concatenate(blocks), columns=MONTH_COLUMNS)
    starts = np.array([pair.first for pair, _ in pairs])
    months = (starts[:, None] + np.arange(horizon)).ravel()
    vintages = pd.DatetimeIndex([pair.vintage for pair, _ in pairs])
    table.insert(0, "vintage", vintages.repeat(horizon))
    names = np.array([pair.scenario.name for pair, _ in pairs], dtype=object)
    table.insert(1, "scenario", names.repeat(horizon))
    days = months.astype("datetime64[M]").astype("datetime64[us]")
    table.insert(2, "month", days)
    return table


def _pairs(
    state: State,
    models: pd.DataFrame,
    scenarios: list[Scenario],
    disclosed: dict[str, pd.Timestamp],
    assumed: Assumed,
) -> list[_Pair]:
    """Every scenario at a vintage, with what it begins from or why it cannot."""
    pairs = [_Pair(state.vintage, scenario) for scenario in scenarios]
    try:
        at = setting(state, models, assumed)
    except NoProjectionError as why:
        for pair in pairs:
            pair.reason = str(why)
        return pairs
    for pair in pairs:
        try:
            check_in_force(pair.scenario, disclosed, state.vintage)
        except NoProjectionError as why:
            pair.reason = str(why)
            continue
        pair.at = at
        pair.stale = stale(at, pair.scenario, disclosed, assumed)
    return pairs


@dataclass(frozen=True)
class _Reading:
    """What is read off a course.

    Attributes:
        first: First of the months, as months since 1970.
        months: Shape (months, len(MONTH_COLUMNS)).
        met: By share, (draws,) the crossings in years, ascending.
        facts: By share, the columns of out.convergence that no vintage changes.
    """

    first: int
    months: FloatArray
    met: dict[str, FloatArray]
    facts: dict[str, dict[str, Any]]

    def convergence(
        self, vintage: pd.Timestamp, share: str, assumed: Assumed
    ) -> dict[str, Any]:
        """A row of out.convergence, without its keys and staleness."""
        met, now = self.met[share], year(vintage)
        horizon = now + assumed["projection.months"] / 12
        past, soon = met.searchsorted([now, now + 1], "right") / len(met)
        dates = {
            f"date_{point}": date(at) if at <= horizon else None
            for point, at in zip(POINTS, points(met).tolist(), strict=True)
        }
        return self.facts[share] | dates | {
            "probability_within_12_months": float(soon),
            "probability_past": float(past),
            "status": status(float(past), assumed),
        }  # fmt: skip


def status(past: float, assumed: Assumed) -> str:
    """What is said of a date that lies in the past with such a chance."""
    surely = assumed["projection.met"]
    if past >= surely:
        return "met"
    return "open" if past <= 1 - surely else "unclear"


def _read(
    at: Setting, taken: Course, own: FloatArray, months: IntArray, assumed: Assumed
) -> _Reading:
    """Read a course off.

    Args:
        at: what is known where the course begins.
        taken: its draws.
        own: (draws,) log10 of the scenario's own share.
        months: consecutive ones, as months since 1970, none before the last record.
        assumed: constants of the method.
    """
    path = Path.until(taken, int(months[-1]) + 1)  # one more, for growth in the last
    since = int(months[0]) - path.first
    shares = {OWN: own} | FIXED
    shares = {name: share.astype(SINGLE) for name, share in shares.items()}
    met = {name: np.sort(path.met(share)) for name, share in shares.items()}
    level = path.levels(shares[OWN], since)
    t = month_starts(months)
    growth = np.diff(level, axis=0) / np.diff(path.months[since:])[:, None]
    quantiles = points(level[:-1]).astype(float)
    usd = [reference_flop_per_usd(2000 + each, assumed) for each in t]
    columns = np.column_stack(
        [
            10**quantiles,
            10 ** points(path.total[since:-1], (0.5,)),
            10 ** points(growth, (0.5,)),
            10 ** quantiles[:, LEVELS.index(0.5)] / usd,
            met[OWN].searchsorted(t, "right") / len(own),
        ]
    )
    return _Reading(int(months[0]), columns, met, _facts(at, taken, path.gap[0], own))


def _facts(
    at: Setting, taken: Course, gap: FloatArray, own: FloatArray
) -> dict[str, dict[str, Any]]:
    """Medians before the crossing, by share."""
    common = {
        "leader_model_id": at.leader.model,
        "leader_probability": at.leader.probability,
        "leader_flop_p50": 10 ** _median(taken.start),
        "frontier_model_id": at.frontier.models[-1],
        "growth_before": 10 ** _median(taken.pace),
        "growth_after": 10 ** _median(taken.growth),
    }
    gaps = {OWN: _median(own - gap)}
    gaps |= {share: float(log10[0]) - _median(gap) for share, log10 in FIXED.items()}
    return {
        share: common | asked(share) | {"gap_oom_p50": oom}
        for share, oom in gaps.items()
    }


def _median(values: FloatArray) -> float:
    return float(points(values, (0.5,))[0])
