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

Names are loaded on first use, so that asking for the head costs neither pandas nor
DuckDB.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.lake import staging
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
    from pipeline.lake.publication import Publication, publish
    from pipeline.lake.recovery import recover
    from pipeline.lake.staging import Provenance, Staged

_HOME = {
    "CatalogError": "errors",
    "HeldError": "errors",
    "LakeError": "errors",
    "LockBusyError": "errors",
    "RefusedError": "errors",
    "StagingError": "errors",
    "UsageError": "errors",
    "fingerprint": "fingerprints",
    "release_id": "fingerprints",
    "Head": "heads",
    "head": "heads",
    "writer": "locks",
    "Publication": "publication",
    "publish": "publication",
    "recover": "recovery",
    "Provenance": "staging",
    "Staged": "staging",
}

__all__ = [
    "CatalogError",
    "Head",
    "HeldError",
    "LakeError",
    "LockBusyError",
    "Provenance",
    "Publication",
    "RefusedError",
    "Staged",
    "StagingError",
    "UsageError",
    "fingerprint",
    "head",
    "publish",
    "recover",
    "release_id",
    "staging",
    "writer",
]


def __getattr__(name: str) -> Any:
    """Load a name of the facade from its module (PEP 562)."""
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    if name == "staging":
        return importlib.import_module(f"{__name__}.staging")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
