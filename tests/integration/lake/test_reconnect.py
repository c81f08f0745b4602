"""What the READMEs say about seeing a new release: two connections of one process."""

from __future__ import annotations

import duckdb
import synthetic

from pipeline.lake import publish


def _publish(settings, fingerprint: str) -> None:
    synthetic.stage(settings, synthetic.frames(), fingerprint)
    publish(settings, run_id="r", fingerprint=fingerprint, now=synthetic.NOW)


def _newest(con: duckdb.DuckDBPyConnection, schema: str = "meta") -> int:
    return con.execute(f"SELECT max(seq) FROM {schema}.releases").fetchone()[0]


def test_a_new_release_is_seen_when_all_connections_are_closed(tmp_path) -> None:
    settings = synthetic.settings_in(tmp_path)
    _publish(settings, synthetic.F1)
    first = duckdb.connect(settings.plain, read_only=True)
    _publish(settings, synthetic.F2)
    with duckdb.connect(settings.plain, read_only=True) as second:
        assert _newest(second) == 1  # DuckDB's, not ours: this is why the READMEs warn
    with duckdb.connect() as fresh:
        fresh.execute(f"ATTACH '{settings.plain}' AS now (READ_ONLY)")
        assert _newest(fresh, "now.meta") == 2
    first.close()
    with duckdb.connect(settings.plain, read_only=True) as third:
        assert _newest(third) == 2
