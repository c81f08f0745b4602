"""Dagster's own command line and executors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipeline.assets.build import build_definitions
from pipeline.assets.home import prepare_home
from pipeline.lake import head
from pipeline.settings import Settings
from tests import mini


def _dagster(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = os.environ | {
        "HEADROOM_SOURCES": str(settings.sources),
        "HEADROOM_WAREHOUSE": str(settings.warehouse),
        "DAGSTER_HOME": str(settings.home),
    }
    command = [Path(sys.executable).with_name("dagster"), *arguments]
    return subprocess.run(command, env=env, check=False, capture_output=True, text=True)


MULTIPROCESS = """
import dagster as dg
import pytest
from pipeline.assets.build import build_definitions
defs = dg.Definitions.merge(
    build_definitions(),
    dg.Definitions(jobs=[dg.define_asset_job(
        "apart", dg.AssetSelection.all(), executor_def=dg.multiprocess_executor)]),
)
"""


def test_selected_assets_from_the_command_line(tmp_path, small_release) -> None:
    settings = small_release(tmp_path)
    select = ["asset", "materialize", "-m", "pipeline.definitions", "--select"]
    # The sources are read at once, so whoever asks for one of their tables gets all.
    graph = build_definitions().resolve_asset_graph()
    tables = graph.get(dg.AssetKey(["raw", "sources"])).execution_set_entity_keys
    together = " or ".join(
        f"key:{k.to_user_string()}" for k in tables if isinstance(k, dg.AssetKey)
    )
    (settings.sources / "notes" / "o5.md").write_text(mini.note("o5", mini.O5))
    done = _dagster(settings, *select, together)
    assert done.returncode == 0, done.stderr
    refused = _dagster(settings, *select, "key:publish/release")
    assert refused.returncode != 0
    assert "run `headroom refresh`" in refused.stdout + refused.stderr
    assert head(settings).seq == 1


@pytest.mark.soak
def test_every_step_in_a_process_of_its_own(tmp_path) -> None:
    settings = mini.project(tmp_path)
    prepare_home(settings)
    (tmp_path / "apart.py").write_text(MULTIPROCESS)
    file = str(tmp_path / "apart.py")
    done = _dagster(settings, "job", "execute", "-f", file, "-j", "apart")
    assert done.returncode == 0, done.stderr
    assert head(settings).seq == 1
