"""The leader: who has put most compute into reasoning training, draw by draw.

What belongs here: which nodes may lead and the maximum over them. What does not: the
future (paths.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection.dates import years
from pipeline.projection.levels import Levels


@dataclass(frozen=True)
class Leader:
    """The largest reasoning stage of each draw."""

    model: str  # most often the largest
    probability: float
    start: FloatArray  # (draws,) log10 FLOP
    time: FloatArray  # (draws,) years, release of that draw's leader
    released_on: pd.Timestamp  # of `model`


def candidates(state: State, models: pd.DataFrame, assumed: Assumed) -> Levels:
    """Nodes that may lead, by date: anchored, narrow, released, one per family."""
    widest = assumed.half_width("leader.widest_factor")
    ids, families = models["model_id"].tolist(), models["family"].tolist()
    days = models["released_on"].to_numpy()
    largest: dict[str, tuple[float, str, int]] = {}
    for k in np.flatnonzero(days <= np.datetime64(state.vintage)).tolist():
        node = f"{ids[k]}/reasoning"
        if not state.anchored(node):
            continue
        p05, p50, p95 = state.points(node)
        if (p95 - p05) / 2 <= widest:
            own = (float(p50), ids[k], k)
            largest[families[k]] = max(largest.get(families[k], own), own)
    able = sorted(largest.values(), key=lambda own: (days[own[2]], own[1]))
    return Levels.of(state, models, {k: f"{model}/reasoning" for _, model, k in able})


def leader(state: State, able: Levels) -> Leader | None:
    """The leader among the candidates of a vintage, or None when there are none."""
    if not able.models:
        return None
    draws = np.column_stack([state.draws(node) for node in able.nodes])
    best = draws.argmax(axis=1)
    wins = np.bincount(best, minlength=len(able.models))
    top = int(wins.argmax())
    times = years(pd.DatetimeIndex(able.days))
    return Leader(
        model=able.models[top],
        probability=float(wins[top] / len(draws)),
        start=draws.max(axis=1),
        time=times[best],
        released_on=pd.Timestamp(able.days[top]),
    )
