"""Every rule of every contract: a bad frame fails.

The cases are read off the contracts, so a rule that is added is tested, and one that
the validation silently skips is found.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.contracts import TABLES, ContractError, Table, columns, conform, key
from tests import synthetic


def _bad_value(check: object) -> object:
    """A value that breaks a pandera check."""
    statistics = check.statistics
    match check.name:
        case "isin":
            return "no such word"
        case "str_matches":
            return "\x00"
        case "greater_than":
            return statistics["min_value"] - 1
        case "greater_than_or_equal_to":
            return statistics["min_value"] - 1
        case "less_than_or_equal_to":
            return 2 * statistics["max_value"] + 1
    raise AssertionError(f"no bad value is known for {check.name}")


def _break(frame: pd.DataFrame, bad: dict[str, object]) -> pd.DataFrame:
    """The frame with a bad value in the first row of some columns."""
    broken = {}
    for column, value in bad.items():
        values = frame[column].astype(object)
        values.iloc[0] = value
        broken[column] = values
    return frame.assign(**broken)


def _failing(table: type[Table], frame: pd.DataFrame) -> set[str]:
    with pytest.raises(ContractError) as caught:
        conform(table, frame)
    return set(caught.value.failures["column"].astype(str))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_rule_of_a_column_can_fail(table: type[Table]) -> None:
    frame = synthetic.frame(table)
    checks = {c.name: table.to_schema().columns[c.name].checks for c in columns(table)}
    for turn in range(max(len(listed) for listed in checks.values())):
        bad = {c: _bad_value(k[turn]) for c, k in checks.items() if len(k) > turn}
        assert set(bad) <= _failing(table, _break(frame, bad))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_null_fails_where_it_is_not_allowed(table: type[Table]) -> None:
    frame = synthetic.frame(table)
    required = {c.name: None for c in columns(table) if not c.nullable}
    assert required.keys() <= _failing(table, _break(frame, required))
    optional = {c.name: None for c in columns(table) if c.nullable}
    conform(table, _break(frame, optional))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_duplicate_key_fails(table: type[Table]) -> None:
    frame = synthetic.frame(table)
    with pytest.raises(ContractError):
        conform(table, pd.concat([frame, frame.iloc[:1]]))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_missing_and_unknown_columns_fail(table: type[Table]) -> None:
    frame = synthetic.frame(table)
    last = frame.columns[-1]
    with pytest.raises(ContractError) as caught:
        conform(table, frame.drop(columns=last).assign(surprise=1))
    assert {last, "surprise"} <= set(caught.value.failures["failure_case"])


def test_all_faults_are_reported_at_once() -> None:
    table = TABLES["core.estimates"]
    frame = synthetic.frame(table)
    bad = frame.assign(flop_p50=-1.0, stage="nothing")
    with pytest.raises(ContractError) as caught:
        conform(table, bad)
    assert {"flop_p50", "stage"} <= set(caught.value.failures["column"])


def test_published_floats_have_six_digits_and_raw_ones_all() -> None:
    estimates = synthetic.frame(TABLES["core.estimates"])
    out = conform(TABLES["core.estimates"], estimates.assign(flop_p95=1.23456789e24))
    assert set(out["flop_p95"]) == {1.23457e24}
    claims = synthetic.frame(TABLES["raw.claims"])
    kept = conform(TABLES["raw.claims"], claims.assign(value=1.9946304e23))
    assert set(kept["value"]) == {1.9946304e23}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_column_is_described_and_numbers_have_units(table: type[Table]) -> None:
    unitless = {"seq", "snapshot_id", "position", "pace_factor", "value", "low", "high"}
    for column in columns(table):
        assert len(column.description) > 3
        counts = column.name.startswith("n") or column.name == "line"
        quantity = column.sql_type in {"DOUBLE", "DATE", "TIMESTAMPTZ"}
        expected = quantity and not counts and column.name not in unitless
        exact_copy = column.name in {"correct", "expect"}  # in the unit of the claim
        assert column.unit or not expected or exact_copy, column.name


def test_order_of_rows_is_the_keys() -> None:
    for table in TABLES.values():
        frame = synthetic.frame(table)
        shuffled = frame.sample(frac=1, random_state=np.random.RandomState(1))
        pd.testing.assert_frame_equal(conform(table, shuffled), frame)
        assert list(frame[list(key(table))].itertuples(index=False)) == sorted(
            frame[list(key(table))].itertuples(index=False)
        )


def test_a_number_is_no_date_and_infinity_no_number() -> None:
    table = TABLES["raw.sources"]
    frame = synthetic.frame(table)
    for number in (20250101, 5.5):
        assert "published_on" in _failing(table, frame.assign(published_on=number))
    table = TABLES["core.estimates"]
    frame = synthetic.frame(table).assign(flop_p05=np.inf, log10_sd=np.inf)
    assert {"flop_p05", "log10_sd"} <= _failing(table, frame)
