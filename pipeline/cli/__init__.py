"""The command `headroom …`.

What belongs here: one module per group of commands, and the way in. What does not:
work; commands call the layers below and print. Heavy imports stand inside them, so
that `headroom --help` and a refresh with nothing to do stay quick.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline import __version__, settings
from pipeline.cli import explain, fetch, note, releases, report
from pipeline.cli.console import WRONG_USAGE, red
from pipeline.cli.init import init
from pipeline.cli.refresh import refresh
from pipeline.cli.show import estimates, projection, status
from pipeline.cli.sql import sql
from pipeline.cli.ui import ui
from pipeline.cli.whatif import whatif

app = typer.Typer(
    name="headroom",
    help="How much compute goes into reasoning training, and how far it can grow.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"headroom {__version__}")
        raise typer.Exit


@app.callback()
def project(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--project",
            metavar="DIR",
            help="The project folder; default: HEADROOM_PROJECT, else the nearest "
            "parent of the working folder that has sources/.",
        ),
    ] = None,
    version: Annotated[  # noqa: ARG001 - its callback answers
        bool,
        typer.Option(
            "--version", is_eager=True, callback=_version, help="Print the version."
        ),
    ] = False,
) -> None:
    """What holds for every command."""
    if folder is not None:
        settings.choose(folder)


for command in (init, refresh, status, estimates, projection, whatif, sql, ui):
    app.command()(command)
app.add_typer(note.app, name="note")
releases.register(app)
fetch.register(app)
explain.register(app)
report.register(app)


def main() -> None:
    """Run the command line; a traceback never reaches a user."""
    try:
        app()
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except settings.SettingsError as error:
        red(str(error))
        sys.exit(WRONG_USAGE)
