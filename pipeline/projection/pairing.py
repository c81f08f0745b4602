"""Which draw of the leader and the frontier meets which draw of the scenario.

What belongs here: the order of rows. What does not: any distribution.

The draws of a component come in an order of their own, and side by side they pair at
random, with the error of plain random draws. Here the rows are put in the order that
two columns of the scenarios' Sobol sequence ask for (array-RQMC, L'Ecuyer, Lécot and
Tuffin 2008), so that start, frontier and scenario are spread evenly together. No draw
is changed; only its partner is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pipeline.estimation.method import FloatArray, IntArray
from pipeline.projection import pace as paces
from pipeline.projection.frontier import Frontier
from pipeline.projection.leader import Leader


def paired(
    leader: Leader, frontier: Frontier, *, joint: bool
) -> tuple[Leader, Frontier]:
    """Both with their rows in the order of the luck.

    Args:
        leader: draws of the largest reasoning stage.
        frontier: draws of the records.
        joint: whether the two share a component; then their rows stay together.
    """
    luck = paces.luck(len(leader.start))
    wanted = luck[:, paces.START], luck[:, paces.TOTAL]
    last = frontier.draws[:, -1]
    if joint:
        rows = _like(_batches(leader.start, last), _batches(*wanted))
        first = second = rows
    else:
        first, second = (
            _like(np.argsort(x, kind="stable"), np.argsort(z, kind="stable"))
            for x, z in zip((leader.start, last), wanted, strict=True)
        )
    return (
        replace(leader, start=leader.start[first], time=leader.time[first]),
        replace(frontier, draws=frontier.draws[second]),
    )


def _like(own: IntArray, wanted: IntArray) -> IntArray:
    """Rows such that the k-th in `own` stands where the k-th in `wanted` does."""
    rows = np.empty_like(own)
    rows[wanted] = own
    return rows


def _batches(a: FloatArray, b: FloatArray) -> IntArray:
    """An order in two dimensions: about √n batches by `a`, each by `b`."""
    size = max(round(len(a) ** 0.5), 1)
    batch = np.argsort(np.argsort(a, kind="stable"), kind="stable") // size
    return np.lexsort((b, batch))
