"""Scores of a forecast against an outcome, both as samples.

What belongs here: CRPS, PIT, coverage, Brier. What does not: which forecast meets which
outcome (backtest.py).

An outcome is itself an estimate: its uncertainty is carried, not hidden in a median.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from pipeline.estimation.method import FloatArray


def crps(forecast: FloatArray, outcome: FloatArray) -> float:
    """The integral of (F − G)² between two samples, in their unit; 0 only if equal.

    With an outcome of one value this is the continuous ranked probability score. For an
    uncertain one it is the integrated quadratic distance (Thorarinsdottir, Gneiting and
    Gissibl 2013), a proper score. It is half of scipy's squared energy distance;
    scoringrules has it for single outcomes only.
    """
    return float(stats.energy_distance(forecast, outcome) ** 2 / 2)


def pit(forecast: FloatArray, outcome: FloatArray) -> float:
    """Chance that the forecast is at or below the outcome; uniform if calibrated."""
    ordered = np.sort(forecast)
    below = np.searchsorted(ordered, outcome, side="right") / len(ordered)
    return float(below.mean())


def covered(forecast: FloatArray, outcome: FloatArray, level: float) -> float:
    """Share of the outcome inside the central `level` interval of the forecast."""
    low, high = np.quantile(forecast, [(1 - level) / 2, (1 + level) / 2])
    return float(((outcome >= low) & (outcome <= high)).mean())


def brier(forecast: float, outcome: float) -> float:
    """Expected squared error of a probability where the outcome is uncertain too.

    E (p − y)² over y, which is 1 with chance `outcome`.
    """
    return outcome * (1 - forecast) ** 2 + (1 - outcome) * forecast**2
