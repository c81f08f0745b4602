"""Candidates as a draft note, and the marks of what contradicts the record.

What belongs here: the text of sources/drafts/*.md in the format of sources/README.md.
What does not: writing it to disk (cli/draft.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import yaml

from pipeline.notes.draft.clean import one_line
from pipeline.notes.draft.place import Candidate, Found
from pipeline.notes.frontmatter import split

TODO = "TO DO"
FIELDS = ("model", "stage", "reference", "hardware", "basis", "benchmark", "protocol")
_PREFIX = {"upper": "at most ", "lower": "at least ", None: ""}
Interval = tuple[float, float]


@dataclass(frozen=True)
class Head:
    """What is known of the document; None stands as TO DO."""

    source_id: str
    title: str
    url: str | None
    published_on: date | None
    retrieved_on: date
    language: str


def language_of(text: str) -> str:
    """`zh` if Chinese characters are frequent, else `en`."""
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in text)
    return "zh" if chinese * 10 > len(text) else "en"


def claim(candidate: Candidate, number: int) -> dict[str, Any]:
    """One claim of a note; what the article does not say stands as TO DO."""
    c = candidate
    fields: dict[str, Any] = {"id": f"c{number}", "evidence": c.evidence}
    for name in FIELDS:
        value = getattr(c, name)
        if value is not None:
            fields[name] = value
    if c.evidence != "growth_rate" and c.model is None:
        fields["model"] = TODO
    if c.evidence == "tokens_x_params":
        fields |= {"tokens": _number(c.value), "parameters": TODO}
    else:
        fields["value"] = written(c)
    if c.low is not None and c.high is not None and c.evidence != "tokens_x_params":
        unit = "%" if c.unit == "%" else ""
        fields |= {"low": _number(c.low) + unit, "high": _number(c.high) + unit}
    if c.evidence == "growth_rate":
        per: Any = c.per or TODO
        if isinstance(c.per, tuple):
            per = {"months": {"low": c.per[0], "high": c.per[1]}}
        fields |= {"per": per, "of": c.of}
    elif c.evidence == "chip_hours":
        fields |= {"precision": TODO, "hardware": c.hardware or TODO}
    elif c.evidence == "ratio":
        fields["reference"] = c.reference or TODO
    elif c.evidence == "score":
        fields["protocol"] = c.protocol or "unstated"
    fields |= {
        "locator": f"character {c.offset} of the main text",
        "summary": c.sentence[:600],
        "status": "draft",
    }
    if c.flags:
        fields["caveat"] = "; ".join(c.flags)
    return fields


def written(candidate: Candidate) -> str:
    """The value as sources/README.md spells it."""
    c = candidate
    value, unit = c.value, {"x": "x", "%": "%"}.get(c.unit, "")
    if c.unit == "OOM":
        lower = any(f.startswith("lower than") for f in c.flags)
        value, unit = 10 ** (-value if lower else value), "x"
    return f"{_PREFIX[c.bound]}{'$' if c.unit == 'USD' else ''}{_number(value)}{unit}"


def _number(value: float) -> str:
    return f"{value:.6g}".replace("e+", "e")


def draft_note(head: Head, found: Found) -> str:
    """The draft: every claim `status: draft`, the figures left out in the free text."""
    front = {
        "source": {
            "id": head.source_id, "title": head.title, "publisher": TODO,
            "url": head.url or TODO, "published_on": head.published_on or TODO,
            "retrieved_on": head.retrieved_on,
            "kind": "press", "language": head.language,
        },
        "claims": [claim(c, k) for k, c in enumerate(found.candidates, 1)],
    }  # fmt: skip
    body = _yaml(front)
    lines = [
        "Drafted by `headroom note draft`; nothing here counts before a person has",
        "read it against the source. What says TO DO is to be set.",
        "",
        "Figures left out:",
        "",
        *(f"- {one_line(x.text)} ({x.reason}): {one_line(x.sentence)[:120]}"
          for x in found.left_out),
    ]  # fmt: skip
    return f"---\n{body}---\n" + "\n".join(lines) + "\n"


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - a date stands twice
        return True


def _yaml(front: dict[str, Any]) -> str:
    return yaml.dump(
        front, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=88
    )


def conflict(
    candidate: Candidate, estimates: Mapping[tuple[str, str], Interval]
) -> str | None:
    """How far a figure in FLOP lies outside of the record's interval, or None.

    Args:
        candidate: what the article states.
        estimates: (model, stage) → 5% and 95% in FLOP.
    """
    if candidate.unit != "FLOP" or candidate.model is None or candidate.stage is None:
        return None
    known = estimates.get((candidate.model, candidate.stage))
    if known is None or not known[0] > 0:
        return None
    above = math.log10(candidate.value / known[1])
    below = math.log10(known[0] / candidate.value)
    size = max(
        above if candidate.bound != "upper" else -1.0,
        below if candidate.bound != "lower" else -1.0,
    )
    if size <= 0:
        return None
    return (
        f"contradicts the record by {size:.1f} orders of magnitude: "
        f"{known[0]:.2g} to {known[1]:.2g} FLOP"
    )


def marked(found: Found, estimates: Mapping[tuple[str, str], Interval]) -> Found:
    """Candidates with their conflicts among the flags."""
    out = []
    for c in found.candidates:
        text = conflict(c, estimates)
        out.append(replace(c, flags=(*c.flags, text)) if text else c)
    return replace(found, candidates=tuple(out))


def accepted(path: str, text: str, numbers: list[int]) -> str:
    """A draft reduced to the chosen claims (1 is the first), now accepted.

    Raises:
        ValueError: if there is no such claim, or one still says TO DO.
    """
    front = yaml.safe_load(split(path, text))
    claims = front.get("claims") or []
    wrong = [n for n in numbers if not 1 <= n <= len(claims)]
    if wrong or not numbers:
        raise ValueError(f"claims are numbered 1 to {len(claims)}; found {wrong}")
    chosen = [claims[n - 1] for n in dict.fromkeys(numbers)]
    for entry in chosen:
        open_fields = [k for k, v in entry.items() if v == TODO]
        if open_fields:
            raise ValueError(
                f"{entry['id']}: set {', '.join(open_fields)} in {path} first"
            )
        entry["status"] = "accepted"
    unset = [k for k, v in front["source"].items() if v == TODO]
    if unset:
        raise ValueError(f"source: set {', '.join(unset)} in {path} first")
    front["claims"] = chosen
    body = _yaml(front)
    rest = text.split("\n---\n", 1)[1] if "\n---\n" in text else ""
    return f"---\n{body}---\n{rest}"


__all__ = ["Head", "accepted", "draft_note", "language_of", "marked"]
