"""The stated origins of columns exist, and computed tables have them all."""

from __future__ import annotations

import pytest

from pipeline.assets.build import STEPS
from pipeline.contracts import PUBLISHED, columns
from pipeline.contracts.lineage import lineage

READ = set(STEPS[0].tables)
COMPUTED = sorted(set(PUBLISHED) - READ)


@pytest.mark.parametrize("table", COMPUTED)
def test_every_column_of_a_computed_table_has_origins(table: str) -> None:
    found = lineage(table)
    assert list(found) == [c.name for c in columns(PUBLISHED[table])]
    assert all(found.values())


@pytest.mark.parametrize("table", COMPUTED)
def test_origins_exist_and_the_step_has_them(table: str) -> None:
    (step,) = [s for s in STEPS if table in s.tables]
    for origins in lineage(table).values():
        for origin in origins:
            upstream, _, column = origin.rpartition(".")
            assert column in {c.name for c in columns(PUBLISHED[upstream])}
            assert upstream in {*step.inputs, *step.tables} - {table}


def test_tables_of_the_sources_have_none() -> None:
    assert not any(lineage(table) for table in READ)
