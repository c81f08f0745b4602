"""`headroom model new`: register a model that a note can name.

What belongs here: the command. What does not: an entry's rules (notes/registry.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import typer
import yaml

from pipeline import settings
from pipeline.cli.console import WRONG_USAGE, out, red, stop
from pipeline.cli.note import slug

app = typer.Typer(no_args_is_help=True, help="Register models.")


@app.callback()
def group() -> None:
    """Register models."""


@app.command()
def new(
    model_id: Annotated[list[str], typer.Argument(help="Slug, such as acme-o5.")],
    name: Annotated[str, typer.Option(help="Its name as people write it.")],
    developer: Annotated[str, typer.Option(help="As in other entries.")],
    released: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"])],
    reasoning: Annotated[bool, typer.Option(help="Was it trained to reason?")] = True,
    base: Annotated[str | None, typer.Option(help="Id of its base model.")] = None,
    role: Annotated[
        str | None, typer.Option(help="flagship, derivative or research.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Two letters, such as US.")
    ] = None,
    openness: Annotated[
        str | None, typer.Option(help="Are its weights public?")
    ] = None,
    alias: Annotated[list[str] | None, typer.Option(help="Another spelling.")] = None,
) -> None:
    """Append an entry to sources/models.yaml."""
    from pipeline.lake.files import replacing

    path = settings.load().sources / "models.yaml"
    entry: dict[str, Any] = {
        "id": slug(" ".join(model_id)), "name": name, "developer": developer,
        "released_on": released.date(), "country": country, "openness": openness,
        "role": role, "base_model": base, "is_reasoning": reasoning,
        "aliases": alias,
    }  # fmt: skip
    given = {field: value for field, value in entry.items() if value is not None}
    stanza = yaml.safe_dump([given], sort_keys=False, allow_unicode=True, width=1000)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    old = before.rstrip().removesuffix("[]").rstrip()  # an empty registry's list
    text = (old + "\n" if old else "") + stanza
    known = _faults(before)
    faults = [each for each in _faults(text) if each not in known]
    if faults:
        for fault in faults:
            red(fault)
        stop("Nothing was written.", WRONG_USAGE)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    out.print(f"Added {given['id']} to {path}.")


def _faults(text: str) -> list[str]:
    """What is wrong with a registry of models, a sentence each."""
    from pipeline.notes.registry import build, read_models

    models, unreadable = read_models("models.yaml", text.encode())
    _, wrong = build(models, [])
    return [str(fault) for fault in (*unreadable, *wrong)]
