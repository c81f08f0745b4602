"""Dates as decimal years and back.

What belongs here: the one conversion that every fit and path uses.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.estimation.method import FloatArray, IntArray

DAYS = 365.25
_EPOCH = np.datetime64("2000-01-01", "D")
_EPOCH_DAY = pd.Timestamp("2000-01-01").toordinal()


def years(days: pd.Series | pd.DatetimeIndex | list[pd.Timestamp]) -> FloatArray:
    """Years since 2000 in days / 365.25: continuous, so that slopes are exact."""
    stamp = np.asarray(pd.DatetimeIndex(days), dtype="datetime64[D]")
    return np.asarray((stamp - _EPOCH).astype(float) / DAYS)


def month_starts(months: IntArray) -> FloatArray:
    """`years` of the first days of months that are counted from 1970."""
    days = months.astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray((days - _EPOCH).astype(float) / DAYS)


def month_of(value: float) -> int:
    """The month of a year count, counted from 1970."""
    day = _EPOCH + np.timedelta64(int(np.floor(value * DAYS)), "D")
    return int(day.astype("datetime64[M]").astype(int))


def month(day: pd.Timestamp) -> int:
    """The month of a date, counted from 1970."""
    return int((day.year - 1970) * 12 + day.month - 1)


def year(day: pd.Timestamp) -> float:
    """`years` of one date."""
    return (day.toordinal() - _EPOCH_DAY) / DAYS


def date(value: float) -> pd.Timestamp | None:
    """The date of a year count; None for never (inf or NaN)."""
    if not np.isfinite(value):
        return None
    day = _EPOCH + np.timedelta64(round(value * DAYS), "D")
    return pd.Timestamp(day)
