"""What a person is told to look at, and what not."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from pipeline.checks import ADVISORIES, Circumstances
from tests import synthetic

NOTHING = Circumstances(date(2025, 1, 1))
LIMITS = {
    "check.fresh_days": 60.0,
    "check.median_shift": 0.5,
    "check.date_shift_days": 180.0,
    "check.growth_factor": 1.3,
}


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    found = synthetic.frames()
    limits = pd.DataFrame(
        {
            "assumption_id": list(LIMITS),
            "value": list(LIMITS.values()),
            "low": None,
            "high": None,
        }
    )
    rejected = found["raw.rejected"].head(0)
    return found | {"core.assumptions": limits, "raw.rejected": rejected}


def _rows(
    name: str, table: str, frames: dict[str, pd.DataFrame], seen: Circumstances
) -> pd.DataFrame:
    (advisory,) = [a for a in ADVISORIES if (a.name, a.table) == (name, table)]
    return advisory.failures({t: frames[t] for t in advisory.needs}, seen)


def _released(frames: dict[str, pd.DataFrame]) -> Circumstances:
    return Circumstances(
        date(2025, 1, 1), {a.table: frames[a.table] for a in ADVISORIES}
    )


@pytest.mark.parametrize("advisory", ADVISORIES, ids=lambda a: f"{a.table}-{a.name}")
@pytest.mark.parametrize("seen", ["first release", "same again"])
def test_nothing_to_see(advisory, seen, frames) -> None:
    known = NOTHING if seen == "first release" else _released(frames)
    assert _rows(advisory.name, advisory.table, frames, known).empty


def test_a_file_that_could_not_be_read_is_named(frames) -> None:
    broken = synthetic.frames()["raw.rejected"].head(1)
    rows = _rows("all_read", "raw.rejected", frames | {"raw.rejected": broken}, NOTHING)
    assert {"path", "line", "problem", "remedy"} <= set(rows)
    assert len(rows) == 1


def test_a_record_grows_old_with_the_day_of_asking(frames) -> None:
    newest = max(frames[t]["disclosed_on"].max() for t in ("raw.claims", "raw.scores"))
    for days, old in ((60, False), (61, True)):
        day = newest.date() + timedelta(days=days)
        rows = _rows("fresh", "raw.claims", frames, Circumstances(day))
        assert rows.empty != old
    assert rows["days_old"].tolist() == [61]


@pytest.mark.parametrize(
    ("table", "column", "inside", "outside"),
    [
        ("core.estimates", "flop_p50", 10**0.49, 10**0.51),
        ("core.estimates", "flop_p50", 10**-0.49, 10**-0.51),
        ("out.frontier_trend", "growth_per_year_p50", 1.29, 1.31),
        ("out.frontier_trend", "growth_per_year_p50", 1 / 1.29, 1 / 1.31),
    ],
)
def test_a_magnitude_is_held_against_the_last_release(
    table, column, inside, outside, frames
) -> None:
    seen = _released(frames)
    for factor, implausible in ((inside, False), (outside, True)):
        moved = frames[table].copy()
        moved.loc[0, column] *= factor
        rows = _rows("plausible", table, frames | {table: moved}, seen)
        assert len(rows) == implausible


def test_a_date_is_held_against_that_of_the_last_release(frames) -> None:
    table = "out.convergence"
    seen = _released(frames)
    for days, implausible in ((180, False), (181, True), (-181, True)):
        moved = frames[table].copy()
        newest = moved["vintage"].idxmax()
        moved.loc[newest, "date_p50"] += pd.Timedelta(days=days)
        rows = _rows("plausible", table, frames | {table: moved}, seen)
        assert len(rows) == implausible
