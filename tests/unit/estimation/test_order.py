"""Order statistics against a full sort."""

import numpy as np
import pytest

from pipeline.estimation.order import (
    ascending,
    order_statistics,
    order_statistics_between,
)

RNG = np.random.default_rng(7)
N = 5_000
PLACES = np.array([0, 250, 1250, 2500, 3750, 4749, N - 1])
WIDE = {
    "outliers": np.append(RNG.standard_normal(N - 2), [-1e6, 1e9]),
    "an outlier": np.append(25 + RNG.standard_normal(N - 1), 100),
}
SPREAD = {
    "normal": 25 + RNG.standard_normal(N),
    "skewed": 25 + RNG.exponential(1, N),
    "half at the floor": np.maximum(25 + RNG.standard_normal(N), 25),
    "few": 25 + RNG.standard_normal(N) * (RNG.random(N) < 0.001),
    "ties": RNG.integers(0, 3, N).astype(float),
    "constant": np.full(N, 26.0),
    "two clumps": np.where(RNG.random(N) < 0.5, 22 + 1e-9 * RNG.random(N), 27.0),
}
TYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def compared(values, dtype):
    """Order statistics, and those of a full sort."""
    values = values.astype(dtype)
    found = order_statistics(values, PLACES)
    assert found.dtype == dtype
    return found, np.sort(values)[PLACES]


@TYPES
@pytest.mark.parametrize("name", WIDE)
def test_they_are_those_of_a_full_sort_where_steps_were_coarse(name, dtype):
    assert np.array_equal(*compared(WIDE[name], dtype))


@TYPES
@pytest.mark.parametrize("name", SPREAD)
def test_they_are_those_of_a_full_sort_to_half_a_step(name, dtype):
    found, exact = compared(SPREAD[name], dtype)
    half = np.ptp(SPREAD[name]) / 65_535 / 2
    assert half < 0.0005
    assert np.abs(found - exact).max() <= half + 2 * np.spacing(exact.max())
    assert found[0] == exact[0]
    if dtype is np.float64:
        assert found[-1] == exact[-1]
    assert (np.diff(found) >= 0).all()


def test_rows_are_taken_one_by_one_and_left_alone():
    rows = np.array(list(WIDE.values()))
    before = rows.copy()
    found = order_statistics(rows, PLACES)
    assert np.array_equal(found, np.sort(rows, axis=1)[:, PLACES])
    assert np.array_equal(rows, before)
    both = np.array([SPREAD["normal"], WIDE["outliers"]])
    alone = [order_statistics(row, PLACES) for row in both]
    assert np.array_equal(order_statistics(both, PLACES), alone)


def test_places_need_no_order():
    values = WIDE["outliers"]
    assert np.array_equal(
        order_statistics(values, np.array([9, 3, 3])), np.sort(values)[[9, 3, 3]]
    )


def test_few_values_are_enough():
    values = np.array([3.0, 1.0, 2.0])
    found = order_statistics(values, np.array([0, 1, 2]))
    assert found == pytest.approx([1, 2, 3], abs=2 / 65_535)


@pytest.mark.parametrize("name", [*WIDE, *SPREAD])
def test_the_order_is_that_of_a_full_sort(name):
    values = (WIDE | SPREAD)[name]
    values = np.where(RNG.random(N) < 0.1, np.inf, values)
    order, found = ascending(values)
    assert np.array_equal(np.sort(order), np.arange(N))
    assert np.array_equal(values[order], np.sort(values))
    assert np.array_equal(found, np.sort(values))


def test_rows_are_ordered_one_by_one():
    rows = np.array(list((WIDE | SPREAD).values()))
    rows[2, 7] = np.inf
    before = rows.copy()
    order, found = ascending(rows)
    assert np.array_equal(order, [ascending(row)[0] for row in rows])
    assert np.array_equal(np.take_along_axis(rows, order, 1), np.sort(rows, axis=1))
    assert np.array_equal(found, np.sort(rows, axis=1))
    assert np.array_equal(rows, before)


def test_what_never_happens_has_an_order_too():
    order, found = ascending(np.full(5, np.inf))
    assert np.array_equal(np.sort(order), np.arange(5))
    assert np.isinf(found).all()


def test_between_bounds_it_is_the_same_and_false_bounds_do_no_harm():
    rows = np.random.default_rng(4).normal(25, 1.5, (6, 5000)).astype(np.float32)
    place = 250
    ordered = np.sort(rows, axis=1)
    low, high = ordered[:, place - 60].copy(), ordered[:, place + 60].copy()
    low[3], high[4] = ordered[3, place + 1], ordered[4, place - 1]
    low[5] = high[5] = ordered[5, place]
    found = order_statistics_between(rows, place, low, high)
    assert found.tolist() == ordered[:, place].tolist()
