"""The share of a run as tables: each run, the trend, and how the trend has scored.

What belongs here: what is read off the model at every vintage. What does not: the model
(share.py), its variants (variants.py), what is known of a run (splits.py).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts import columns, contract
from pipeline.contracts.out import SHARES
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.estimation.record import Posterior
from pipeline.estimation.vintages import State
from pipeline.projection.dates import month, month_starts
from pipeline.projection.frontier import frontier, known_runs
from pipeline.projection.paths import LEVELS, points
from pipeline.projection.scores import point_scores
from pipeline.projection.share import (
    Shares,
    Trend,
    error,
    odds,
    scattered,
    share,
    student,
    within,
)
from pipeline.projection.splits import AT_LEAST, AT_MOST, Run, Splits

SHARE_POINTS = tuple(f"p{100 * level:02.0f}" for level in LEVELS)
ENDS = (0.05, 0.5, 0.95)
PART = tuple(s for s in SHARES if float(s) < 1)  # of a run; the whole is no part


@dataclass(frozen=True)
class Known:
    """What one vintage knows: the splits, and the trend where they are enough."""

    state: State
    runs: list[Run]
    trend: Trend | None


@dataclass(frozen=True)
class History:
    """Every vintage's splits and trend; vintages that know the same share a trend."""

    model: Shares
    splits: Splits
    vintages: list[Known]

    @classmethod
    def of(cls, found: Posterior, models: pd.DataFrame) -> History:
        """From the posterior of every vintage."""
        assumed = found.assumed
        model = Shares.of(assumed)
        splits = Splits(found.prepared, models, assumed)
        fitted: dict[Hashable, Trend] = {}
        vintages = []
        for state in found.states:
            runs = splits.at(state)
            trend = None
            if sum(run.known for run in runs) >= assumed["share.fewest_runs"]:
                key = tuple((r.model, r.facts) for r in runs if r.facts)
                if key not in fitted:
                    fitted[key] = model.fit(runs)
                trend = fitted[key]
            vintages.append(Known(state, runs, trend))
        return cls(model, splits, vintages)

    @property
    def newest(self) -> Known:
        """The newest vintage."""
        return self.vintages[-1]

    @cached_property
    def forecasts(self) -> list[Forecast]:
        """Each share that became known after a vintage with a trend."""
        found = []
        known = [{run.model for run in at.runs if run.known} for at in self.vintages]
        for run in self.newest.runs:
            first = [run.model in at for at in known].index(True) if run.known else 0
            if first and self.vintages[first - 1].trend is not None:
                before, then = self.vintages[first - 1], self.vintages[first]
                found.append(Forecast(run, before, then.state.vintage))
        return found


@dataclass(frozen=True)
class Forecast:
    """A share, and the last vintage that did not know it."""

    run: Run
    before: Known
    disclosed_on: pd.Timestamp


def share_table(history: History, models: pd.DataFrame) -> pd.DataFrame:
    """Rows of out.shares: every reasoning model at the newest vintage.

    Args:
        history: splits and trend of every vintage.
        models: core.models.
    """
    newest, eps = history.newest, history.model.eps
    largest = frontier(known_runs(newest.state, models))
    before = {each.run.model: each for each in history.forecasts}
    rows = []
    for run in newest.runs:
        row: dict[str, Any] = {"model_id": run.model, "basis": _basis(run)}
        z = run.draws
        if z is None:
            if newest.trend is None:
                continue
            z = scattered(newest.trend, run)
            z = within(run, z, eps)
        for kind, name in ((AT_LEAST, "claimed_least"), (AT_MOST, "claimed_most")):
            ends = [-kind * fact.z for fact in run.facts if fact.kind == kind]
            row[name] = float(share(np.array(-kind * max(ends)))) if ends else None
        row |= _points("share", share(z)) | _chances(z)
        whole = history.splits.whole(newest.state, run)
        if whole is not None:
            flop = 10 ** (np.resize(whole, len(z)) + np.log10(share(z)))
            row |= _points("reasoning_flop", flop)
            if largest is not None:
                then = largest.total(np.full(1, run.time), np.zeros(1))
                over = float(np.median(whole) - np.median(then))
                row["run_over_frontier_p50"] = 10**over
        if run.model in before:
            row |= scored(before[run.model])
        rows.append(row)
    # A record without a forecast, or without a share, has all columns nevertheless.
    names = [column.name for column in columns(contract("out.shares"))]
    return pd.DataFrame(rows).reindex(columns=names)


def scored(forecast: Forecast) -> dict[str, Any]:
    """What had been predicted of a share before it was known, and how that scored."""
    run, trend = forecast.run, forecast.before.trend
    assert trend is not None  # noqa: S101 - a forecast has one
    z = scattered(trend, run)
    (fact,) = run.facts
    noise = fact.sd * error(len(z))
    return {
        "known_since": forecast.disclosed_on,
        "predicted_on": forecast.before.state.vintage,
        **_points("predicted_share", share(z)),
        **point_scores(z + noise, fact.z),
    }


def trend_table(history: History, assumed: Assumed) -> pd.DataFrame:
    """Rows of out.share_trend: a flagship released in each month, by vintage."""
    first = first_month(assumed)
    ahead = int(assumed["projection.months"])
    last = month(history.newest.state.vintage) + ahead
    read: dict[int, pd.DataFrame] = {}
    blocks = []
    for at in history.vintages:
        if at.trend is None:
            continue
        if id(at.trend) not in read:
            read[id(at.trend)] = _trend(at.trend, np.arange(first, last + 1))
        end = month(at.state.vintage) + ahead - first + 1
        blocks.append(read[id(at.trend)][:end].assign(vintage=at.state.vintage))
    return pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame()


def first_month(assumed: Assumed) -> int:
    """The month of the first reasoning model, counted from 1970."""
    return round(assumed["share.since_year"] * 12) - 1970 * 12


def _trend(trend: Trend, months: np.ndarray) -> pd.DataFrame:
    t = month_starts(months)[:, None]
    typical = trend.typical(t, flagship=True)
    z = typical + trend.scatter * student(len(trend.scatter))
    middle, single = points(typical, ENDS), points(z)
    days = months.astype("datetime64[M]").astype("datetime64[us]")
    columns = {"month": days}
    for k, name in enumerate(SHARE_POINTS):
        columns[f"share_{name}"] = share(single[:, k])
    for k, name in enumerate(("p05", "p50", "p95")):
        columns[f"typical_{name}"] = share(middle[:, k])
    for s in PART:
        columns[_chance(s)] = (z >= odds(float(s))).mean(axis=1)
    return pd.DataFrame(columns)


def flagship(trend: Trend, t: float) -> dict[str, float]:
    """Share of a flagship released at a time: its points and chances."""
    z = trend.typical(t, flagship=True) + trend.scatter * student(len(trend.scatter))
    return _points("share", share(z)) | _chances(z)


def _basis(run: Run) -> str:
    if run.known:
        return "known"
    return "bounded" if run.facts else "nowcast"


def _points(name: str, values: FloatArray) -> dict[str, float]:
    found = points(values, ENDS).tolist()
    return {f"{name}_{p}": x for p, x in zip(("p05", "p50", "p95"), found, strict=True)}


def _chances(z: FloatArray) -> dict[str, float]:
    return {_chance(s): float((z >= odds(float(s))).mean()) for s in PART}


def _chance(share: str) -> str:
    """The column of the chance of at least a share: probability_10 of 0.1."""
    return f"probability_{100 * float(share):.0f}"
