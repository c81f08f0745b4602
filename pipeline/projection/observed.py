"""What single runs show, without any projection.

What belongs here: reasoning compute against the run's other stages and the frontier at
its release. What does not: paths. A ratio to a run's own small base is never called
convergence: the state is read against the frontier only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts.out import SHARES
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.estimates import known_stages
from pipeline.estimation.method import BoolArray, FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection.dates import year
from pipeline.projection.frontier import frontier, known_runs


def observed_table(
    state: State, models: pd.DataFrame, assumed: Assumed
) -> pd.DataFrame:
    """Rows of out.observed_convergence at a vintage.

    Every released reasoning model whose stage is anchored has a probability; one whose
    split is undisclosed but whose total is known is `unknown`.
    """
    known = frontier(known_runs(state, models))
    if known is None:
        return pd.DataFrame()
    surely = assumed["projection.met"]
    rows: list[dict[str, Any]] = []
    released = models[models["released_on"] <= state.vintage]
    for model, base, day, is_reasoning in zip(
        released["model_id"],
        released["base_model_id"],
        released["released_on"],
        released["is_reasoning"],
        strict=True,
    ):
        split = state.anchored(f"{model}/reasoning")
        if not split and not (is_reasoning and state.anchored(f"{model}/total")):
            continue
        row = {"model_id": model, "released_on": day}
        if not split:
            rows += [row | {"share": float(s), "state": "unknown"} for s in SHARES]
            continue
        reasoning = state.draws(f"{model}/reasoning")
        possible = _within_total(state, model, reasoning)
        then = known.total(np.full(1, year(day)), np.zeros(1))
        over = (reasoning - then)[possible]
        rest = _rest(state, model, base)
        if rest is not None:
            ratio = (reasoning - rest)[possible]
            row["reasoning_over_rest_p50"] = 10 ** float(np.median(ratio))
        row["reasoning_over_frontier_p50"] = 10 ** float(np.median(over))
        for share in map(float, SHARES):
            chance = float((over >= np.log10(share)).mean())
            verdict = "undecided"
            if chance >= surely:
                verdict = "met"
            elif chance <= 1 - surely:
                verdict = "not met"
            rows.append(row | {"share": share, "probability": chance, "state": verdict})
    return pd.DataFrame(rows)


def _within_total(state: State, model: str, reasoning: FloatArray) -> BoolArray:
    """Draws in which a stage is no larger than its run: total = Σ stages."""
    total = f"{model}/total"
    if not state.anchored(total):
        return np.ones(len(reasoning), dtype=bool)
    inside = reasoning <= state.draws(total)
    # Where the two can hardly both be right, the conflict is left to be seen.
    return np.asarray(inside if inside.any() else ~inside)


def _rest(state: State, model: str, base: Any) -> FloatArray | None:
    """log10 of the other stages' sum, the base model's training included, or None."""
    stages = known_stages(state, model, base)
    nodes = [node for stage, node in stages.items() if stage != "reasoning"]
    if not nodes:
        return None
    linear = sum((10.0 ** state.draws(n) for n in nodes), np.zeros(1))
    return np.asarray(np.log10(linear))
