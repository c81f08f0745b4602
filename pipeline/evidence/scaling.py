"""Score against the logarithm of reasoning compute: two forms, fitted and compared.

What belongs here: the fits and the choice between them. What does not: which points of
the record lie on one curve (curves.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special, stats

from pipeline.estimation.assumed import LEVEL
from pipeline.estimation.method import FloatArray

LOG_LINEAR, SIGMOID, TWO_POINT = "log-linear", "sigmoid", "two-point"
AICC, LOO = "aicc", "leave-one-out"
PARAMETERS = 2  # of either form; their spread is a third
FEWEST = PARAMETERS + 1
_EDGE = 0.5  # points: scores of 0 and 100 have no logit; used for starting values only
_EXACT = 1e-9  # points²: a fit through every point still has a logarithm


@dataclass(frozen=True)
class ScalingFit:
    """One form fitted to one curve; slopes in points per tenfold compute."""

    form: str
    slope: float  # at the middle of the points, in log10 compute
    slope_se: float
    predict: Callable[[FloatArray], FloatArray]  # log10 compute → score
    rss: float  # points²
    n: int

    def interval(self, level: float = LEVEL) -> tuple[float, float, float]:
        """Low end, middle and high end of the slope, by Student's t with n − 2."""
        reach = stats.t.ppf((1 + level) / 2, self.n - PARAMETERS) * self.slope_se
        return self.slope - reach, self.slope, self.slope + reach


def log_linear(x: FloatArray, y: FloatArray) -> ScalingFit:
    """The line a + b·x by least squares.

    Args:
        x: log10 of compute or of steps.
        y: scores, points of 100.
    """
    centred = x - x.mean()
    sxx = float(centred @ centred)
    slope = float(centred @ y) / sxx
    middle = float(y.mean())

    def predict(at: FloatArray) -> FloatArray:
        return np.asarray(middle + slope * (at - x.mean()))

    rss = float(((y - predict(x)) ** 2).sum())
    se = float(np.sqrt(rss / max(len(x) - PARAMETERS, 1) / sxx))
    return ScalingFit(LOG_LINEAR, slope, se, predict, rss, len(x))


def sigmoid(x: FloatArray, y: FloatArray) -> ScalingFit:
    """The curve 100 · logistic(a + b·(x − middle)) by least squares on the scores.

    The slope is the curve's at the middle of the points, 100·b·p(1 − p); its error by
    the delta method from the Jacobian at the solution.
    """
    middle = float(x.mean())
    logit = special.logit(np.clip(y, _EDGE, 100 - _EDGE) / 100)
    first = log_linear(x, logit)

    def residual(theta: FloatArray) -> FloatArray:
        return np.asarray(100 * special.expit(theta[0] + theta[1] * (x - middle)) - y)

    start = np.array([float(logit.mean()), first.slope])
    found = optimize.least_squares(residual, start)
    a, b = (float(v) for v in found.x)

    def predict(at: FloatArray) -> FloatArray:
        return np.asarray(100 * special.expit(a + b * (at - middle)))

    p = float(special.expit(a))
    gradient = 100 * np.array([b * p * (1 - p) * (1 - 2 * p), p * (1 - p)])
    rss = float(2 * found.cost)
    noise = rss / max(len(x) - PARAMETERS, 1)
    jacobian = np.asarray(found.jac, dtype=float)
    covariance = noise * np.linalg.pinv(jacobian.T @ jacobian)
    se = float(np.sqrt(gradient @ covariance @ gradient))
    return ScalingFit(SIGMOID, 100 * b * p * (1 - p), se, predict, rss, len(x))


FORMS = {LOG_LINEAR: log_linear, SIGMOID: sigmoid}


def aicc(fit: ScalingFit) -> float:
    """Akaike's criterion with the correction for small samples; lower is better.

    n·ln(RSS/n) + 2k + 2k(k + 1)/(n − k − 1), k counting the spread (Hurvich and Tsai
    1989). Both forms have the same k, so that their difference is that of the fits.
    """
    k, n = PARAMETERS + 1, fit.n
    penalty = 2 * k + 2 * k * (k + 1) / (n - k - 1)
    return float(n * np.log(max(fit.rss, _EXACT) / n) + penalty)


def leave_one_out(form: str, x: FloatArray, y: FloatArray) -> float:
    """Root mean square error, in points, at each point fitted without it."""
    misses = []
    for k in range(len(x)):
        kept = np.arange(len(x)) != k
        fit = FORMS[form](x[kept], y[kept])
        misses.append(float(fit.predict(x[k : k + 1])[0]) - y[k])
    return float(np.sqrt(np.mean(np.square(misses))))


def compare(
    x: FloatArray, y: FloatArray
) -> tuple[str, dict[str, tuple[ScalingFit, float]]]:
    """Both forms with their criterion: AICc, or leave-one-out where n is too small.

    Args:
        x: log10 of compute or of steps, not all equal.
        y: scores, points of 100.

    Returns:
        The name of the criterion and, per form, the fit and its value (lower = better).

    Raises:
        ValueError: below three points; two points carry any form.
    """
    if len(x) < FEWEST:
        raise ValueError("a form needs at least three points")
    fits = {form: fit(x, y) for form, fit in FORMS.items()}
    if len(x) > PARAMETERS + 2:
        return AICC, {form: (fit, aicc(fit)) for form, fit in fits.items()}
    return LOO, {form: (fit, leave_one_out(form, x, y)) for form, fit in fits.items()}
