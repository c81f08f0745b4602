"""The registries: models.yaml and hardware.csv, and how a name is resolved.

What belongs here: ids, aliases and their uniqueness. What does not: guessing. A name
that is not listed is a fault with the nearest known one as a hint, never a match.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.notes.faults import Fault, nearest, no_list, plain, short
from pipeline.notes.frontmatter import Unreadable, decode, load
from pipeline.notes.tables import Table, read_table
from pipeline.notes.values import Day
from pipeline.vocabulary import Openness, Role

SLUG = r"^[a-z0-9][a-z0-9.-]*$"
Peak = Annotated[float, Field(ge=1e9, le=1e18)] | None  # FLOP/s of one chip
Price = Annotated[float, Field(gt=0, le=1e4)] | None


# Hyphens of typesetters: U+2010 to U+2015, and the minus sign.
_HYPHENS = dict.fromkeys([*range(0x2010, 0x2016), 0x2212], "-")


def folded(name: str) -> str:
    """The form in which names are compared.

    Lower case, single spaces, one kind of hyphen, letters with their accents composed.
    """
    composed = unicodedata.normalize("NFC", name).translate(_HYPHENS)
    return " ".join(composed.split()).casefold()


class Model(BaseModel):
    """One entry of models.yaml."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, allow_inf_nan=False
    )

    id: str = Field(pattern=SLUG)
    name: str
    developer: str
    released_on: Day
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
    if not isinstance(raw, list | None):
        return [], [no_list(path)]
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
                        plain(detail["msg"]),
                        "See sources/README.md for the fields of a model",
                        short(detail.get("input")),
                    )
                )
    return models, faults


class Accelerator(BaseModel):
    """One row of hardware.csv; peaks are dense, an empty cell is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    hardware_id: str = Field(pattern=SLUG)
    name: str = Field(min_length=1)
    aliases: str | None = None
    vendor: str = Field(min_length=1)
    bf16_flop_per_s: Peak = None
    fp8_flop_per_s: Peak = None
    price_low_usd_per_hour: Price = None
    price_high_usd_per_hour: Price = None
    source: str = Field(min_length=1)
    checked_on: Day

    @model_validator(mode="after")
    def _prices(self) -> Accelerator:
        low, high = self.price_low_usd_per_hour, self.price_high_usd_per_hour
        if low is not None and high is not None and low > high:
            raise ValueError("the low price is above the high one")
        return self


def read_hardware(path: str, data: bytes) -> tuple[list[dict[str, str]], list[Fault]]:
    """The rows of hardware.csv as text; a faulty row is left out and reported."""
    wanted = list(Accelerator.model_fields)
    try:
        table = read_table(path, data)
    except Unreadable as unreadable:
        return [], [unreadable.fault]
    if table.separator != ",":
        return [], [
            Fault(path, 1, "", f"columns are parted by {table.separator!r}",
                  "Save the file with commas between the columns")
        ]  # fmt: skip
    missing = [name for name in wanted if name not in table.header]
    if missing:
        return [], [
            Fault(path, 1, missing[0], "the column is missing", "Add it to the header",
                  short(", ".join(table.header)))
        ]  # fmt: skip
    return _chips(path, table)


def _chips(path: str, table: Table) -> tuple[list[dict[str, str]], list[Fault]]:
    rows: dict[str, dict[str, str]] = {}
    faults: list[Fault] = []
    for line, cells in table.rows:
        if len(cells) != len(table.header):
            faults.append(
                Fault(path, line, "", f"the row has {len(cells)} cells, the header "
                      f"{len(table.header)}", "Add or remove commas", cells[0])
            )  # fmt: skip
            continue
        row = dict(zip(table.header, cells, strict=True))
        try:
            Accelerator.model_validate({k: v or None for k, v in row.items()})
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                name = ".".join(map(str, detail["loc"]))
                faults.append(
                    Fault(path, line, name, plain(detail["msg"]),
                          "Write numbers as 9.89e14, or leave the cell empty",
                          short(row.get(name)))
                )  # fmt: skip
            continue
        if row["hardware_id"] in rows:
            faults.append(
                Fault(path, line, "hardware_id", "the id stands twice", "Rename one",
                      row["hardware_id"])
            )  # fmt: skip
        rows.setdefault(row["hardware_id"], row)
    return list(rows.values()), faults


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
        for name in filter(str.strip, names):
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
