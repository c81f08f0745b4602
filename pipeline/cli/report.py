"""`headroom report`.

What belongs here: which release, and opening the page. What does not: the page.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings as environment
from pipeline.cli.console import DATA_FAILED, WRONG_USAGE, Json, as_json, out, stop
from pipeline.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(report)


def report(
    release: Annotated[
        str | None, typer.Option(help="Id or number of an older release.")
    ] = None,
    open: Annotated[bool, typer.Option("--open", help="Show it in a browser.")] = False,
    json: Json = False,
) -> None:
    """Write the HTML page of a release, by default of the current one."""
    import duckdb

    from pipeline.lake import LakeError, UsageError, head, recover
    from pipeline.lake.history import find

    settings = environment.load()
    try:
        wanted = find(settings, release) if release else None
        recover(settings)
        current = head(settings)
        if current is None:
            stop("nothing has been published yet: run `headroom refresh`")
        if wanted is None or wanted.seq == current.seq:
            from pipeline.report import build

            page = build(settings)
        else:
            page = _older(settings, wanted.snapshot_id, wanted.seq)
    except LakeError as error:
        wrong = isinstance(error, UsageError)
        stop(str(error), WRONG_USAGE if wrong else DATA_FAILED)
    except (OSError, duckdb.Error) as error:
        why = str(error).splitlines()[0]
        stop(f"the page cannot be made ({why}): run `headroom doctor`")
    if json:
        as_json({"page": str(page)})
    else:
        out.print(f"Wrote {page}")
    if open:
        import webbrowser

        webbrowser.open(page.as_uri())


def _older(settings: Settings, snapshot: int, seq: int) -> Path:
    """The page of an older release, beside the current one."""
    import tempfile

    from pipeline.lake import plain
    from pipeline.report.page import write

    target = settings.report / f"release-{seq}.html"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "release.duckdb"
        write(plain.build(settings, target=source, snapshot=snapshot), target)
    return target
