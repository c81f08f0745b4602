"""What came of a forecast, by the record as it is known today.

What belongs here: the realised value with its uncertainty, and why the record cannot
settle some. What does not: forecasts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import special

from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection.dates import year
from pipeline.projection.frontier import (
    compute_node,
    frontier,
    known_runs,
    with_totals,
)
from pipeline.projection.realised import LOWER_BOUND, REASONING, outcomes
from pipeline.scoreboard.said import Question

_NO_TABLE = {
    "cluster": "the record keeps no account of clusters",
    "models_above": "the record does not list every model, so that it cannot count",
    "reasoning_share": "no frontier lab has disclosed the share",
}
OPEN = ("open_weights", "open_source")


@dataclass(frozen=True)
class Came:
    """The record at a date.

    Attributes:
        sample: log10 of the quantity, (draws,); None where it is not known.
        model: The run behind it.
        probability: That a yes-or-no question is answered by yes; None elsewhere.
        reason: Why the record cannot settle it; '' where it can.
    """

    sample: FloatArray | None = None
    model: str | None = None
    probability: float | None = None
    reason: str = ""


class Record:
    """What the newest posterior knows of any date.

    Args:
        newest: the newest state.
        models: core.models.
        assumed: constants of the method.
    """

    def __init__(self, newest: State, models: pd.DataFrame, assumed: Assumed) -> None:
        self.newest, self._models, self._assumed = newest, models, assumed

    def at(self, q: Question, day: pd.Timestamp) -> Came:
        """The answer to a question by the runs released until a day."""
        if q.quantity in _NO_TABLE:
            return Came(reason=_NO_TABLE[q.quantity])
        came = self._level(q, day)
        if came.sample is None or not q.yes_or_no:
            return came
        edge = q.threshold if q.quantity == "threshold_by_date" else q.value
        side = -1 if q.bound == "upper" else 1
        chance = float((side * (came.sample - edge) >= 0).mean())
        return replace(came, probability=chance)

    def _level(self, q: Question, day: pd.Timestamp) -> Came:
        if q.quantity == "largest_reasoning":
            outcome = outcomes(self.newest, self._models, day, self._assumed)
            best = outcome.get(REASONING)
            if best is None:
                return Came(reason="no reasoning run has a level")
            hidden = "a later run of the frontier does not disclose its split"
            why = hidden if best.kind == LOWER_BOUND else ""
            return Came(best.draws, best.model, reason=why)
        if q.model is not None:
            return self._run(q.model, day)
        largest = self._largest(day, open_only=q.open_only)
        if largest.sample is None:
            return largest
        if q.quantity == "growth_of_largest":
            before = self._largest(q.made_on, open_only=q.open_only)
            if before.sample is None:
                return before
            years = max(year(day) - year(q.made_on), 1 / 12)
            return replace(largest, sample=(largest.sample - before.sample) / years)
        if q.quantity == "run_cost":
            return replace(
                largest, sample=largest.sample - log10_flop_per_usd(day, self._assumed)
            )
        return largest

    def _largest(self, day: pd.Timestamp, *, open_only: bool) -> Came:
        models = self._models
        if open_only:
            models = models[models["openness"].isin(OPEN)]
        then = replace(self.newest, vintage=day)
        known = frontier(known_runs(then, models))
        if known is None:
            return Came(reason="no run of that time has a level")
        return Came(known.draws[:, -1], known.models[-1])

    def _run(self, model: str, day: pd.Timestamp) -> Came:
        state = with_totals(self.newest, self._models)
        node = compute_node(state, model)
        released = self._models.set_index("model_id")["released_on"][model]
        if node is None or released > day:
            return Came(reason="the run has no level, or was not released by then")
        return Came(state.draws(node), model)


def log10_flop_per_usd(day: pd.Timestamp, assumed: Assumed) -> FloatArray:
    """FLOP per dollar at a date with the spread of cost claims, (1,024,) log10.

    The order of the draws is shuffled once and for all, so that pairing them with
    others by row is as good as independent.
    """
    middle = np.log10(reference_flop_per_usd(2000 + year(day), assumed))
    n = int(assumed["fusion.draws"])
    z = special.ndtri((np.arange(n) + 0.5) / n)
    z = np.random.default_rng(0).permutation(z)
    return np.asarray(middle + z * assumed.half_width("spread.cost") / Z90)
