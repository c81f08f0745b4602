"""`headroom note …`: write and check source notes.

What belongs here: the commands. What does not: the rules (notes/).
"""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings
from pipeline.cli import draft
from pipeline.cli.console import (
    DATA_FAILED,
    WRONG_USAGE,
    Json,
    as_json,
    counted,
    out,
    red,
    stop,
    yellow,
)

if TYPE_CHECKING:
    from pipeline.notes.record import Record

_UNSAID = (
    "it does not say what it counts and is read as accelerator time; give `basis` "
    "(and `basis_reason` where the source does not say)"
)
app = typer.Typer(no_args_is_help=True, help="Write and check source notes.")
for command in (draft.draft, draft.accept):
    app.command()(command)


@app.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Only these notes; default: all.")
    ] = None,
    json: Json = False,
) -> None:
    """Check notes and registries without publishing."""
    from pipeline.lake.inputs import read_input, read_inputs
    from pipeline.notes.record import read_record

    folder = settings.load().sources
    files = read_inputs(folder)
    chosen: set[str] = set()
    for path in paths or []:
        if not path.is_file():
            stop(f"{path}: there is no such note", WRONG_USAGE)
        inside = path.resolve().is_relative_to((folder / "notes").resolve())
        name = (
            path.resolve().relative_to(folder.resolve()).as_posix()
            if inside
            else f"notes/{path.name}"  # a note outside of sources/ is checked too
        )
        files[name] = read_input(path.parent, path)
        chosen.add(name)
    record = read_record(files, datetime.now(UTC).date())
    faults = [f for f in record.faults if not chosen or f.path in chosen]
    odd = odd_claims_of(record, chosen)
    if json:
        as_json(
            {
                "notes": len(record.notes),
                "claims": len(record.tables["raw.claims"]),
                "scores": len(record.tables["raw.scores"]),
                "models": len(record.tables["core.models"]),
                "faults": [asdict(f) for f in faults],
                "to_look_at": odd,
            }
        )
    else:
        for fault in faults:
            red(str(fault))
        for each in odd:
            yellow(f"To look at: {each['claim_id']}: {each['problem']}")
        notes, claims, scores, models = (
            counted(len(each), noun)
            for each, noun in (
                (record.notes, "valid note"), (record.tables["raw.claims"], "claim"),
                (record.tables["raw.scores"], "score"),
                (record.tables["core.models"], "model"),
            )
        )  # fmt: skip
        wrong = counted(len(faults), "fault") if faults else "no faults"
        out.print(f"{notes} with {claims} and {scores}; {models}; {wrong}.")
    if faults:
        raise typer.Exit(DATA_FAILED)


def odd_claims_of(record: Record, chosen: set[str]) -> list[dict[str, str]]:
    """Claims of the chosen notes, or of all, at which a person should look again."""
    from pipeline.checks.magnitudes import odd_claims
    from pipeline.contracts import conform, contract
    from pipeline.notes.evidence import KINDS

    needed = ("raw.claims", "raw.sources", "core.models", "core.hardware",
              "core.assumptions")  # fmt: skip
    tables = {name: conform(contract(name), record.tables[name]) for name in needed}
    sources = tables["raw.sources"]
    ours = set(sources.loc[sources["note_path"].isin(chosen), "source_id"])
    try:
        found = odd_claims(tables)
    except KeyError as error:  # a constant is missing
        return [{"claim_id": "assumptions.yaml", "problem": str(error.args[0])}]
    claims = tables["raw.claims"]
    may_say = [name for name, kind in KINDS.items() if "basis" in kind.model_fields]
    unsaid = claims[
        claims["stage"].isin(("reasoning", "post_training"))
        & claims["evidence"].isin(may_say)
        & claims["basis"].isna()
        & (claims["status"] == "accepted")
    ]["claim_id"]
    problems = [
        *zip(found["claim_id"], found["problem"], strict=True),
        *((claim_id, _UNSAID) for claim_id in unsaid),
    ]
    return [
        {"claim_id": claim_id, "problem": problem}
        for claim_id, problem in problems
        if not chosen or claim_id.split("/")[0] in ours
    ]


@app.command()
def withdraw(
    source_id: Annotated[str, typer.Argument(help="Id of the note.")],
) -> None:
    """Mark every claim of a note as withdrawn; echoes of it keep what they say."""
    from pipeline.lake.files import replacing
    from pipeline.lake.inputs import read_inputs
    from pipeline.notes.constants import Dates
    from pipeline.notes.parse import read_note
    from pipeline.notes.record import read_record
    from pipeline.notes.withdraw import withdrawn

    folder = settings.load().sources
    files = read_inputs(folder)
    record = read_record(files, datetime.now(UTC).date())
    note = next((n for n in record.notes if n.source.id == source_id), None)
    if note is None:
        stop(
            f"{source_id}: there is no such note, or it has a fault "
            "(`headroom note check`)",
            WRONG_USAGE,
        )
    try:
        text = withdrawn(files[note.path].decode("utf-8-sig"), note)
    except ValueError as error:
        stop(str(error))
    with replacing(folder / note.path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    allowed = Dates.of((), date.max)
    left = read_note(note.path, text.encode(), record.registry, allowed)[1]
    if left:
        stop(str(left[0]))
    out.print(
        f"Withdrew {counted(len(note.claims), 'claim')} of {note.path}. Say why in its "
        "text, then run `headroom refresh`."
    )


@app.command()
def new(
    source_id: Annotated[
        list[str], typer.Argument(help="Slug; becomes the file name.")
    ],
) -> None:
    """Write a template for a new note into sources/notes/."""
    from pipeline.notes.template import template

    name = slug(" ".join(source_id))
    path = settings.load().sources / "notes" / f"{name}.md"
    if path.exists():
        stop(f"{path} exists; choose another id or edit it", WRONG_USAGE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(template(name, datetime.now(UTC).date()), encoding="utf-8")
    out.print(f"Wrote {path}. Fill it in, then run `headroom note check`.")


def slug(text: str) -> str:
    """An id as it was given; stops with a proposal where it is none."""
    from pipeline.notes.template import SLUG_HELP, is_slug

    if not is_slug(text):
        proposed = re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")
        hint = f"use a slug: {proposed}" if is_slug(proposed) else SLUG_HELP
        stop(f"{text!r} is no id; {hint}", WRONG_USAGE)
    return text
