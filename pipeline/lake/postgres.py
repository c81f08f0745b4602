"""The catalog in PostgreSQL: a plain question to it, and the advisory lock.

What belongs here: psycopg2, and its errors as sentences without credentials. What does
not: DuckLake, which reads and writes the catalog through DuckDB (connect.py).
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from pipeline.lake.errors import CatalogError, LockBusyError
from pipeline.settings import Remote

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
_held = threading.local()  # by catalog: the connection that holds the lock, how often


def ask(remote: Remote, query: str) -> list[tuple[Any, ...]]:
    """Rows of one query on the catalog's database.

    Raises:
        CatalogError: if the server does not answer it.
    """
    with _connected(remote, "headroom") as con:
        return _rows(con, query, remote)


def has_lake(remote: Remote) -> bool:
    """Whether the database holds a DuckLake catalog."""
    query = "SELECT to_regclass('ducklake_snapshot_changes') IS NOT NULL"
    return bool(ask(remote, query)[0][0])


@contextmanager
def lock(remote: Remote, what: str, *, wait: float) -> Iterator[None]:
    """Hold the advisory lock; a thread that holds it already passes.

    It belongs to a session: the server frees it when the holder's connection ends.

    Raises:
        LockBusyError: naming the holder, if it is still busy after so many seconds.
        CatalogError: if the server does not answer.
    """
    held: dict[str, Any] = _held.__dict__
    if remote.catalog in held:
        yield
        return
    name = f"headroom {what}, process {os.getpid()} on {socket.gethostname()}"
    with _connected(remote, name[:63]) as con:
        until = time.monotonic() + wait
        query = f"SELECT pg_try_advisory_lock({LOCK[0]}, {LOCK[1]})"
        while not _rows(con, query, remote)[0][0]:
            if time.monotonic() >= until:
                raise LockBusyError(_busy(con, remote))
            time.sleep(_POLL_SECONDS)
        held[remote.catalog] = con
        try:
            yield
        finally:
            del held[remote.catalog]


def require_lock(remote: Remote) -> None:
    """Make sure that this thread still has the lock.

    Raises:
        CatalogError: if the connection that held it is gone.
    """
    _rows(_held.__dict__[remote.catalog], "SELECT 1", remote)


@contextmanager
def _connected(remote: Remote, name: str) -> Iterator[Any]:
    import psycopg2

    try:
        con = psycopg2.connect(remote.catalog, application_name=name, **_ALIVE)
    except psycopg2.Error as error:
        raise CatalogError(unreachable(remote, error)) from None
    with closing(con):
        con.autocommit = True
        yield con


def _rows(con: Any, query: str, remote: Remote) -> list[tuple[Any, ...]]:
    import psycopg2

    try:
        with con.cursor() as cursor:
            cursor.execute(query)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found
    except psycopg2.Error as error:
        raise CatalogError(unreachable(remote, error)) from None


def unreachable(remote: Remote, error: Exception) -> str:
    """What to do when the catalog's server does not answer."""
    why = remote.hide(str(error).strip()).splitlines()[0]
    return (
        f"the catalog in PostgreSQL cannot be used ({why}): see that the server runs, "
        "that HEADROOM_CATALOG names it and that this user may write there, and try "
        "again"
    )


def _busy(con: Any, remote: Remote) -> str:
    rows = _rows(
        con,
        "SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity "
        "USING (pid) WHERE locktype = 'advisory' AND granted AND database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database()) "
        f"AND (classid, objid) = ({LOCK[0]}, {LOCK[1]})",
        remote,
    )
    who = f"{rows[0][0]}, since {rows[0][1]:%H:%M:%S %Z}" if rows else "another process"
    return (
        f"the warehouse is being written by {who}: "
        "wait until it has finished, then run the command again"
    )
