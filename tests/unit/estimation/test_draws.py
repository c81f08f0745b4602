"""Quasi-random draws."""

import numpy as np
import pytest

from pipeline.estimation.draws import gaussian_draws, generator, sobol_normals

KEY, OTHER = "ab" * 32, "ac" * 32


def test_draws_have_the_moments_asked_for():
    mean = np.array([24.0, 25.0, 23.0])
    cov = np.array([[0.2, 0.1, 0.0], [0.1, 0.3, -0.1], [0.0, -0.1, 0.4]])
    draws = gaussian_draws(mean, cov, 4096, KEY)
    assert draws.shape == (4096, 3)
    assert draws.mean(axis=0) == pytest.approx(mean, abs=1e-3)
    assert np.cov(draws.T) == pytest.approx(cov, abs=3e-3)
    # Far better than independent draws, whose error would be about 0.015 sd.
    assert np.median(draws, axis=0) == pytest.approx(mean, abs=2e-3)


def test_the_key_decides():
    first = sobol_normals(2, 100, KEY)
    assert first.shape == (100, 2)
    assert np.all(np.isfinite(first))
    assert np.array_equal(first, sobol_normals(2, 100, KEY))
    assert not np.allclose(first, sobol_normals(2, 100, OTHER))
    assert generator(KEY, 1).random() != generator(KEY, 2).random()


def test_a_covariance_that_is_none_is_refused():
    with pytest.raises(np.linalg.LinAlgError):
        gaussian_draws(np.zeros(2), -np.eye(2), 8, KEY)


def test_arrays_of_different_keys_are_independent_of_each_other():
    arrays = [sobol_normals(3, 4096, f"{k:064x}") for k in range(8)]
    side_by_side = np.corrcoef(np.hstack(arrays).T)
    between = side_by_side - np.kron(np.eye(8), np.ones((3, 3))) * side_by_side
    assert np.abs(between).max() < 5 / 64  # five standard errors of chance
