"""What a run has computed: one Parquet file per table, with where it came from.

What belongs here: writing and reading those files, and the evidence on a frame that
broke its contract. What does not: deciding whether the tables fit together
(publication.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.contracts import arrow_schema, conform, content_sha256, contract
from pipeline.contracts.conform import from_arrow, to_arrow
from pipeline.lake import objects
from pipeline.lake.errors import StagingError
from pipeline.lake.files import replacing
from pipeline.settings import Settings

_KEY = b"headroom"
_FOLDER = "staging"  # in the storage of several machines


@dataclass(frozen=True)
class Provenance:
    """Where a staged table came from.

    Attributes:
        run_id: the run that computed it.
        fingerprint: what decided the tables in that run.
        inputs: sha256 by name of every table or file it was computed from.
        content: sha256 of the table itself; filled in by `write`.
    """

    run_id: str
    fingerprint: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    content: str = ""


@dataclass(frozen=True)
class Staged:
    """A staged table and its provenance."""

    frame: pd.DataFrame
    provenance: Provenance


def path_of(settings: Settings, table_name: str) -> Path:
    """Where a table is staged."""
    return settings.staging / f"{table_name}.parquet"


def write(
    settings: Settings, table_name: str, frame: pd.DataFrame, provenance: Provenance
) -> Provenance:
    """Stage a frame that its contract has passed; the file is replaced whole.

    Returns:
        The provenance with the content's sha256, for the tables computed from it.

    Raises:
        StagingError: if the disk is full or the folder cannot be written.
    """
    table = contract(table_name)
    stamped = replace(provenance, content=content_sha256(table, frame))
    data = to_arrow(table, frame).replace_schema_metadata(
        {_KEY: json.dumps(asdict(stamped), sort_keys=True)}
    )
    content = pa.BufferOutputStream()
    pq.write_table(data, content, compression="zstd")
    _put(settings, f"{table_name}.parquet", content.getvalue())
    for evidence in _evidence(table_name):  # a good table supersedes the bad one
        if settings.remote:
            objects.remove(settings.remote, f"{_FOLDER}/{evidence}")
        else:
            (settings.staging / evidence).unlink(missing_ok=True)
    return stamped


def _put(settings: Settings, name: str, content: Any) -> None:
    """Write a file of the staging area, whole or not at all."""
    if settings.remote:
        objects.put(settings.remote, f"{_FOLDER}/{name}", content)
        return
    try:
        with replacing(settings.staging / name) as temporary:
            temporary.write_bytes(content)
    except OSError as error:
        raise StagingError(
            f"{name} cannot be staged ({error.strerror or error}): make room in "
            f"{settings.staging} and run `headroom refresh`"
        ) from error


def read(settings: Settings, table_name: str) -> Staged:
    """The staged frame and its provenance; it was validated when it was written.

    Raises:
        StagingError: if it is missing, unreadable or of another contract.
    """
    table = contract(table_name)
    with _reading(settings, table_name) as (_, source):
        data = pq.read_table(source)
        provenance = _provenance(data.schema.metadata)
    if not data.schema.remove_metadata().equals(arrow_schema(table)):
        raise StagingError(
            f"{table_name} was staged under another contract: "
            "run `headroom refresh` to compute it anew"
        )
    return Staged(from_arrow(table, data), provenance)


def verified(settings: Settings, table_name: str) -> Staged:
    """The same, held against contract and checksum again: publish trusts no run.

    Raises:
        StagingError: if it is not what its footer says, besides the reasons of `read`.
        ContractError: if it breaks its contract.
    """
    staged, table = read(settings, table_name), contract(table_name)
    frame = conform(table, staged.frame)
    if content_sha256(table, frame) != staged.provenance.content:
        raise StagingError(
            f"{path_of(settings, table_name)} does not hold what its footer says: "
            "delete it and run `headroom refresh`"
        )
    return Staged(frame, staged.provenance)


def read_provenance(settings: Settings, table_name: str) -> Provenance:
    """The provenance alone, from the file's footer.

    Raises:
        StagingError: if the file is missing or unreadable.
    """
    with _reading(settings, table_name) as (_, source):
        return _provenance(pq.read_schema(source).metadata)


def quarantine(
    settings: Settings, table_name: str, frame: pd.DataFrame, failures: pd.DataFrame
) -> str:
    """Keep a frame that broke its contract, and its faults, for a person to look at.

    Returns:
        The file in the staging area that lists the faults; the rows lie beside it.
    """
    faults, rows = _evidence(table_name)
    for name, content in ((faults, failures), (rows, frame)):
        _put(settings, name, content.to_csv(index=False).encode())
    return faults


def _evidence(table_name: str) -> tuple[str, str]:
    return (
        f"quarantine/{table_name}.failures.csv",
        f"quarantine/{table_name}.rows.csv",
    )


def _provenance(metadata: Mapping[bytes, bytes] | None) -> Provenance:
    return Provenance(**json.loads((metadata or {})[_KEY]))


@contextmanager
def _reading(settings: Settings, table_name: str) -> Iterator[tuple[str, Any]]:
    """Name and source of a staged file; what a damaged one raises as a sentence."""
    path, remote = str(path_of(settings, table_name)), settings.remote
    name = f"{_FOLDER}/{table_name}.parquet"
    there = objects.exists(remote, name) if remote else Path(path).exists()
    if not there:
        raise StagingError(
            f"{table_name} has not been computed: run `headroom refresh`"
        )
    try:
        if remote is None:
            yield path, path
            return
        path = f"{remote.data}/{name}"
        with objects.filesystem(remote).open_input_file(
            objects.path(remote, name)
        ) as source:
            yield path, source
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        why = remote.hide(str(error)) if remote else str(error)
        why = why.splitlines()[0]
        raise StagingError(
            f"{path} cannot be read ({why}): delete it and run `headroom refresh`"
        ) from error
