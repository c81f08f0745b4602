"""What a person is told to look at, and what not."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from pipeline.checks import advisory
from pipeline.checks.advisory import implausible, old, unread
from tests import synthetic

LIMITS = {
    "check.fresh_days": 60.0,
    "check.median_shift": 0.5,
    "check.date_shift_days": 180.0,
    "check.growth_factor": 1.3,
    "check.record_factor": 1e9,
    "check.record_known": 99.0,
    "check.record_since_year": 2020.0,
    "check.claim_factor": 1e99,
    "check.prior_distance": 99.0,
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


@pytest.fixture(autouse=True)
def _no_odd_claims(monkeypatch) -> None:
    """Odd claims have tests of their own."""
    nothing = pd.DataFrame(columns=["claim_id", "problem"])
    monkeypatch.setattr(advisory, "odd_claims", lambda _: nothing)


def test_nothing_to_see(frames) -> None:
    assert unread(frames).empty
    assert implausible(frames, frames).empty


def test_a_file_that_could_not_be_read_is_named(frames) -> None:
    broken = synthetic.frames()["raw.rejected"].head(1)
    rows = unread(frames | {"raw.rejected": broken})
    assert {"path", "line", "problem", "remedy"} <= set(rows)
    assert len(rows) == 1


def test_a_record_grows_old_with_the_day_of_asking(frames) -> None:
    newest = max(frames[t]["disclosed_on"].max() for t in ("raw.claims", "raw.scores"))
    assert old(frames, newest.date() + timedelta(days=60)) is None
    assert "61 days old" in old(frames, newest.date() + timedelta(days=61))


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
    for factor, odd in ((inside, False), (outside, True)):
        moved = frames[table].copy()
        moved.loc[0, column] *= factor
        assert len(implausible(frames | {table: moved}, frames)) == odd


def test_a_date_is_held_against_that_of_the_last_release(frames) -> None:
    table = "out.convergence"
    for days, odd in ((180, False), (181, True), (-181, True)):
        moved = frames[table].copy()
        newest = moved["vintage"].idxmax()
        moved.loc[newest, "date_p50"] += pd.Timedelta(days=days)
        assert len(implausible(frames | {table: moved}, frames)) == odd
