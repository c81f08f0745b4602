"""Records as jumps: means, silence, and forecasts that agree with each other."""

import numpy as np
import pandas as pd
import pytest

from pipeline.projection.jumps import Jumps, jumps
from pipeline.projection.levels import Levels
from tests import loaded

ASSUMED = loaded.assumed()
N = 4096


def runs(*levels, first="2021-01-01"):
    days = pd.date_range(first, periods=len(levels), freq="365D").to_numpy()
    names = tuple(f"r{k}" for k in range(len(levels)))
    return Levels(names, days, np.array(levels, float), names, names, None)


def test_the_record_grows_by_rate_times_size_on_average():
    process = Jumps(np.full(N, 2.0), np.full(N, 0.3))
    t = np.array([0.5, 1.0, 3.0])
    grown = process.grown(t)
    assert grown.mean(axis=1) == pytest.approx(0.6 * t, rel=0.05)
    assert (np.diff(grown, axis=0) >= 0).all()
    assert (grown[0] == 0).mean() == pytest.approx(np.exp(-1.0), abs=0.02)
    assert process.growth == pytest.approx(0.6)


def test_a_shorter_forecast_is_the_start_of_a_longer_one():
    process = Jumps(np.full(N, 2.0), np.full(N, 0.3))
    t = np.linspace(0.1, 2, 20)
    assert np.array_equal(process.grown(t)[:5], process.grown(t[:5]))


def test_silence_lowers_the_rate_and_large_jumps_raise_the_size():
    known = runs(24.0, 24.3, 24.6, 24.9)
    soon, late = (
        jumps(known, pd.Timestamp(day), N, ASSUMED)
        for day in ("2024-02-01", "2026-02-01")
    )
    assert late.rate.mean() < soon.rate.mean()
    large = jumps(runs(24.0, 25.0, 26.0, 27.0), pd.Timestamp("2024-02-01"), N, ASSUMED)
    assert np.median(large.size) > np.median(soon.size)


def test_a_first_run_alone_leaves_the_prior():
    process = jumps(runs(24.0), pd.Timestamp("2021-01-01"), N, ASSUMED)
    assert process.rate.mean() == pytest.approx(ASSUMED["jumps.rate"], rel=0.05)
    assert np.median(process.size) == pytest.approx(ASSUMED["jumps.size"], rel=0.35)
