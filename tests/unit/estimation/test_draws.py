"""Quasi-random draws."""

import numpy as np
import pytest

from pipeline.estimation.draws import generator, sobol_normals

KEY, OTHER = "ab" * 32, "ac" * 32


def test_draws_are_balanced():
    draws = sobol_normals(3, 4096, KEY)
    # Far better than independent draws, whose errors would be about 0.016 and 0.02.
    assert draws.mean(axis=0) == pytest.approx(np.zeros(3), abs=2e-3)
    assert np.median(draws, axis=0) == pytest.approx(np.zeros(3), abs=2e-3)
    assert np.cov(draws.T) == pytest.approx(np.eye(3), abs=1e-2)


def test_the_key_decides():
    first = sobol_normals(2, 100, KEY)
    assert first.shape == (100, 2)
    assert np.all(np.isfinite(first))
    assert np.array_equal(first, sobol_normals(2, 100, KEY))
    assert not np.allclose(first, sobol_normals(2, 100, OTHER))
    assert generator(KEY, 1).random() != generator(KEY, 2).random()


def test_arrays_of_different_keys_are_independent_of_each_other():
    arrays = [sobol_normals(3, 4096, f"{k:064x}") for k in range(8)]
    side_by_side = np.corrcoef(np.hstack(arrays).T)
    between = side_by_side - np.kron(np.eye(8), np.ones((3, 3))) * side_by_side
    assert np.abs(between).max() < 5 / 64  # five standard errors of chance
