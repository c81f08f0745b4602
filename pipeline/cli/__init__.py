"""The command `headroom …`.

What belongs here: one module per group of commands, and the way in. What does not:
work; commands call the layers below and print. Heavy imports stand inside them, so
that `headroom --help` and a refresh with nothing to do stay quick.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from pipeline import __version__, settings
from pipeline.cli import (
    explain,
    fetch,
    forecasts,
    inbox,
    model,
    note,
    releases,
    report,
)
from pipeline.cli.console import (
    DATA_FAILED,
    DONE,
    INTERRUPTED,
    WRONG_USAGE,
    prepare_streams,
    red,
)
from pipeline.cli.init import init
from pipeline.cli.refresh import refresh
from pipeline.cli.show import estimates, projection, status
from pipeline.cli.sql import sql
from pipeline.cli.ui import ui
from pipeline.cli.whatif import whatif


class _Interrupted(Exception):  # noqa: N818 - no error
    """Ctrl-C; Typer would end with `Aborted.` and 1."""


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise _Interrupted from error


app = typer.Typer(
    name="headroom",
    cls=_Commands,
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
app.add_typer(model.app, name="model")
releases.register(app)
fetch.register(app)
inbox.register(app)
explain.register(app)
report.register(app)
forecasts.register(app)


def main() -> None:
    """Run the command line; a traceback never reaches a user."""
    prepare_streams()
    try:
        app()
    except SystemExit as leaving:
        code = leaving.code
    except _Interrupted:
        red("Interrupted; what was published stands, nothing is half done.")
        code = INTERRUPTED
    except settings.SettingsError as error:
        red(str(error))
        code = WRONG_USAGE
    except OSError as error:
        red(_cause(error))
        code = DATA_FAILED
    _leave(code if isinstance(code, int) else DONE)


def _cause(error: OSError) -> str:
    """What the system refused, and where."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}; mend that and run the command again."


def _leave(code: int) -> NoReturn:
    """Exit; what cannot be flushed any more is dropped without a second message."""
    try:
        sys.stdout.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            red(f"The output cannot be written ({error.strerror}).")
            code = code or DATA_FAILED
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)
