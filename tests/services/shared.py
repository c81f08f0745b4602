"""A lake of several machines: making one, writing it, and what a reader of it finds.

What belongs here: what both test modules use. What does not: assertions.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pandas as pd
from synthetic import NOW, frame, frames, settings_in, stage

from pipeline.contracts import PUBLISHED
from pipeline.lake import Head, publish
from pipeline.lake.connect import attached, reach
from pipeline.lake.files import literal
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
    """What a reader of the object finds: the newest number, what does not fit."""
    remote = settings.remote
    assert remote is not None
    with duckdb.connect() as con:
        reach(con, remote)
        con.execute(
            f"ATTACH {literal(f'{remote.data}/headroom.duckdb')} AS s (READ_ONLY)"
        )
        con.execute("USE s.meta")
        row = con.execute("SELECT max(seq) FROM s.meta.releases").fetchone()
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
