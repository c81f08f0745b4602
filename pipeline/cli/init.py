"""`headroom init`: a project folder of one's own.

What belongs here: the files of a new project. What does not: their content's rules
(notes/), or what a refresh makes of them.
"""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.console import DONE, WRONG_USAGE, counted, out, stop

_PACKAGE = Path(__file__).resolve().parents[1]
# A wheel carries the record inside the package; a checkout has it beside the package.
_RECORDS = (_PACKAGE / "shipped", _PACKAGE.parent / "sources")
# An empty project keeps the method: constants, scenarios, hardware.
_EMPTIED = {
    "models.yaml": "# One entry per model; sources/README.md lists the fields.\n[]\n",
    "corrections.yaml": "# Known errors in a source; see sources/README.md.\n[]\n",
}
_FILES = {
    "workspace.yaml": """\
# For Dagster's own commands; `headroom ui` needs no file.
load_from:
  - python_module:
      module_name: pipeline.definitions
      location_name: headroom
""",
    "Makefile": """\
HEADROOM ?= headroom

.PHONY: refresh check ui

refresh: # sources -> estimates -> projections -> a published release
\t@$(HEADROOM) refresh

check: # every fault of the notes and registries, with file and line
\t@$(HEADROOM) note check

ui: # http://127.0.0.1:3000
\t@$(HEADROOM) ui
""",
    ".gitignore": """\
warehouse/
.dagster/
sources/drafts/
sources/datasets/*
!sources/datasets/README.md
""",
}


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new project.")],
    empty: Annotated[
        bool, typer.Option("--empty", help="Without notes, models and corrections.")
    ] = False,
) -> None:
    """Make a project: the shipped record, workspace.yaml and a Makefile."""
    folder = folder.expanduser().resolve()
    there = [
        n for n in ("sources", "warehouse", *_FILES) if (folder / n).exists()
    ] if folder.is_dir() else []  # fmt: skip
    if there or (folder.exists() and not folder.is_dir()):
        what = f"has {', '.join(there)} already" if there else "is no folder"
        stop(f"{folder} {what}; choose another folder", WRONG_USAGE)
    record = next((path for path in _RECORDS if path.is_dir()), None)
    if record is None:
        stop("this installation carries no record; install Headroom again")
    try:
        _write(folder, record, empty=empty)
    except OSError as error:
        stop(f"{error.filename or folder}: {error.strerror}", WRONG_USAGE)
    notes = len(list((folder / "sources" / "notes").glob("*.md")))
    out.print(f"Made a project in {folder} with {counted(notes, 'note')}.")
    out.print(
        f"Next: `cd {shlex.quote(str(folder))}`, then `headroom refresh`"
        + (" once sources/notes has a note." if empty else "."),
    )
    raise typer.Exit(DONE)


def _write(folder: Path, record: Path, *, empty: bool) -> None:
    """Copy the record (without fetched tables and drafts) and write the other files."""
    sources = folder / "sources"
    (sources / "notes").mkdir(parents=True)
    (sources / "datasets").mkdir()
    for path in sorted([*record.iterdir(), *(record / "notes").glob("*.md")]):
        if not path.is_file() or (empty and path.parent != record):
            continue
        target = sources / path.relative_to(record)
        if empty and path.name in _EMPTIED:
            target.write_text(_EMPTIED[path.name], encoding="utf-8")
        else:
            shutil.copyfile(path, target)
    readme = Path("datasets") / "README.md"
    shutil.copyfile(record / readme, sources / readme)
    for name, text in _FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
