"""`headroom site`: documentation and data as static pages.

What belongs here: the command. What does not: the pages (report/site.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings as environment
from pipeline.cli.console import WRONG_USAGE, Json, as_json, out, sentences, stop


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
