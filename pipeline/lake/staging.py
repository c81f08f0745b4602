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
from pipeline.lake.errors import StagingError
from pipeline.lake.place import place_of
from pipeline.settings import Settings

_KEY = b"headroom"
_FOLDER = "staging/"


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
    place = place_of(settings)
    place.put(_name(table_name), content.getvalue())
    for evidence in _evidence(table_name):  # a good table supersedes the bad one
        place.remove(evidence)
    return stamped


def read(settings: Settings, table_name: str) -> Staged:
    """The staged frame and its provenance; it was validated when it was written.

    Raises:
        StagingError: if it is missing, unreadable or of another contract.
    """
    table = contract(table_name)
    with _reading(settings, table_name) as source:
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
            f"{_name(table_name)} does not hold what its footer says: "
            "delete it and run `headroom refresh`"
        )
    return Staged(frame, staged.provenance)


def read_provenance(settings: Settings, table_name: str) -> Provenance:
    """The provenance alone, from the file's footer.

    Raises:
        StagingError: if the file is missing or unreadable.
    """
    with _reading(settings, table_name) as source:
        return _provenance(pq.read_schema(source).metadata)


def quarantine(
    settings: Settings, table_name: str, frame: pd.DataFrame, failures: pd.DataFrame
) -> str:
    """Keep a frame that broke its contract, and its faults, for a person to look at.

    Returns:
        The file in the staging area that lists the faults; the rows lie beside it.
    """
    place = place_of(settings)
    faults, rows = _evidence(table_name)
    for name, content in ((faults, failures), (rows, frame)):
        place.put(name, content.to_csv(index=False).encode())
    return faults.removeprefix(_FOLDER)


def _name(table_name: str) -> str:
    return f"{_FOLDER}{table_name}.parquet"


def _evidence(table_name: str) -> tuple[str, str]:
    return (
        f"{_FOLDER}quarantine/{table_name}.failures.csv",
        f"{_FOLDER}quarantine/{table_name}.rows.csv",
    )


def _provenance(metadata: Mapping[bytes, bytes] | None) -> Provenance:
    return Provenance(**json.loads((metadata or {})[_KEY]))


@contextmanager
def _reading(settings: Settings, table_name: str) -> Iterator[Any]:
    """Source of a staged file; what a damaged one raises as a sentence."""
    place, name = place_of(settings), _name(table_name)
    if not place.has(name):
        raise StagingError(
            f"{table_name} has not been computed: run `headroom refresh`"
        )
    try:
        with place.reading(name) as source:
            yield source
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        why = place.hide(str(error)).splitlines()[0]
        raise StagingError(
            f"{name} cannot be read ({why}): delete it and run `headroom refresh`"
        ) from error
