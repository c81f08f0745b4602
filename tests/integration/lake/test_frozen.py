"""A frozen DuckLake is attached read-only over http, with every release."""

import functools
import http.server
import threading

import pytest
from synthetic import F2, NOW, frames, stage

from pipeline.lake import head, publish
from pipeline.lake.connect import connection, load
from pipeline.lake.errors import UsageError
from pipeline.lake.frozen import FROZEN, freeze
from pipeline.lake.history import find
from pipeline.lake.verify import every_release


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def test_every_release_is_read_over_http(published, tmp_path):
    stage(published, frames(58), F2)
    publish(published, run_id="r", fingerprint=F2, now=NOW)
    folder = tmp_path / "frozen"
    with pytest.raises(UsageError, match="name the newest"):
        freeze(published, find(published, 1), folder)
    files = {str(path) for path in freeze(published, head(published), folder)}
    assert {FROZEN, "README.md"} <= files
    assert not any("sqlite" in name for name in files)
    assert str(tmp_path).encode() not in (folder / FROZEN).read_bytes()
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        with connection() as con:
            load(con, "httpfs", "ducklake")
            con.execute("SET force_download = true")  # this server knows no ranges
            con.execute(
                f"ATTACH 'ducklake:{url}/{FROZEN}' AS lake (READ_ONLY, "
                f"DATA_PATH '{url}/data/', OVERRIDE_DATA_PATH true)"
            )
            counts = [
                con.execute(
                    f"SELECT count(*) FROM lake.core.models AT (VERSION => {snapshot})"
                ).fetchone()[0]
                for (snapshot,) in con.execute(
                    "SELECT snapshot_id FROM lake.meta.releases ORDER BY seq"
                ).fetchall()
            ]
            assert counts == [60, 58]
            assert every_release(con) == []
        server.shutdown()
