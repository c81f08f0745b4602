"""One course read off: quantiles of its crossings, and its months.

What belongs here: arrays over draws and months, the costly part of a projection. What
does not: which courses there are and which vintage takes them (project.py).

Draws lie along the last axis, so that every month is sorted in one stretch of memory.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts.out import SHARES
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.estimation.method import FloatArray, IntArray
from pipeline.estimation.order import ascending
from pipeline.projection import pace as paces
from pipeline.projection.chance import Chance
from pipeline.projection.course import Setting
from pipeline.projection.dates import date, month_starts
from pipeline.projection.frontier import Frontier
from pipeline.projection.monthly import by_month
from pipeline.projection.paths import Corners, Course, corners, crossings, stacked
from pipeline.projection.quantiles import LEVELS, Quantiles, median

OWN = "scenario"  # the share of the scenario itself
FIXED = {share: float(np.log10(float(share))) for share in SHARES}
POINTS = ("p05", "p25", "p50", "p75", "p95")
MONTH_COLUMNS = [
    *(f"reasoning_flop_{point}" for point in POINTS),
    "frontier_flop_p50",
    "growth_per_year_p50",
    "usd_p50",
    "probability_converged",
]


@dataclass(frozen=True)
class Reading:
    """What is read off a course.

    Attributes:
        first: First month of `months`, as months since 1970.
        months: Shape (months, len(MONTH_COLUMNS)).
        met: By share, (draws,) the crossings in years, ascending.
        dates: By share, the points of the crossing as years and as dates.
        facts: By share, the columns of out.convergence that no vintage changes.
    """

    first: int
    months: FloatArray
    met: dict[str, FloatArray]
    dates: dict[str, list[tuple[float, pd.Timestamp | None]]]
    facts: dict[str, dict[str, Any]]

    def convergence(self, now: float, share: str, assumed: Assumed) -> dict[str, Any]:
        """A row of out.convergence at a year, without scenario and staleness."""
        met = self.met[share]
        horizon = now + assumed["projection.months"] / 12
        surely = assumed["projection.met"]
        past, soon = met.searchsorted([now, now + 1], "right") / len(met)
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
            "probability_within_12_months": float(soon),
            "probability_past": float(past),
            "status": status,
        }


def read(
    at: Setting,
    taken: Course,
    own: FloatArray,
    months: IntArray,
    total: FloatArray,
    assumed: Assumed,
) -> Reading:
    """Read a course off.

    Args:
        at: what is known where the course begins.
        taken: its draws.
        own: (draws,) log10 of the scenario's own share.
        months: consecutive ones, as months since 1970, none before the last record.
        total: (months,) medians of the frontier, log10 FLOP.
        assumed: constants of the method.
    """
    # The first draws do for all but the levels that these leave open.
    some = paces.rows(assumed, "first")
    few, part = at.first(some), taken.first(some)
    known = corners(part, few.frontier)
    shares = [own[:some], *(np.full(1, log10) for log10 in FIXED.values())]
    crossed = crossings(part, few.frontier, shares, known)
    _, ordered = ascending(crossed)
    until = float(month_starts(months[-1:] + 1)[0])
    # A smooth average needs fewer draws than order statistics, over paces still fewer.
    if taken.capped:
        chance = _chance(
            part, few.frontier, known, shares,
            lambda: _chance(
                taken, at.frontier, corners(taken, at.frontier), [own, *shares[1:]]
            ),
        )  # fmt: skip
    else:
        n = some // 2
        chance = _chance(part.first(n), few.frontier.first(n), known.first(n), shares)
    found = chance.dates(LEVELS, ordered, until)
    rows = Quantiles(taken, at.frontier, own, crossed[0])
    return Reading(
        int(months[0]),
        _months(rows, ordered[0], months, total, assumed),
        dict(zip((OWN, *FIXED), ordered, strict=True)),
        {
            share: [(day, date(day)) for day in days]
            for share, days in zip((OWN, *FIXED), found.tolist(), strict=True)
        },
        _facts(few, part, own[:some]),
    )


def _chance(
    taken: Course,
    frontier: Frontier,
    known: Corners,
    shares: list[FloatArray],
    finer: Callable[[], Chance] | None = None,
) -> Chance:
    """That of some draws, at shares of as many or more."""
    n = len(taken.start)
    return Chance(
        taken, frontier, known, stacked([each[:n] for each in shares], n), finer
    )


def _facts(at: Setting, taken: Course, own: FloatArray) -> dict[str, dict[str, Any]]:
    """Medians before the crossing, by share; of as many draws for all scenarios."""
    gap = at.frontier.total(taken.time, taken.growth) - taken.start
    rows = np.vstack([taken.start, taken.pace, taken.growth, gap, gap + own])
    start, pace, growth, middle, ours = median(rows).tolist()
    common = {
        "leader_model_id": at.leader.model,
        "leader_probability": at.leader.probability,
        "leader_flop_p50": 10**start,
        "frontier_model_id": at.frontier.models[-1],
        "growth_before": 10**pace,
        "growth_after": 10**growth,
    }
    gaps = {OWN: ours} | {share: middle + log10 for share, log10 in FIXED.items()}
    return {
        share: common | {"share": share, "gap_oom_p50": oom}
        for share, oom in gaps.items()
    }


def frontier_medians(
    frontier: Frontier, growth: FloatArray, months: IntArray
) -> FloatArray:
    """Medians (months,) of F on the first days of months, log10 FLOP.

    Args:
        frontier: the records.
        growth: (draws,) log10 per year after the last one.
        months: as months since 1970, none before the last record.
    """
    last, rate = (x.astype(np.float32) for x in (frontier.draws[:, -1], growth))

    def middle(t: FloatArray) -> FloatArray:
        after = (t - frontier.times[-1]).astype(np.float32)
        return median(last + rate * after[:, None])[:, None]

    return by_month(months, middle)[:, 0]


def _months(
    rows: Quantiles,
    ordered: FloatArray,
    months: IntArray,
    total: FloatArray,
    assumed: Assumed,
) -> FloatArray:
    """`ordered` are crossings, ascending."""
    levels = by_month(months, rows.levels)
    # Curves that all but touch could cross by rounding.
    levels = np.maximum.accumulate(levels, axis=1)
    t = month_starts(months)
    price = np.array([reference_flop_per_usd(2000 + x, assumed) for x in t])
    return np.column_stack(
        [
            10**levels,
            10**total,
            10 ** rows.slopes(t),
            10 ** levels[:, LEVELS.index(0.5)] / price,
            ordered.searchsorted(t, "right") / len(ordered),
        ]
    )
