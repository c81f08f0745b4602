"""The lake in the warehouse folder: a SQLite catalog, and Parquet files beside it.

What belongs here: what the rest of the store asks of the place where the lake lies, for
one machine; remote.py answers the same for several. What does not: DuckDB; a refresh
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
    """The catalog, the files beside it, and the lock of whoever writes them.

    Files have names below the warehouse, such as `staging/raw.claims.parquet`. What
    goes wrong is a LakeError that says what to do and shows no password.

    Args:
        lake: the folder of the catalog and of `data/`.
        warehouse: the folder that names of files begin at.

    Attributes:
        root: the folder or address above `data/`.
        catalog: the catalog, as DuckLake's ATTACH is told of it.
        options: of ATTACH, besides where the data lie.
        extensions: what DuckDB needs there, besides DuckLake's own.
        shared: why it is not copied as files; '' where it is.
    """

    options: Sequence[str] = ("META_JOURNAL_MODE 'WAL'", "META_BUSY_TIMEOUT 5000")
    extensions: Sequence[str] = ("sqlite_scanner",)
    shared = ""

    def __init__(self, lake: Path, warehouse: Path) -> None:
        self.path, self.warehouse = lake / CATALOG, warehouse
        self.root, self.data = str(lake), lake / "data"
        self.catalog = f"sqlite:{self.path}"

    def reach(self, con: DuckDBPyConnection) -> None:
        """Let a connection read and write there; its extensions are loaded."""
        del con
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def has_lake(self) -> bool:
        """Whether there is a catalog that a publication can have reached."""
        query = "SELECT 1 FROM sqlite_master WHERE name = 'ducklake_snapshot_changes'"
        return self.path.exists() and bool(self.ask(query))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the catalog's own tables.

        Raises:
            CatalogError: if it cannot be read.
        """
        with _in_process:
            if _attached:
                raise AssertionError("the catalog is asked while the lake is attached")
            try:
                with closing(self._open()) as con:
                    return con.execute(query).fetchall()
            except sqlite3.Error as error:
                raise CatalogError(self.unusable(error)) from error

    def unusable(self, error: Exception) -> str:
        """What to do when the catalog cannot be used, with the database's reason."""
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
        """What the catalog's database finds wrong with its file."""
        return [t for (t,) in self.ask("PRAGMA quick_check") if t != "ok"]

    def hide(self, text: str) -> str:
        """A message without what must not be shown; there is no password here."""
        return text

    @contextmanager
    def lock(self, what: str, wait: float) -> Iterator[None]:
        """Among machines, the lock of the one writer; here locks.py has it."""
        del what, wait
        yield

    def require_lock(self) -> None:
        """Make sure that the lock is still held; the system keeps this one."""

    def put(self, name: str, content: bytes | memoryview) -> None:
        """Write a file whole, or not at all.

        Raises:
            StagingError: if the disk is full or the folder cannot be written.
        """
        try:
            with replacing(self.warehouse / name) as temporary:
                temporary.write_bytes(content)
        except OSError as error:
            raise StagingError(
                f"{name} cannot be written ({error.strerror or error}): make room in "
                f"{self.warehouse} and run `headroom refresh`"
            ) from error

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""
        return (self.warehouse / name).exists()

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""
        (self.warehouse / name).unlink(missing_ok=True)

    @contextmanager
    def reading(self, name: str) -> Iterator[Any]:
        """A file as pyarrow reads it."""
        yield str(self.warehouse / name)

    def sizes(self) -> dict[str, int]:
        """Bytes of every data file, by its path below `data/`."""
        files = (p for p in self.data.rglob("*") if p.is_file())
        return {p.relative_to(self.data).as_posix(): p.stat().st_size for p in files}

    def sync(self) -> None:
        """Have what was written since the mark on disk before the catalog names it."""
        since = (self.warehouse / MARK).stat().st_mtime_ns
        paths = [p for p in self.data.rglob("*") if p.stat().st_mtime_ns >= since]
        for path in [*paths, *([self.data] if self.data.exists() else [])]:
            sync(path)

    def published(self) -> tuple[int, str] | None:
        """Seq and id of the plain file that other machines read, if there is one."""
        return None

    def give(self, plain: Path) -> None:
        """Give other machines the plain file."""

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
