"""What a terminal, a pipe and a program see of `headroom`, in bad cases too."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipeline.cli import app

ENDLESS = "SELECT count(*) FROM range(10000000) a, range(10000000) b"
HEADROOM = str(Path(sys.executable).with_name("headroom"))


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A project whose release is one table."""
    for name in ("sources", "warehouse", "tmp"):
        (tmp_path / name).mkdir()
    with duckdb.connect(tmp_path / "warehouse" / "headroom.duckdb") as con:
        con.execute("CREATE TABLE t AS SELECT range AS n FROM range(10)")
    return {
        "HEADROOM_PROJECT": str(tmp_path),
        "HEADROOM_WAREHOUSE": "",
        "HEADROOM_SOURCES": "",
        "TMPDIR": str(tmp_path / "tmp"),
    }


def run(
    env: dict[str, str], *arguments: str, shell: str = '"$0" "$@"', **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", shell, HEADROOM, *arguments],
        env=os.environ | env | variables,
        check=False, capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("'[/x]'", "[/x]"),
        ("'[red]x'", "[red]x"),
        ("':smile:'", ":smile:"),
        ("chr(27) || '[31mx'", r"\x1b[31mx"),
        ("chr(155) || 'x'", r"\x9bx"),
        ("'a' || chr(8238) || 'b'", r"a\u202eb"),
    ],
)
def test_data_is_shown_and_never_obeyed(env, value, shown) -> None:
    done = CliRunner().invoke(app, ["sql", f"SELECT {value} AS a"], env=env)
    assert done.exit_code == 0
    assert shown in done.stdout
    asked = CliRunner().invoke(app, ["sql", f"SELECT {value} AS a", "--json"], env=env)
    assert not {c for c in asked.stdout if c != "\n" and not c.isprintable()} - {
        "\u202e"
    }
    refused = CliRunner().invoke(app, ["estimates", f"\x1b{shown}"], env=env)
    assert "\x1b" not in refused.output


def test_json_is_strict_and_every_column_is_there(env) -> None:
    query = (
        "SELECT 1 AS a, 2 AS a, 'nan'::DOUBLE AS n, 'inf'::DOUBLE AS i, 1.5 AS d, "
        "DATE '2026-01-02' AS on_, MAP {1: 2} AS m, [NULL] AS l, 'x'::BLOB AS b"
    )
    done = CliRunner().invoke(app, ["sql", query, "--json"], env=env)
    found = json.loads(done.stdout, parse_constant=pytest.fail)
    assert found == [
        {"a": 1, "a_2": 2, "n": None, "i": None, "d": 1.5, "on_": "2026-01-02",
         "m": {"1": 2}, "l": [None], "b": "78"}
    ]  # fmt: skip


def test_a_query_ends_at_ctrl_c(env) -> None:
    spills = Path(env["TMPDIR"])
    process = subprocess.Popen(
        [HEADROOM, "sql", ENDLESS], env=os.environ | env,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        # What runs in a shell's background ignores Ctrl-C, and so do its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    )  # fmt: skip
    while not any(spills.iterdir()):  # the query's own folder: it has begun
        assert process.poll() is None
        time.sleep(0.1)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Interrupted" in said
    assert not any(spills.iterdir())


@pytest.mark.parametrize(
    ("limit", "query"),
    [
        ({"HEADROOM_SQL_SECONDS": "0.5"}, ENDLESS),
        (
            {"HEADROOM_SQL_MEMORY": "40MB", "HEADROOM_SQL_SPILL": "4MB"},
            "SELECT count(*) FROM (SELECT DISTINCT hash(range) FROM range(20000000))",
        ),
        ({}, "SELECT * FROM range(1000001)"),
        ({"HEADROOM_SQL_SECONDS": "soon"}, "SELECT 1"),
        ({"HEADROOM_SQL_MEMORY": "much"}, "SELECT 1"),
    ],
)
def test_a_query_has_limits(env, limit, query) -> None:
    done = run(env, "sql", query, **limit)
    assert done.returncode == 2
    assert done.stdout == ""
    assert all(name in done.stderr for name in limit)
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("shell", "code"),
    [
        ('"$0" "$@" >&-', 0),
        ('"$0" "$@" >&- 2>&-', 0),
        ('"$0" "$@" > /dev/full', 1),
        ('"$0" "$@" | true; exit ${PIPESTATUS[0]}', 0),
        ('PYTHONIOENCODING=ascii "$0" "$@"', 0),
        ("cd sources; rmdir $PWD; " + '"$0" "$@"', 0),
    ],
)
def test_streams_that_are_closed_full_or_plain_end_in_a_sentence(
    env, monkeypatch, shell, code
) -> None:
    monkeypatch.chdir(env["HEADROOM_PROJECT"])
    before = (Path(env["HEADROOM_PROJECT"]) / "warehouse/headroom.duckdb").read_bytes()
    if "rmdir" in shell:
        code = 2  # no sources are left
    done = run(env, "sql", "SELECT '→' AS arrow", shell=shell)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    after = (Path(env["HEADROOM_PROJECT"]) / "warehouse/headroom.duckdb").read_bytes()
    assert after == before


@pytest.mark.parametrize("name", ["100 %", "it's [red]", "ü→"])
def test_any_folder_may_hold_a_project(env, tmp_path, name) -> None:
    odd = tmp_path / name
    for part in ("sources", "warehouse"):
        (odd / part).parent.mkdir(exist_ok=True)
        (tmp_path / part).rename(odd / part)
    done = run(env, "--project", str(odd), "sql", "SELECT count(*) AS n FROM t")
    assert done.returncode == 0, done.stderr
    code = (
        "import pipeline, sys; print(len(pipeline.read('main.t', project=sys.argv[1])))"
    )
    read = subprocess.run(
        [sys.executable, "-c", code, odd], check=True, capture_output=True, text=True
    )
    assert read.stdout.strip() == "10"


def test_a_folder_that_duckdb_cannot_open_is_named(env, tmp_path) -> None:
    (tmp_path / "what?" / "sources").mkdir(parents=True)
    done = run(env, "--project", str(tmp_path / "what?"), "status")
    assert done.returncode == 2
    assert "what?" in done.stderr
    assert len(done.stderr.splitlines()) == 1
