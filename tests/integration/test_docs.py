"""The documentation is true: the tutorial, the notebooks, the commands' reference.

What belongs here: walking what a reader is told to do, in a project of its own. What
does not: whether it reads well.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import cli_reference
from tests.mini import PROJECT

DOCS = PROJECT / "docs"
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))
_FENCE = re.compile(r"^```(\w+)(?: title=\"([^\"]+)\")?\n(.*?)^```$", re.M | re.S)


def _environment() -> dict[str, str]:
    ours = (
        "HEADROOM_PROJECT",
        "HEADROOM_SOURCES",
        "HEADROOM_WAREHOUSE",
        "DAGSTER_HOME",
    )
    kept = {k: v for k, v in os.environ.items() if k not in ours}
    return kept | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("walk")


def _steps(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Commands with the output shown, and files with their content, in order."""
    for language, title, body in _FENCE.findall(text):
        if title:
            yield "file", title, [body]
        elif language == "console":
            for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
                command, *output = part.rstrip("\n").split("\n")
                yield "run", command, output


def _matches(shown: list[str], said: str) -> bool:
    """Whether an output is what the page shows; `…` stands for anything."""
    pattern = re.escape("\n".join(shown)).replace("…", ".*")
    return re.fullmatch(pattern, said.strip("\n"), flags=re.S) is not None


def test_the_tutorial_can_be_walked(folder: Path) -> None:
    at, ran = folder, 0
    for kind, what, shown in _steps((DOCS / "tutorial.md").read_text("utf-8")):
        if kind == "file":
            (at / what).write_text(shown[0], encoding="utf-8")
            continue
        command = shlex.split(what)
        if command[0] == "cd":
            at = at / command[1]
            continue
        done = subprocess.run(
            command, cwd=at, env=_environment(), check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert _matches(shown, done.stdout), f"$ {what}\n{done.stdout}"
        assert done.returncode == (2 if "is no id" in done.stdout else 0)
        ran += 1
    assert ran >= 10


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebooks_run(folder: Path, path: Path) -> None:
    """After the tutorial, in its project; each cell in order, in one process."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=folder / "my-record",
        env=_environment(), check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_reference_of_commands_is_current() -> None:
    """If this fails: `python -m tests.cli_reference`."""
    assert cli_reference.PATH.read_text(encoding="utf-8") == cli_reference.text()


def test_links_of_the_documentation_lead_somewhere() -> None:
    dead = []
    for page in [*DOCS.rglob("*.md"), *PROJECT.glob("*.md")]:
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            place = link.partition("#")[0]
            if place and "://" not in place and not (page.parent / place).exists():
                dead.append(f"{page.relative_to(PROJECT)} -> {link}")
    assert dead == []
