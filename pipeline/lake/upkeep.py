"""Keeping the lake quick and safe: compaction, backup, restore, room on the disk.

What belongs here: work on the lake that changes no release. What does not: looking for
faults (doctor.py).
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.lake.connect import LAKE
from pipeline.lake.errors import CatalogError, LakeError, UsageError
from pipeline.lake.files import discard, replacing
from pipeline.lake.heads import (
    CATALOG,
    Head,
    catalog_in_use,
    catalog_path,
    head,
    head_of,
)
from pipeline.lake.locks import writer
from pipeline.lake.recovery import recover
from pipeline.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COMPACT_EVERY = 50  # publications
_RESERVE = 200_000_000  # bytes that must stay free whatever is written


class SpaceError(LakeError):
    """The disk is too full to start."""


def compact(con: DuckDBPyConnection) -> None:
    """Give the head of the attached lake few files; every release stays readable.

    What lies inline goes to files first: rewriting fails beside inlined floats. The
    files that are no longer needed go last, once every release has been read back.

    Raises:
        CatalogError: naming the release that is not what it was; no file has been
            removed then.
    """
    from pipeline.lake.verify import every_release

    con.execute(f"CALL ducklake_flush_inlined_data('{LAKE}')")
    con.execute(f"CALL ducklake_rewrite_data_files('{LAKE}')")
    con.execute(f"CALL ducklake_merge_adjacent_files('{LAKE}')")
    if faults := every_release(con):
        raise CatalogError(
            f"after compaction {faults[0]}: put back a copy with `headroom lake "
            "restore DIR`; no data file was removed"
        )
    con.execute(f"CALL ducklake_cleanup_old_files('{LAKE}', cleanup_all => true)")


def require_space(settings: Settings) -> None:
    """Check for room before any work starts.

    Raises:
        SpaceError: if the warehouse could not be written twice over.
    """
    folder = settings.warehouse
    folder.mkdir(parents=True, exist_ok=True)
    derived = [settings.plain, *settings.staging.glob("*.parquet")]
    needed = _RESERVE + 2 * sum(p.stat().st_size for p in derived if p.exists())
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise SpaceError(
            f"only {free / 1e6:.0f} MB are free in {folder} and {needed / 1e6:.0f} MB "
            "are needed: free some space, or move the warehouse with "
            "HEADROOM_WAREHOUSE, then run the command again"
        )


def backup(settings: Settings, folder: Path) -> Head:
    """Copy the lake, all its history included, into a new folder.

    Raises:
        UsageError: if the folder exists, or PostgreSQL holds the catalog.
        LakeError: if nothing has been published.
    """
    _refuse_remote(settings)
    if folder.exists():
        raise UsageError(f"{folder} exists: name a new folder for the backup")
    with writer(settings, "backup"):
        recover(settings)
        current = head(settings)
        if current is None:
            raise LakeError("nothing has been published yet: run `headroom refresh`")
        with replacing(folder) as temporary:
            shutil.copytree(
                settings.lake,
                temporary,
                ignore=shutil.ignore_patterns(f"{CATALOG}*"),
            )
            _copy_catalog(catalog_path(settings), temporary / CATALOG)
    return current


def restore(settings: Settings, folder: Path) -> tuple[Head, Path | None]:
    """Put a backup in the lake's place and rebuild what is derived from it.

    Returns:
        The head it holds, and where the lake that was there is kept.

    Raises:
        UsageError: if the folder is no backup, or PostgreSQL holds the catalog.
    """
    _refuse_remote(settings)
    if not (folder / CATALOG).is_file():
        raise UsageError(f"{folder} is no backup of a lake: it has no {CATALOG}")
    held = head_of(folder / CATALOG)
    if held is None:
        raise UsageError(f"{folder} holds a lake without any publication")
    with writer(settings, "restore"):
        restored = settings.lake.with_name("lake.restored")
        discard(restored)
        with replacing(restored) as temporary:
            shutil.copytree(folder, temporary)
        aside = _aside(settings)
        restored.replace(settings.lake)
        recover(settings)
    return held, aside


def _refuse_remote(settings: Settings) -> None:
    if settings.remote:
        raise UsageError(
            "the lake lies in PostgreSQL and in object storage: copy it with `pg_dump` "
            "and the storage's own means, as docs/deploy.md says"
        )


def _aside(settings: Settings) -> Path | None:
    """Move the lake that is there out of the way; it is the operator's to delete."""
    if not settings.lake.exists():
        return None
    names = (settings.lake.with_name(f"lake.replaced-{n}") for n in count(1))
    aside = next(path for path in names if not path.exists())
    return settings.lake.replace(aside)


def _copy_catalog(catalog: Path, target: Path) -> None:
    """SQLite's own copy: consistent whatever its write-ahead log holds."""
    with (
        catalog_in_use(),
        closing(sqlite3.connect(f"{catalog.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
