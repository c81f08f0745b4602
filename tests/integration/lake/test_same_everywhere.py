"""The same sources give the same release on any machine.

Two projects, refreshed on other days, in other time zones and locales, with other
thread counts and hash seeds, publish the same id and the same tables. Only
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
ELSEWHERE = {
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "C",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "7",
}
LATER = 400  # days


def _release(plain):
    with duckdb.connect(plain, read_only=True) as con:
        row = con.execute("SELECT release_id, content FROM meta.releases")
        release_id, content = row.fetchone()
    return release_id, json.loads(content)


def test_two_copies_publish_the_same(tmp_path, small_release):
    done = subprocess.run(
        [sys.executable, "-c", REFRESH, str(tmp_path / "there"), str(LATER)],
        cwd=ROOT, env=os.environ | ELSEWHERE, check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    here = small_release(tmp_path / "here")
    there = tmp_path / "there" / "warehouse" / "headroom.duckdb"
    assert _release(here.plain) == _release(there)
