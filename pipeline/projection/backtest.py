"""Forecasts made at quarterly origins, scored against today's record.

What belongs here: which forecast is made when and what it is held against. What does
not: scores (scores.py), outcomes (realised.py), their summary (calibration.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts import columns
from pipeline.contracts.out import Backtests
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection import pace as paces
from pipeline.projection.course import (
    NoProjectionError,
    Setting,
    course,
    setting,
)
from pipeline.projection.dates import month, year, years
from pipeline.projection.frontier import Frontier, frontier, known_runs
from pipeline.projection.headline import SHARE
from pipeline.projection.jumps import jumps
from pipeline.projection.levels import Levels
from pipeline.projection.pairing import spread
from pipeline.projection.paths import LEVELS, SINGLE, Course, Path
from pipeline.projection.realised import (
    FRONTIER,
    MEASURED,
    REASONING,
    Outcome,
    met_by,
    outcomes,
)
from pipeline.projection.scenario import Scenario, scenarios_of
from pipeline.projection.scores import brier, quantiles, sample_scores

PERSISTENCE, UNBOUNDED, FITTED = "persistence", "unbounded", "fitted_trend"
BRIER_HORIZON = 12  # months, as the columns about it are called


@dataclass(frozen=True)
class Forecast:
    """One scenario's forecast of one target at the horizons of an origin."""

    scenario: str
    target: str
    draws: FloatArray  # (horizons, draws) log10 FLOP
    met: FloatArray | None = None  # (draws,) years of the crossing
    share: FloatArray | None = None  # (draws,) log10


@dataclass(frozen=True)
class Past:
    """What an origin could know."""

    origin: pd.Timestamp
    state: State
    frontier: Frontier
    runs: Levels
    setting: Setting | None  # None without a leader


def backtest_table(
    states: list[State],
    models: pd.DataFrame,
    scenarios: pd.DataFrame,
    claims: pd.DataFrame,
    assumed: Assumed,
) -> pd.DataFrame:
    """Rows of out.backtests.

    Args:
        states: the posterior at each vintage.
        models: core.models.
        scenarios: core.scenarios.
        claims: raw.claims, for the dates of pace claims.
        assumed: constants of the method.
    """
    newest, months = states[-1], horizons(assumed)
    listed = scenarios_of(scenarios)
    disclosed = dict(zip(claims["claim_id"], claims["disclosed_on"], strict=True))
    known: dict[pd.Timestamp, dict[str, Outcome]] = {}
    rows: list[dict[str, Any]] = []
    for origin in origins(states[0].vintage, newest.vintage):
        state = [s for s in states if s.vintage <= origin][-1]
        targets = [origin + pd.DateOffset(months=h) for h in months]
        days = [day for day in targets if day <= newest.vintage]
        past = _past(origin, state, models, assumed)
        if past is None or not days:
            continue
        for day in days:
            if day not in known:
                known[day] = outcomes(newest, models, day, assumed)
        for forecast in forecasts(past, listed, disclosed, days, assumed):
            for k, day in enumerate(days):
                outcome = known[day].get(forecast.target)
                if outcome is None:
                    continue
                row = {
                    "origin": origin,
                    "vintage": state.vintage,
                    "horizon_months": months[k],
                    "target_on": day,
                }
                row |= _score(forecast, k, outcome)
                if forecast.met is not None and forecast.share is not None:
                    chance = float((forecast.met <= year(day)).mean())
                    row["probability_met"] = chance
                    if months[k] == BRIER_HORIZON and outcome.kind == MEASURED:
                        truth = met_by(newest, models, day, forecast.share, assumed)
                        row |= {"realised_met": truth, "brier": brier(chance, truth)}
                rows.append(row)
    # A young record may have no pair that is scored in every way.
    return pd.DataFrame(rows, columns=[c.name for c in columns(Backtests)])


def horizons(assumed: Assumed) -> list[int]:
    """Months from an origin to what it forecasts."""
    return [int(assumed[f"backtest.horizon_{k}"]) for k in (1, 2, 3, 4)]


def origins(first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Starts of quarters from the first to the newest vintage."""
    return pd.date_range(first, last, freq="QS")


def forecasts(
    past: Past,
    scenarios: list[Scenario],
    disclosed: Mapping[str, pd.Timestamp],
    days: list[pd.Timestamp],
    assumed: Assumed,
) -> Iterator[Forecast]:
    """Every forecast that can be made of a past, references included.

    Args:
        past: what is known at the origin.
        scenarios: all scenarios; one counts once its pace is disclosed.
        disclosed: date of each claim.
        days: first days of months, ascending.
        assumed: constants of the method.
    """
    headline = next((s for s in scenarios if s.headline), None)
    luck = paces.luck_of(assumed)
    yield from _frontiers(past, headline, days, luck, assumed)
    if past.setting is None:
        return
    for scenario in scenarios:
        try:
            taken = course(past.setting, scenario, disclosed, luck, assumed)
        except NoProjectionError:
            continue
        share = paces.log_uniform(luck[:, paces.SHARE], *scenario.share)
        yield _reasoning(scenario.name, taken, days, share, share)
    if headline is None:
        return
    stated = replace(headline, pace_claim=None, stall_months=None)
    free = course(past.setting, stated, {}, luck, assumed)
    still = replace(free, pace=np.zeros(1), growth=np.zeros(1))
    share = paces.log_uniform(luck[:, paces.SHARE], *headline.share)
    for name, taken in ((PERSISTENCE, still), (UNBOUNDED, free)):
        yield _reasoning(name, taken, days, share, np.full(1, np.inf))


def _frontiers(
    past: Past,
    headline: Scenario | None,
    days: list[pd.Timestamp],
    luck: FloatArray,
    a: Assumed,
) -> Iterator[Forecast]:
    """Jumps as in scenario `share`; no growth, stated growth and a fitted trend.

    A reference knows the headline's growth before it was disclosed; that makes it the
    harder to beat.
    """
    last = past.frontier.draws[:, -1]
    process = jumps(past.runs, past.origin, len(last), a)
    grown = process.grown(years(days) - year(past.origin))
    yield Forecast(SHARE, FRONTIER, last + grown)
    z = luck[:, paces.GROWTH]
    rates = {PERSISTENCE: np.zeros(1), FITTED: paces.fitted_growth(past.runs, z, a)}
    if headline is not None and headline.growth is not None:
        rates[UNBOUNDED] = paces.stated_growth(headline.growth, z)
    for name, rate in rates.items():
        if rate is not None:
            total = past.frontier.total(years(days)[:, None], rate)
            yield Forecast(name, FRONTIER, total)


def _reasoning(
    name: str,
    taken: Course,
    days: list[pd.Timestamp],
    share: FloatArray,
    ceiling: FloatArray,
) -> Forecast:
    """R on some days: met at the share, and no higher than the ceiling (both log10)."""
    path = Path.until(taken, month(days[-1]))
    rows = [month(day) - path.first for day in days]
    met = path.met(share.astype(SINGLE))
    levels = path.levels(ceiling.astype(SINGLE))[rows].astype(float)
    return Forecast(name, REASONING, levels, met, share)


def _past(
    origin: pd.Timestamp, state: State, models: pd.DataFrame, assumed: Assumed
) -> Past | None:
    """Frontier and, where there is one, leader; the frontier does without a leader."""
    try:
        known = setting(state, models, assumed)
    except NoProjectionError:
        runs = known_runs(state, models)
        largest = frontier(runs)
        if largest is None:
            return None
        each = int(assumed["projection.luck_per_draw"])
        return Past(origin, state, spread(largest, each), runs, None)
    return Past(origin, state, known.frontier, known.runs, known)


def _score(forecast: Forecast, k: int, outcome: Outcome) -> dict[str, Any]:
    predicted = forecast.draws[k]
    points = 10 ** quantiles(np.sort(predicted), np.array(LEVELS))
    truth = 10 ** quantiles(np.sort(outcome.draws), np.array([0.05, 0.5, 0.95]))
    row: dict[str, Any] = {
        "scenario": forecast.scenario,
        "target": forecast.target,
        **{f"predicted_flop_p{100 * q:02.0f}": v
           for q, v in zip(LEVELS, points, strict=True)},
        **{f"realised_flop_{p}": v
           for p, v in zip(("p05", "p50", "p95"), truth, strict=True)},
        "realised_model_id": outcome.model,
        "realised_kind": outcome.kind,
    }  # fmt: skip
    if outcome.kind == MEASURED:
        row |= sample_scores(predicted, outcome.draws)
    return row
