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


@dataclass(frozen=True)
class Leader:
    """The largest reasoning stage of each draw."""

    model: str  # most often the largest
    probability: float
    start: FloatArray  # (draws,) log10 FLOP
    time: FloatArray  # (draws,) years, release of that draw's leader
    released_on: pd.Timestamp  # of `model`
    key: tuple[str, ...]


def candidates(state: State, models: pd.DataFrame, assumed: Assumed) -> pd.DataFrame:
    """Nodes that may lead: anchored, narrow enough, released; one per family.

    Returns:
        Columns model_id, released_on, family, node, log10_flop (median), by date.
    """
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
    chosen = models[["model_id", "released_on", "family"]]
    chosen = chosen.iloc[[k for *_, k in able]].reset_index(drop=True)
    chosen["node"] = [f"{model}/reasoning" for _, model, _ in able]
    chosen["log10_flop"] = [level for level, *_ in able]
    return chosen


def leader(state: State, able: pd.DataFrame) -> Leader | None:
    """The leader among the candidates of a vintage, or None when there are none."""
    if able.empty:
        return None
    draws = np.column_stack([state.draws(node) for node in able["node"]])
    best = draws.argmax(axis=1)
    wins = np.bincount(best, minlength=len(able))
    top = int(wins.argmax())
    times = years(able["released_on"])
    return Leader(
        model=str(able["model_id"].iloc[top]),
        probability=float(wins[top] / len(draws)),
        start=draws.max(axis=1),
        time=times[best],
        released_on=pd.Timestamp(able["released_on"].iloc[top]),
        key=tuple(state.of_node[n].key + n for n in able["node"]),
    )
