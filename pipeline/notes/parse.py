"""From the bytes of `sources/` to a record: notes that hold, and faults of the rest.

What belongs here: validation of one note, then of the notes among themselves. What does
not: frames (frames.py) and reading the disk.

A note stands or falls as a whole; a note that falls never takes another with it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any, Protocol

from pydantic import TypeAdapter, ValidationError

from pipeline.notes.constants import Dates
from pipeline.notes.evidence import CLAIM, KINDS
from pipeline.notes.faults import Fault, nearest, plain, short
from pipeline.notes.frontmatter import Lines, Unreadable, decode, load, split
from pipeline.notes.registry import Registry
from pipeline.notes.schema import Source

_SOURCE: TypeAdapter[Source] = TypeAdapter(Source)


class Named(Protocol):
    """What every claim has."""

    id: str
    repeats: str | None
    supersedes: tuple[str, ...]
    disclosed_on: date | None


@dataclass(frozen=True)
class Note:
    """One valid note: its source, its claims (names resolved to ids), its file."""

    path: str
    sha256: str
    source: Source
    claims: tuple[Any, ...]
    lines: Lines = field(repr=False, default_factory=Lines)


@dataclass(frozen=True)
class Checked:
    """The outcome of reading many notes."""

    notes: tuple[Note, ...]
    faults: tuple[Fault, ...]


def stem(path: str) -> str:
    """Name of a note without folder and ending."""
    return PurePosixPath(path).stem


def read_notes(files: Mapping[str, bytes], registry: Registry, dates: Dates) -> Checked:
    """Read all notes; `files` maps paths (relative to sources/) to bytes.

    Args:
        files: the notes.
        registry: models and hardware by name.
        dates: which ones a note may bear.
    """
    faults: list[Fault] = []
    good: list[Note] = []
    partly: list[Note] = []  # what of a faulty note can be read
    stems: dict[str, str] = {}
    for path in sorted(files):
        note, wrong = _read(path, files[path], registry, dates)
        if (first := stems.setdefault(stem(path), path)) != path and not wrong:
            wrong = [
                Fault(path, 0, "", f"{first} has the same id", "Rename one of them")
            ]
        faults += wrong
        if note is not None:
            (partly if wrong else good).append(note)
    fallen = {stem(f.path) for f in faults}
    faults += _among_themselves(partly, fallen, good)[1]
    while True:  # a note that falls for a missing claim may leave others without one
        good, wrong = _among_themselves(good, fallen)
        faults += wrong
        if not wrong:
            return Checked(tuple(good), tuple(sorted(set(faults))))
        fallen |= {stem(f.path) for f in wrong}


def read_note(
    path: str, data: bytes, registry: Registry, dates: Dates
) -> tuple[Note | None, list[Fault]]:
    """One note by itself: syntax, fields, names, dates; None where it has a fault."""
    note, faults = _read(path, data, registry, dates)
    return None if faults else note, faults


def _read(
    path: str, data: bytes, registry: Registry, dates: Dates
) -> tuple[Note | None, list[Fault]]:
    """The same, with what could be read of a faulty note beside its faults."""
    if not path.endswith(".md"):
        remedy = "Rename it to <source-id>.md, or take it out of notes/"
        return None, [Fault(path, 0, "", "the name does not end in .md", remedy)]
    try:
        raw, lines = load(path, split(path, decode(path, data)))
    except Unreadable as unreadable:
        return None, [unreadable.fault]
    if not isinstance(raw, dict) or set(raw) - {"source", "claims"}:
        extra = sorted(set(raw) - {"source", "claims"}) if isinstance(raw, dict) else []
        return None, [
            Fault(
                path, lines.near(tuple(extra[:1])), "".join(extra[:1]),
                "front matter has exactly `source` and `claims`",
                "Move or remove the rest", ", ".join(extra),
            )
        ]  # fmt: skip
    faults: list[Fault] = []
    source = _one(_SOURCE, raw.get("source"), path, ("source",), lines, faults)
    listed = raw.get("claims") or []
    if not isinstance(listed, list):
        listed = []
        faults.append(
            Fault(path, lines.near(("claims",)), "claims", "must be a list",
                  "Begin each claim with `- id: …`")
        )  # fmt: skip
    claims = []
    seen: set[str] = set()
    for k, entry in enumerate(listed):
        claim = _one(CLAIM, entry, path, ("claims", k), lines, faults)
        if claim is None:
            continue
        claims.append(_resolved(claim, path, k, lines, registry, faults))
        at = lines.near(("claims", k, "disclosed_on"))
        faults += _outside(claim.disclosed_on, dates, path, at, "disclosed_on")
        if claim.id in seen:
            faults.append(
                Fault(
                    path, lines.near(("claims", k, "id")), "id",
                    "the claim id stands twice in this note", "Rename one", claim.id,
                )
            )  # fmt: skip
        seen.add(claim.id)
    if not isinstance(source, Source):
        return None, faults
    faults += _source_faults(source, path, lines, dates)
    for k, claim in enumerate(claims if len(claims) == len(listed) else []):
        faults += _early_faults(claim, source, path, lines, k, registry, dates)
    sha = hashlib.sha256(data).hexdigest()
    return Note(path, sha, source, tuple(claims), lines), faults


def _one(
    adapter: TypeAdapter[Any],
    raw: Any,
    path: str,
    at: tuple[str | int, ...],
    lines: Lines,
    faults: list[Fault],
) -> Any:
    """Validate one block; its faults get the line of the field."""
    if not isinstance(raw, dict):
        faults.append(
            Fault(path, lines.near(at), ".".join(map(str, at)),
                  "the block is missing or not a set of `field: value`",
                  "See sources/README.md", short(raw))
        )  # fmt: skip
        return None
    try:
        return adapter.validate_python(raw)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            where = tuple(p for p in detail["loc"] if p not in KINDS)
            # Union branches add the name of a type to the path; YAML has no such key.
            known = tuple(p for p in where if isinstance(p, int) or "[" not in p)
            name = ".".join(map(str, known)) or _tag_field(detail["type"])
            faults.append(
                Fault(
                    path,
                    lines.near((*at, *(known or (name,)))),
                    name,
                    _sentence(detail),
                    _remedy(detail, raw),
                    short(_found(detail, raw)),
                )
            )
        return None


def _tag_field(kind: str) -> str:
    return "evidence" if kind.startswith("union_tag") else ""


def _found(detail: Any, raw: dict[str, Any]) -> Any:
    if detail["type"].startswith("union_tag"):
        return raw.get("evidence")
    return "" if isinstance(detail["input"], dict) else detail["input"]


def _sentence(detail: Any) -> str:
    known = {
        "missing": "the field is missing",
        "extra_forbidden": "there is no such field for this kind",
        "union_tag_not_found": "the kind of evidence is missing",
        "union_tag_invalid": "there is no such kind of evidence",
    }
    return known.get(detail["type"], plain(str(detail["msg"])))


def _remedy(detail: Any, raw: dict[str, Any]) -> str:
    kind = detail["type"]
    if kind.startswith("union_tag"):
        return f"Use one of {', '.join(KINDS)}." + nearest(
            str(raw.get("evidence", "")), KINDS
        )
    if kind == "extra_forbidden":
        kind_model = KINDS.get(str(raw.get("evidence")), Source)
        fields = set(kind_model.model_fields)
        return "Remove it or mend its name." + nearest(str(detail["loc"][-1]), fields)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']+)'", str(detail["ctx"].get("expected", "")))
        return "Use one of these." + nearest(str(detail["input"]), allowed)
    return "See sources/README.md for what the field accepts"


def _resolved(
    claim: Any,
    path: str,
    k: int,
    lines: Lines,
    registry: Registry,
    faults: list[Fault],
) -> Any:
    """The claim with model and hardware names replaced by ids."""
    changes: dict[str, Any] = {}
    for name in ("model", "reference", "applies_to"):
        given = getattr(claim, name, None)
        if not given or name not in type(claim).model_fields:
            continue
        many = given if isinstance(given, tuple) else (given,)
        ids = []
        for k2, one in enumerate(many):
            found = registry.model(one)
            if found is None:
                faults.append(
                    Fault(
                        path, lines.near(("claims", k, name, k2)), name,
                        "the model is not in models.yaml",
                        "Add it there or use a listed name."
                        + nearest(one, registry.model_names), one,
                    )
                )  # fmt: skip
            ids.append(found or one)
        changes[name] = tuple(ids) if isinstance(given, tuple) else ids[0]
    hardware = getattr(claim, "hardware", None)
    if hardware:
        found = registry.accelerator(hardware)
        if found is None:
            faults.append(
                Fault(
                    path, lines.near(("claims", k, "hardware")), "hardware",
                    "the accelerator is not in hardware.csv",
                    "Add it there or use a listed name."
                    + nearest(hardware, registry.hardware_names), hardware,
                )
            )  # fmt: skip
        changes["hardware"] = found or hardware
        faults += _peak_faults(claim, found, path, k, lines, registry)
    resolved = claim.model_copy(update=changes)
    faults += _reference_faults(resolved, path, k, lines, registry)
    return resolved


def _peak_faults(
    claim: Any, chip: str | None, path: str, k: int, lines: Lines, registry: Registry
) -> list[Fault]:
    """A precision at which hardware.csv states no peak leaves the hours unreadable."""
    precision = getattr(claim, "precision", None)
    if chip is None or precision is None:
        return []
    if registry.hardware[chip].get(f"{precision}_flop_per_s"):
        return []
    return [
        Fault(
            path, lines.near(("claims", k, "precision")), "precision",
            f"hardware.csv states no {precision} peak of {chip}",
            "Add the peak there or mend the precision", precision,
        )
    ]  # fmt: skip


def _reference_faults(
    claim: Any, path: str, k: int, lines: Lines, registry: Registry
) -> list[Fault]:
    if not claim.relative:
        return []

    def fault(problem: str, remedy: str) -> list[Fault]:
        line = lines.near(("claims", k, "reference"))
        return [Fault(path, line, "reference", problem, remedy, str(claim.reference))]

    model = registry.models.get(claim.model or "")
    if claim.reference is None and (model is None or model.base_model is None):
        if claim.model and not registry.model(claim.model):
            return []  # the unknown model is already reported
        return fault(
            "the reference model is missing, and models.yaml names no base model",
            "Add `reference:` with the model it is compared with",
        )
    default = claim.reference_default or claim.stage
    stage = getattr(claim, "reference_stage", None) or default
    if claim.reference == claim.model and stage == claim.stage:
        return fault("the claim compares a stage with itself", "Name another model")
    return []


def _source_faults(
    source: Source, path: str, lines: Lines, dates: Dates
) -> list[Fault]:
    faults = []
    if source.id != stem(path):
        faults.append(
            Fault(
                path, lines.near(("source", "id")), "source.id",
                "differs from the file name",
                f"Rename the file to {source.id}.md or the id to {stem(path)}",
                source.id,
            )
        )  # fmt: skip
    for name in ("published_on", "retrieved_on"):
        faults += _outside(
            getattr(source, name), dates, path, lines.near(("source", name)), name
        )
    return faults


def _early_faults(
    claim: Any,
    source: Source,
    path: str,
    lines: Lines,
    k: int,
    registry: Registry,
    dates: Dates,
) -> list[Fault]:
    """A figure of a model that the world knew long before the model is a slip."""
    day = claim.disclosed_on or source.published_on
    names = [*getattr(claim, "applies_to", ()), getattr(claim, "model", None)]
    models = [registry.models[n] for n in names if n in registry.models]
    if not models or claim.status == "retracted" or claim.evidence == "forecast":
        return []
    first = min(models, key=lambda m: m.released_on)
    if (first.released_on - day).days <= dates.announced:
        return []
    own = claim.disclosed_on is not None
    at = ("claims", k, "disclosed_on") if own else ("source", "published_on")
    return [
        Fault(
            path, lines.near(at), at[-1] if own else "source.published_on",
            f"the date is more than {dates.announced:.0f} days before {first.id} was "
            f"released ({first.released_on})",
            "Mend the date here or in models.yaml", str(day),
        )
    ]  # fmt: skip


def _outside(
    day: date | None, dates: Dates, path: str, line: int, name: str
) -> list[Fault]:
    """The fault of a date that no note may bear."""
    if day is None or dates.first <= day <= dates.latest:
        return []
    late = day > dates.latest
    problem = (
        "the date lies in the future"
        if late
        else (f"a date before {dates.first.year} is a slip")
    )
    return [Fault(path, line, name, problem, "Mend the date", str(day))]


def full_id(name: str, note: Note) -> str:
    """`source/claim` for a short or full claim id used inside a note."""
    return name if "/" in name else f"{note.source.id}/{name}"


def _among_themselves(
    notes: list[Note], fallen: set[str], others: Iterable[Note] = ()
) -> tuple[list[Note], list[Fault]]:
    """Check what notes say of each other and of others; return the notes that hold."""
    known = {f"{n.source.id}/{c.id}": c for n in (*notes, *others) for c in n.claims}
    faults: list[Fault] = []
    for note in notes:
        for k, claim in enumerate(note.claims):
            own = f"{note.source.id}/{claim.id}"
            named = [("repeats", claim.repeats)] if claim.repeats else []
            named += [("supersedes", s) for s in claim.supersedes]
            named += [("derived_from", s) for s in getattr(claim, "derived_from", ())]
            for name, target in named:
                wanted = full_id(target, note)
                line = note.lines.near(("claims", k, name))
                if wanted == own:
                    faults.append(
                        Fault(note.path, line, name, "the claim names itself",
                              "Name another claim or remove the field", target)
                    )  # fmt: skip
                # A claim of a fallen note may come back; its echoes must not fall too.
                elif wanted not in known and wanted.split("/")[0] not in fallen:
                    faults.append(
                        Fault(
                            note.path, line, name, "there is no such claim",
                            "Use `source-id/claim-id`." + nearest(wanted, known),
                            target,
                        )
                    )  # fmt: skip
                elif name == "repeats" and wanted in known:
                    other = _another_quantity(claim, known[wanted])
                    if other:
                        faults.append(
                            Fault(
                                note.path, line, name,
                                f"{target} is about another quantity ({other})",
                                "An echo repeats a claim on the same model and stage; "
                                "remove `repeats`, or use `derived_from` where the "
                                "source computed the one from the other", target,
                            )
                        )  # fmt: skip
    bad = {f.path for f in faults}
    return [n for n in notes if n.path not in bad], faults


def _another_quantity(echo: Any, original: Any) -> str:
    """What tells two claims apart that should be about one quantity; '' = nothing."""
    growth = echo.evidence == original.evidence == "growth_rate"
    for name in ("stage", "benchmark", *(["of"] if growth else [])):
        ours, theirs = getattr(echo, name, None), getattr(original, name, None)
        if ours != theirs:
            return f"{name} {ours or 'none'} against {theirs or 'none'}"
    ours, theirs = _members(echo), _members(original)
    if ours <= theirs and bool(ours) == bool(theirs):
        return ""
    return f"{', '.join(sorted(ours - theirs)) or 'no model'} against " + (
        ", ".join(sorted(theirs)) or "no model"
    )


def _members(claim: Any) -> set[str]:
    """The models that a claim is about; a class claim may be echoed for a part."""
    model = getattr(claim, "model", None)
    return {model} if model else set(getattr(claim, "applies_to", ()))
