"""`headroom refresh`: bring the warehouse up to date and say what moved.

What belongs here: progress and summary. What does not: the refresh (pipeline.refresh).
"""

from __future__ import annotations

from typing import Annotated, Any

import typer

from pipeline import settings as environment
from pipeline.cli.console import (
    DATA_FAILED,
    Json,
    as_json,
    err,
    out,
    red,
    sentences,
    yellow,
)
from pipeline.cli.headline import answer, lines_of, tell, tell_moved
from pipeline.cli.release import rows
from pipeline.refresh import Outcome
from pipeline.refresh import refresh as run
from pipeline.settings import Settings

SHOWN = 12  # changes listed; the rest is counted


def refresh(
    json: Json = False,
    accept: Annotated[
        str | None,
        typer.Option(help="Publish what a rule holds back; give the reason."),
    ] = None,
) -> None:
    """Read the sources, estimate, project, publish; then say what changed."""
    settings = environment.load()
    before = lines_of(settings.plain)
    with sentences():
        outcome = _with_progress(settings, accept, quiet=json)
    rejected = (
        rows(settings, "SELECT * FROM raw.rejected ORDER BY path, line")
        if outcome.head
        else []
    )
    if json:
        as_json(_facts(settings, outcome, rejected))
    else:
        if outcome.published:
            tell_moved(before, lines_of(settings.plain))
        _tell(settings, outcome, rejected)
    if outcome.problems or rejected:
        raise typer.Exit(DATA_FAILED)


def _with_progress(settings: Settings, accept: str | None, *, quiet: bool) -> Outcome:
    if quiet or not err.is_terminal:
        return run(settings, accept=accept)
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from pipeline.contracts import PUBLISHED

    with Progress(
        SpinnerColumn(),
        TextColumn("{task.completed}/{task.total} tables"),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    ) as progress:
        task = progress.add_task("reading sources", total=len(PUBLISHED) + 1)
        return run(
            settings,
            accept=accept,
            watch=lambda table: progress.update(task, advance=1, description=table),
        )


def _facts(settings: Settings, outcome: Outcome, rejected: list[Any]) -> dict[str, Any]:
    head = outcome.head
    return {
        "release_id": head.release_id if head else None,
        "seq": head.seq if head else None,
        "published": outcome.published,
        "repaired": outcome.repaired,
        "problems": outcome.problems,
        "rejected": rejected,
        "warnings": list(head.warnings) if head else [],
        "answer": answer(settings) if head else [],
    }


def _tell(settings: Settings, outcome: Outcome, rejected: list[Any]) -> None:
    head = outcome.head
    for sentence in outcome.repaired:
        out.print(f"Repaired: {sentence}.")
    if outcome.published:
        _changes(settings)
    if head is not None and not outcome.problems:
        tell(settings)
    for row in rejected:
        red(
            f"{row['path']}:{row['line']}: {row['field'] or 'file'}: {row['problem']}. "
            f"{row['remedy']}"
        )
    # What a person must not miss stands last: nothing scrolls it away.
    if head is None:
        red("Nothing is published.")
    elif outcome.published:
        told = tuple(f"{row['path']}:" for row in rejected)
        for sentence in head.warnings:
            if not sentence.startswith(told):
                yellow(f"To look at: {sentence}")
        accepted = f", accepted because: {head.reason}" if head.reason else ""
        out.print(
            f"Published release {head.release_id} (no. {head.seq}){accepted}.",
        )
    elif outcome.problems:
        out.print(f"Release {head.release_id} (no. {head.seq}) stands.")
    else:
        out.print(
            f"Nothing changed: release {head.release_id} (no. {head.seq}) has these "
            "sources."
        )
    for problem in outcome.problems:
        red(problem)


def _changes(settings: Settings) -> None:
    found = rows(
        settings,
        """SELECT * FROM meta.changes
        ORDER BY abs(coalesce(log10(nullif(ratio, 0)), 0)) DESC, "table", key""",
    )
    for row in found[:SHOWN]:
        cause = f" (by {row['changed_by']})" if row["changed_by"] else ""
        if row["change"] == "revised":
            what = f"{row['column']} {row['old']} → {row['new']}"
        else:
            what = row["change"]
        out.print(f"  {row['table']} {row['key']}: {what}{cause}")
    if len(found) > SHOWN:
        out.print(f"  … and {len(found) - SHOWN} more in meta.changes")
