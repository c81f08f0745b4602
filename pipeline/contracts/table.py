"""The base of all contracts and the vocabulary in which columns are declared.

What belongs here: the column kinds (text, number, …) with unit, description and rules.
What does not: any table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.engines import pandas_engine

# Column types; each maps to one DuckDB and one Arrow type in derive.py.
Text = str
Number = float
Whole = pd.Int64Dtype
Flag = pd.BooleanDtype


class _Time(pandas_engine.DataType):  # type: ignore[misc]
    """pandera's own datetime is in nanoseconds; pandas 3 and DuckDB count in micro."""

    def __init__(self) -> None:
        """`type` is set by the class; the base would look it up and warn."""

    def check(self, pandera_dtype: Any, data_container: Any = None) -> bool:
        """Whether a column has the type; pandera's engine knows only nanoseconds."""
        if data_container is None:
            return bool(pandera_dtype.type == self.type)
        return bool(data_container.dtype == self.type)

    def coerce(self, data_container: pd.Series) -> pd.Series:
        """Bring a column into the type; pandera reports what cannot be read."""
        return pd.to_datetime(data_container).astype(self.type)


@pandas_engine.Engine.register_dtype
class Day(_Time):
    """A calendar date: datetime64 in microseconds, at midnight."""

    type = np.dtype("datetime64[us]")


@pandas_engine.Engine.register_dtype
class Moment(_Time):
    """A point in time in UTC, in microseconds."""

    type = pd.DatetimeTZDtype("us", "UTC")


# FLOP. A slip that a person accepts, grown for ten years, must not stop the release.
CEILING = 1e60
SLUG = r"^[a-z0-9][a-z0-9.-]*$"
CLAIM = r"^[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*$"


def column(
    description: str,
    *,
    unit: str = "",
    null: bool = False,
    one_of: Sequence[str] | None = None,
    pattern: str | None = None,
    references: str | None = None,
    exact: bool = False,
    **checks: Any,
) -> Any:
    """Declare a column.

    Args:
        description: what the column holds, for comments, the UI and the dictionary.
        unit: its unit ('' = none).
        null: whether NULL (unknown) is allowed.
        one_of: the closed vocabulary of a text column.
        pattern: a regular expression that every text matches.
        references: 'schema.table.column' that holds every value (a foreign key).
        exact: keep all digits; other floats are published with 6 significant digits.
        **checks: pandera's own, such as `gt=0`.
    """
    rules: dict[str, Any] = dict(checks)
    if unit == "FLOP":
        rules.setdefault("le", CEILING)
    if one_of is not None:
        rules["isin"] = list(one_of)
    if pattern is not None:
        rules["str_matches"] = pattern
    metadata = {"unit": unit, "references": references, "exact": exact}
    return pa.Field(nullable=null, description=description, metadata=metadata, **rules)


class Table(pa.DataFrameModel):  # type: ignore[misc]
    """Every contract: no column more, none less, types coerced, keys unique."""

    class Config:
        """Rules for every table; a table adds `name` and `unique` (its key)."""

        strict = True
        coerce = True
        unique_column_names = True
