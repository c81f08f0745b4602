"""The registries: models.yaml and hardware.csv, and how a name is resolved.

What belongs here: ids, aliases and their uniqueness. What does not: guessing. A name
that is not listed is a fault with the nearest known one as a hint, never a match.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.notes.faults import Fault, nearest, short
from pipeline.notes.frontmatter import Unreadable, decode, load
from pipeline.vocabulary import Openness, Role

SLUG = r"^[a-z0-9][a-z0-9.-]*$"


def folded(name: str) -> str:
    """The form in which names are compared: lower case, single spaces."""
    return " ".join(name.split()).casefold()


class Model(BaseModel):
    """One entry of models.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)

    id: str = Field(pattern=SLUG)
    name: str
    developer: str
    released_on: date
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = None
    openness: Openness | None = None
    role: Role | None = None
    source: str | None = None
    base_model: str | None = None
    is_reasoning: bool = False
    family: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Registry:
    """Models and hardware by any of their spellings."""

    models: dict[str, Model]
    hardware: dict[str, dict[str, str]]
    model_names: dict[str, str]
    hardware_names: dict[str, str]

    def model(self, name: str) -> str | None:
        """The model id for an id, name or alias, or None."""
        return self.model_names.get(folded(name))

    def accelerator(self, name: str) -> str | None:
        """The hardware id for an id, name or alias, or None."""
        return self.hardware_names.get(folded(name))


def read_models(path: str, data: bytes) -> tuple[list[Model], list[Fault]]:
    """The entries of models.yaml; a faulty entry is left out and reported."""
    try:
        raw, lines = load(path, decode(path, data))
    except Unreadable as unreadable:
        return [], [unreadable.fault]
    models: list[Model] = []
    faults: list[Fault] = []
    for k, entry in enumerate(raw or []):
        try:
            models.append(Model.model_validate(entry))
        except ValidationError as error:
            for detail in error.errors():
                faults.append(
                    Fault(
                        path,
                        lines.near((k, *detail["loc"])),
                        ".".join(map(str, detail["loc"])),
                        detail["msg"],
                        "See sources/README.md for the fields of a model",
                        short(detail.get("input")),
                    )
                )
    return models, faults


def read_hardware(path: str, data: bytes) -> tuple[list[dict[str, str]], list[Fault]]:
    """The rows of hardware.csv as text."""
    try:
        text = decode(path, data)
    except Unreadable as unreadable:
        return [], [unreadable.fault]
    return list(csv.DictReader(io.StringIO(text))), []


def build(
    models: Iterable[Model], hardware: Iterable[dict[str, str]]
) -> tuple[Registry, list[Fault]]:
    """A registry; ambiguous names are reported and resolve to nothing."""
    faults: list[Fault] = []
    by_id: dict[str, Model] = {}
    for model in models:
        if model.id in by_id:
            faults.append(
                Fault("models.yaml", 0, "id", "the id stands twice", "Rename one",
                      model.id)
            )  # fmt: skip
        by_id.setdefault(model.id, model)
    chips = {row["hardware_id"]: row for row in hardware}
    model_names, more = _names(
        "models.yaml", ((m.id, [m.id, m.name, *m.aliases]) for m in by_id.values())
    )
    hardware_names, most = _names(
        "hardware.csv",
        (
            (k, [k, row["name"], *filter(None, (row.get("aliases") or "").split("|"))])
            for k, row in chips.items()
        ),
    )
    for model in by_id.values():
        if model.base_model is not None and model.base_model not in by_id:
            faults.append(
                Fault(
                    "models.yaml", 0, "base_model",
                    f"base model of {model.id} is not in the registry",
                    "Use an id of models.yaml." + nearest(model.base_model, by_id),
                    model.base_model,
                )
            )  # fmt: skip
    registry = Registry(by_id, chips, model_names, hardware_names)
    return registry, [*faults, *more, *most]


def _names(
    path: str, entries: Iterable[tuple[str, list[str]]]
) -> tuple[dict[str, str], list[Fault]]:
    owners: dict[str, set[str]] = {}
    for identity, names in entries:
        for name in names:
            owners.setdefault(folded(name), set()).add(identity)
    faults = [
        Fault(
            path, 0, "aliases", f"the name belongs to {', '.join(sorted(ids))}",
            "A name may lead to one entry only; remove it elsewhere", name,
        )
        for name, ids in owners.items()
        if len(ids) > 1
    ]  # fmt: skip
    return {n: next(iter(ids)) for n, ids in owners.items() if len(ids) == 1}, faults
