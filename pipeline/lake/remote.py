"""The lake of several machines: PostgreSQL for the catalog, S3 storage for the files.

What belongs here: the same answers as in local.py, with psycopg2 and pyarrow, and their
errors as sentences without credentials; a PUT is atomic. What does not: the lake's data
files, which DuckDB writes itself with the secret made here.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.lake.errors import CatalogError, LakeError, LockBusyError
from pipeline.lake.files import literal
from pipeline.settings import Remote, Settings

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from pyarrow import fs

LOCK = (0x4865, 0x6164)  # two integers per database: the writer's advisory lock
_POLL_SECONDS = 0.2
# A holder whose machine vanished is noticed after 30 + 3 × 10 s.
_ALIVE = {
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "connect_timeout": 10,
}
_held = threading.local()  # by catalog: the connection that holds the lock


class StorageError(LakeError):
    """The object storage does not do what it is asked."""


class Shared:
    """As `local.Local`: the catalog, the files, the lock; objects for files."""

    options: Sequence[str] = ()
    extensions: Sequence[str] = ("postgres_scanner", "httpfs")
    shared = (
        "the lake lies in PostgreSQL and in object storage: copy it with `pg_dump` and "
        "the storage's own means, as docs/deploy.md says"
    )

    def __init__(self, remote: Remote) -> None:
        self.remote, self.root = remote, remote.data
        self.catalog = f"postgres:{remote.catalog}"
        self.hide = remote.hide

    def reach(self, con: DuckDBPyConnection) -> None:
        """A secret for this part of the storage; it lives in the connection."""
        remote = self.remote
        options = {
            "KEY_ID": literal(remote.key),
            "SECRET": literal(remote.secret),
            "REGION": literal(remote.region),
            "SCOPE": literal(remote.data),
        }
        if remote.token:
            options["SESSION_TOKEN"] = literal(remote.token)
        if remote.endpoint:
            scheme, _, host = remote.endpoint.rpartition("://")
            options |= {
                "ENDPOINT": literal(host),
                "URL_STYLE": "'path'",
                "USE_SSL": "false" if scheme == "http" else "true",
            }
        listed = ", ".join(f"{name} {value}" for name, value in options.items())
        con.execute(f"CREATE SECRET headroom (TYPE s3, {listed})")

    def has_lake(self) -> bool:
        """Whether the database holds a DuckLake catalog."""
        query = "SELECT to_regclass('ducklake_snapshot_changes') IS NOT NULL"
        return bool(self.ask(query)[0][0])

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Raises CatalogError if the server does not answer."""
        with self._connected("headroom") as con:
            return self._rows(con, query)

    def unusable(self, error: Exception) -> str:
        """What to do when the catalog's server does not answer."""
        why = self.hide(str(error).strip()).splitlines()[0]
        return (
            f"the catalog in PostgreSQL cannot be used ({why}): see that the server "
            "runs, that HEADROOM_CATALOG names it and that this user may write there, "
            "and try again"
        )

    def faults(self) -> list[str]:
        """PostgreSQL checks its pages itself."""
        return []

    @contextmanager
    def lock(self, what: str, wait: float) -> Iterator[None]:
        """Hold the advisory lock; a thread that holds it already passes.

        It belongs to a session: the server frees it when the connection ends.
        """
        held, catalog = _held.__dict__, self.remote.catalog
        if catalog in held:
            yield
            return
        name = f"headroom {what}, process {os.getpid()} on {socket.gethostname()}"
        with self._connected(name[:63]) as con:
            until = time.monotonic() + wait
            query = f"SELECT pg_try_advisory_lock({LOCK[0]}, {LOCK[1]})"
            while not self._rows(con, query)[0][0]:
                if time.monotonic() >= until:
                    raise LockBusyError(self._busy(con))
                time.sleep(_POLL_SECONDS)
            held[catalog] = con
            try:
                yield
            finally:
                del held[catalog]

    def require_lock(self) -> None:
        """Raises CatalogError if the connection that held it is gone."""
        self._rows(_held.__dict__[self.remote.catalog], "SELECT 1")

    def put(self, name: str, content: bytes | memoryview) -> None:
        """Write an object."""
        files = _filesystem(self.remote)
        with self._saying(), files.open_output_stream(self._key(name)) as out:
            out.write(content)

    def has(self, name: str) -> bool:
        """Whether there is an object of that name."""
        from pyarrow import fs

        with self._saying():
            info = _filesystem(self.remote).get_file_info(self._key(name))
        return bool(info.type == fs.FileType.File)

    def remove(self, name: str) -> None:
        """Remove an object."""
        if self.has(name):
            with self._saying():
                _filesystem(self.remote).delete_file(self._key(name))

    @contextmanager
    def reading(self, name: str) -> Iterator[Any]:
        """An open file of pyarrow's."""
        with _filesystem(self.remote).open_input_file(self._key(name)) as source:
            yield source

    def sizes(self) -> dict[str, int]:
        """Every object below `data/`."""
        from pyarrow import fs

        root = self._key("data")
        with self._saying():
            found = _filesystem(self.remote).get_file_info(
                fs.FileSelector(root, recursive=True, allow_not_found=True)
            )
        return {f.path.removeprefix(f"{root}/"): f.size for f in found if f.is_file}

    def sync(self) -> None:
        """An object that was put is kept."""

    def published(self) -> tuple[int, str] | None:
        """Of the stored file; None, too, if it is not what it should be."""
        import duckdb

        from pipeline.lake.connect import connection, load
        from pipeline.lake.plain import newest

        try:
            with connection() as con:
                load(con, "httpfs")
                self.reach(con)
                stored = literal(f"{self.root}/{Settings.PLAIN}")
                con.execute(f"ATTACH {stored} AS stored (READ_ONLY)")
                return newest(con, "stored.")
        except duckdb.Error:
            return None

    def give(self, plain: Path) -> None:
        """Store it."""
        self.put(Settings.PLAIN, plain.read_bytes())

    def _key(self, name: str) -> str:
        """Bucket and key of an object by its name below HEADROOM_DATA."""
        return f"{self.root.removeprefix('s3://')}/{name}"

    @contextmanager
    def _saying(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            why = self.hide(str(error)).splitlines()[0]
            raise StorageError(
                f"{self.root} cannot be used ({why}): see that the storage answers at "
                "HEADROOM_S3_ENDPOINT, that the bucket exists and that the key may "
                "write there, and try again"
            ) from None

    @contextmanager
    def _connected(self, name: str) -> Iterator[Any]:
        import psycopg2

        try:
            catalog = self.remote.catalog
            con = psycopg2.connect(catalog, application_name=name, **_ALIVE)
        except psycopg2.Error as error:
            raise CatalogError(self.unusable(error)) from None
        with closing(con):
            con.autocommit = True
            yield con

    def _rows(self, con: Any, query: str) -> list[tuple[Any, ...]]:
        import psycopg2

        try:
            with con.cursor() as cursor:
                cursor.execute(query)
                found: list[tuple[Any, ...]] = cursor.fetchall()
                return found
        except psycopg2.Error as error:
            raise CatalogError(self.unusable(error)) from None

    def _busy(self, con: Any) -> str:
        rows = self._rows(
            con,
            "SELECT application_name, backend_start FROM pg_locks "
            "JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted "
            "AND database = (SELECT oid FROM pg_database "
            "WHERE datname = current_database()) "
            f"AND (classid, objid) = ({LOCK[0]}, {LOCK[1]})",
        )
        who = "another process"
        if rows:
            who = f"{rows[0][0]}, since {rows[0][1]:%H:%M:%S %Z}"
        return (
            f"the warehouse is being written by {who}: "
            "wait until it has finished, then run the command again"
        )


@lru_cache(maxsize=4)
def _filesystem(remote: Remote) -> fs.S3FileSystem:
    """The storage as pyarrow sees it."""
    from pyarrow import fs

    return fs.S3FileSystem(
        access_key=remote.key,
        secret_key=remote.secret,
        session_token=remote.token or None,
        region=remote.region,
        endpoint_override=remote.endpoint or None,
        connect_timeout=10,
        retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=3),
    )
