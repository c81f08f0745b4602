"""Which vintages have months of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.estimation.assumed import Assumed
from pipeline.projection.spans import projections_in_force, trend_in_force

ASSUMED = Assumed({"span.level": 0.02, "span.share": 0.01}, {})
DAYS = ["2025-04-02", "2025-04-09", "2025-04-16", "2025-04-23"]


def levels(days: dict[str, float], scenario: str = "share") -> pd.DataFrame:
    """Six months from each vintage on, at a level; only levels count."""
    made = [
        pd.DataFrame(
            {
                "vintage": pd.Timestamp(day),
                "scenario": scenario,
                "month": pd.date_range(day, periods=6, freq="MS"),
                "reasoning_flop_p50": 10.0**level,
                "frontier_flop_p50": 1e26,
                "usd_at_trend_price": float(k),
            }
        )
        for k, (day, level) in enumerate(days.items())
    ]
    return pd.concat(made, ignore_index=True)


def kept(table: pd.DataFrame) -> list[str]:
    rows = projections_in_force(table, ASSUMED)
    return [str(day.date()) for day in rows["vintage"].drop_duplicates()]


@pytest.mark.parametrize(
    ("level", "found"), [(24.019, DAYS[:1]), (24.021, DAYS[:2]), (23.979, DAYS[:2])]
)
def test_a_vintage_has_months_if_it_moves_a_level(level, found):
    assert kept(levels({DAYS[0]: 24.0, DAYS[1]: level})) == found


def test_small_steps_add_up():
    steps = {day: 24 + 0.012 * k for k, day in enumerate(DAYS)}
    assert kept(levels(steps)) == [DAYS[0], DAYS[2]]


def test_the_first_vintage_of_a_quarter_has_months():
    days = ["2025-04-02", "2025-06-30", "2025-07-01", "2025-09-01"]
    assert kept(levels(dict.fromkeys(days, 24.0))) == [days[0], days[2]]


def test_scenarios_are_judged_one_by_one():
    still = levels(dict.fromkeys(DAYS, 24.0))
    moved = levels({day: 24.0 + k for k, day in enumerate(DAYS)}, "half")
    both = projections_in_force(
        pd.concat([still, moved]).sample(frac=1, random_state=1), ASSUMED
    )
    found = both.groupby("scenario")["vintage"].nunique().to_dict()
    assert found == {"share": 1, "half": 4}
    assert len(both) == 5 * 6


def test_shares_and_chances_have_a_threshold_of_their_own():
    days = pd.to_datetime(DAYS[:3])
    table = pd.DataFrame(
        {
            "vintage": days.repeat(2),
            "month": [*pd.date_range("2025-01-01", periods=2, freq="MS")] * 3,
            "share_p50": [0.3, 0.3, 0.309, 0.309, 0.309, 0.309],
            "probability_30": [0.5, 0.5, 0.5, 0.5, 0.5, 0.511],
        }
    )
    rows = trend_in_force(table, ASSUMED)
    assert list(rows["vintage"].drop_duplicates()) == [days[0], days[2]]


def test_nothing_stays_nothing():
    assert projections_in_force(pd.DataFrame(), ASSUMED).empty
    assert trend_in_force(pd.DataFrame(), ASSUMED).empty


def test_whether_a_vintage_has_months_hangs_on_nothing_later():
    rng = np.random.default_rng(3)
    days = [str(d.date()) for d in pd.date_range("2025-01-03", periods=40, freq="9D")]
    table = levels(dict(zip(days, 24 + 0.01 * rng.normal(size=40), strict=True)))
    whole = kept(table)
    known = kept(table[table["vintage"] <= pd.Timestamp(days[19])])
    assert known == [day for day in whole if day <= days[19]]
    assert 2 < len(known) < 20
