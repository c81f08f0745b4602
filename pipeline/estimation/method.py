"""The constants of the method, as the numerics take them.

What belongs here: one frozen record of the constants, and the noise scales that follow
from them. What does not: the values and why (sources/assumptions.yaml).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from pipeline.estimation.assumed import LEVEL, Assumed

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

THREADS = 2  # that compute side by side; no figure depends on it


@dataclass(frozen=True)
class Method:
    """Constants of the likelihood; everything in log10 FLOP unless it says otherwise.

    Attributes:
        nu: Degrees of freedom of the Student-t noise of equality claims.
        level: Probability inside a claim's own range (its half-width is half of that).
        prior_mean: Mean of the weak normal prior on every node.
        prior_sd: Its standard deviation.
        bound_s: Softness of a bound's edge (normal sd).
        bound_eps: Probability that a bound is garbled and says nothing.
    """

    nu: float
    level: float
    prior_mean: float
    prior_sd: float
    bound_s: float
    bound_eps: float

    def __post_init__(self) -> None:
        positive = (self.nu, self.prior_sd, self.bound_s)
        if not all(np.isfinite(v) and v > 0 for v in positive):
            raise ValueError(f"nu, prior_sd and bound_s must be positive: {self}")
        if not (0 < self.level < 1 and 0 < self.bound_eps < 1):
            raise ValueError(f"level and bound_eps are probabilities in (0, 1): {self}")

    @cached_property
    def t_quantile(self) -> float:
        """Half-width of the central `level` interval of a unit Student-t."""
        return float(stats.t.ppf((1 + self.level) / 2, self.nu))

    @cached_property
    def normal_quantile(self) -> float:
        """Half-width of the central `level` interval of a unit normal."""
        return float(stats.norm.ppf((1 + self.level) / 2))


def method_of(assumed: Assumed) -> Method:
    """The numerics' constants from assumptions.yaml."""
    return Method(
        nu=assumed["fusion.student_nu"],
        level=LEVEL,
        prior_mean=assumed["fusion.prior_mean"],
        prior_sd=assumed["fusion.prior_sd"],
        bound_s=assumed["fusion.bound_sd"],
        bound_eps=assumed["fusion.bound_contamination"],
    )
