"""The newest publication, read straight from the lake's catalog in a millisecond.

What belongs here: the facts of a publication as they lie in a snapshot's extra_info.
What does not: DuckDB; a refresh that finds nothing to do must not pay for it.

SQLite's locks belong to the process, not to the connection: closing a second library's
handle on the catalog would drop those of DuckDB's. So nothing here may be called while
this process has the lake attached; `connect.attached` and this module share a lock.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from pipeline.lake.errors import CatalogError
from pipeline.settings import Settings

CATALOG = "catalog.sqlite"
AUTHOR = "headroom"  # marks the snapshots that are publications


@dataclass(frozen=True)
class Head:
    """The facts of one publication.

    Attributes:
        method: what decided the tables besides the sources ('' in older releases).
        held_fingerprint: what a rollback withdrew; not published again while this is
            the head, unless a person accepts it.
        warnings: what a person should look at, a sentence each.
    """

    seq: int
    release_id: str
    kind: str
    reason: str | None
    snapshot_id: int
    vintage: date
    fingerprint: str
    published_at: datetime
    run_id: str
    method: str = ""
    held_fingerprint: str | None = None
    warnings: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As a snapshot's extra_info."""
        return json.dumps(asdict(self), default=lambda value: value.isoformat())

    @classmethod
    def from_json(cls, text: str) -> Head:
        """From a snapshot's extra_info."""
        facts = json.loads(text)
        facts["vintage"] = date.fromisoformat(facts["vintage"])
        facts["published_at"] = datetime.fromisoformat(facts["published_at"])
        facts["warnings"] = tuple(facts.get("warnings", ()))
        return cls(**facts)


def catalog_path(settings: Settings) -> Path:
    """The catalog of the lake."""
    return settings.lake / CATALOG


def has_catalog(settings: Settings) -> bool:
    """Whether there is a lake, published to or not."""
    if settings.remote:
        from pipeline.lake import postgres

        return postgres.has_lake(settings.remote)
    return catalog_path(settings).exists()


def head(settings: Settings) -> Head | None:
    """The newest publication, or None before the first.

    Raises:
        CatalogError: if the catalog cannot be read.
    """
    found = _publications(settings, _NEWEST)
    return found[0] if found else None


def head_of(catalog: Path) -> Head | None:
    """The newest publication that a catalog file knows.

    Raises:
        CatalogError: if the file cannot be read.
    """
    found = _in_sqlite(catalog, _NEWEST)
    return found[0] if found else None


def publications(settings: Settings) -> list[Head]:
    """All publications, oldest first.

    Raises:
        CatalogError: if the catalog cannot be read.
    """
    return _publications(settings, "ORDER BY snapshot_id")


_NEWEST = "ORDER BY snapshot_id DESC LIMIT 1"
_QUERY = (
    "SELECT commit_extra_info FROM ducklake_snapshot_changes "
    f"WHERE author = '{AUTHOR}' AND commit_extra_info IS NOT NULL "
)
_HAS_SNAPSHOTS = (
    "SELECT count(*) FROM sqlite_master WHERE name = 'ducklake_snapshot_changes'"
)

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


def _publications(settings: Settings, order: str) -> list[Head]:
    if settings.remote is None:
        return _in_sqlite(catalog_path(settings), order)
    from pipeline.lake import postgres

    if not postgres.has_lake(settings.remote):
        return []
    rows = postgres.ask(settings.remote, _QUERY + order)
    return [Head.from_json(text) for (text,) in rows]


def _in_sqlite(path: Path, order: str) -> list[Head]:
    with _in_process:
        if _attached:
            raise AssertionError("the catalog is asked while the lake is attached")
        if not path.exists():
            return []
        try:
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as con:
                if not con.execute(_HAS_SNAPSHOTS).fetchone()[0]:
                    return []  # killed while the lake was being created
                rows = con.execute(_QUERY + order).fetchall()
        except sqlite3.Error as error:
            raise CatalogError(unreadable(path, error)) from error
    return [Head.from_json(text) for (text,) in rows]


def unreadable(path: Path, error: Exception) -> str:
    """What to do when the catalog cannot be read; said by everyone who meets it."""
    why = str(error).splitlines()[0]
    if any(sign in why for sign in _SURROUNDINGS):
        return (
            f"{path} cannot be opened ({why}): make room on the disk, see that its "
            "folder can be written and that nobody else holds it, and try again"
        )
    return (
        f"{path} cannot be read ({why}): put back a copy with "
        "`headroom lake restore DIR`, or move its folder and headroom.duckdb "
        "away and run `headroom refresh` to start a new history"
    )


def copy_catalog(catalog: Path, target: Path) -> None:
    """SQLite's own copy: consistent whatever its write-ahead log holds."""
    with (
        catalog_in_use(),
        closing(sqlite3.connect(f"{catalog.as_uri()}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)
