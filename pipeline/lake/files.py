"""Replacing files whole: temporary name in the same folder, sync, swap.

What belongs here: the few system calls that make a write atomic, and the sweep of what
killed writers left. What does not: any file format.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.lake.errors import UsageError

_TEMPORARY = ".tmp-"


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Yield a temporary path; on success sync it and move it over the target.

    On an error the temporary file or folder goes and the target stays as it was.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = temporary_of(target)
    discard(temporary)
    try:
        yield temporary
        move(temporary, target)
    finally:
        discard(temporary)


@contextmanager
def new_folder(folder: Path, what: str) -> Iterator[Path]:
    """`replacing` for a folder that must be new, or empty.

    Raises:
        UsageError: if it has content.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty: name a new folder for the {what}")
    with replacing(folder) as temporary:
        temporary.mkdir()
        yield temporary
        if folder.exists():
            folder.rmdir()


def files_in(folder: Path) -> list[Path]:
    """All files below a folder, relative to it."""
    return sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())


def move(source: Path, target: Path) -> None:
    """Rename a file or folder, its content first on disk: a power cut loses neither."""
    for path in [*source.rglob("*"), source]:
        sync(path)
    source.replace(target)
    for folder in {source.parent, target.parent}:
        sync(folder)


def temporary_of(target: Path) -> Path:
    """The name beside a file under which this process writes its successor."""
    return target.with_name(f"{target.name}{_TEMPORARY}{os.getpid()}")


def discard(path: Path) -> None:
    """Remove a file or folder, and a DuckDB write-ahead log beside it, if there."""
    if path.is_dir():
        shutil.rmtree(path)
    for each in (path, path.with_name(f"{path.name}.wal")):
        each.unlink(missing_ok=True)


def literal(text: str | Path) -> str:
    """A text, or the name of a file, as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def sync(path: Path) -> None:
    """Have the operating system write a file, or a folder's entries, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> list[Path]:
    """Remove what killed writers left in a folder; call it under the writer's lock."""
    left = sorted(folder.glob(f"*{_TEMPORARY}*")) if folder.is_dir() else []
    for path in left:
        discard(path)
    return left
