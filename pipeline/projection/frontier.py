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
from pipeline.projection.levels import Levels

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


def known_runs(state: State, models: pd.DataFrame) -> Levels:
    """Every run released by the vintage whose compute is known, by date and name."""
    ids, names = models["model_id"].tolist(), models["name"].tolist()
    days = models["released_on"].to_numpy()
    found = []
    for k in np.flatnonzero(days <= np.datetime64(state.vintage)).tolist():
        node = compute_node(state, ids[k])
        if node is not None:
            found.append((days[k].item(), names[k], k, node))
    return Levels.of(state, models, {k: node for *_, k, node in sorted(found)})


def records(runs: Levels) -> list[int]:
    """Which of the runs are records by their medians, by date."""
    order = np.lexsort((runs.log10_flop, runs.days))
    days = runs.days[order]
    # Of runs released on one day the largest counts; it is the last of them.
    last = order[np.append(days[1:] != days[:-1], [True])]
    level = runs.log10_flop[last]
    before = np.append([-np.inf], np.maximum.accumulate(level)[:-1])
    return [int(k) for k in last[level > before]]


def frontier(state: State, runs: Levels) -> Frontier | None:
    """The records among the known runs; None when there are none."""
    if not runs.models:
        return None
    best = records(runs)
    return Frontier(
        models=tuple(runs.models[k] for k in best),
        times=years(pd.DatetimeIndex(runs.days[best])),
        draws=np.column_stack([state.draws(runs.nodes[k]) for k in best]),
        key=tuple(runs.keys[k] for k in best),
    )
