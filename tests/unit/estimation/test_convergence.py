"""Diagnostics see chains that disagree, and only those."""

import numpy as np
import pytest

from pipeline.estimation.convergence import diagnose

RNG = np.random.default_rng(0)


def test_independent_draws_pass_and_are_counted():
    draws = RNG.normal(24, 0.3, (60, 2, 128))
    found = diagnose(draws, 8)
    assert np.all(found.good)
    assert np.all(found.r_hat < 1.005)
    assert found.effective == pytest.approx(60 * 128, rel=0.4)
    expected = 1.253 * 0.3 / np.sqrt(60 * 128)
    assert found.error[1] == pytest.approx(expected, rel=0.5)


def test_chains_that_stay_where_they_started_fail():
    draws = RNG.normal(24, 0.3, (60, 1, 128))
    draws[:, :, 64:] += 0.2
    found = diagnose(draws, 8)
    assert found.r_hat[0] > 1.02
    assert not found.good[0]


def test_a_drift_fails():
    draws = RNG.normal(24, 0.3, (60, 1, 128)) + np.linspace(0, 0.3, 60)[:, None, None]
    assert not diagnose(draws, 8).good[0]


def test_slow_chains_count_for_less():
    steps = RNG.normal(0, 1, (400, 1, 128))
    slow = np.empty_like(steps)
    slow[0] = steps[0]
    for t in range(1, 400):
        slow[t] = 0.9 * slow[t - 1] + np.sqrt(1 - 0.81) * steps[t]
    found = diagnose(slow, 8)
    # An AR(1) of 0.9 is worth (1 - 0.9)/(1 + 0.9) of its length; medians a bit more.
    assert 400 * 128 * 0.04 < found.effective[1, 0] < 400 * 128 * 0.12


def test_rare_humps_that_only_some_groups_found_fail():
    draws = RNG.normal(24, 0.1, (60, 1, 128))
    draws[:, :, :16] = np.where(RNG.random((60, 1, 16)) < 0.5, 27.0, draws[:, :, :16])
    assert not diagnose(draws, 8).good[0]
