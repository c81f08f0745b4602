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
from pipeline.projection.dates import year

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
    rows = []
    released = models[models["released_on"] <= state.vintage]
    for model, name, day in zip(
        released["model_id"], released["name"], released["released_on"], strict=True
    ):
        node = compute_node(state, model)
        if node is not None:
            rows.append((model, name, day, float(state.points(node)[1]), node))
    frame = pd.DataFrame(
        rows, columns=["model_id", "name", "released_on", "log10_flop", "node"]
    )
    if "is_notable" in models:
        notable = models.set_index("model_id")["is_notable"]
        frame["is_notable"] = frame["model_id"].map(notable)
    return frame.sort_values(["released_on", "log10_flop", "model_id"]).assign(
        flop=lambda f: 10 ** f["log10_flop"]
    )


def frontier(state: State, runs: pd.DataFrame) -> Frontier | None:
    """The records among the known runs, by their medians; None when there are none."""
    if runs.empty:
        return None
    last_of_day = runs.drop_duplicates("released_on", keep="last")
    before = last_of_day["log10_flop"].cummax().shift(fill_value=-1)
    records = last_of_day[last_of_day["log10_flop"] > before]
    return Frontier(
        models=tuple(records["model_id"]),
        times=np.array([year(day) for day in records["released_on"]]),
        draws=np.column_stack([state.draws(node) for node in records["node"]]),
        key=tuple(state.of_node[n].key + n for n in records["node"]),
    )
