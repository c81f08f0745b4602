"""Two PID namespaces on one store, as two containers have them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.test_utils import create_run_for_test

from pipeline.assets import runs
from pipeline.assets.home import instance_of, prepare_home
from pipeline.settings import Settings

APART = ["unshare", "--pid", "--fork", "--mount-proc"]
# Begins a run in a process of its own, kills it, and looks; waits for a line each time.
INSIDE = """
import subprocess, sys
from pathlib import Path
from pipeline.assets import runs
from pipeline.assets.home import instance_of
from pipeline.settings import Settings
settings = Settings(*map(Path, sys.argv[1:4]))
with instance_of(settings) as instance:
    worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    mark = f"{runs._place()}:{worker.pid}"
    instance.add_run_tags(sys.argv[4], {runs.PROCESS: mark})
    for order in sys.stdin:
        if order == "kill\\n":
            worker.kill()
            worker.wait()
        print(*runs.end_the_dead(instance), flush=True)
worker.kill()
"""


def _permitted() -> bool:
    try:
        tried = subprocess.run([*APART, "true"], check=False, capture_output=True)
    except OSError:
        return False
    return tried.returncode == 0


@pytest.mark.skipif(not _permitted(), reason="this system permits no PID namespace")
def test_each_buries_only_its_own(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "sources", tmp_path / "warehouse", tmp_path / "home")
    prepare_home(settings)
    with instance_of(settings) as instance:
        ours, theirs = (
            create_run_for_test(
                instance, job_name="refresh", status=dg.DagsterRunStatus.STARTED
            ).run_id
            for _ in range(2)
        )
        instance.add_run_tags(ours, {runs.PROCESS: f"{runs._place()}:{os.getpid()}"})
        folders = (settings.sources, settings.warehouse, settings.home)
        inside = subprocess.Popen(
            [*APART, sys.executable, "-c", INSIDE, *map(str, folders), theirs],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

        def look(order: str) -> list[str]:
            inside.stdin.write(f"{order}\n")
            return inside.stdout.readline().split()

        assert look("both live") == []  # ours has no process in there
        assert runs.end_the_dead(instance) == []  # nor theirs out here
        assert look("kill") == [theirs]
        assert runs.end_the_dead(instance) == []
        inside.communicate(timeout=30)
        assert inside.returncode == 0
        said = instance.get_run_by_id(theirs)
        assert said.status == dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(ours).status == dg.DagsterRunStatus.STARTED
