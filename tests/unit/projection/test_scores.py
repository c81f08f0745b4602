"""Scores against independent computations."""

import numpy as np
import pytest
from scipy import stats

from pipeline.projection.scores import brier, covered, crps, pit

RNG = np.random.default_rng(5)


def test_crps_of_two_samples_is_the_double_sum():
    f, g = RNG.normal(0, 1, 300), RNG.normal(0.7, 2, 200)

    def apart(a, b):
        return np.abs(a[:, None] - b[None, :]).mean()

    # E|X − Y| − E|X − X'|/2 − E|Y − Y'|/2
    assert crps(f, g) == pytest.approx(apart(f, g) - apart(f, f) / 2 - apart(g, g) / 2)
    assert crps(f, f) == pytest.approx(0, abs=1e-12)


def test_crps_at_a_point_is_the_normal_formula():
    mean, sd, y = 1.0, 2.0, 2.5
    n = 20_000
    f = stats.norm.ppf((np.arange(n) + 0.5) / n, mean, sd)
    z = (y - mean) / sd
    exact = sd * (
        z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi)
    )
    assert crps(f, np.array([y])) == pytest.approx(exact, rel=1e-3)


def test_pit_and_coverage_of_a_calibrated_forecast_are_as_they_say():
    f = RNG.normal(0, 1, 50_000)
    points = RNG.normal(0, 1, 20_000)
    assert pit(f, points) == pytest.approx(0.5, abs=0.01)
    assert covered(f, points, 0.5) == pytest.approx(0.5, abs=0.015)
    assert covered(f, points, 0.9) == pytest.approx(0.9, abs=0.01)
    assert pit(f, np.array([1.0])) == pytest.approx(stats.norm.cdf(1), abs=0.01)
    assert pit(f, np.array([9.0])) == 1
    assert covered(f, np.array([2.0]), 0.9) == 0


def test_brier_is_the_mean_over_an_uncertain_outcome():
    drawn = RNG.random(200_000) < 0.3
    assert brier(0.8, 0.3) == pytest.approx(((0.8 - drawn) ** 2).mean(), abs=0.002)
    assert brier(1.0, 1.0) == 0
    assert brier(1.0, 0.0) == 1
