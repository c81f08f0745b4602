"""A lake of several machines: making one, writing it, and what a reader of it finds.

What belongs here: what both test modules use. What does not: assertions.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pandas as pd
from synthetic import NOW, frame, frames, settings_in, stage

from pipeline.contracts import PUBLISHED
from pipeline.lake import Head, publish
from pipeline.lake.connect import attached
from pipeline.lake.place import place_of
from pipeline.lake.verify import mismatches
from pipeline.settings import Remote, Settings

INLINE = 12  # rows that lie in the catalog; a file for every table would cost seconds


def copy(folder: Path, remote: Remote) -> Settings:
    """A working copy, of which the others know nothing but the two servers."""
    return replace(settings_in(folder), remote=remote)


def tables(models: int) -> dict[str, pd.DataFrame]:
    """Small frames, but so many models that they lie in a file of the storage."""
    return frames(INLINE) | {"core.models": frame(PUBLISHED["core.models"], models)}


def go(settings: Settings, fingerprint: str, models: int = 60) -> Head:
    """Stage and publish."""
    stage(settings, tables(models), fingerprint)
    return publish(settings, run_id="run", fingerprint=fingerprint, now=NOW).head


def stored(settings: Settings) -> tuple[int, list[str]]:
    """What lies in the storage for readers: the newest number, what does not fit."""
    with place_of(settings).reading(Settings.PLAIN) as file:
        content = file.read()
    with TemporaryDirectory() as folder:
        fetched = Path(folder) / Settings.PLAIN
        fetched.write_bytes(content)
        with duckdb.connect(fetched, read_only=True) as con:
            row = con.execute("SELECT max(seq) FROM meta.releases").fetchone()
            assert row is not None
            return row[0], mismatches(con)


def orphans(settings: Settings) -> list[object]:
    """Data files in the storage that the catalog does not know."""
    with attached(settings, write=True) as con:
        return list(
            con.execute(
                "CALL ducklake_delete_orphaned_files('lake', cleanup_all => true, "
                "dry_run => true)"
            ).fetchall()
        )
