"""The same sources give the same release on any machine.

Two projects of their own, refreshed on other days, in other time zones and locales,
with other thread counts and hash seeds, publish the same id and the same tables. Only
meta.releases, which says when and by which run, may differ.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[3]
REFRESH = """
import sys
from datetime import timedelta
from pathlib import Path
from pipeline.assets import raw
from pipeline.refresh import refresh
from tests import mini

class Later(raw.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + timedelta(days=int(sys.argv[2]))

raw.datetime = Later
outcome = refresh(mini.project(Path(sys.argv[1])))
assert outcome.published, outcome
"""
PLACES = (
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "OMP_NUM_THREADS": "1", "DAYS": "0"},
    {"TZ": "Etc/GMT+12", "LC_ALL": "C.UTF-8", "OMP_NUM_THREADS": "2", "DAYS": "400"},
)


def test_two_copies_publish_the_same(tmp_path):
    found = []
    for number, place in enumerate(PLACES):
        folder = tmp_path / f"copy-{number}"
        folder.mkdir()
        environment = {
            **os.environ,
            **place,
            "PYTHONHASHSEED": str(number),
            "OPENBLAS_NUM_THREADS": place["OMP_NUM_THREADS"],
        }
        command = [sys.executable, "-c", REFRESH, str(folder), place["DAYS"]]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=False, capture_output=True
        )
        assert done.returncode == 0, done.stderr.decode()
        plain = folder / "warehouse" / "headroom.duckdb"
        with duckdb.connect(plain, read_only=True) as con:
            row = con.execute("SELECT release_id, content FROM meta.releases")
            release_id, content = row.fetchone()
        found.append((release_id, json.loads(content)))
    assert found[0] == found[1]
