"""`headroom sql`: a user's statement on the release, read-only.

What belongs here: the command. What does not: the sandbox (lake/sandbox.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline import settings as environment
from pipeline.cli.console import WRONG_USAGE, Json, as_json, counted, out, stop

NULL = "NULL"


def sql(
    statement: Annotated[str, typer.Argument(help="One SELECT statement.")],
    release: Annotated[
        str | None, typer.Option(help="Id or number of an old release.")
    ] = None,
    json: Json = False,
) -> None:
    """Run one reading statement on the current or an old release."""
    from pipeline.lake import LakeError
    from pipeline.lake.sandbox import run_sql

    wanted = int(release) if release is not None and release.isdigit() else release
    try:
        names, found = run_sql(environment.load(), statement, wanted)
    except LakeError as error:
        stop(str(error), WRONG_USAGE)
    if json:
        as_json([dict(zip(names, row, strict=True)) for row in found])
        return
    from rich.table import Table

    table = Table(*names, box=None, pad_edge=False, header_style="bold")
    for row in found:
        table.add_row(*(NULL if cell is None else str(cell) for cell in row))
    out.print(table, soft_wrap=False)
    out.print(counted(len(found), "row"))
