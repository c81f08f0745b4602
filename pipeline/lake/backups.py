"""Copies of the lake: making one, and putting one in the lake's place.

What belongs here: backup and restore, and what a copy must be before it is trusted.
What does not: repairing a lake (doctor.py).
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path, PurePosixPath

from pipeline.lake import plain
from pipeline.lake.errors import CatalogError, LakeError, UsageError
from pipeline.lake.files import discard, move, new_folder, replacing
from pipeline.lake.heads import Head, head, head_at
from pipeline.lake.local import CATALOG, Local
from pipeline.lake.locks import writer
from pipeline.lake.place import place_of
from pipeline.lake.recovery import recover
from pipeline.settings import Settings

# Every file that a catalog names, below the data folder, and its size.
NAMED_FILES = " UNION ALL ".join(
    "SELECT s.path || t.path || f.path, f.file_size_bytes "
    f"FROM {files} f "
    "JOIN (SELECT DISTINCT table_id, schema_id, path FROM ducklake_table) t "
    "USING (table_id) "
    "JOIN (SELECT DISTINCT schema_id, path FROM ducklake_schema) s "
    "USING (schema_id) WHERE f.path_is_relative"
    for files in ("ducklake_data_file", "ducklake_delete_file")
)
_WITH_PATHS = (
    "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c "
    "WHERE m.type = 'table' AND c.name = 'path_is_relative'"
)


def backup(settings: Settings, folder: Path) -> Head:
    """Copy the lake, all its history included, into a new folder.

    Raises:
        UsageError: if the folder has content, or PostgreSQL holds the catalog.
        LakeError: if nothing has been published.
    """
    place = local(settings)
    with writer(settings, "backup"):
        recover(settings)
        current = head(settings)
        if current is None:
            raise LakeError("nothing has been published yet: run `headroom refresh`")
        with new_folder(folder, "backup") as temporary:
            without = shutil.ignore_patterns(f"{CATALOG}*")
            shutil.copytree(
                settings.lake, temporary, ignore=without, dirs_exist_ok=True
            )
            place.copy_catalog(temporary / CATALOG)
    return current


def restore(settings: Settings, folder: Path) -> tuple[Head, Path | None]:
    """Put a backup in the lake's place and rebuild what is derived from it.

    Returns:
        The head it holds, and where the lake that was there is kept.

    Raises:
        UsageError: if the folder is no backup, is damaged or names files outside of
            it, or PostgreSQL holds the catalog.
    """
    local(settings)
    held = _trusted(folder)
    with writer(settings, "restore"):
        restored = settings.lake.with_name("lake.restored")
        discard(restored)
        with replacing(restored) as temporary:
            shutil.copytree(folder, temporary)
        aside = _aside(settings)
        move(restored, settings.lake)
        plain.build(settings)  # the file may hold a release that the copy lacks
        recover(settings)
    return held, aside


def _trusted(folder: Path) -> Head:
    """The head of a backup in which nothing leads out and nothing is missing.

    Raises:
        UsageError: naming the first thing that is wrong.
    """
    if not (folder / CATALOG).is_file():
        raise UsageError(f"{folder} is no backup of a lake: it has no {CATALOG}")
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            raise UsageError(
                f"{path} is a link or no regular file: a backup holds only files and "
                "folders"
            )
    copied = Local(folder.resolve(), folder.resolve())
    try:
        uri = f"{copied.path.as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as con:
            fault = next(_faults(con, folder), None)
        held = None if fault else head_at(copied)
    except (sqlite3.Error, CatalogError, ValueError, TypeError) as error:
        why = str(error).splitlines()[0]
        raise UsageError(f"{folder} is no whole backup of a lake ({why})") from error
    if fault:
        raise UsageError(f"{folder} is no whole backup of a lake: {fault}")
    if held is None:
        raise UsageError(f"{folder} holds a lake without any publication")
    return held


def _faults(con: sqlite3.Connection, folder: Path) -> Iterator[str]:
    """What is wrong with a copied catalog, or with the files that it names."""
    for (text,) in con.execute("PRAGMA quick_check"):
        if text != "ok":
            yield text
    for kind, name in con.execute("SELECT type, name FROM sqlite_master"):
        if kind in ("trigger", "view"):
            yield f"its catalog has a {kind} of its own, {name}"
    for (table,) in con.execute(_WITH_PATHS).fetchall():
        rows = con.execute(f'SELECT path, path_is_relative FROM "{table}"')
        for path, relative in rows:
            parts = PurePosixPath(path or "").parts
            if path and (not relative or path.startswith("/") or ".." in parts):
                yield f"its catalog names a file outside of it, {path}"
    for path, size in con.execute(NAMED_FILES):
        file = folder / "data" / path
        if not file.is_file() or file.stat().st_size != size:
            yield f"data/{path} is missing or cut short"


def local(settings: Settings) -> Local:
    """The lake as files of this machine.

    Raises:
        UsageError: if it lies elsewhere.
    """
    place = place_of(settings)
    if not isinstance(place, Local):
        raise UsageError(place.shared)
    return place


def _aside(settings: Settings) -> Path | None:
    """Move the lake that is there out of the way; it is the operator's to delete."""
    if not settings.lake.exists():
        return None
    names = (settings.lake.with_name(f"lake.replaced-{n}") for n in count(1))
    aside = next(path for path in names if not path.exists())
    move(settings.lake, aside)
    return aside
