"""`headroom sql`: a user's statement on the release, read-only.

What belongs here: the command. What does not: the sandbox (lake/sandbox.py).
"""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline import settings as environment
from pipeline.cli.console import Json, as_json, counted, out, sentences, table

NULL = "NULL"


def sql(
    statement: Annotated[str, typer.Argument(help="One SELECT statement.")],
    release: Annotated[
        str | None, typer.Option(help="Id or number of an old release.")
    ] = None,
    json: Json = False,
) -> None:
    """Run a read-only SQL query, on this release or an older one."""
    from pipeline.lake.sandbox import run_sql

    wanted = int(release) if release is not None and release.isdigit() else release
    with sentences():
        names, found = run_sql(environment.load(), statement, wanted)
    if json:
        keys = _unique(names)
        as_json([dict(zip(keys, row, strict=True)) for row in found])
        return
    table(names, found, null=NULL)
    out.print(counted(len(found), "row"))


def _unique(names: list[str]) -> list[str]:
    """Names of columns as keys of JSON: a second `n` becomes `n_2`."""
    keys: list[str] = []
    for name in names:
        key, k = name, 1
        while key in keys:
            k += 1
            key = f"{name}_{k}"
        keys.append(key)
    return keys
