"""The trend: least squares, selection of series, and the block bootstrap."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.evidence.trend import (
    Series,
    axes,
    chosen,
    eligible,
    ols,
    resampled_slopes,
    series_of,
    trend_table,
)
from pipeline.projection.levels import Levels
from pipeline.projection.pace import fitted_growth
from tests import loaded

ASSUMED = loaded.assumed()
SERIES = series_of(ASSUMED)
ALL, RECORD, TOP5 = SERIES[:3]
MAXIMUM = Series("record", 2018, None, running_maximum=True)


def runs(n=60, growth=0.65, noise=0.5, seed=1):
    rng = np.random.default_rng(seed)
    days = pd.Timestamp("2020-01-15") + pd.to_timedelta(
        np.sort(rng.integers(0, 2300, n)), "D"
    )
    year = (days - days[0]).days / 365.25
    flop = 10 ** (24 + growth * year + rng.normal(0, noise, n))
    names = [f"run {k}" for k in range(n)]
    return pd.DataFrame(
        {"model_id": names, "name": names, "released_on": days, "flop": flop}
    )


def select(data, series):
    known = eligible(data, series, ASSUMED)
    return known[chosen(*axes(known), series)]


def slope_of(data, series):
    return ols(*axes(select(data, series)))


def slopes_of(data, series, assumed=ASSUMED):
    return resampled_slopes(*axes(eligible(data, series, assumed)), series, assumed)


def levels(data):
    """The runs as the projection has them."""
    days, flop = data["released_on"].to_numpy(), np.log10(data["flop"].to_numpy())
    names = tuple(data["name"])
    return Levels(names, days, flop, names, names, None)


def test_ols_is_that_of_scipy():
    x, y = np.array([0.0, 1, 2, 4, 5]), np.array([24.0, 24.7, 25.1, 26.6, 27.1])
    fit, theirs = ols(x, y), stats.linregress(x, y)
    assert (fit.slope, fit.slope_se) == pytest.approx((theirs.slope, theirs.stderr))
    with pytest.raises(ValueError, match="three runs"):
        ols(x[:2], y[:2])


def test_without_a_choice_the_bootstrap_agrees_with_least_squares():
    histories = [runs(300, seed=k) for k in range(20)]
    slopes = [slopes_of(h, ALL) for h in histories]
    fits = [slope_of(h, ALL) for h in histories]
    spread = np.mean([s.std() for s in slopes])
    assert spread == pytest.approx(np.mean([f.slope_se for f in fits]), rel=0.1)
    lean = [np.median(s) - f.slope for s, f in zip(slopes, fits, strict=True)]
    assert abs(np.mean(lean)) < spread / 4


def test_a_resample_of_everything_once_is_the_series_itself():
    """Blocks as long as the record leave one resample: the data."""
    data = runs()
    whole = loaded.assumed(trend__block_power=1.0, trend__resamples=3)
    for series in SERIES:
        slopes = slopes_of(data, series, whole)
        assert slopes == pytest.approx([slope_of(data, series).slope] * 3)


@pytest.mark.parametrize("series", [MAXIMUM, TOP5])
def test_intervals_of_chosen_runs_cover_only_with_the_bootstrap(series):
    histories = [runs(seed=k) for k in range(100)]
    fits = [slope_of(h, series) for h in histories]
    truth = np.mean([f.slope for f in fits])
    naive = [abs(f.slope - truth) < 1.645 * f.slope_se for f in fits]
    covered = [
        low <= truth <= high
        for low, high in (
            np.quantile(slopes_of(h, series), (0.05, 0.95)) for h in histories
        )
    ]
    assert np.mean(naive) < 0.82  # too narrow
    assert 0.8 < np.mean(covered) < 0.98  # three binomial standard errors of 0.9


def test_the_content_decides_the_resamples():
    data = runs()
    first = slopes_of(data, RECORD)
    shuffled = data.sample(frac=1, random_state=1)
    assert np.array_equal(first, slopes_of(shuffled, RECORD))
    changed = data.assign(flop=data["flop"] * 1.01)
    assert not np.allclose(first, slopes_of(changed, RECORD))


def test_a_record_is_a_run_that_no_earlier_one_beats():
    chosen = select(runs(), RECORD)
    assert chosen["flop"].is_monotonic_increasing
    best = runs().sort_values("released_on")["flop"].cummax()
    assert len(chosen) == best.nunique()


def test_runs_that_the_constants_leave_out_are_no_rivals_of_the_largest():
    data = runs(60)
    largest = data.loc[data["flop"].idxmax(), "model_id"]
    given = data.replace({"model_id": {largest: "alphago-zero"}})
    assert len(eligible(given, TOP5, ASSUMED)) == 59
    assert len(eligible(given, RECORD, ASSUMED)) == 60
    kept = loaded.assumed(trend__left_out__alphago_zero=0.0)
    assert len(eligible(given, TOP5, kept)) == 60


def test_each_series_stands_twice_with_one_middle():
    table = trend_table(runs(), pd.Timestamp("2026-01-01"), ASSUMED)
    assert set(table["series"]) == {s.name for s in SERIES}
    for _, group in table.groupby("series"):
        assert set(group["method"]) == {"ols", "bootstrap"}
        assert group["growth_per_year_p50"].nunique() == 1
        assert group["growth_per_year_p05"].nunique() == 2
    assert (table["growth_per_year_p05"] < table["growth_per_year_p50"]).all()
    assert (table["growth_per_year_p95"] > table["growth_per_year_p50"]).all()


def test_only_the_notable_series_leaves_out_what_a_dataset_calls_not_notable():
    listed = runs(60).assign(is_notable=[None, True, False] * 20)
    kept = select(listed, ALL)
    assert len(kept) == 40
    assert not kept["is_notable"].eq(False).any()
    assert len(select(listed, MAXIMUM)) == len(select(runs(60), MAXIMUM))


def test_fitted_growth_has_the_spread_of_the_bootstrap():
    z = stats.norm.ppf((np.arange(4096) + 0.5) / 4096)
    growth = fitted_growth(levels(runs()), z, ASSUMED)
    slopes = slopes_of(runs(), MAXIMUM)
    for q in (0.05, 0.5, 0.95):
        assert np.quantile(growth, q) == pytest.approx(np.quantile(slopes, q), abs=0.01)
    assert fitted_growth(levels(runs().head(2)), z, ASSUMED) is None
