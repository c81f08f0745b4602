"""The ten example queries run, one statement each, and the README lists them."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.lake.sandbox import run_sql

FOLDER = Path(__file__).parents[3] / "warehouse"
QUERIES = sorted((FOLDER / "queries").glob("*.sql"))
# Synthetic tables have rows for these; the others ask for DeepSeek-R1, the headline
# scenario at the newest vintage, or a second release.
ANSWERED = ("03_", "07_", "08_", "09_")


def test_there_are_ten():
    assert len(QUERIES) == 10


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.name)
def test_question_stands_in_the_file_and_in_the_readme(path):
    first = path.read_text().splitlines()[0]
    assert first.startswith("-- ")
    assert first.endswith("?")
    row = f"| `{path.name}` | {first.removeprefix('-- ')} |"
    assert row in (FOLDER / "README.md").read_text()


@pytest.mark.parametrize("path", QUERIES, ids=lambda p: p.name)
def test_query_runs_in_the_shell(first, path):
    shell = Path(sys.executable).parent / "duckdb"
    done = subprocess.run(
        [shell, "-readonly", "-csv", first.plain, "-f", path],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    names, rows = run_sql(first, path.read_text())
    assert rows or not path.name.startswith(ANSWERED)
    lines = done.stdout.splitlines()
    if rows:
        assert lines[0].split(",") == names
        assert len(lines) >= len(rows) + 1
