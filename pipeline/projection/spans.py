"""Vintages that moved a course: only these have months of their own.

What belongs here: which vintages of a month table are kept. What does not: the months
themselves (project.py, outlook.py, shares.py).

Where the months of a vintage are those in force, as far as a reader can see, they are
left out: the months of the last vintage kept by then stand for them. The first vintage
of a quarter is kept all the same, so that none is older than that. Whether a vintage is
kept depends on nothing disclosed after it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import BoolArray, FloatArray, IntArray

_LEVELS = ("reasoning_flop_", "frontier_flop_")
_SHARES = ("share_", "typical_", "probability_")


def projections_in_force(table: pd.DataFrame, assumed: Assumed) -> pd.DataFrame:
    """Rows of out.projections without those of vintages that moved no level.

    Args:
        table: the rows of every vintage; scenarios are judged one by one.
        assumed: constants of the method.
    """
    if table.empty:
        return table
    levels = np.log10(_columns(table, _LEVELS))
    kept = np.zeros(len(table), dtype=bool)
    for rows in table.groupby("scenario").indices.values():
        kept[rows] = _kept(table.iloc[rows], levels[rows], assumed["span.level"])
    return table[kept]


def trend_in_force(table: pd.DataFrame, assumed: Assumed) -> pd.DataFrame:
    """Rows of out.share_trend without those of vintages that moved no share or chance.

    Args:
        table: the rows of every vintage.
        assumed: constants of the method.
    """
    if table.empty:
        return table
    return table[_kept(table, _columns(table, _SHARES), assumed["span.share"])]


def _columns(table: pd.DataFrame, prefixes: tuple[str, ...]) -> FloatArray:
    names = [name for name in table if str(name).startswith(prefixes)]
    return table[names].to_numpy(dtype=float)


def _kept(table: pd.DataFrame, values: FloatArray, least: float) -> BoolArray:
    """Which rows of one course are kept."""
    months: IntArray = table["month"].to_numpy().astype("datetime64[M]").astype(int)
    kept = np.zeros(len(table), dtype=bool)
    stands: IntArray | None = None  # rows of the vintage in force
    quarter = None
    for vintage, indices in table.groupby("vintage").indices.items():
        rows, now = np.asarray(indices), pd.Timestamp(str(vintage)).to_period("Q")
        if stands is None or now != quarter:
            moved = True
        else:
            _, own, its = np.intersect1d(
                months[rows], months[stands], assume_unique=True, return_indices=True
            )
            apart = np.abs(values[rows[own]] - values[stands[its]])
            moved = bool(apart.max() > least)
        if moved:
            kept[rows], stands, quarter = True, rows, now
    return kept
