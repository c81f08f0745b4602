"""Scenario `share`: reasoning of a frontier run, and when its share passes a level.

What belongs here: share × frontier month by month, dates of the typical share, as rows
of out.projections and out.convergence. What does not: either of the two (share.py,
jumps.py), the paths of the article (project.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.estimation.method import FloatArray
from pipeline.projection.dates import date, month, month_starts, year
from pipeline.projection.frontier import Frontier, frontier, known_runs
from pipeline.projection.headline import SHARE
from pipeline.projection.jumps import Jumps, jumps
from pipeline.projection.paths import LEVELS, SINGLE, points
from pipeline.projection.project import (
    MONTH_COLUMNS,
    OWN,
    POINTS,
    Projected,
    asked,
    status,
)
from pipeline.projection.share import Trend, odds, share, student
from pipeline.projection.shares import PART, History, Known, first_month

MAIN = "0.3"  # the share that the scenario is spoken of by: the least ceiling of 2025
_YEAR = 12  # months over which growth is read


def outlook(history: History, models: pd.DataFrame, assumed: Assumed) -> Projected:
    """Rows of scenario `share`, for every vintage.

    Args:
        history: splits and trend of every vintage.
        models: core.models.
        assumed: constants of the method.
    """
    blocks, rows = [], []
    for at in history.vintages:
        key = {"vintage": at.state.vintage, "scenario": SHARE, "stale": False}
        runs = known_runs(at.state, models)
        largest = frontier(runs)
        if at.trend is None or largest is None:
            few = int(assumed["share.fewest_runs"])
            why = f"the split of fewer than {few} runs was known by then"
            none = key | {"status": "none", "reason": why}
            rows += [none | asked(s) for s in (OWN, *PART)]
            continue
        process = jumps(runs, at.state.vintage, len(at.trend.level), assumed)
        blocks.append(_months(at, at.trend, largest, process, assumed))
        dates = {s: reached(at.trend, s, assumed) for s in PART}
        for s in (OWN, *PART):
            own = MAIN if s == OWN else s
            row = _row(at, at.trend, process, own, dates[own], assumed)
            rows.append(
                key | row | asked(s) | {"frontier_model_id": largest.models[-1]}
            )
    months = pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame()
    return Projected(months, pd.DataFrame(rows))


def reached(trend: Trend, share: str, assumed: Assumed) -> FloatArray:
    """When a typical flagship reaches a share, years, (draws,); inf = never."""
    since = float(month_starts(np.array([first_month(assumed)]))[0])
    return trend.reached(odds(float(share)), since)


def _months(
    at: Known, trend: Trend, largest: Frontier, process: Jumps, assumed: Assumed
) -> pd.DataFrame:
    now, horizon = at.state.vintage, int(assumed["projection.months"])
    months = month(now) + 1 + np.arange(horizon + _YEAR)
    t = month_starts(months)
    typical = trend.typical(t[:, None], flagship=True).astype(SINGLE)
    z = typical + (trend.scatter * student(len(trend.level))).astype(SINGLE)
    total = (largest.draws[:, -1] + process.grown(t - year(now))).astype(SINGLE)
    quantiles = points(total + np.log10(share(z))).astype(float)
    middle = quantiles[:, LEVELS.index(0.5)]
    usd = [reference_flop_per_usd(2000 + each, assumed) for each in t[:horizon]]
    met = (typical >= odds(float(MAIN))).mean(axis=1)
    values = [
        10 ** quantiles[:horizon],
        10 ** points(total[:horizon], (0.5,)).astype(float),
        10 ** (middle[_YEAR:] - middle[:-_YEAR]),
        10 ** middle[:horizon] / usd,
        np.maximum.accumulate(met)[:horizon],
    ]
    table = pd.DataFrame(np.column_stack(values), columns=MONTH_COLUMNS)
    days = months[:horizon].astype("datetime64[M]").astype("datetime64[us]")
    return table.assign(vintage=now, scenario=SHARE, month=days)


def _row(
    at: Known,
    trend: Trend,
    process: Jumps,
    s: str,
    dates: FloatArray,
    assumed: Assumed,
) -> dict[str, Any]:
    now = year(at.state.vintage)
    horizon = now + assumed["projection.months"] / 12
    past, soon = ((dates <= t).mean() for t in (now, now + 1))
    middle = float(np.median(share(trend.typical(now, flagship=True))))
    growth = process.growth
    ends = points(dates).tolist()
    return {
        "gap_oom_p50": float(np.log10(float(s) / middle)),
        **{
            f"date_{point}": date(end) if end <= horizon else None
            for point, end in zip(POINTS, ends, strict=True)
        },
        "probability_within_12_months": float(soon),
        "probability_past": float(past),
        "status": status(float(past), assumed),
        "growth_before": 10 ** float(np.median(trend.slope + growth)),
        "growth_after": 10 ** float(np.median(growth)),
    }
