"""Small components of equal size side by side, as dense arrays.

What belongs here: claims of components as rows of matrices, padded to one number of
claims. What does not: what is done with them (approximation, humps, importance).

Unknowns are deviations from the prior mean. A padded claim touches no node.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.estimation.graph import EQUALITY, Graph
from pipeline.estimation.method import BoolArray, FloatArray, IntArray, Method


@dataclass(frozen=True)
class Dense:
    """Components of n nodes and at most m claims each.

    Attributes:
        about: What each claim is about, as a combination of nodes, (parts, m, n).
        y: Value, less the prior mean where the claim is absolute, (parts, m).
        scale: Student-t scale of equality claims, 1 elsewhere, (parts, m).
        side: +1 upper, -1 lower bound, 0 elsewhere, (parts, m).
        equal: Which claims are equality claims, (parts, m).
        method: The constants.
    """

    about: FloatArray
    y: FloatArray
    scale: FloatArray
    side: FloatArray
    equal: BoolArray
    method: Method

    @staticmethod
    def of(graphs: list[Graph], method: Method) -> Dense:
        """Lay out graphs with the same number of nodes."""
        parts, n = len(graphs), graphs[0].n
        most = max(g.m for g in graphs)
        about = np.zeros((parts, most, n))
        y, side = np.zeros((parts, most)), np.zeros((parts, most))
        scale, equal = np.ones((parts, most)), np.zeros((parts, most), dtype=bool)
        for k, g in enumerate(graphs):
            own, claims, two = slice(g.m), np.arange(g.m), g.relative
            about[k, claims, g.i] = 1
            about[k, claims[two], g.j[two]] = -1
            y[k, own] = g.y - np.where(two, 0.0, method.prior_mean)
            equal[k, own] = same = g.kind == EQUALITY
            scale[k, own][same] = g.scale[same] / method.t_quantile
            side[k, own] = g.kind
        return Dense(about, y, scale, side, equal, method)

    def chosen(self, parts: IntArray) -> Dense:
        """The given components, in the given order."""
        return Dense(
            self.about[parts],
            self.y[parts],
            self.scale[parts],
            self.side[parts],
            self.equal[parts],
            self.method,
        )

    def of_nodes(self, x: FloatArray) -> FloatArray:
        """What each claim is about at x (parts, n), shape (parts, m)."""
        return np.asarray((self.about @ x[..., None])[..., 0])

    def gaussian(
        self, precision: FloatArray, pull: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Mean (parts, n) and covariance of the nodes under the prior and normal sites.

        Args:
            precision: Of each claim's quantity, (parts, m).
            pull: Precision × mean of each, (parts, m).
        """
        turned = self.about.transpose(0, 2, 1)
        matrix = turned @ (precision[..., None] * self.about)
        n = matrix.shape[1]
        matrix[:, np.arange(n), np.arange(n)] += 1 / self.method.prior_sd**2
        cov: FloatArray = np.linalg.inv(matrix).astype(np.float64)
        return (cov @ (turned @ pull[..., None]))[..., 0], cov

    def variance(self, cov: FloatArray) -> FloatArray:
        """Variance of what each claim is about, (parts, m)."""
        return np.asarray(((self.about @ cov) * self.about).sum(axis=2))
