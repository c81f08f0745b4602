"""One course read off: quantiles of its crossings, and its months.

What belongs here: arrays over draws and months, the costly part of a projection. What
does not: which courses there are and which vintage takes them (project.py).

Draws lie along the last axis, so that every month is sorted in one stretch of memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts.out import SHARES
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.estimation.method import FloatArray, IntArray
from pipeline.estimation.order import ascending, order_statistics
from pipeline.projection import pace as paces
from pipeline.projection.chance import Chance
from pipeline.projection.course import Setting
from pipeline.projection.dates import date, years
from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Course, Path, corners, crossings
from pipeline.projection.scenario import Scenario

OWN = "scenario"  # the share of the scenario itself
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
POINTS = ("p05", "p25", "p50", "p75", "p95")
MONTH_COLUMNS = [
    *(f"reasoning_flop_{point}" for point in POINTS),
    "frontier_flop_p50",
    "growth_per_year_p50",
    "usd_p50",
    "probability_converged",
]
_BLOCK = 8  # months at once: fewer calls, and their arrays still fit a cache


@dataclass(frozen=True)
class Reading:
    """What is read off a course.

    Attributes:
        first: First month of `months`, as months since 1970.
        months: Shape (months, len(MONTH_COLUMNS)).
        met: By share, (draws,) the crossing in years.
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
        past = float((met <= now).mean())
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
            "probability_within_12_months": float((met <= now + 1).mean()),
            "probability_past": past,
            "status": status,
        }


def read(
    at: Setting,
    scenario: Scenario,
    luck: FloatArray,
    taken: Course,
    months: IntArray,
    total: FloatArray,
    assumed: Assumed,
) -> Reading:
    """Read a course off.

    Args:
        at: what is known where the course begins.
        scenario: its scenario.
        luck: outcome of `pace.luck`.
        taken: its draws.
        months: consecutive ones, as months since 1970, none before the last record.
        total: (months,) medians of the frontier, log10 FLOP.
        assumed: constants of the method.
    """
    own = paces.log_uniform(luck[:, paces.SHARE], *scenario.share)
    shares = {OWN: own} | {s: np.full(1, np.log10(float(s))) for s in SHARES}
    known = corners(taken, at.frontier)
    found = crossings(taken, at.frontier, list(shares.values()), known)
    met = dict(zip(shares, found, strict=True))
    # Single precision rounds by 2e-6 OOM, and half as much goes through memory.
    rows = Path(taken, at.frontier, met[OWN], np.float32)
    until = float(years(first_days(months[-1:] + 1))[0])
    # A smooth average needs fewer draws than order statistics, over paces still fewer.
    some = paces.fewer_rows(assumed)
    few = some if taken.capped else some // 2
    part = (taken.first(few), at.frontier.first(few), known.first(few))
    dates = {
        share: Chance(*part, log10[:few]).dates(
            LEVELS, rows.met if share == OWN else ascending(met[share])[1], until
        )
        for share, log10 in shares.items()
    }
    return Reading(
        int(months[0]),
        _months(rows, taken, months, total, assumed),
        met,
        {share: [(day, date(day)) for day in found] for share, found in dates.items()},
        _facts(at.first(some), taken.first(some), own[:some]),
    )


def _facts(at: Setting, taken: Course, own: FloatArray) -> dict[str, dict[str, Any]]:
    """Medians before the crossing, by share; of as many draws for all scenarios."""
    gap = at.frontier.at(taken.time[:, None], taken.growth)[:, 0] - taken.start
    common = {
        "leader_model_id": at.leader.model,
        "leader_probability": at.leader.probability,
        "leader_flop_p50": 10 ** float(_median(taken.start)),
        "frontier_model_id": at.frontier.models[-1],
        "growth_before": 10 ** float(_median(taken.pace)),
        "growth_after": 10 ** float(_median(taken.growth)),
    }
    shares = {OWN: own} | {s: np.log10(float(s)) for s in SHARES}
    return {
        share: common | {"share": share, "gap_oom_p50": float(_median(gap + log10))}
        for share, log10 in shares.items()
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
    after = (years(first_days(months)) - frontier.times[-1]).astype(np.float32)
    blocks = [
        _median(last + rate * after[k : k + _BLOCK, None])
        for k in range(0, len(after), _BLOCK)
    ]
    return np.concatenate(blocks)


def _months(
    rows: Path, taken: Course, months: IntArray, total: FloatArray, assumed: Assumed
) -> FloatArray:
    t = years(first_days(months))
    alone = not taken.capped and not np.isfinite(taken.stall).any()
    ends = (_median(taken.pace), _median(taken.growth)) if alone else None
    blocks = [_block(rows, ends, t[k : k + _BLOCK]) for k in range(0, len(t), _BLOCK)]
    points, slopes = (np.hstack(part) for part in zip(*blocks, strict=True))
    price = np.array([reference_flop_per_usd(2000 + x, assumed) for x in t])
    return np.column_stack(
        [
            *10**points,
            10**total,
            10**slopes,
            10 ** points[LEVELS.index(0.5)] / price,
            rows.met.searchsorted(t, "right") / len(rows.met),
        ]
    )


def _block(
    rows: Path, ends: tuple[FloatArray, FloatArray] | None, t: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Points of R (points, times) and its median growth (times,).

    `ends` are the median growth before any draw is at its ceiling and once all are,
    where nothing but the ceiling changes it.
    """
    reasoning, slope = rows.at(t)
    if ends is not None and t[-1] < rows.met[0]:
        slopes = np.full(len(t), ends[0])
    elif ends is not None and t[0] >= rows.met[-1]:
        slopes = np.full(len(t), ends[1])
    else:
        slopes = _median(slope)
    points = order_statistics(reasoning, _places(LEVELS, reasoning.shape[1]))
    return points.T.astype(float), slopes


def first_days(months: IntArray) -> pd.DatetimeIndex:
    """First days of months that are counted from 1970."""
    return pd.DatetimeIndex(months.astype("datetime64[M]").astype("datetime64[us]"))


def _median(values: FloatArray) -> FloatArray:
    """The order statistic that stands for the median, along the last axis."""
    middle = order_statistics(values, _places((0.5,), values.shape[-1]))
    return middle[..., 0].astype(float)


def _places(levels: tuple[float, ...], n: int) -> IntArray:
    """The order statistics, from 0, that stand for quantiles of n draws."""
    return np.array([int(q * (n - 1) + 0.5) for q in levels])
