"""Trends: synthetic growth is found; the published table is reproduced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.evidence.trend import axes, chosen, ols, series_of, trend_table
from tests import loaded
from tests.mini import PROJECT

NOTABLE = PROJECT.parent / "shared/data/epoch/notable_ai_models_2026-07.csv"


def _runs(growth: float, noise: float) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    days = pd.date_range("2010-01-15", "2026-06-01", freq="21D")
    year = np.arange(len(days)) * 21 / 365.25
    log10 = 20 + year * np.log10(growth) + rng.normal(0, noise, len(days))
    return pd.DataFrame(
        {"model_id": "m", "name": "m", "released_on": days, "flop": 10**log10}
    )


def test_a_known_growth_is_found() -> None:
    table = trend_table(
        _runs(4.0, 0.05), pd.Timestamp("2025-01-01"), loaded.small().found.assumed
    )
    for row in table.itertuples():
        assert row.growth_per_year_p50 == pytest.approx(4.0, rel=0.03)
        assert row.growth_per_year_p05 < row.growth_per_year_p50


def test_least_squares_agree_with_scipy() -> None:
    rng = np.random.default_rng(1)
    x = rng.uniform(2010, 2026, 40)
    y = 20 + 0.6 * (x - 2010) + rng.normal(0, 0.5, 40)
    ours, theirs = ols(x, y), stats.linregress(x, y)
    assert ours.slope == pytest.approx(theirs.slope, rel=1e-9)
    assert ours.slope_se == pytest.approx(theirs.stderr, rel=1e-9)
    assert ours.level(2020.0) == pytest.approx(
        10 ** (theirs.intercept + 2020 * theirs.slope), rel=1e-6
    )


def test_two_runs_are_no_trend() -> None:
    with pytest.raises(ValueError, match="three runs"):
        ols(np.array([1.0, 2.0]), np.array([1.0, 2.0]))


def test_a_running_maximum_keeps_ties_and_drops_the_rest() -> None:
    runs = pd.DataFrame(
        {
            "name": list("abcde"),
            "released_on": pd.to_datetime(
                ["2021-01-01", "2021-02-01", "2021-03-01", "2021-03-01", "2021-04-01"]
            ),
            "flop": [1e24, 5e23, 2e24, 1e24, 2e24],
        }
    )
    series = series_of(loaded.small().found.assumed)
    record = next(s for s in series if s.running_maximum)
    assert list(runs["name"][chosen(*axes(runs), record)]) == ["a", "c", "e"]


@pytest.mark.shared
@pytest.mark.skipif(not NOTABLE.exists(), reason="research files are not here")
@pytest.mark.parametrize(
    ("series", "growth", "low", "high", "n"),
    [
        ("notable since 2010", 4.35, 4.01, 4.72, 467),
        ("record since 2020", 4.88, 4.27, 5.57, 12),
        ("top-5 since 2020", 4.19, 3.64, 4.82, 40),
        ("top-10 since 2018", 4.81, 4.36, 5.30, 79),
    ],
)
def test_the_published_trends_are_reproduced(
    series: str, growth: float, low: float, high: float, n: int
) -> None:
    data = pd.read_csv(Path(NOTABLE))
    runs = pd.DataFrame(
        {
            "model_id": data["Model"].str.strip().str.lower().str.replace(" ", "-"),
            "name": data["Model"].str.strip(),
            "released_on": pd.to_datetime(data["Publication date"]),
            "flop": data["Training compute (FLOP)"],
        }
    ).dropna(subset=["released_on"])
    assumed = loaded.small().found.assumed
    both = trend_table(runs, pd.Timestamp("2025-05-09"), assumed)
    table = both[both["method"] == "ols"].set_index("series")
    row = table.loc[series]
    assert row["n"] == n
    assert row["growth_per_year_p50"] == pytest.approx(growth, abs=0.05)
    assert row["growth_per_year_p05"] == pytest.approx(low, abs=0.15)
    assert row["growth_per_year_p95"] == pytest.approx(high, abs=0.15)
    if series.startswith("record"):
        assert row["level_flop"] == pytest.approx(4.3e26, rel=0.05)
