"""What the store needs of every contract: a key that is never NULL.

DuckLake knows no primary keys: a NULL key would be inserted anew at every publication.
"""

import pytest

from pipeline.contracts import TABLES, columns, key


@pytest.mark.parametrize("table_name", TABLES)
def test_key_columns_are_declared_and_never_null(table_name):
    table = TABLES[table_name]
    nullable = {c.name: c.nullable for c in columns(table)}
    assert key(table)
    assert [c for c in key(table) if nullable.get(c, True)] == []
