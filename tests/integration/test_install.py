"""The wheel as somebody else has it: another folder, another environment.

What belongs here: that the package finds projects and never its own folder, and that a
built wheel is enough. The environment borrows the libraries of this one by a `.pth`
file, so that nothing is downloaded; our own code comes from the wheel alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import pipeline
from pipeline import settings
from pipeline.cli import app
from pipeline.lake import fingerprint
from pipeline.lake.inputs import read_inputs
from pipeline.refresh import refresh
from tests import mini
from tests.mini import PROJECT

MOVES = ("HEADROOM_PROJECT", "HEADROOM_SOURCES", "HEADROOM_WAREHOUSE", "DAGSTER_HOME")


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in MOVES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_project_is_the_option_else_the_variable_else_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name / "sources" / "notes").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "sources" / "notes")
    assert settings.load().sources == tmp_path / "a" / "sources"
    monkeypatch.setenv("HEADROOM_PROJECT", str(tmp_path / "b"))
    assert settings.load().warehouse == tmp_path / "b" / "warehouse"
    assert settings.load(tmp_path / "c").home == tmp_path / "c" / ".dagster"
    settings.choose(Path("../../../c"))
    assert settings.load().sources == tmp_path / "c" / "sources"
    monkeypatch.setenv("HEADROOM_WAREHOUSE", str(tmp_path / "w"))
    assert settings.load().warehouse == tmp_path / "w"


@pytest.mark.parametrize("named", [False, True])
def test_elsewhere_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    if named:
        monkeypatch.setenv("HEADROOM_PROJECT", str(tmp_path))
    with pytest.raises(settings.SettingsError, match="headroom init"):
        settings.load()
    assert list(tmp_path.iterdir()) == []


def test_an_empty_project_keeps_the_method_only(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["init", "new", "--empty"])
    assert done.exit_code == 0, done.output
    checked = CliRunner().invoke(
        app,
        ["note", "check", "--json"],
        env={"HEADROOM_PROJECT": str(tmp_path / "new")},
    )
    found = json.loads(checked.stdout)
    assert (found["notes"], found["models"], found["faults"]) == (0, 0, [])
    (why,) = refresh(settings.load(tmp_path / "new")).problems
    assert "note" in why  # a sentence, not the name of an error
    assert "Error" not in why
    again = CliRunner().invoke(app, ["init", "new"])
    assert again.exit_code == 2
    assert "sources" in again.output


def _wheel(folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
    subprocess.run(
        list(map(str, command)), cwd=PROJECT, check=True, capture_output=True
    )
    return next(folder.glob("*.whl"))


def _install(wheel: Path, folder: Path) -> Path:
    """An environment with the wheel's files and this one's libraries."""
    venv.create(folder)
    site = next(folder.glob("lib/python*/site-packages"))
    with zipfile.ZipFile(wheel) as content:
        content.extractall(site)
    # Behind the wheel's own files; the checkout's own `.pth` stays unread.
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder / "bin" / "python"


def _state(*folders: Path) -> dict[Path, int]:
    files = (p for folder in folders for p in folder.rglob("*") if p.is_file())
    return {p: p.stat().st_mtime_ns for p in files if "__pycache__" not in p.parts}


def test_a_wheel_makes_a_project_and_refreshes_it(tmp_path: Path) -> None:
    python = _install(_wheel(tmp_path), tmp_path / "env")
    home = tmp_path / "user"
    home.mkdir()
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    env |= {"PYTHONDONTWRITEBYTECODE": "1", "HOME": str(home)}

    def headroom(*arguments: str, at: Path = home) -> str:
        code = "import sys; from pipeline.cli import main; sys.exit(main())"
        done = subprocess.run(
            [python, "-c", code, *arguments],
            cwd=at, env=env, check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    before = _state(tmp_path)
    assert pipeline.__version__ in headroom("--version")
    headroom("init", "mine")
    project = home / "mine"
    ours = read_inputs(PROJECT / "sources")
    shipped = {k: v for k, v in ours.items() if not k.startswith("datasets/")}
    assert fingerprint(read_inputs(project / "sources")) == fingerprint(shipped)
    for path in (project / "sources" / "notes").glob("*.md"):
        path.unlink()  # a small record refreshes as the shipped one does
    small = mini.files() | {"corrections.yaml": b"[]"}
    for name, content in small.items():
        (project / "sources" / name).write_bytes(content)
    headroom("refresh", at=project)
    headroom("note", "new", "a-paper", at=project)
    assert (project / "sources" / "notes" / "a-paper.md").is_file()
    told = headroom(
        "sql", "SELECT count(*) AS n FROM core.estimates", "--json", at=project
    )
    assert json.loads(told)[0]["n"] > 0
    after = _state(tmp_path)
    new = {p for p, at in after.items() if before.get(p) != at}
    assert all(p.is_relative_to(project) for p in new), new
