"""F(t): the largest run's total compute, as known at a vintage.

What belongs here: which runs are records, their joint draws, growth after the last one.
What does not: reasoning compute (leader.py).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from pipeline.estimation.estimates import log10_sum, summed
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import Component, State
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

    def since(self, t: float) -> Frontier:
        """Without the records that no time from `t` on can tell: see `at`."""
        first = max(int(np.searchsorted(self.times, t, "right")) - 1, 0)
        return replace(
            self,
            models=self.models[first:],
            times=self.times[first:],
            draws=self.draws[:, first:],
            key=self.key[first:],
        )

    def total(self, t: FloatArray, growth: FloatArray) -> FloatArray:
        """log10 F at times; before the first record its level.

        Args:
            t: (times, draws), (times, 1) or (draws,) years.
            growth: (draws,) or (1,) log10 per year after the last record.

        Returns:
            (times, draws) or (draws,).
        """
        known = self.draws[:, -1] + np.maximum(t - self.times[-1], 0.0) * growth
        # Back from the last record, segment by segment: few, and no look-up per draw.
        first = np.min(t)
        for k in range(len(self.times) - 2, -1, -1):
            left, right = self.times[k : k + 2]
            if first >= right:
                break
            slope = (self.draws[:, k + 1] - self.draws[:, k]) / (right - left)
            known -= np.clip(right - t, 0.0, right - left) * slope
        return np.asarray(known)


def compute_node(state: State, model: str) -> str | None:
    """The node that stands for a model's whole training at a vintage, or None."""
    for stage in STAGES:
        if state.anchored(f"{model}/{stage}"):
            return f"{model}/{stage}"
    return None


def with_totals(state: State, models: pd.DataFrame) -> State:
    """The posterior with the totals that follow from a base and what came after it."""
    found = {}
    for model, base in zip(models["model_id"], models["base_model_id"], strict=True):
        if nodes := summed(state, model, base):
            found[f"{model}/total"] = Component(
                key=" + ".join(state.of_node[node].key + node for node in nodes),
                nodes=(f"{model}/total",),
                claims=(),
                anchored=np.array([True]),
                sample=partial(_column, state, nodes),
            )
    return replace(state, of_node=state.of_node | found)


def _column(state: State, nodes: tuple[str, ...]) -> FloatArray:
    return log10_sum(state, nodes)[:, None]


def known_runs(state: State, models: pd.DataFrame) -> Levels:
    """Every run released by the vintage whose compute is known, by date and name."""
    state = with_totals(state, models)
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


def frontier(runs: Levels) -> Frontier | None:
    """The records among the known runs; None when there are none."""
    if not runs.models:
        return None
    best = records(runs)
    return Frontier(
        models=tuple(runs.models[k] for k in best),
        times=years(pd.DatetimeIndex(runs.days[best])),
        draws=np.column_stack([runs.state.draws(runs.nodes[k]) for k in best]),
        key=tuple(runs.keys[k] for k in best),
    )
