"""PostgreSQL and an S3 server as real processes on loopback, one pair per session.

PostgreSQL is Debian's; it refuses to run as root, so root starts it as `postgres`. The
S3 server is moto's, over HTTP like any other.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.lake.remote import Shared
from pipeline.settings import Remote

SECRET = "not-to-be-shown"
_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def as_postgres(*command: object) -> None:
    prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    prefix = prefix if os.geteuid() == 0 else []
    subprocess.run(
        [*prefix, *map(str, command)],
        check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture(scope="session")
def postgres() -> Iterator[int]:
    """The port of a PostgreSQL server."""
    if not _BINARIES:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    binaries, port = _BINARIES[-1], free_port()
    # pytest's own folders are closed to other users
    folder = Path(f"/tmp/headroom-postgres-{os.getpid()}")
    folder.mkdir(mode=0o755)
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        as_postgres(
            binaries / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "headroom",
            "--no-sync",
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        as_postgres(
            binaries / "pg_ctl", "-D", data, "-o", options,
            "-l", folder / "log", "-w", "start",
        )  # fmt: skip
        yield port
        as_postgres(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def storage() -> Iterator[str]:
    """The address of an S3 server."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(address, timeout=5).close()
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def remote(postgres, storage, request) -> Remote:
    """An empty database and an empty bucket."""
    name = f"t{abs(hash(request.node.nodeid)):x}"
    server = f"host=127.0.0.1 port={postgres} user=headroom password={SECRET}"
    import psycopg2

    con = psycopg2.connect(f"dbname=postgres {server}")
    con.autocommit = True
    con.cursor().execute(f"CREATE DATABASE {name}")
    con.close()
    found = Remote(
        catalog=f"dbname={name} {server}",
        data=f"s3://{name}/lake",
        key="key",
        secret=SECRET,
        endpoint=storage,
    )
    made = urllib.request.Request(f"{storage}/{name}", method="PUT")
    urllib.request.urlopen(made, timeout=10).close()
    assert not Shared(found).has("headroom.duckdb")
    return found
