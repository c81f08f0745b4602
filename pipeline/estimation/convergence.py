"""Whether many short chains have told enough: split R̂, effective size, accuracy.

What belongs here: diagnostics of draws. What does not: making them (gibbs).

Chains are many and short, so the usual R̂ of single chains would measure how short they
are. They start in a few groups, each group from one point of its own, and R̂ compares
groups (nested R̂, Margossian et al. 2022), each split in an early and a late half. The
effective size follows from the scatter of the chains' own means, which are independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.estimation.method import BoolArray, FloatArray

# Demands on what is published. Standard errors may be the larger of an absolute (OOM)
# and a relative (in posterior sds) size, a third of the tolerance of the oracle. A
# quantile in the valley between two humps has no sharp place, however long one samples:
# there an effective size must do.
R_HAT = 1.01
MEDIAN_ERROR = (0.01, 0.0165)
TAIL_ERROR = (0.026, 0.05)
ENOUGH = 5_000.0
TAIL = 0.05


@dataclass(frozen=True)
class Diagnosis:
    """Diagnostics of each node of a component, shapes (n,).

    Attributes:
        r_hat: Largest nested split R̂ of value and of being below a published quantile.
        effective: Effective sample sizes at the 5%, 50% and 95% points, (3, n).
        error: Standard errors of these points, log10, (3, n).
        sd: Posterior standard deviation.
    """

    r_hat: FloatArray
    effective: FloatArray
    error: FloatArray
    sd: FloatArray

    @property
    def good(self) -> BoolArray:
        """Nodes that meet the demands."""
        allowed = np.stack(
            [
                np.maximum(absolute, relative * self.sd)
                for absolute, relative in (TAIL_ERROR, MEDIAN_ERROR, TAIL_ERROR)
            ]
        )
        sharp = (self.error < allowed) | (self.effective > ENOUGH)
        return np.asarray((self.r_hat < R_HAT) & np.all(sharp, axis=0))


def _nested(draws: FloatArray, groups: int) -> FloatArray:
    """Nested split R̂ of draws (sweeps, n, chains), shape (n,)."""
    sweeps, n, chains = draws.shape
    half = sweeps // 2
    split = draws[: 2 * half].reshape(2, half, n, groups, chains // groups)
    means = split.mean(axis=(1, 4))  # (2, n, groups)
    within = split.var(axis=(1, 4)).mean(axis=(0, 2))
    between = means.transpose(1, 0, 2).reshape(n, -1).var(axis=1, ddof=1)
    # A quantity that never varies, anywhere, has converged.
    ratio = np.divide(between, within, out=np.zeros(n), where=within > 0)
    ratio[(within == 0) & (between > 0)] = np.inf
    return np.asarray(np.sqrt(1 + ratio))


def diagnose(draws: FloatArray, groups: int) -> Diagnosis:
    """Diagnose draws of one component.

    Args:
        draws: Shape (sweeps, n, chains); chains of a group lie side by side.
        groups: Number of groups of chains with a common starting point.
    """
    sweeps, n, chains = draws.shape
    flat = np.sort(draws.transpose(1, 0, 2).reshape(n, -1), axis=1)
    total = sweeps * chains
    r_hat = _nested(draws, groups)
    errors, sizes = [], []
    for p in (TAIL, 0.5, 1 - TAIL):
        value = flat[:, int(p * total)]
        below = (draws <= value[:, None]).astype(np.float64)
        r_hat = np.maximum(r_hat, _nested(below, groups))
        scatter = below.mean(axis=0).var(axis=1, ddof=1) / chains
        slack = np.sqrt(scatter)
        # In log10: half of the way between the quantiles one standard error off.
        up = np.minimum((p + slack) * total, total - 1).astype(np.int64)
        down = np.maximum((p - slack) * total, 0).astype(np.int64)
        every = np.arange(n)
        errors.append((flat[every, up] - flat[every, down]) / 2)
        sizes.append(p * (1 - p) / np.maximum(scatter, 1e-300))
    return Diagnosis(
        r_hat=r_hat,
        effective=np.minimum(sizes, total),
        error=np.stack(errors),
        sd=flat.std(axis=1),
    )
