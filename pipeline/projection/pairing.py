"""Which draw of the leader and the frontier meets which draws of the scenario.

What belongs here: the order of rows. What does not: any distribution.

The draws of a component come in an order of their own, and side by side they pair at
random, with the error of plain random draws. Here the rows are put in the order that
two columns of the scenarios' Sobol sequence ask for (array-RQMC, L'Ecuyer, Lécot and
Tuffin 2008), so that start, frontier and scenario are spread evenly together. No draw
is changed; only its partners are. Each has several, for the scenario varies more from
draw to draw than the posterior does, and its draws cost nothing.
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
    leader: Leader, frontier: Frontier, *, joint: bool, each: int
) -> tuple[Leader, Frontier]:
    """Both with every row `each` times, in the order of the luck.

    Args:
        leader: draws of the largest reasoning stage.
        frontier: draws of the records.
        joint: whether the two share a component; then their rows stay together.
        each: how many draws of the scenario meet each row.
    """
    start, total, both = _wanted(len(leader.start) * each)
    last = frontier.draws[:, -1]
    # Leaders one by one: draws that start alike but on other days part company later.
    by_start = np.lexsort((leader.start, leader.time)).repeat(each)
    if joint:
        first = second = _like(by_start[_batches(last[by_start])], both)
    else:
        first = _like(by_start, start)
        second = _like(np.argsort(last, kind="stable").repeat(each), total)
    return (
        replace(leader, start=leader.start[first], time=leader.time[first]),
        replace(frontier, draws=frontier.draws[second]),
    )


def spread(frontier: Frontier, each: int) -> Frontier:
    """A frontier without a leader: its rows `each` times, in the order of the luck."""
    last = frontier.draws[:, -1]
    _, total, _ = _wanted(len(last) * each)
    rows = _like(np.argsort(last, kind="stable").repeat(each), total)
    return replace(frontier, draws=frontier.draws[rows])


@lru_cache(maxsize=4)
def _wanted(n: int) -> tuple[IntArray, IntArray, IntArray]:
    """Orders of the luck: by start, by total, by both."""
    luck = paces.luck(n)
    start, total = (
        np.argsort(luck[:, k], kind="stable") for k in (paces.START, paces.TOTAL)
    )
    return start, total, start[_batches(luck[start, paces.TOTAL])]


def _like(own: IntArray, wanted: IntArray) -> IntArray:
    """Rows such that the k-th in `own` stands where the k-th in `wanted` does."""
    rows = np.empty_like(own)
    rows[wanted] = own
    return rows


def _batches(values: FloatArray) -> IntArray:
    """An order in the second dimension of two: about √n batches, each by its values.

    Batches of 2^k, so that the first half of the luck has its part of each row.

    Args:
        values: (n,) of the second, in the order of the first.
    """
    n = len(values)
    size = 2 ** (n.bit_length() // 2)
    return np.lexsort((values, np.arange(n) // size))
