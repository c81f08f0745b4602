"""Holding a frame against its contract.

What belongs here: coercion, rounding, order, lazy validation, the content hash. What
does not: deciding what happens to a frame that fails (assets and lake do).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pandera.errors as pe
import pyarrow as pa
import pyarrow.csv

from pipeline.contracts.derive import Column, arrow_schema, columns, key, name
from pipeline.contracts.table import Table

SIGNIFICANT_DIGITS = (
    6  # published floats: hides linear-algebra builds, keeps the figure
)

# Whole numbers and flags that may be unknown; pandas would make floats and objects.
_NULLABLE = {pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}


class ContractError(ValueError):
    """A frame broke its contract; `failures` has one row per fault."""

    def __init__(self, table: str, failures: pd.DataFrame) -> None:
        self.table = table
        self.failures = failures
        first = failures.iloc[0]
        more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
        super().__init__(
            f"{table}: column {first['column']!r} breaks {first['check']!r} "
            f"with {first['failure_case']!r}{more}"
        )


def round_significant(values: pd.Series, digits: int = SIGNIFICANT_DIGITS) -> pd.Series:
    """Round floats to significant digits; 0, infinities and NaN stay as they are."""
    x = values.to_numpy(dtype=float)
    ok = np.isfinite(x) & (x != 0)
    out = x.copy()
    # Through text: scaling by a power of ten leaves 1 ulp that differs between builds.
    out[ok] = [float(f"{v:.{digits}g}") for v in x[ok]]
    return pd.Series(out, index=values.index, name=values.name)


def _as_declared(column: Column, values: pd.Series) -> pd.Series:
    if column.sql_type == "DOUBLE" and not column.exact:
        return round_significant(pd.to_numeric(values))
    if column.sql_type == "DATE":
        if pd.api.types.is_numeric_dtype(values) and values.notna().any():
            raise TypeError("a number is no date")
        return pd.to_datetime(values).dt.as_unit("us").dt.normalize()
    return values


def _not_finite(declared: Sequence[Column], frame: pd.DataFrame) -> pd.DataFrame:
    """Infinities, in the form of pandera's failure cases; `gt=0` lets them pass."""
    rows = [
        {"column": c.name, "check": "finite", "failure_case": value, "index": at}
        for c in declared
        if c.name in frame and pd.api.types.is_float_dtype(frame[c.name])
        for at, value in frame[c.name][np.isinf(frame[c.name])].items()
    ]
    return pd.DataFrame(rows, columns=["column", "check", "failure_case", "index"])


def conform(table: type[Table], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame as its contract wants it: typed, rounded, sorted by its key.

    Raises:
        ContractError: with every fault at once, not only the first.
    """
    schema = table.to_schema()
    declared = columns(table)
    out = frame.reset_index(drop=True)  # an index is no part of a table
    if out.columns.empty and out.empty:  # "no rows", as functions return it
        out = pd.DataFrame({c.name: [] for c in declared})
    for column in declared:
        if column.name in out:
            try:
                out[column.name] = _as_declared(column, out[column.name])
            except (TypeError, ValueError):
                if column.sql_type == "DATE":  # as text: 20250101 would pass as 1970
                    out[column.name] = out[column.name].map(lambda v: f"no date: {v}")
                continue  # pandera names the offending value below
    faults = [_not_finite(declared, out)]
    try:
        out = pd.DataFrame(schema.validate(out, lazy=True))
    except pe.SchemaErrors as error:
        faults.append(error.failure_cases)
    if not (failures := pd.concat(faults, ignore_index=True)).empty:
        raise ContractError(name(table), failures)
    ordered = [c.name for c in declared]
    return out[ordered].sort_values(list(key(table)), ignore_index=True)


def to_arrow(table: type[Table], frame: pd.DataFrame) -> pa.Table:
    """An Arrow table with the contract's schema (dates as DATE, NaN as NULL)."""
    return pa.Table.from_pandas(frame, schema=arrow_schema(table), preserve_index=False)


def from_arrow(table: type[Table], data: pa.Table) -> pd.DataFrame:
    """The frame of a staged table: the contract's types, without validating."""
    days = [
        pa.field(f.name, pa.timestamp("us")) if f.type == pa.date32() else f
        for f in arrow_schema(table)
    ]
    frame: pd.DataFrame = data.cast(pa.schema(days)).to_pandas(
        types_mapper=_NULLABLE.get
    )
    return frame


def content_sha256(table: type[Table], frame: pd.DataFrame) -> str:
    """The sha256 of a conformed frame's rows as CSV: the same on any machine."""
    return arrow_sha256(table, to_arrow(table, frame))


def arrow_sha256(table: type[Table], data: pa.Table) -> str:
    """The same of an Arrow table whose rows are in the order of the key."""
    sink = io.BytesIO()
    pyarrow.csv.write_csv(data.cast(arrow_schema(table)), sink)
    return hashlib.sha256(sink.getvalue()).hexdigest()
