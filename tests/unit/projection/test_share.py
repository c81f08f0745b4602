"""The trend of shares, on histories whose curve, cap and scatter are known."""

import numpy as np
import pytest
from scipy import stats

from pipeline.projection.share import (
    MIDDLE,
    Shares,
    Trend,
    odds,
    scattered,
    share,
    within,
)
from pipeline.projection.splits import AT_LEAST, AT_MOST, KNOWN, Fact, Run
from tests import loaded

ASSUMED = loaded.assumed(share__prior_draws=16384)
MODEL = Shares.of(ASSUMED)


def run(time, z, *, sd=0.05, flagship=True, kind=KNOWN):
    return Run(f"m-{time}-{z}", time, flagship, (Fact(kind, z, sd),), None, None)


def one(level, slope, role, scatter, cap):
    return Trend(*(np.array([x]) for x in (level, slope, role, scatter, cap)))


def middle(trend, t, *, flagship=True):
    return float(np.median(share(trend.typical(t, flagship=flagship))))


def test_a_share_and_its_odds_are_one_thing():
    for part in (0.001, 0.1, 0.5, 0.99):
        assert float(share(np.array(odds(part)))) == pytest.approx(part)


def test_without_noise_the_curve_is_found_and_its_cap():
    truth = one(-1.5, 1.5, 0.8, 0.1, 0.2)
    times = np.linspace(24.7, 27.5, 60)
    runs = [
        run(t, float(truth.typical(t, flagship=k % 2 == 0)[0]), flagship=k % 2 == 0)
        for k, t in enumerate(times)
    ]
    trend = MODEL.fit(runs)
    for t in (25.0, 25.5, 26.0, 27.0, 28.0):
        assert middle(trend, t) == pytest.approx(middle(truth, t), abs=0.02)


def test_intervals_hold_new_shares_as_often_as_they_say():
    rng = np.random.default_rng(11)
    hits, n = 0, 300
    for row in rng.integers(0, len(MODEL.prior.level), n):
        truth = MODEL.prior.rows(np.array([row]))

        def draw(t, flagship, truth=truth):
            own = float(truth.typical(t, flagship=flagship)[0])
            return own + float(truth.scatter[0]) * rng.standard_t(4)

        runs = []
        for t in rng.uniform(24.7, 26.7, 20):
            flagship = bool(rng.random() < 0.5)
            sd = rng.uniform(0.1, 0.5)
            z = draw(t, flagship) + sd * rng.standard_normal()
            runs.append(run(t, z, sd=sd, flagship=flagship))
        trend = MODEL.fit(runs)
        low, high = np.quantile(scattered(trend, run(26.9, 0.0)), (0.05, 0.95))
        hits += low <= draw(26.9, True) <= high
    assert 0.86 <= hits / n <= 0.94
    assert stats.binom.cdf(hits, n, 0.9) > 0.001


@pytest.mark.parametrize(("kind", "moved"), [(AT_MOST, -1), (AT_LEAST, 1)])
def test_a_bound_moves_the_trend_to_its_side_only(kind, moved):
    runs = [run(25 + k / 10, -1.0) for k in range(5)]
    plain = middle(MODEL.fit(runs), 25.5)
    binding, idle = (
        middle(MODEL.fit([*runs, run(25.5, z, kind=kind)]), 25.5)
        for z in (-1.0 + moved * 0.5, -1.0 - moved * 3)
    )
    assert (binding - plain) * moved > 0
    assert idle == pytest.approx(plain, abs=0.03)


def test_a_garbled_bound_does_not_carry_the_trend():
    runs = [run(25 + k / 10, -1.0) for k in range(12)]
    plain = middle(MODEL.fit(runs), 25.5)
    odd = middle(MODEL.fit([*runs, run(25.5, -9.0, kind=AT_MOST)]), 25.5)
    assert odd == pytest.approx(plain, abs=0.02)


def test_a_run_within_bounds_lies_within_them():
    z = np.random.default_rng(2).normal(-1, 1, 4096)
    low, high = Fact(AT_LEAST, -0.5, 0.05), Fact(AT_MOST, 0.5, 0.05)
    bounded = within(Run("m", 26.0, True, (low, high), None, None), z, 1e-9)
    assert np.quantile(bounded, [0.02, 0.98]) == pytest.approx([-0.5, 0.5], abs=0.1)
    free = Run("m", 26.0, True, (), None, None)
    assert within(free, z, 0.02) is z


def test_when_a_share_is_reached_follows_from_the_line():
    trend = one(-1.0, 1.0, 0.5, 0.1, 0.3)
    since = 24.7
    assert trend.reached(0.0, since)[0] == pytest.approx(MIDDLE + 0.5)
    assert trend.reached(-5.0, since)[0] == since  # from the start
    assert np.isinf(trend.reached(0.4, since)[0])  # above the cap
    falling = one(-1.0, -1.0, 0.5, 0.1, 0.3)
    assert np.isinf(falling.reached(1.0, since)[0])


def test_the_order_of_runs_changes_nothing():
    runs = [run(25 + k / 7, -1.0 + k / 5, sd=0.2) for k in range(8)]
    forth, back = MODEL.fit(runs), MODEL.fit(runs[::-1])
    assert middle(forth, 26.0) == pytest.approx(middle(back, 26.0), abs=1e-9)
