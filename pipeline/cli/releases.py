"""`headroom releases`, `diff`, `rollback`, `export`, `doctor` and `lake …`.

What belongs here: the commands around old releases and the health of the store. What
does not: the work (lake/).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import settings as environment
from pipeline.cli.console import (
    DATA_FAILED,
    WRONG_USAGE,
    Json,
    as_json,
    out,
    red,
    sentences,
    stop,
    table,
)
from pipeline.cli.headline import lines_of, tell_moved

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.lake.doctor import Finding
    from pipeline.settings import Settings

Release = Annotated[str, typer.Argument(help="Id or number of a release.")]
_SHOWN = 10  # revisions shown per table; --json has them all


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (releases, diff, rollback, export, doctor):
        app.command()(command)
    lake = typer.Typer(no_args_is_help=True, help="Copy the store and put it back.")
    lake.command()(backup)
    lake.command()(restore)
    app.add_typer(lake, name="lake")


def releases(json: Json = False) -> None:
    """List all publications, newest first."""
    from pipeline.lake.history import releases as listed

    with sentences():
        found = [asdict(each) for each in reversed(listed(environment.load()))]
    if json:
        as_json(found)
        return
    if not found:
        out.print("Nothing has been published yet: run `headroom refresh`.")
        return
    shown = ("seq", "release_id", "kind", "published_at", "reason")
    rows = [{**each, "published_at": _minute(each["published_at"])} for each in found]
    _print(shown, [[row[name] for name in shown] for row in rows])


def diff(
    old: Release,
    new: Release,
    table: Annotated[str | None, typer.Option(help="Only this table.")] = None,
    json: Json = False,
) -> None:
    """Show what differs between two releases, and the claims behind it."""
    from pipeline.contracts import PUBLISHED
    from pipeline.lake.history import diff as compared
    from pipeline.lake.history import find, plain_of

    if table is not None and table not in PUBLISHED:
        there = ", ".join(PUBLISHED)
        stop(f"there is no table {table!r}; there are: {there}", WRONG_USAGE)
    settings = environment.load()
    with sentences():
        sides = [find(settings, wanted) for wanted in (old, new)]
        found = compared(settings, *sides, table_name=table)
    if json:
        as_json(
            {
                "old": asdict(sides[0]),
                "new": asdict(sides[1]),
                "summary": _counts(found),
                "changes": found.astype(object)
                .where(found.notna(), None)
                .to_dict("records"),
            }
        )
        return
    heads = [f"{each.seq} ({each.release_id})" for each in sides]
    if found.empty:
        out.print(f"Releases {heads[0]} and {heads[1]} hold the same.")
        return
    out.print(f"From release {heads[0]} to {heads[1]}:")
    with sentences():
        tell_moved(*(lines_of(plain_of(settings, each)) for each in sides))
    for counted in _counts(found):
        _show(counted, found[found["table"] == counted["table"]])


def rollback(
    release: Release,
    reason: Annotated[str, typer.Option(help="Why; it stands in meta.releases.")],
    json: Json = False,
) -> None:
    """Publish an old release again and hold what it replaces."""
    from pipeline.lake.history import find
    from pipeline.lake.history import rollback as roll_back

    settings = environment.load()
    with sentences():
        done = roll_back(
            settings,
            find(settings, release),
            reason=reason,
            run_id=f"rollback-{uuid.uuid4()}",
            now=datetime.now(UTC),
        ).head
    if json:
        as_json(asdict(done))
        return
    out.print(
        f"Publication {done.seq} is {done.release_id} again. Nothing is published "
        "until the sources change, or `headroom refresh --accept` overrules it."
    )


def export(
    release: Release,
    folder: Annotated[Path, typer.Argument(help="A new folder.")],
    form: Annotated[
        str,
        typer.Option(
            "--format", help="tables; hub: its forecasts; ducklake: all releases."
        ),
    ] = "tables",
    json: Json = False,
) -> None:
    """Write a release as Parquet, CSV and DuckDB, with checksums and description."""
    from pipeline.lake.export import export
    from pipeline.lake.frozen import freeze
    from pipeline.lake.history import find
    from pipeline.lake.hub import export_hub

    writers = {"tables": export, "hub": export_hub, "ducklake": freeze}
    if form not in writers:
        stop(f"there is no format {form!r}; use {' or '.join(writers)}", WRONG_USAGE)
    write = writers[form]
    settings = environment.load()
    with sentences():
        wanted = find(settings, release)
        files = write(settings, wanted, folder.resolve())
    if json:
        as_json({"release": asdict(wanted), "files": [str(path) for path in files]})
        return
    out.print(f"Wrote {wanted.release_id} to {folder}: {len(files)} files.")


def doctor(json: Json = False) -> None:
    """Look for what is wrong, say what to do, repair what is derived."""
    from pipeline.lake.doctor import examine

    settings = environment.load()
    found = examine(settings)
    if all(each.ok for each in found):
        found += _page(settings)
    if json:
        as_json([asdict(each) for each in found])
    else:
        for each in found:
            line = f"{each.what}: {each.text}"
            out.print(line) if each.ok else red(line)
    if not all(each.ok for each in found):
        raise typer.Exit(DATA_FAILED)


def _page(settings: Settings) -> list[Finding]:
    """The page derives from the release, too."""
    from pipeline import report
    from pipeline.lake import LakeError, head, writer
    from pipeline.lake.doctor import Finding

    try:
        with writer(settings, "doctor"):
            current = head(settings)
            if current is None:
                return []
            done = report.mend(settings, current.seq, current.release_id)
    except LakeError as error:
        return [Finding("page", ok=False, text=str(error))]
    ok = report.release_of(settings.report / report.PAGE) is not None
    return [Finding("page", ok=ok, text="; ".join(done) or "it is of this release")]


def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder.")], json: Json = False
) -> None:
    """Copy the store, all its history included."""
    from pipeline.lake.backups import backup as copy

    with sentences():
        held = copy(environment.load(), folder.resolve())
    if json:
        as_json(asdict(held))
        return
    out.print(f"Copied everything up to {held.seq} ({held.release_id}) to {folder}.")


def restore(
    folder: Annotated[Path, typer.Argument(help="A folder made by backup.")],
    json: Json = False,
) -> None:
    """Put a copy in the store's place; what was there is kept beside it."""
    from pipeline.lake.backups import restore as put_back

    with sentences():
        held, aside = put_back(environment.load(), folder.resolve())
    if json:
        as_json({**asdict(held), "kept": aside})
        return
    kept = f" What was there is in {aside}; delete it when it is not needed."
    out.print(f"The head is {held.seq} ({held.release_id}).{kept if aside else ''}")


def _counts(found: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows added, removed and revised by table, in the order of the tables."""
    counts = []
    for name, rows in found.groupby("table", sort=False):
        by_kind = rows.groupby("change")["key"].nunique()
        kinds = ("added", "removed", "revised")
        counts.append({"table": name, **{k: int(by_kind.get(k, 0)) for k in kinds}})
    return counts


def _show(counted: dict[str, Any], rows: pd.DataFrame) -> None:
    kinds = ("added", "removed", "revised")
    parts = [f"{counted[kind]} {kind}" for kind in kinds if counted[kind]]
    out.print()
    out.print(f"{counted['table']}: {', '.join(parts)}", style="bold")
    ordered = rows.assign(far=_distance(rows)).sort_values(
        "far", ascending=False, kind="stable", na_position="last"
    )
    shown = ordered.head(_SHOWN)
    names = ("key", "column", "old", "new", "ratio", "changed_by")
    _print(names, shown[list(names)].astype(object).to_numpy().tolist())
    if len(rows) > _SHOWN:
        out.print(f"… and {len(rows) - _SHOWN} more: --json has them all")


def _distance(rows: pd.DataFrame) -> pd.Series:
    """How far a ratio is from 1, so that the largest revisions come first."""
    import numpy as np
    import pandas as pd

    ratio = rows["ratio"].where(rows["ratio"] > 0).to_numpy(float)
    return pd.Series(np.abs(np.log10(ratio)), index=rows.index)


def _print(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
    table(names, ([_cell(value) for value in row] for row in rows))


def _cell(value: Any) -> str:
    if value is None or value != value:
        return ""
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
