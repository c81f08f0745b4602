"""What a forecaster said, as a sample that can be scored.

What belongs here: reading a row of raw.forecasts, adding nothing that its author did
not state. What does not: what came of it (settled.py).

An interval with a level is a normal of log10 on either side of its middle. A range
without a level, and a lone value, are scored as points: they state no probability. A
bound ("at least") and a yes without a probability are statements: they come true or
not, and have no Brier score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from pipeline.estimation.method import FloatArray

INTERVAL, RANGE, POINT = "interval", "range", "point"
PROBABILITY, STATEMENT, SAMPLE = "probability", "statement", "distribution"
_N = 1024  # even quantiles that stand for an interval


@dataclass(frozen=True)
class Question:
    """What a forecast is about, whoever answers it.

    Attributes:
        forecast_id: The forecast that asks it.
        quantity: One of vocabulary.FORECAST_QUANTITIES.
        made_on: When it was made.
        target_on: The date it is about.
        model: The run it is about, if one.
        open_only: Whether only models with open weights count.
        threshold: log10 FLOP; NaN where none is asked for.
        bound: `upper` or `lower` where the stated value is one.
        value: log10 of the stated value (of a bound); NaN where none is stated.
    """

    forecast_id: str
    quantity: str
    made_on: pd.Timestamp
    target_on: pd.Timestamp
    model: str | None
    open_only: bool
    threshold: float
    bound: str | None
    value: float

    @property
    def yes_or_no(self) -> bool:
        """Whether the answer is a probability."""
        return self.quantity == "threshold_by_date" or self.bound is not None


@dataclass(frozen=True)
class Answer:
    """A forecast.

    Attributes:
        kind: How it is scored.
        sample: log10 of the quantity, (n,); None for a probability or statement.
        probability: That it comes true; None where none was stated.
    """

    kind: str
    sample: FloatArray | None = None
    probability: float | None = None


def question(row: dict[str, Any]) -> Question:
    """The question of a row of raw.forecasts."""
    return Question(
        forecast_id=row["forecast_id"],
        quantity=row["quantity"],
        made_on=row["made_on"],
        target_on=row["target_on"],
        model=row["model_id"] if isinstance(row["model_id"], str) else None,
        open_only=row["among"] == "open",
        threshold=_log(row["threshold"]),
        bound=row["bound"] if isinstance(row["bound"], str) else None,
        value=_log(row["value"]),
    )


def answer(row: dict[str, Any]) -> Answer:
    """The answer that its author gave."""
    if question(row).yes_or_no:
        stated = row["probability"]
        if pd.isna(stated):
            return Answer(STATEMENT)
        return Answer(PROBABILITY, probability=float(stated))
    value, low, high = (_log(row[name]) for name in ("value", "low", "high"))
    if np.isnan(low):
        return Answer(POINT, np.full(1, value))
    middle = (low + high) / 2 if np.isnan(value) else value
    if pd.isna(row["level"]):
        return Answer(RANGE, np.full(1, middle))
    z = special.ndtri((np.arange(_N) + 0.5) / _N)
    reach = special.ndtri((1 + row["level"]) / 2)
    return Answer(
        INTERVAL,
        middle + z / reach * np.where(z < 0, middle - low, high - middle),
    )


def _log(value: float) -> float:
    return float(np.log10(value)) if value is not None and value > 0 else float("nan")
