"""Keeping the lake quick: compaction, and room on the disk.

What belongs here: work on the lake that changes no release. What does not: copies of it
(backups.py), looking for faults (doctor.py).
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pipeline.lake.connect import LAKE
from pipeline.lake.errors import CatalogError, LakeError
from pipeline.lake.place import Place
from pipeline.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COMPACT_EVERY = 50  # publications
_RESERVE = 200_000_000  # bytes that must stay free whatever is written


class SpaceError(LakeError):
    """The disk is too full to start."""


def compact(con: DuckDBPyConnection, place: Place) -> None:
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
    place.sync()  # before the old files go
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
