"""A claimed total against the sum of its stages.

What belongs here: total = Σ stages as a test. What does not: deriving a missing stage
(estimates.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.estimation.estimates import WHOLE, known_stages
from pipeline.estimation.vintages import QUANTILES, State


@dataclass(frozen=True)
class Sum:
    """A total that its stages contradict.

    Attributes:
        total: The node.
        z: (total − sum) ÷ sd of that difference in log10, over joint draws.
        words: The finding in one sentence.
    """

    total: str
    z: float
    words: str


def stage_sums(state: State, models: pd.DataFrame, limit: float) -> Iterator[Sum]:
    """Totals that miss the sum of their stages by more than `limit` sds.

    A total must hold the stages that are known; it must equal them only where all are.
    """
    for model, base in zip(models["model_id"], models["base_model_id"], strict=True):
        total = f"{model}/total"
        if not state.anchored(total):
            continue
        stages = known_stages(state, model, base)
        parts = WHOLE["post_training" not in stages]
        stages = {s: n for s, n in stages.items() if s in parts and n != total}
        if not stages:
            continue
        linear = sum((10.0 ** state.draws(n) for n in stages.values()), np.zeros(1))
        off = state.draws(total) - np.log10(linear)
        z = float(off.mean() / off.std()) if off.std() > 0 else 0.0
        if z < -limit or (len(stages) == len(parts) and z > limit):
            added = np.quantile(np.log10(linear), QUANTILES)[1]
            names = " + ".join(stages.values())
            yield Sum(
                total, z,
                f"The total of {model} is put at {10 ** state.points(total)[1]:.2g} "
                f"FLOP, but {names} come to {10**added:.2g} FLOP; fused all the same.",
            )  # fmt: skip
