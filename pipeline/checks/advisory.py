"""What a person should look at, although it stops nothing.

What belongs here: files that could not be read, the age of the record, odd claims and
magnitudes against the last release. What does not: rules that publish insists on
(consistency.py), and releases that wait for a person (lake/holds.py).
"""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.checks.consistency import Frames
from pipeline.checks.magnitudes import impossible, odd_claims
from pipeline.estimation.assumed import Assumed

FloatArray = npt.NDArray[np.float64]


def unread(frames: Frames) -> pd.DataFrame:
    """What could not be read; the rest is published all the same."""
    return frames["raw.rejected"][["path", "line", "field", "problem", "remedy"]]


def implausible(frames: Frames, released: Frames) -> pd.DataFrame:
    """What has an odd magnitude: a row each with `subject` and `problem`.

    Args:
        frames: all published tables, as they are to be published.
        released: those of the head; none before the first. A claim that it has already
            is not told again.
    """
    old = set(released["raw.claims"]["claim_id"]) if released else set()
    odd = odd_claims(frames)
    odd = odd[~odd["claim_id"].isin(old)]
    rows = list(zip(odd["claim_id"], odd["problem"], strict=True))
    rows += [("/".join(about[1:]), text) for about, text in impossible(frames).items()]
    if released:
        rows += [
            *_shifted(frames, released),
            *_other_date(frames, released),
            *_other_growth(frames, released),
        ]
    return pd.DataFrame(rows, columns=["subject", "problem"]).astype(str)


def days_old(frames: Frames, today: date) -> int | None:
    """Age of the newest disclosure; None without any."""
    dates = [frames[t]["disclosed_on"] for t in ("raw.claims", "raw.scores")]
    newest = pd.concat(dates).max()
    return None if pd.isna(newest) else (pd.Timestamp(today) - newest).days


def old(frames: Frames, today: date) -> str | None:
    """That the record is old, in a sentence; None while it is fresh."""
    age, limit = days_old(frames, today), _limit(frames, "check.fresh_days")
    if age is None or age <= limit:
        return None
    return (
        f"the newest disclosure is {age} days old, more than {limit:.0f}: look for news"
    )


def _shifted(frames: Frames, released: Frames) -> list[tuple[str, str]]:
    """Medians that moved by more than the limit, in orders of magnitude."""
    key = [c for c in ("model_id", "stage", "measure") if c in frames["core.estimates"]]
    both = _beside(frames, released, "core.estimates", key)
    shift = _log10_ratio(both, "flop_p50")
    far = np.abs(shift) > _limit(frames, "check.median_shift")
    return [
        (
            "/".join(str(row[name]) for name in key),
            f"the median moved by {by:+.1f} orders of magnitude, from "
            f"{row['flop_p50_released']:.2g} to {row['flop_p50']:.2g} FLOP",
        )
        for row, by in zip(both[far].to_dict("records"), shift[far], strict=True)
    ]


def _other_date(frames: Frames, released: Frames) -> list[tuple[str, str]]:
    """Dates of convergence, at the newest vintage of each, that moved far."""
    both = _newest(frames["out.convergence"]).merge(
        _newest(released["out.convergence"]),
        on=["scenario", "threshold"],
        suffixes=("", "_released"),
    )
    moved = both["date_p50"] - both["date_p50_released"]
    days: FloatArray = np.asarray(moved.dt.days, dtype=float)
    far = np.abs(days) > _limit(frames, "check.date_shift_days")
    return [
        (
            f"{row['scenario']}, share {row['threshold']}",
            f"the median date moved by {by:+.0f} days, from "
            f"{row['date_p50_released']:%Y-%m-%d} to {row['date_p50']:%Y-%m-%d}",
        )
        for row, by in zip(both[far].to_dict("records"), days[far], strict=True)
    ]


def _other_growth(frames: Frames, released: Frames) -> list[tuple[str, str]]:
    """Fitted growth of the frontier that changed by more than the limit's factor."""
    both = _beside(frames, released, "out.frontier_trend", ["series", "method"])
    change = _log10_ratio(both, "growth_per_year_p50")
    far = np.abs(change) > math.log10(_limit(frames, "check.growth_factor"))
    return [
        (
            row["series"],
            f"growth a year changed from x{row['growth_per_year_p50_released']:.2g} "
            f"to x{row['growth_per_year_p50']:.2g}",
        )
        for row in both[far].to_dict("records")
    ]


def _limit(frames: Frames, name: str) -> float:
    return Assumed.of(frames["core.assumptions"])[name]


def _log10_ratio(both: pd.DataFrame, column: str) -> FloatArray:
    now, before = (np.asarray(both[c], float) for c in (column, f"{column}_released"))
    return np.asarray(np.log10(now / before), dtype=float)


def _newest(frame: pd.DataFrame) -> pd.DataFrame:
    found: pd.DataFrame = frame[frame["vintage"] == frame["vintage"].max()]
    return found


def _beside(
    frames: Frames, released: Frames, table: str, key: list[str]
) -> pd.DataFrame:
    """Rows that both the table and its last release have."""
    new = frames[table]
    # A release from before a column of the key was there has nothing to compare.
    old = released[table].dropna(subset=key)
    old = old.astype({name: new[name].dtype for name in key})
    return new.merge(old, on=key, suffixes=("", "_released"))
