"""One claim in one line, as `headroom whatif` takes it: a note in short form.

What belongs here: the grammar, and the note that it stands for. What does not: the
rules of claims; the note is read like any other (parse.py).

    MODEL[/STAGE]: KIND VALUE [REFERENCE], FIELD VALUE, FIELD VALUE, …

    o5: ratio 10 x o3, disclosed 2026-12-01
    o5: flop 6e25, low 2e25, high 2e26, released 2026-11-20
    o5: share 20% of grok-3, basis flop
    o5/total: bound at most 3e27
    o5: cost $300M
    o5: chip_hours 140k, hardware h100-sxm, precision bf16
    reasoning: growth_rate 10x per 3 to 5 months
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import yaml

from pipeline.notes.evidence import KINDS
from pipeline.notes.faults import nearest
from pipeline.notes.registry import Model, Registry

SOURCE, CLAIM = "what-if", "claim"
_SHORT = {"share": "share_of_pretraining", "parity": "benchmark_parity"}
_SPOKEN = [
    k for k in KINDS if k not in ("score", "forecast")
]  # no estimate moves by these
_EXAMPLE = "write it as `o5: ratio 10 x o3, disclosed 2026-12-01`"
_HEAD = re.compile(r"^\s*(?P<who>[^:]+?)\s*:\s*(?P<kind>\w+)\s*(?P<rest>.*)$")
_COMMA = re.compile(r",(?!\d{3}\b)")  # inside a number it ends no clause
# `10 x o3`, `10x o3`, `at least 10x o3/reasoning`, `20% of grok-3`: value, reference.
_COMPARED = re.compile(
    r"^(?P<value>(?:\D*\s)?[<>≤≥=~≈]*\d[\d_.,]*(?:e[+-]?\d+)?\s*(?:x|×|times|%)?)"
    r"\s*(?:\bof\s+)?(?P<reference>[^\s%×].*)?$",
    re.IGNORECASE,
)
_GROWTH = re.compile(
    r"^(?P<value>.*?)\s+(?:per|a)\s+(?:(?P<year>year)|(?P<low>[\d.]+)"
    r"(?:\s+to\s+(?P<high>[\d.]+))?\s+months?)$"
)
_OWN = ("disclosed", "released", "base", "kind")  # fields of this form, not of a claim


class SentenceError(ValueError):
    """A line that cannot be read; the message says what is allowed."""


@dataclass(frozen=True)
class Sentence:
    """A claim as a note, and the models that it needs.

    Attributes:
        note: Text of the note.
        disclosed: When the world would know.
        model: A model that the registry does not have; None where it has.
    """

    note: bytes
    disclosed: date
    model: Model | None


def read_sentence(text: str, registry: Registry, today: date) -> Sentence:
    """Read one claim.

    Args:
        text: the line.
        registry: models by name; one that is not listed becomes provisional.
        today: date of disclosure where none is given.

    Raises:
        SentenceError: what is wrong, and what is allowed.
    """
    first, *clauses = _COMMA.split(text)
    head = _HEAD.match(first)
    if head is None:
        raise SentenceError(f"{text!r} is not a claim; {_EXAMPLE}")
    kind = _SHORT.get(head["kind"], head["kind"])
    if kind not in _SPOKEN:
        allowed = ", ".join([*_SHORT, *_SPOKEN])
        raise SentenceError(f"there is no kind {head['kind']!r}; use one of {allowed}")
    own, claim = _fields(clauses, kind)
    disclosed = _date(own.get("disclosed"), today)
    claim |= {"id": CLAIM, "evidence": kind, "locator": "what if", "summary": text}
    claim |= _value(kind, head["rest"].strip())
    new = None
    if kind == "growth_rate":
        claim.setdefault("of", head["who"])
    else:
        who, _, stage = head["who"].partition("/")
        claim.setdefault("stage", stage.strip() or "reasoning")
        claim["model"] = who.strip()
        if registry.model(claim["model"]) is None:
            new = _provisional(claim, own, registry, disclosed)
            claim["model"] = new.id
        elif {"released", "base"} & set(own):
            raise SentenceError(
                f"{claim['model']} is in models.yaml with its date and base; leave "
                "`released` and `base` out"
            )
    source = {
        "id": SOURCE,
        "title": "What if",
        "publisher": "nobody",
        "url": "https://example.org/what-if",
        "published_on": disclosed.isoformat(),
        "kind": own.get("kind", "primary"),
    }
    front = yaml.safe_dump({"source": source, "claims": [claim]}, allow_unicode=True)
    return Sentence(f"---\n{front}---\n".encode(), disclosed, new)


def _fields(clauses: list[str], kind: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The clauses behind the first: those of this form, and fields of the claim."""
    own: dict[str, str] = {}
    claim: dict[str, Any] = {}
    allowed = sorted(set(KINDS[kind].model_fields) - {"id", "evidence"})
    for clause in filter(str.strip, clauses):
        name, _, value = clause.strip().partition(" ")
        if name in _OWN:
            own[name] = value.strip()
        elif name in allowed:
            claim[name] = _part(value.strip())
        else:
            raise SentenceError(
                f"{clause.strip()!r} is not a field of {kind}; use "
                f"{', '.join([*_OWN, *allowed])}, then a space and the value"
            )
    return own, claim


def _part(value: str) -> Any:
    """`3 to 5` as a range, else the text itself."""
    low, found, high = value.partition(" to ")
    return {"low": low.strip(), "high": high.strip()} if found else value


def _value(kind: str, rest: str) -> dict[str, Any]:
    """Value and reference from what follows the kind."""
    if not rest:
        return {}
    if kind == "benchmark_parity":
        return {"reference": rest.removeprefix("with ").removeprefix("to ").strip()}
    if kind == "growth_rate":
        found = _GROWTH.match(rest)
        if found is None:
            raise SentenceError(
                f"{rest!r} is not a growth; write `10x per 3 to 5 months` or "
                "`4x per year`"
            )
        low, high = found["low"], found["high"] or found["low"]
        months = {"months": {"low": low, "high": high}}
        return {"value": found["value"], "per": "year" if found["year"] else months}
    if not {"value", "reference"} <= set(KINDS[kind].model_fields):
        return {"value": rest}
    compared = _COMPARED.match(rest)
    if compared is None:
        raise SentenceError(f"{rest!r} has no number; {_EXAMPLE}")
    value = {"value": compared["value"].strip()}
    if compared["reference"] in (None, "pretraining", "pre-training"):
        return value
    who, _, stage = compared["reference"].partition("/")
    value["reference"] = who.strip()
    return value | ({"reference_stage": stage.strip()} if stage else {})


def _date(text: str | None, default: date) -> date:
    if text is None:
        return default
    try:
        return date.fromisoformat(text.removeprefix("on ").strip())
    except ValueError as error:
        raise SentenceError(
            f"{text!r} is not a date; write it as 2026-12-01"
        ) from error


def _provisional(
    claim: dict[str, Any], own: dict[str, str], registry: Registry, disclosed: date
) -> Model:
    """A model that the registry does not know yet, released when it is disclosed."""
    name = str(claim["model"])
    slug = re.sub(r"[^a-z0-9.]+", "-", name.lower()).strip("-.")
    if not slug or slug in registry.models:
        raise SentenceError(f"{name!r} is not a name.{nearest(name, registry.models)}")
    base = own.get("base")
    known = registry.model(base) if base else None
    if base and known is None:
        raise SentenceError(f"the base model {base!r} is not in models.yaml")
    return Model(
        id=slug,
        name=name,
        developer="not known",
        released_on=_date(own.get("released"), disclosed),
        base_model=known,
        is_reasoning=claim["stage"] == "reasoning",
    )
