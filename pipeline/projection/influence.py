"""What leaving out one claim does to today's share and to the dates.

What belongs here: the trend fitted again without the claim. What does not: the shifted
draws (estimation/influence.py).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.influence import Effect
from pipeline.estimation.method import FloatArray
from pipeline.projection.dates import DAYS, year
from pipeline.projection.outlook import MAIN, reached
from pipeline.projection.share import Trend, share
from pipeline.projection.shares import History
from pipeline.projection.splits import Run

COLUMNS = ["claim_id", "share_shift", "convergence_shift_days"]


def shift_table(
    history: History, left_out: list[Effect], assumed: Assumed
) -> pd.DataFrame:
    """By claim, the shift of a flagship's typical share and of when it reaches MAIN.

    NULL where there is no trend, or no date within the horizon, with the claim or
    without it; 0 for a claim that bears on no split.

    Args:
        history: splits and trend of every vintage.
        left_out: the claims of the newest vintage, left out in turn.
        assumed: constants of the method.
    """
    newest, model = history.newest, history.model
    whole = model.likelihood(newest.runs)
    nodes = {run.model: history.splits.nodes(run.model) for run in newest.runs}
    before = _read(newest.trend, newest.state.vintage, assumed)
    rows = []
    for each in left_out:
        near = set(each.part.nodes) | {each.node}
        old = [run for run in newest.runs if nodes[run.model] & near]
        new = history.splits.of(
            each.applied(newest.state), [run.model for run in old], each.claim
        )
        shift: tuple[float | None, float | None] = (0.0, 0.0)
        if _facts(old) != _facts(new):
            log = whole - model.likelihood(old) + model.likelihood(new)
            few = sum(r.known for r in newest.runs) + _known(new) - _known(old)
            trend = None
            if few >= assumed["share.fewest_runs"]:
                kept = [r for r in newest.runs if not nodes[r.model] & near]
                trend = model.weighted(log, [*kept, *new])
            after = _read(trend, newest.state.vintage, assumed)
            shift = tuple(
                None if a is None or b is None else a - b
                for a, b in zip(after, before, strict=True)
            )  # type: ignore[assignment]
        rows.append((each.claim, shift[0], shift[1] and shift[1] * DAYS))
    return pd.DataFrame(rows, columns=COLUMNS)


def _facts(runs: list[Run]) -> list[object]:
    return [(run.model, run.facts) for run in runs]


def _known(runs: list[Run]) -> int:
    return sum(run.known for run in runs)


def _read(
    trend: Trend | None, vintage: pd.Timestamp, assumed: Assumed
) -> tuple[float | None, float | None]:
    """Median typical share today, and median date of MAIN; None where there is none."""
    if trend is None:
        return None, None
    now = year(vintage)
    typical: FloatArray = share(trend.typical(now, flagship=True))
    date = float(np.median(reached(trend, MAIN, assumed)))
    late = now + assumed["projection.months"] / 12
    return float(np.median(typical)), date if date <= late else None
