"""Order statistics against a full sort."""

import numpy as np
import pytest

from pipeline.projection.order import order_statistics

RNG = np.random.default_rng(7)
N = 5_000
PLACES = np.array([0, 250, 1250, 2500, 3750, 4749, N - 1])
SHAPES = {
    "normal": 25 + RNG.standard_normal(N),
    "outliers": np.append(RNG.standard_normal(N - 2), [-1e6, 1e9]),
    "ties": RNG.integers(0, 3, N).astype(float),
    "constant": np.full(N, 26.0),
    "two clumps": np.where(RNG.random(N) < 0.5, 22 + 1e-9 * RNG.random(N), 27.0),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", SHAPES)
def test_they_are_those_of_a_full_sort(name, dtype):
    values = SHAPES[name].astype(dtype)
    found = order_statistics(values, PLACES)
    assert found.dtype == dtype
    assert np.array_equal(found, np.sort(values)[PLACES])


def test_rows_are_taken_one_by_one_and_left_alone():
    rows = np.array(list(SHAPES.values()))
    before = rows.copy()
    found = order_statistics(rows, PLACES)
    assert np.array_equal(found, np.sort(rows, axis=1)[:, PLACES])
    assert np.array_equal(rows, before)


def test_places_need_no_order():
    values = SHAPES["normal"]
    assert np.array_equal(
        order_statistics(values, np.array([9, 3, 3])), np.sort(values)[[9, 3, 3]]
    )
