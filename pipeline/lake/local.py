"""The lake in the warehouse folder: a SQLite catalog, and Parquet files beside it.

What belongs here: what place.py asks, for one machine. What does not: DuckDB; a refresh
that finds nothing to do must not pay for it.

SQLite's locks belong to the process, not to the connection: closing a second library's
handle on the catalog would drop those of DuckDB's. So the catalog is not asked while
this process has the lake attached; `connect.attached` and this module share a lock.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.lake.errors import CatalogError, StagingError
from pipeline.lake.files import replacing, sync

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

CATALOG = "catalog.sqlite"
MARK = "lake/.unfinished"  # stands while a publication is written, and after a kill
# SQLite's words when the file may well be in order, but what is around it is not.
_SURROUNDINGS = ("disk I/O", "disk is full", "locked", "unable to open", "readonly")

_in_process = threading.RLock()
_attached = 0


@contextmanager
def catalog_in_use() -> Iterator[None]:
    """Held by whoever has the lake attached in this process."""
    global _attached  # noqa: PLW0603 - a count per process is what is meant
    with _in_process:
        _attached += 1
        try:
            yield
        finally:
            _attached -= 1


class Local:
    """The lake of one machine; see `place.Place`.

    Args:
        lake: the folder of the catalog and of `data/`.
        warehouse: the folder that names of files begin at.
    """

    options: Sequence[str] = ("META_JOURNAL_MODE 'WAL'", "META_BUSY_TIMEOUT 5000")
    extensions: Sequence[str] = ("sqlite_scanner",)
    shared = ""

    def __init__(self, lake: Path, warehouse: Path) -> None:
        self.path, self.warehouse = lake / CATALOG, warehouse
        self.root, self.data = str(lake), lake / "data"
        self.catalog = f"sqlite:{self.path}"

    def reach(self, con: DuckDBPyConnection) -> None:
        """The folder must be there."""
        del con
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def has_lake(self) -> bool:
        """False, too, if a kill met the lake while it was being created."""
        query = "SELECT 1 FROM sqlite_master WHERE name = 'ducklake_snapshot_changes'"
        return self.path.exists() and bool(self.ask(query))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Raises CatalogError if the file cannot be read."""
        with _in_process:
            if _attached:
                raise AssertionError("the catalog is asked while the lake is attached")
            try:
                with closing(self._open()) as con:
                    return con.execute(query).fetchall()
            except sqlite3.Error as error:
                raise CatalogError(self.unusable(error)) from error

    def unusable(self, error: Exception) -> str:
        """Whether the file is damaged or only what is around it decides what to do."""
        why = str(error).splitlines()[0]
        if any(sign in why for sign in _SURROUNDINGS):
            return (
                f"{self.path} cannot be opened ({why}): make room on the disk, see "
                "that its folder can be written and that nobody else holds it, and try "
                "again"
            )
        return (
            f"{self.path} cannot be read ({why}): put back a copy with "
            "`headroom lake restore DIR`, or move its folder and headroom.duckdb "
            "away and run `headroom refresh` to start a new history"
        )

    def faults(self) -> list[str]:
        """SQLite's own check."""
        return [t for (t,) in self.ask("PRAGMA quick_check") if t != "ok"]

    def hide(self, text: str) -> str:
        """There is no password."""
        return text

    @contextmanager
    def lock(self, what: str, wait: float) -> Iterator[None]:
        """The lock file of the warehouse does (locks.py)."""
        del what, wait
        yield

    def require_lock(self) -> None:
        """The operating system keeps it as long as this process lives."""

    def put(self, name: str, content: bytes | memoryview) -> None:
        """Raises StagingError if the disk is full or the folder cannot be written."""
        try:
            with replacing(self.warehouse / name) as temporary:
                temporary.write_bytes(content)
        except OSError as error:
            raise StagingError(
                f"{name} cannot be written ({error.strerror or error}): make room in "
                f"{self.warehouse} and run `headroom refresh`"
            ) from error

    def has(self, name: str) -> bool:
        """Whether the file is there."""
        return (self.warehouse / name).exists()

    def remove(self, name: str) -> None:
        """Remove it."""
        (self.warehouse / name).unlink(missing_ok=True)

    @contextmanager
    def reading(self, name: str) -> Iterator[Any]:
        """Its path."""
        yield str(self.warehouse / name)

    def sizes(self) -> dict[str, int]:
        """Every file below `data/`."""
        files = (p for p in self.data.rglob("*") if p.is_file())
        return {p.relative_to(self.data).as_posix(): p.stat().st_size for p in files}

    def sync(self) -> None:
        """Whatever is younger than the mark."""
        since = (self.warehouse / MARK).stat().st_mtime_ns
        paths = [p for p in self.data.rglob("*") if p.stat().st_mtime_ns >= since]
        for path in [*paths, *([self.data] if self.data.exists() else [])]:
            sync(path)

    def published(self) -> tuple[int, str] | None:
        """No other machine reads."""
        return None

    def give(self, plain: Path) -> None:
        """Nobody to give it to."""

    def copy_catalog(self, target: Path) -> None:
        """SQLite's own copy: consistent whatever its write-ahead log holds."""
        with (
            catalog_in_use(),
            closing(self._open()) as source,
            closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)
