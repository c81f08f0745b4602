"""`headroom inbox …`: what feeds listed, in the order of what it would change.

What belongs here: the commands. What does not: the visit and the state (inbox/).
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

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
from pipeline.cli.draft import move, needs_extra

if TYPE_CHECKING:
    from pipeline.inbox.box import Entry

app = typer.Typer(no_args_is_help=True)
Id = Annotated[
    str, typer.Argument(metavar="ID", help="Id of the entry, or its beginning.")
]


def register(commands: typer.Typer) -> None:
    """Add the commands of this module."""
    commands.add_typer(app, name="inbox")


@app.callback()
def group() -> None:
    """New disclosures from feeds: list, show, accept, dismiss."""


@app.command()
def fetch(json: Json = False) -> None:
    """Ask the feeds of sources/feeds.yaml now."""
    needs_extra()
    from pipeline.inbox.visit import visit_feeds

    with sentences():
        found = visit_feeds(environment.load())
    if json:
        as_json(
            {
                "new": [asdict(e) for e in found.new],
                "dead": found.dead,
                "requests": found.requests,
            }
        )
    else:
        counts = {
            s: sum(e.status == s for e in found.new)
            for s in ("proposed", "echo", "nothing", "failed")
        }
        said = ", ".join(f"{n} {s}" for s, n in counts.items() if n) or "nothing new"
        out.print(f"{len(found.new)} new entries: {said}.", markup=False)
        for feed, why in found.dead.items():
            red(f"{feed}: {why}")
    if found.dead:
        raise typer.Exit(DATA_FAILED)


@app.command("list")
def show_list(
    everything: Annotated[
        bool, typer.Option("--all", help="Echoes and decided ones, too.")
    ] = False,
    json: Json = False,
) -> None:
    """What waits for a person, what would change most first."""
    from pipeline.inbox.box import load

    state = load(environment.load())
    found = state.ranked()
    if everything:
        found += [e for e in state.entries.values() if e not in found]
    if json:
        as_json([asdict(e) for e in found])
        return
    table(
        ["id", "status", "published", "effect", "title"],
        ([e.id, e.status, e.published_on or "", effect(e), e.title] for e in found),
    )
    if not found:
        out.print("Nothing waits.")


@app.command()
def show(entry_id: Id, json: Json = False) -> None:
    """One entry: where it stands, what it proposes, what that would change."""
    from pipeline.inbox.box import load, one

    settings = environment.load()
    with sentences():
        entry = one(load(settings), entry_id)
    if json:
        as_json(asdict(entry))
        return
    out.print(f"{entry.title}\n{entry.link}", markup=False, soft_wrap=True)
    out.print(f"{entry.status}: {entry.reason}", markup=False)
    for number, claim in enumerate(entry.claims, 1):
        out.print(f"{number:3} {claim}", markup=False)
    if effect(entry):
        out.print(f"Accepting would change: {effect(entry)}", markup=False)


@app.command()
def accept(
    entry_id: Id,
    claims: Annotated[str, typer.Option(help="Numbers of the claims: 1,3,4.")],
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="What the text does not say: precision=bf16."),
    ] = None,
) -> None:
    """Move chosen claims of an entry into sources/notes; the sensor publishes them."""
    from pipeline.inbox.box import decide, folder, load, one

    settings = environment.load()
    with sentences():
        entry = one(load(settings), entry_id)
    draft = folder(settings) / f"{entry.id}.md"
    if entry.status != "proposed" or not draft.is_file():
        stop(f"{entry.id} is {entry.status}: there is nothing to accept", WRONG_USAGE)
    name = f"{entry.feed}-{entry.id}.md"
    move(settings, draft, name, claims, given or [])
    decide(settings, entry.id, "accepted", f"claims {claims} in notes/{name}")


@app.command()
def dismiss(
    entry_id: Id,
    reason: Annotated[str, typer.Option(help="Why; it is remembered.")],
) -> None:
    """Put an entry aside for good."""
    from pipeline.inbox.box import decide, folder

    settings = environment.load()
    if not reason.strip():
        stop("give the reason: it is remembered", WRONG_USAGE)
    with sentences():
        entry = decide(settings, entry_id, "dismissed", reason)
    (folder(settings) / f"{entry.id}.md").unlink(missing_ok=True)
    out.print(f"Dismissed {entry.id}: {reason}", markup=False)


def effect(entry: Entry) -> str:
    """What accepting would do, in a few words."""
    from pipeline.inbox.box import effect_in_words

    return effect_in_words(entry.effect)
