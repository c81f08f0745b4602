"""The versioned store: staged tables in, releases and one plain DuckDB file out.

What belongs here: staging, the writer's lock, fingerprints, publications in DuckLake,
the plain file, recovery, history, export. What does not: computing a table, Dagster,
or a command.

    Provenance, staging.write, staging.read     what a run has computed
    fingerprint, release_id                     what decides the tables, and its name
    writer                                      the one writer's lock
    publish                                     the gate: staged tables to a release
    head, recover                               the newest release; repair what derives
    history.find, diff, rollback, plain_of      old releases
    sandbox.run_sql                             a user's statement
    export, upkeep, doctor                      giving away, keeping, examining
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from pipeline.lake.errors import (
    CatalogError,
    HeldError,
    LakeError,
    LockBusyError,
    RefusedError,
    StagingError,
    UsageError,
)
from pipeline.lake.fingerprints import fingerprint, release_id
from pipeline.lake.heads import Head, head
from pipeline.lake.locks import writer
from pipeline.lake.recovery import recover

if TYPE_CHECKING:
    from pipeline.lake.publication import publish
    from pipeline.lake.staging import Provenance

# With pandas and DuckDB, for which whoever asks for the head should not have to wait.
_LATER = {"publish": "publication", "Provenance": "staging"}

__all__ = [
    "CatalogError",
    "Head",
    "HeldError",
    "LakeError",
    "LockBusyError",
    "Provenance",
    "RefusedError",
    "StagingError",
    "UsageError",
    "fingerprint",
    "head",
    "publish",
    "recover",
    "release_id",
    "writer",
]


def __getattr__(name: str) -> Any:
    """Load a heavy name from its module (PEP 562)."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
