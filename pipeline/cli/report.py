"""`headroom report` and `headroom site`: pages of a release.

What belongs here: which release, and opening the page. What does not: the pages
(report/).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as environment
from pipeline.cli.console import WRONG_USAGE, Json, as_json, out, sentences, stop
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.lake import Head


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(site)
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

    from pipeline.lake import head, recover
    from pipeline.lake.history import find
    from pipeline.report import build

    settings = environment.load()
    with sentences():
        wanted = find(settings, release) if release else None
        recover(settings)
        current = head(settings)
        if current is None:
            stop("nothing has been published yet: run `headroom refresh`")
        try:
            if wanted is None or wanted.seq == current.seq:
                page = build(settings)
            else:
                page = _older(settings, wanted)
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


def site(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder.")],
    release: Annotated[
        str | None, typer.Option(help="Id or number of an older release.")
    ] = None,
    url: Annotated[str, typer.Option(help="Where it will be published.")] = "",
    json: Json = False,
) -> None:
    """Write the site: documentation, models, sources, releases, feed, downloads."""
    from pipeline.lake import head
    from pipeline.lake.history import find
    from pipeline.report.site import build

    settings = environment.load()
    with sentences():
        wanted = find(settings, release) if release else head(settings)
        if wanted is None:
            stop("nothing has been published yet: run `headroom refresh`", WRONG_USAGE)
        page = build(settings, wanted, folder.expanduser().resolve(), url)
    if json:
        as_json({"page": str(page)})
    else:
        out.print(f"Wrote {page}.")


def _older(settings: Settings, release: Head) -> Path:
    """The page of an older release, beside the current one."""
    from pipeline.lake.history import plain_of
    from pipeline.report.page import write

    target = settings.report / f"release-{release.seq}.html"
    write(plain_of(settings, release), target)
    return target
