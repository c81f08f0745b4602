"""Numbers as people write them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.notes.values import Quantity, hours, quantity

ALL = ("", "x", "%", "USD", "FLOP", "hours", "tokens")


@pytest.mark.parametrize(
    ("text", "value", "bound", "unit"),
    [
        ("6e23", 6e23, None, ""),
        ("140_000", 140_000, None, ""),
        ("140,000", 140_000, None, ""),
        ("10x", 10, None, "x"),
        ("20%", 0.2, None, "%"),
        ("$1M", 1e6, None, "USD"),
        ("about 6.1e23 FLOP", 6.1e23, None, "FLOP"),
        ("~ 3e24", 3e24, None, ""),
        ("at most 1e20", 1e20, "upper", ""),
        ("under 0.01%", 1e-4, "upper", "%"),
        ("at least 10x", 10, "lower", "x"),
        (">1e26", 1e26, "lower", ""),
        ("≤ 5", 5, "upper", ""),
        ("1.5 million", 1.5e6, None, ""),
        ("3 T tokens", 3e12, None, "tokens"),
        ("$12.5 bn", 12.5e9, None, "USD"),
    ],
)
def test_reads(text: str, value: float, bound: str | None, unit: str) -> None:
    read = quantity(text, ALL)
    assert read.value == pytest.approx(value, rel=1e-12)
    assert (read.bound, read.unit) == (bound, unit)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-3", "positive"),
        ("0", "positive"),
        ("1e999", "finite"),
        ("three", "not a number"),
        ("3 apples", "unit 'apples'"),
        ("", "not a number"),
        ("6e23⑩", "unit"),
        ("1e26 to 1e27", "unit"),
    ],
)
def test_refuses(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        quantity(text, ALL)


def test_a_unit_of_another_field_is_refused() -> None:
    with pytest.raises(ValueError, match="allowed: none or 'FLOP'"):
        quantity("$3", ("", "FLOP"))


@given(st.floats(min_value=1e-30, max_value=1e30))
def test_any_positive_number_survives(value: float) -> None:
    assert quantity(repr(value), ("",)) == Quantity(value)


@given(st.text())
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(ValueError):  # anything else would fail the test
        assert quantity(text, ALL).value > 0


@pytest.mark.parametrize(
    ("text", "value"), [("21 days", 504), ("3 weeks", 504), ("198 hours", 198)]
)
def test_durations(text: str, value: float) -> None:
    assert hours(text) == value


def test_a_duration_needs_a_unit() -> None:
    with pytest.raises(ValueError, match="not a duration"):
        hours("21")
