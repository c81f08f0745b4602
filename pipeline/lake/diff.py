"""What differs between two states of a table, row by row and column by column.

What belongs here: the comparison by key, on frames. What does not: where the frames
come from, and what caused a difference (causes.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def compare(
    table_name: str,
    key: Sequence[str],
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    columns: Sequence[str] | None = None,
    headline: str | None = None,
) -> pd.DataFrame:
    """Rows added, removed and revised.

    Args:
        table_name: for the result's first column.
        key: the columns that identify a row.
        old: the table before; may lack columns that it has now, or have others.
        new: the table now.
        columns: the columns to compare; all by default.
        headline: the column shown for a row that was added or removed.

    Returns:
        One row per difference: table, key, column ('' for a whole row), change, old
        and new as text, ratio of two numbers.
    """
    if old is new:
        return _rows(table_name, pd.Index([]), "", "revised", [], [])
    before, now = _indexed(old, key), _indexed(new, key)
    whole = [
        _differences(table_name, frame, at, change, headline)
        for frame, at, change in (
            (now, ~now.index.isin(before.index), "added"),
            (before, ~before.index.isin(now.index), "removed"),
        )
    ]
    shared = now.index[now.index.isin(before.index)]
    before, now = before.loc[shared], now.loc[shared]
    wanted = [c for c in (columns or list(now.columns)) if c not in key]
    revised = [_revised(table_name, before, now, column) for column in wanted]
    found = pd.concat([*whole, *revised], ignore_index=True)
    return found.sort_values(["key", "column"], kind="stable", ignore_index=True)


def as_text(value: object) -> str | None:
    """A value as a person reads it; None for unknown."""
    if value is None or value is pd.NA or value is pd.NaT or value != value:
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat() if value.tz else value.date().isoformat()
    if isinstance(value, float | np.floating):
        return f"{value:.12g}"
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    return str(value)


def _indexed(frame: pd.DataFrame, key: Sequence[str]) -> pd.DataFrame:
    parts = [frame[column].map(as_text).fillna("") for column in key]
    index = parts[0].astype(str)
    for part in parts[1:]:
        index = index + " / " + part.astype(str)
    return frame.set_axis(pd.Index(index, name="key"), axis=0)


def _differences(
    table_name: str, frame: pd.DataFrame, at: np.ndarray, change: str, shown: str | None
) -> pd.DataFrame:
    rows = frame.loc[at]
    nothing: list[str | None] = [None] * len(rows)
    texts = [as_text(v) for v in rows[shown]] if shown in rows else nothing
    old, new = (nothing, texts) if change == "added" else (texts, nothing)
    return _rows(table_name, rows.index, "", change, old, new)


def _revised(
    table_name: str, before: pd.DataFrame, now: pd.DataFrame, column: str
) -> pd.DataFrame:
    new = now[column]
    old = before[column] if column in before else pd.Series(None, index=now.index)
    # None equals None; NA and NaN equal nothing, not even themselves.
    at = np.zeros(len(new), bool) if old.equals(new) else _plain(old) != _plain(new)
    texts = [[as_text(v) for v in side[at]] for side in (old, new)]
    found = _rows(table_name, now.index[at], column, "revised", *texts)
    if _is_number(new) and _is_number(old):
        top, bottom = (s[at].to_numpy(float, na_value=np.nan) for s in (new, old))
        ratio = np.full(len(top), np.nan)
        found["ratio"] = np.divide(top, bottom, out=ratio, where=bottom != 0)
    return found


def _rows(
    table_name: str,
    keys: pd.Index,
    column: str,
    change: str,
    old: list[str | None],
    new: list[str | None],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "table": table_name,
            "key": keys,
            "column": column,
            "change": change,
            "old": pd.Series(old, dtype=object),
            "new": pd.Series(new, dtype=object),
            "ratio": np.nan,
        }
    )


def _plain(values: pd.Series) -> np.ndarray:
    return values.astype(object).where(values.notna(), None).to_numpy(object)


def _is_number(values: pd.Series) -> bool:
    kinds = pd.api.types
    return kinds.is_numeric_dtype(values) and not kinds.is_bool_dtype(values)
