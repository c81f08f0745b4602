"""Loading the definitions does no work: every server and command of Dagster does it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pipeline
from pipeline import definitions

PACKAGE = Path(pipeline.__file__).parent

WATCHED = """
import sys, json
import dagster, pandas, pandera.pandas, pyarrow.parquet, duckdb
events = []
def hear(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        events.append([event, str(arguments[0]), str(arguments[1])])
    elif event.startswith(("socket.", "subprocess.", "os.exec", "os.fork")):
        events.append([event, str(arguments), ""])
sys.addaudithook(hear)
import pipeline.definitions
print(json.dumps(events))
"""


def test_import_opens_no_file_of_ours_and_starts_no_connection() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED], check=True, capture_output=True, text=True
    )
    events = json.loads(done.stdout)
    assert any(str(PACKAGE) in what for _, what, _ in events)  # the hook does hear
    assert [e for e in events if e[0] != "open"] == []
    ours = (str(PACKAGE), sys.prefix, sys.base_prefix)
    outside = [what for _, what, _ in events if not what.startswith(ours)]
    assert outside == []
    written = [
        w for _, w, m in events if set(m) & set("wax+") and "__pycache__" not in w
    ]
    assert written == []


def test_a_code_server_can_load_them() -> None:
    """Dagster compares names of jobs and steps only when it loads everything."""
    repository = definitions.defs.get_repository_def()
    repository.load_all_definitions()
    assert {"refresh", "fetch"} <= {job.name for job in repository.get_all_jobs()}
