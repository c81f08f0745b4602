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
from functools import lru_cache

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
    start, total, both = _wanted(len(leader.start))
    last = frontier.draws[:, -1]
    if joint:
        first = second = _like(_batches(leader.start, last), both)
    else:
        first = _like(np.argsort(leader.start, kind="stable"), start)
        second = _like(np.argsort(last, kind="stable"), total)
    return (
        replace(leader, start=leader.start[first], time=leader.time[first]),
        replace(frontier, draws=frontier.draws[second]),
    )


@lru_cache(maxsize=4)
def _wanted(n: int) -> tuple[IntArray, IntArray, IntArray]:
    """Orders of the luck: by start, by total, by both."""
    luck = paces.luck(n)
    start, total = luck[:, paces.START], luck[:, paces.TOTAL]
    return (
        np.argsort(start, kind="stable"),
        np.argsort(total, kind="stable"),
        _batches(start, total),
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
