"""F(t): the largest run's total compute, as known at a vintage.

What belongs here: which runs are records, their joint draws, growth after the last one.
What does not: reasoning compute (leader.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection.dates import years

_EXTRA = ["is_notable"]
STAGES = ("total", "pretraining")  # a run whose total is unknown counts with its bulk


@dataclass(frozen=True)
class Frontier:
    """Records up to a vintage: log-linear between them, growth after the last."""

    models: tuple[str, ...]
    times: FloatArray  # (records,) years, ascending
    draws: FloatArray  # (draws, records) log10 FLOP
    key: tuple[str, ...]  # content behind the draws

    def at(self, t: FloatArray, growth: FloatArray) -> FloatArray:
        """log10 F at times `t` (draws, times) or (times,), growing by log10 `growth`.

        Args:
            t: years.
            growth: (draws,) log10 per year after the last record.

        Returns:
            (draws, times); before the first record its level.
        """
        after = np.maximum(t - self.times[-1], 0.0) * growth[:, None]
        if len(self.times) == 1 or np.min(t) >= self.times[-1]:
            return np.asarray(self.draws[:, -1:] + after)
        inside = np.clip(t, self.times[0], self.times[-1])
        k = np.searchsorted(self.times, inside, "right") - 1
        k = np.clip(k, 0, len(self.times) - 2)
        left, right = self.times[k], self.times[k + 1]
        weight = (inside - left) / (right - left)
        if t.ndim == 1:  # times shared by all draws need no look-up per draw
            low, high = self.draws[:, k], self.draws[:, k + 1]
        else:
            low = np.take_along_axis(self.draws, k, axis=1)
            high = np.take_along_axis(self.draws, k + 1, axis=1)
        return np.asarray(low + weight * (high - low) + after)


def compute_node(state: State, model: str) -> str | None:
    """The node that stands for a model's whole training at a vintage, or None."""
    for stage in STAGES:
        if state.anchored(f"{model}/{stage}"):
            return f"{model}/{stage}"
    return None


def known_runs(state: State, models: pd.DataFrame) -> pd.DataFrame:
    """Median compute of every run released by the vintage: name, released_on, flop.

    `is_notable` is a column where the models have it.
    """
    ids = models["model_id"].tolist()
    days = models["released_on"].to_numpy()
    found = []
    for k in np.flatnonzero(days <= np.datetime64(state.vintage)).tolist():
        node = compute_node(state, ids[k])
        if node is not None:
            found.append((days[k], float(state.points(node)[1]), ids[k], k, node))
    found.sort()
    names = ["model_id", "name", "released_on", *models.columns.intersection(_EXTRA)]
    chosen = models[names].iloc[[k for _, _, _, k, _ in found]].reset_index(drop=True)
    level = np.array([level for _, level, *_ in found])
    chosen["log10_flop"], chosen["node"] = level, [node for *_, node in found]
    chosen["flop"] = 10**level
    return chosen


def frontier(state: State, runs: pd.DataFrame) -> Frontier | None:
    """The records among the known runs, by their medians; None when there are none."""
    if runs.empty:
        return None
    days, level = runs["released_on"].to_numpy(), runs["log10_flop"].to_numpy()
    # Of runs released on one day the largest counts; they come in that order.
    last = np.flatnonzero(np.append(days[1:] != days[:-1], [True]))
    before = np.append([-np.inf], np.maximum.accumulate(level[last])[:-1])
    records = last[level[last] > before]
    models, nodes = runs["model_id"].tolist(), runs["node"].tolist()
    return Frontier(
        models=tuple(models[k] for k in records),
        times=years(pd.DatetimeIndex(days[records])),
        draws=np.column_stack([state.draws(nodes[k]) for k in records]),
        key=tuple(state.of_node[nodes[k]].key + nodes[k] for k in records),
    )
