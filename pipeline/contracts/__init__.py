"""The contract of every published table, and what is derived from it.

What belongs here: one pandera model per table (raw.py, core.py, out.py, meta.py), the
only statement of its schema, and the functions that turn a model into DDL, an Arrow
schema, comments and a data dictionary (derive.py) or hold a frame against it
(conform.py). What does not: any computation of a value.
"""

from pipeline.contracts.conform import ContractError, conform, content_sha256
from pipeline.contracts.derive import Column, arrow_schema, columns, ddl, key
from pipeline.contracts.registry import PUBLISHED, TABLES, contract
from pipeline.contracts.table import Table

__all__ = [
    "PUBLISHED",
    "TABLES",
    "Column",
    "ContractError",
    "Table",
    "arrow_schema",
    "columns",
    "conform",
    "content_sha256",
    "contract",
    "ddl",
    "key",
]
