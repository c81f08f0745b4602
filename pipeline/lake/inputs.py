"""Reading `sources/` once, as bytes.

What belongs here: which files count as input, and reading none that could stop the
rest: regular files only, opened without waiting, never more than their limit. What does
not: their meaning (notes/).
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path

from pipeline.notes.unread import unread

# Documentation beside the data does not decide any table; what editors and systems
# leave beside a file is no file of ours.
_AUTHORED = (".yaml", ".csv")
_NOT_READ = {"README.md"}
_ELSEWHERE = {"feeds.yaml"}  # where to look for news (inbox/)
_LEFT_BEHIND = ("~", ".swp", ".tmp", ".bak", ".orig", ".rej")
MAX_BYTES, MAX_DATASET = 20_000_000, 500_000_000


def input_files(folder: Path) -> dict[str, Path]:
    """The entries of `sources/` that decide the tables, by their relative names.

    Whatever lies in `notes/` and `datasets/` counts, so that a file which cannot be
    read is named instead of passed over.
    """
    found = [
        p
        for p in _entries(folder)
        if p.suffix in _AUTHORED and p.name not in _ELSEWHERE
    ]
    found += _below(folder / "notes")
    found += [p for p in _entries(folder / "datasets") if p.name not in _NOT_READ]
    named = {_spelled(path.relative_to(folder).as_posix()): path for path in found}
    return dict(sorted(named.items()))


def read_inputs(folder: Path) -> dict[str, bytes]:
    """Every input by its path relative to `sources/`; see `read_input`."""
    return {n: read_input(folder, p) for n, p in input_files(folder).items()}


def digests(folder: Path) -> dict[str, str]:
    """The sha256 of every input, by its path relative to `sources/`."""
    return {
        name: hashlib.sha256(read_input(folder, path)).hexdigest()
        for name, path in input_files(folder).items()
    }


def touched(folder: Path) -> float:
    """When the newest change of an input or its folder was made, in seconds.

    By the kernel's clock: copying with old times or setting them does not hide it, and
    a removal shows in the folder.
    """
    paths = input_files(folder).values()
    every = {folder, *paths, *(path.parent for path in paths)}
    return max(_changed(path) for path in every)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_ctime
    except OSError:  # a link to nowhere; it has a place and a time of its own
        return path.lstat().st_ctime


def read_input(folder: Path, path: Path) -> bytes:
    """Content of one file, or `unread(reason)`: a fault of that file, not of the run.

    Args:
        folder: `sources/`; a link must not lead out of it.
        path: the file.
    """
    limit = MAX_DATASET if path.parent.name == "datasets" else MAX_BYTES
    try:
        if not path.resolve(strict=True).is_relative_to(folder.resolve()):
            return unread("it is a link that leads out of sources/")
        kind = _kind(path.stat().st_mode)  # opening a device may already do something
        if kind:
            return unread(f"it is {kind}, not a file")
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            facts = os.fstat(handle)
            if kind := _kind(facts.st_mode):
                return unread(f"it is {kind}, not a file")
            if facts.st_size > limit:
                return unread(
                    f"it has {facts.st_size / 1e6:,.1f} MB, more than the "
                    f"{limit / 1e6:,.0f} MB allowed"
                )
            return file.read(limit + 1)
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
        number = getattr(error, "errno", None) or errno.ELOOP
        why = os.strerror(number).lower()
        return unread(f"it cannot be opened ({why})")


def _entries(folder: Path) -> list[Path]:
    """What lies in a folder, without hidden files and editors' copies."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return []
    return [
        path
        for path in found
        if not path.name.startswith((".", "#")) and not path.name.endswith(_LEFT_BEHIND)
    ]


def _below(folder: Path) -> list[Path]:
    """The entries of a folder and of its subfolders; links are not followed."""
    found = []
    for path in _entries(folder):
        if path.is_dir() and not path.is_symlink() and path.suffix != ".md":
            found += _below(path)
        else:
            found.append(path)
    return found


def _spelled(name: str) -> str:
    """A name as text; a byte that is none is written out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _kind(mode: int) -> str:
    """What an entry is; '' for a regular file."""
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return "" if stat.S_ISREG(mode) else kinds.get(stat.S_IFMT(mode), "something else")
