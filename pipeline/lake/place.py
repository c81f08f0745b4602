"""Where the lake lies: in the warehouse folder, or where several machines reach it.

What belongs here: what the rest of the store asks of either. What does not: how it is
done (local.py, remote.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.lake.local import Local
from pipeline.settings import Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Place(Protocol):
    """The catalog, the files beside it, and the lock of whoever writes them.

    Files have names below the warehouse, such as `staging/raw.claims.parquet`. What
    goes wrong is a LakeError that says what to do and shows no password.

    Attributes:
        root: the folder or address above `data/`.
        catalog: the catalog, as DuckLake's ATTACH is told of it.
        options: of ATTACH, besides where the data lie.
        extensions: what DuckDB needs there, besides DuckLake's own.
        shared: why it is not copied as files; '' where it is.
    """

    root: str
    catalog: str
    options: Sequence[str]
    extensions: Sequence[str]
    shared: str

    def reach(self, con: DuckDBPyConnection) -> None:
        """Let a connection read and write there; its extensions are loaded."""

    def has_lake(self) -> bool:
        """Whether there is a catalog, published to or not."""

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the catalog's own tables."""

    def unusable(self, error: Exception) -> str:
        """What to do when the catalog cannot be used, with the database's reason."""

    def faults(self) -> list[str]:
        """What the catalog's database finds wrong with its file."""

    def hide(self, text: str) -> str:
        """A message of another program, without what must not be shown."""

    def lock(self, what: str, wait: float) -> AbstractContextManager[None]:
        """Among machines: the lock of the one writer."""

    def require_lock(self) -> None:
        """Make sure that the lock is still held."""

    def put(self, name: str, content: bytes | memoryview) -> None:
        """Write a file whole, or not at all."""

    def has(self, name: str) -> bool:
        """Whether there is a file of that name."""

    def remove(self, name: str) -> None:
        """Remove a file if it is there."""

    def reading(self, name: str) -> AbstractContextManager[Any]:
        """A file as pyarrow reads it."""

    def sizes(self) -> dict[str, int]:
        """Bytes of every data file, by its path below `data/`."""

    def sync(self) -> None:
        """Have what was written since the mark on disk before the catalog names it."""

    def published(self) -> tuple[int, str] | None:
        """Seq and id of the plain file that other machines read, if there is one."""

    def give(self, plain: Path) -> None:
        """Give other machines the plain file."""


def place_of(settings: Settings) -> Place:
    """The place that the settings name."""
    if settings.remote is None:
        return Local(settings.lake, settings.warehouse)
    from pipeline.lake.remote import Shared

    return Shared(settings.remote)
