"""Scores of a forecast against an outcome, both as samples.

What belongs here: CRPS, PIT, coverage, log score, Brier. What does not: which forecast
meets which outcome (backtest.py).

An outcome is itself an estimate: its uncertainty is carried, not hidden in a median.
"""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from pipeline.estimation.assumed import LEVEL
from pipeline.estimation.method import FloatArray

_MOST = 1024


def crps(forecast: FloatArray, outcome: FloatArray) -> float:
    """The integral of (F − G)² between two samples, in their unit; 0 only if equal.

    With an outcome of one value this is the continuous ranked probability score. For an
    uncertain one it is the integrated quadratic distance (Thorarinsdottir, Gneiting and
    Gissibl 2013), a proper score. It is half of scipy's squared energy distance;
    scoringrules has it for single outcomes only. Of long samples 1,024 order
    statistics do.
    """
    few = (_fewer(forecast), _fewer(outcome))
    return float(stats.energy_distance(*few) ** 2 / 2)


def _fewer(sample: FloatArray) -> FloatArray:
    """At most so many order statistics that stand for a sample."""
    if len(sample) <= _MOST:
        return sample
    places = (np.arange(_MOST) + 0.5) / _MOST * len(sample)
    return np.asarray(np.sort(sample)[places.astype(int)])


def quantiles(ordered: FloatArray, p: FloatArray) -> FloatArray:
    """As `np.quantile` of an ascending sample, which takes six times a sort."""
    at = p * (len(ordered) - 1)
    return np.interp(at, np.arange(len(ordered)), ordered)


def _median(sample: FloatArray) -> float:
    return float(quantiles(np.sort(sample), np.array([0.5]))[0])


def pit(forecast: FloatArray, outcome: FloatArray) -> float:
    """Chance that the forecast is at or below the outcome; uniform if calibrated."""
    below = np.searchsorted(np.sort(forecast), outcome, side="right")
    return float((below / len(forecast)).mean())


def covered(forecast: FloatArray, outcome: FloatArray, level: float) -> float:
    """Share of the outcome inside the central `level` interval of the forecast."""
    ends = np.array([(1 - level) / 2, (1 + level) / 2])
    low, high = quantiles(np.sort(forecast), ends)
    return float(((outcome >= low) & (outcome <= high)).mean())


def brier(forecast: float, outcome: float) -> float:
    """Expected squared error of a probability where the outcome is uncertain too.

    E (p − y)² over y, which is 1 with chance `outcome`.
    """
    return outcome * (1 - forecast) ** 2 + (1 - outcome) * forecast**2


def log_score(forecast: FloatArray, outcome: float) -> float:
    """Natural log of the forecast's density at an outcome; higher is better.

    The density is that of the draws smoothed by normals of Silverman's width.
    """
    low, high = quantiles(np.sort(forecast), np.array([0.25, 0.75]))
    spread = min(float(forecast.std()), float(high - low) / 1.34)
    width = 0.9 * spread * len(forecast) ** -0.2
    # As logarithms: far outside all draws the density itself would round to nought.
    density = stats.norm.logpdf(outcome, forecast, width)
    return float(special.logsumexp(density) - np.log(len(forecast)))


def sample_scores(forecast: FloatArray, outcome: FloatArray) -> dict[str, float]:
    """Scores against an outcome that is itself uncertain.

    Args:
        forecast: (draws,) of what was expected.
        outcome: (draws,) of what came, as far as it is known.
    """
    return {
        "crps": crps(forecast, outcome),
        "pit": pit(forecast, outcome),
        "covered_50": covered(forecast, outcome, 0.5),
        "covered_90": covered(forecast, outcome, LEVEL),
        "error": _median(forecast) - _median(outcome),
    }


def point_scores(forecast: FloatArray, outcome: float) -> dict[str, float]:
    """All of them for an outcome of one value, which includes its own error.

    Args:
        forecast: (draws,) of what would be read, error included.
        outcome: what was read.
    """
    read = np.full(1, outcome)
    return {
        "crps": crps(forecast, read),
        "log_score": log_score(forecast, outcome),
        "pit": pit(forecast, read),
        "covered_50": covered(forecast, read, 0.5),
        "covered_90": covered(forecast, read, LEVEL),
        "error": _median(forecast) - outcome,
    }
