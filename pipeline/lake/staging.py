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

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.contracts import arrow_schema, content_sha256, contract
from pipeline.contracts.conform import from_arrow, to_arrow
from pipeline.lake.errors import StagingError
from pipeline.lake.files import replacing
from pipeline.settings import Settings

_KEY = b"headroom"


@dataclass(frozen=True)
class Provenance:
    """Where a staged table came from.

    Attributes:
        run_id: the run that computed it.
        fingerprint: what decided the tables in that run.
        inputs: sha256 by name of every table or file it was computed from.
        content: sha256 of the table itself; filled in by `write`.
        recipe: sha256 of what decides the table alone: code and the parts of inputs
            that are used; '' = never to be kept for another run.
    """

    run_id: str
    fingerprint: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    content: str = ""
    recipe: str = ""


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
    try:
        with replacing(path_of(settings, table_name)) as temporary:
            pq.write_table(data, temporary, compression="zstd")
    except OSError as error:
        raise StagingError(
            f"{table_name} cannot be staged ({error.strerror or error}): make room in "
            f"{settings.staging} and run `headroom refresh`"
        ) from error
    for evidence in _evidence(settings, table_name):
        evidence.unlink(missing_ok=True)  # a good table supersedes the bad one
    return stamped


def read(settings: Settings, table_name: str) -> Staged:
    """The staged frame, held against its contract again, and its provenance.

    Raises:
        StagingError: if it is missing, unreadable, or not what its footer says.
        ContractError: if it breaks its contract.
    """
    table = contract(table_name)
    with _reading(settings, table_name) as path:
        data = pq.read_table(path)
        provenance = _provenance(data.schema.metadata)
    if not data.schema.remove_metadata().equals(arrow_schema(table)):
        raise StagingError(
            f"{table_name} was staged under another contract: "
            "run `headroom refresh` to compute it anew"
        )
    frame = from_arrow(table, data)
    if content_sha256(table, frame) != provenance.content:
        raise StagingError(
            f"{path} does not hold what its footer says: "
            "delete it and run `headroom refresh`"
        )
    return Staged(frame, provenance)


def read_provenance(settings: Settings, table_name: str) -> Provenance:
    """The provenance alone, from the file's footer.

    Raises:
        StagingError: if the file is missing or unreadable.
    """
    with _reading(settings, table_name) as path:
        return _provenance(pq.read_schema(path).metadata)


def quarantine(
    settings: Settings, table_name: str, frame: pd.DataFrame, failures: pd.DataFrame
) -> Path:
    """Keep a frame that broke its contract, and its faults, for a person to look at.

    Returns:
        The file that lists the faults; the rows lie beside it.
    """
    faults, rows = _evidence(settings, table_name)
    for path, content in ((faults, failures), (rows, frame)):
        with replacing(path) as temporary:
            content.to_csv(temporary, index=False)
    return faults


def _evidence(settings: Settings, table_name: str) -> tuple[Path, Path]:
    folder = settings.staging / "quarantine"
    return folder / f"{table_name}.failures.csv", folder / f"{table_name}.rows.csv"


def _provenance(metadata: Mapping[bytes, bytes] | None) -> Provenance:
    return Provenance(**json.loads((metadata or {})[_KEY]))


@contextmanager
def _reading(settings: Settings, table_name: str) -> Iterator[Path]:
    """Turn whatever a missing or damaged file raises into a sentence."""
    path = path_of(settings, table_name)
    if not path.exists():
        raise StagingError(
            f"{table_name} has not been computed: run `headroom refresh`"
        )
    try:
        yield path
    except (pa.ArrowException, OSError, KeyError, ValueError, TypeError) as error:
        why = str(error).splitlines()[0]
        raise StagingError(
            f"{path} cannot be read ({why}): delete it and run `headroom refresh`"
        ) from error
