"""What one could have answered on the day: no change, and our own projection.

What belongs here: answers of Headroom and of persistence to somebody's question, from
what the record knew when it was asked. What does not: scores.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.projection.dates import year
from pipeline.projection.frontier import frontier, known_runs
from pipeline.projection.jumps import jumps
from pipeline.projection.leader import candidates, leader
from pipeline.projection.share import share, student
from pipeline.projection.shares import History, Known
from pipeline.scoreboard.said import POINT, PROBABILITY, SAMPLE, Answer, Question
from pipeline.scoreboard.settled import OPEN, log10_flop_per_usd

OURS, PERSISTENCE = "Headroom", "No change"


class References:
    """Answers at any vintage.

    Args:
        history: posterior, splits and trend of every vintage.
        models: core.models.
        assumed: constants of the method.
    """

    def __init__(
        self, history: History, models: pd.DataFrame, assumed: Assumed
    ) -> None:
        self._history, self._models, self._assumed = history, models, assumed

    def ours(self, q: Question, asked_on: pd.Timestamp) -> Answer | None:
        """Our answer from what was known on a day; None where there was none."""
        return self._answer(q, asked_on, grows=True)

    def persistence(self, q: Question) -> Answer | None:
        """The answer that nothing changes from the day on which it was asked."""
        return self._answer(q, q.made_on, grows=False)

    def _answer(self, q: Question, day: pd.Timestamp, *, grows: bool) -> Answer | None:
        known = [at for at in self._history.vintages if at.state.vintage <= day]
        if not known:
            return None
        sample = self._sample(q, known[-1], day, grows=grows)
        if sample is None:
            return None
        if q.yes_or_no:
            edge = q.threshold if q.quantity == "threshold_by_date" else q.value
            side = -1 if q.bound == "upper" else 1
            chance = float((side * (sample - edge) >= 0).mean())
            return Answer(PROBABILITY, probability=chance)
        return Answer(SAMPLE if len(sample) > 1 else POINT, sample)

    def _sample(
        self, q: Question, known: Known, day: pd.Timestamp, *, grows: bool
    ) -> FloatArray | None:
        """log10 of the quantity at the target, (draws,)."""
        if q.quantity in ("cluster", "models_above", "reasoning_share"):
            return None
        models = self._models
        if q.open_only:
            models = models[models["openness"].isin(OPEN)]
        then = replace(known.state, vintage=day)
        runs = known_runs(then, models)
        largest = frontier(runs)
        if largest is None:
            return None
        last, ahead = largest.draws[:, -1], max(year(q.target_on) - year(day), 0.0)
        grown = np.zeros(len(last))
        if grows:
            process = jumps(runs, day, len(last), self._assumed)
            grown = process.grown(np.full(1, ahead))[0]
        if q.quantity == "growth_of_largest":
            return np.asarray(grown / max(ahead, 1 / 12))
        if q.quantity == "run_cost":
            at = q.target_on if grows else day
            return np.asarray(last + grown - log10_flop_per_usd(at, self._assumed))
        if q.quantity == "largest_reasoning":
            return self._reasoning(known, last + grown, q, grows=grows)
        return np.asarray(last + grown)

    def _reasoning(
        self, known: Known, total: FloatArray, q: Question, *, grows: bool
    ) -> FloatArray | None:
        if not grows:
            able = candidates(known.state, self._models, self._assumed)
            first = leader(known.state, able)
            return None if first is None else first.start
        if known.trend is None:
            return None
        z = known.trend.typical(year(q.target_on), flagship=True)
        z = z + known.trend.scatter * student(len(z))
        rows = np.resize(np.arange(len(total)), len(z))
        return np.asarray(total[rows] + np.log10(share(z)))
