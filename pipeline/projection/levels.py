"""Nodes of the record with their levels, as parallel arrays.

What belongs here: the one shape in which runs and candidates travel. What does not:
which nodes there are (frontier.py, leader.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State


@dataclass(frozen=True)
class Levels:
    """One node per model, by release date; all of one length.

    Frames of this size cost more than all that is computed from them.
    """

    models: tuple[str, ...]
    days: npt.NDArray[np.datetime64]
    log10_flop: FloatArray  # medians
    nodes: tuple[str, ...]
    keys: tuple[str, ...]  # content behind the draws of each
    state: State  # the posterior that the nodes are of

    @classmethod
    def of(cls, state: State, models: pd.DataFrame, chosen: dict[int, str]) -> Levels:
        """The levels of chosen nodes at a vintage.

        Args:
            state: the posterior at the vintage.
            models: core.models.
            chosen: row of `models` → node, in the order wanted.
        """
        rows, nodes = list(chosen), tuple(chosen.values())
        ids = models["model_id"].to_numpy()
        return cls(
            models=tuple(ids[rows]),
            days=models["released_on"].to_numpy()[rows],
            log10_flop=np.array([state.points(node)[1] for node in nodes]),
            nodes=nodes,
            keys=tuple(state.of_node[node].key + node for node in nodes),
            state=state,
        )

    def frame(self, models: pd.DataFrame) -> pd.DataFrame:
        """The rows of core.models with `flop`, in this order."""
        rows = models.set_index("model_id").loc[list(self.models)].reset_index()
        return rows.assign(flop=10**self.log10_flop)
