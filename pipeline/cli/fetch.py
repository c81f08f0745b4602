"""`headroom fetch …`: get published tables into sources/datasets/.

What belongs here: the command. What does not: the download (lake/fetch.py).
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings
from pipeline.cli.console import (
    WRONG_USAGE,
    Json,
    as_json,
    counted,
    err,
    out,
    sentences,
    stop,
)

if TYPE_CHECKING:
    from pipeline.lake.fetch import Fetched


def register(commands: typer.Typer) -> None:
    """Add the command of this module."""
    commands.command(name="fetch")(fetch)


def fetch(
    name: Annotated[str, typer.Argument(help="Whose table: epoch or owid.")],
    url: Annotated[
        str | None,
        typer.Option(
            help="Address; default: the organisation's own (HEADROOM_EPOCH_URL)."
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="Take this local file instead.")
    ] = None,
    vintage: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            help="With --file: the day from which it was public.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Get a published table into sources/datasets/, if it is newer than the stored."""
    from pipeline.datasets import CONNECTORS
    from pipeline.lake.fetch import take

    if file is not None and url is not None:
        stop("give either --url or --file", WRONG_USAGE)
    if vintage is not None and file is None:
        stop("--vintage goes with --file", WRONG_USAGE)
    known = {connector.id: connector.address for connector in CONNECTORS}
    if name not in known:
        stop(f"{name!r} is no table; use one of {', '.join(known)}", WRONG_USAGE)
    where = settings.load()
    address = url or (where.epoch_url if name == "epoch" else known[name])
    if file is None and address is None:
        stop(f"no address of {name} is known: give --url or --file", WRONG_USAGE)
    with sentences():
        if file is not None:
            day = vintage.date() if vintage else None
            found = take(file, where.datasets, day)
        else:
            found = _download(address or "", where.datasets, quiet=json)
    if json:
        as_json(
            {
                "file": found.path.name,
                "new": found.is_new,
                "rows": found.rows,
                "with_compute": found.with_compute,
            }
        )
        return
    told = f"{counted(found.rows, 'row')}, {found.with_compute:,} with compute"
    if found.is_new:
        out.print(f"Stored {found.path.name}: {told}. Run `headroom refresh`.")
    else:
        out.print(f"{found.path.name} is current: {told}.")


def _download(url: str, folder: Path, *, quiet: bool) -> Fetched:
    from pipeline.lake.fetch import fetch

    today = datetime.now(UTC).date()
    if quiet or not err.is_terminal:
        return fetch(url, folder, today)
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        console=err,
        transient=True,
    ) as progress:
        task = progress.add_task("fetching", total=None)
        return fetch(
            url,
            folder,
            today,
            watch=lambda done, total: progress.update(
                task, completed=done, total=total
            ),
        )
