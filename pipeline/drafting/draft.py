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

from pipeline.drafting.candidates import Candidate, Found
from pipeline.drafting.clean import one_line
from pipeline.drafting.names import Subject
from pipeline.notes.frontmatter import split

TODO = "TO DO"
_PREFIX = {"upper": "at most ", "lower": "at least ", None: ""}
_WORDS = {
    "flop": "compute", "bound": "compute", "chip_hours": "accelerator time",
    "chips_x_time": "accelerators", "tokens_x_params": "tokens", "rollouts": "rollouts",
    "cost": "cost", "ratio": "compute as a multiple", "score": "score",
    "share_of_pretraining": "share", "share_of_run": "share", "growth_rate": "growth of compute",
}  # fmt: skip
LISTED = 40  # figures left out that a draft shows
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
    publisher: str | None = None
    kind: str = "press"


def language_of(text: str) -> str:
    """`zh` if Chinese characters are frequent, else `en`."""
    chinese = sum("\u4e00" <= c <= "\u9fff" for c in text)
    return "zh" if chinese * 10 > len(text) else "en"


def stanza(model: Subject, released_on: date | None = None) -> str:
    """An entry for models.yaml, to be completed by a person."""
    return (
        f"- id: {model.id}\n  name: {model.name}\n  developer: {TODO}\n"
        f"  released_on: {released_on or TODO}\n  is_reasoning: true  # check\n"
    )


def claim(candidate: Candidate, number: int) -> dict[str, Any]:
    """One claim of a note; what the article does not say stands as TO DO."""
    c = candidate
    fields: dict[str, Any] = {"id": f"c{number}"}
    if c.evidence != "growth_rate":
        fields["model"] = c.model or TODO
        if c.evidence != "score":
            fields["stage"] = c.stage or TODO
    fields["evidence"] = c.evidence
    fields |= _measure(c)
    fields |= {"locator": c.locator[:300] or TODO, "summary": summary(c)}
    if c.repeats:
        fields["repeats"] = f"c{c.repeats}"
    fields["status"] = "draft"
    if c.flags:
        fields["caveat"] = "; ".join(c.flags)
    return fields


def _measure(c: Candidate) -> dict[str, Any]:
    """The fields of a kind of evidence."""
    hardware = {"hardware": c.hardware or TODO, "precision": TODO}
    if c.evidence == "chips_x_time":
        return {
            "chips": _number(c.chips),
            "duration": f"{c.duration_hours:g} hours",
            **hardware,
        }
    if c.evidence == "tokens_x_params":
        return {"tokens": _number(c.tokens), "parameters": _number(c.parameters)}
    if c.evidence == "rollouts":
        return {"parameters": _number(c.parameters)} | {
            name: _number(getattr(c, name))
            for name in ("steps", "prompts", "samples", "mean_tokens")
        }
    fields: dict[str, Any] = {"value": written(c)}
    if c.low is not None and c.high is not None and c.evidence != "bound":
        unit = "%" if c.unit == "%" else ""
        fields |= {"low": f"{_number(c.low)}{unit}", "high": f"{_number(c.high)}{unit}"}
    if c.evidence == "chip_hours":
        fields |= hardware
    elif c.evidence == "ratio":
        fields["reference"] = c.reference or TODO
    elif c.evidence == "share_of_pretraining":
        fields |= {"reference": c.reference or TODO, "basis": c.basis or TODO}
    elif c.evidence == "share_of_run":
        fields |= {"of": c.of, "basis": c.basis or TODO}
    elif c.evidence == "score":
        fields = {
            "benchmark": c.benchmark or TODO,
            "protocol": c.protocol or "unstated",
            **fields,
        }
    elif c.evidence == "growth_rate":
        months = c.per if isinstance(c.per, tuple) else None
        per: Any = (
            {"months": {"low": months[0], "high": months[1]}} if months else c.per
        )
        fields |= {"per": per or TODO, "of": c.of}
    return fields


def summary(c: Candidate) -> str:
    """What a candidate states, in words that are not the source's."""
    about = " ".join(
        filter(
            None,
            (
                c.model or ("" if c.evidence == "share_of_run" else c.of) or "?",
                (c.stage or "").replace("_", "-"),
            ),
        )
    )
    if c.evidence == "score":
        about = f"{c.model or '?'} on {c.benchmark}"
    against = {
        "ratio": f" of {c.reference or '?'}",
        "share_of_pretraining": " of pre-training",
    }
    behind = against.get(c.evidence, "")
    if c.evidence == "share_of_run":
        behind = " of the run's total"
    value = written(c)
    if c.evidence == "chips_x_time":
        value = f"{c.chips:g} for {c.duration_hours:g} hours"
    if c.evidence == "rollouts":
        value = " × ".join(f"{getattr(c, k):g} {k.replace('_', ' ')}" for k in
                           ("steps", "prompts", "samples", "mean_tokens") if getattr(c, k))  # fmt: skip
    return f"{about}, {_WORDS.get(c.evidence, c.evidence)}: {value}{behind}."


def written(candidate: Candidate) -> str:
    """The value as sources/README.md spells it."""
    c = candidate
    value, unit = c.value, {"x": "x", "%": "%", "share": "%"}.get(c.unit, "")
    if c.unit == "share":
        value *= 100
    return f"{_PREFIX[c.bound]}{'$' if c.unit == 'USD' else ''}{_number(value)}{unit}"


def _number(value: float | None) -> str:
    return TODO if value is None else f"{value:.6g}".replace("e+", "e")


def draft_note(head: Head, found: Found) -> str:
    """The draft: every claim `status: draft`, the figures left out in the free text."""
    front = {
        "source": {
            "id": head.source_id, "title": head.title, "publisher": head.publisher or TODO,
            "url": head.url or TODO, "published_on": head.published_on or TODO,
            "retrieved_on": head.retrieved_on,
            "kind": head.kind, "language": head.language,
        },
        "claims": [claim(c, k) for k, c in enumerate(found.candidates, 1)],
    }  # fmt: skip
    lines = [
        "Drafted by `headroom note draft`; nothing here counts before a person has",
        "read it against the source. What says TO DO is to be set.",
        "",
    ]
    if found.new_models:
        lines += ["Not in models.yaml yet; add what is right:", "", "```yaml"]
        lines += [stanza(m, head.published_on).rstrip() for m in found.new_models]
        lines += ["```", ""]
    lines += ["Which rule made which claim:", ""]
    lines += [f"- c{k}: {c.rule} ({c.source}), “{one_line(c.text)[:80]}”"
              for k, c in enumerate(found.candidates, 1)]  # fmt: skip
    more = len(found.left_out) - LISTED + found.unlisted
    lines += ["", "Figures left out:", ""]
    lines += [f"- {one_line(x.text)[:60]} ({x.reason}): {one_line(x.sentence)[:80]}"
              for x in found.left_out[:LISTED]]  # fmt: skip
    lines += [f"- … and {more} more"] if more > 0 else []
    return f"---\n{_yaml(front)}---\n" + "\n".join(lines) + "\n"


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


def accepted(
    path: str, text: str, numbers: list[int], given: Mapping[str, str] | None = None
) -> str:
    """A draft reduced to the chosen claims (1 is the first), now accepted.

    Args:
        path: for messages.
        text: the draft.
        numbers: of the claims.
        given: field → value for what says TO DO, such as precision.

    Raises:
        ValueError: if there is no such claim, or one still says TO DO.
    """
    front = yaml.safe_load(split(path, text))
    claims = front.get("claims") or []
    wrong = [n for n in numbers if not 1 <= n <= len(claims)]
    if wrong or not numbers:
        raise ValueError(f"claims are numbered 1 to {len(claims)}; got {wrong}")
    chosen = [claims[n - 1] for n in dict.fromkeys(numbers)]
    kept = {entry["id"] for entry in chosen}
    for part in (*chosen, front["source"]):
        part.update({k: v for k, v in (given or {}).items() if part.get(k) == TODO})
    for entry in chosen:
        open_fields = [k for k, v in entry.items() if v == TODO]
        if open_fields:
            raise ValueError(
                f"{entry['id']}: set {', '.join(open_fields)} in {path} first"
            )
        if str(entry.get("repeats", "")) not in kept and "/" not in str(
            entry.get("repeats", "")
        ):
            entry.pop("repeats", None)  # what it repeats is not chosen
        entry["status"] = "accepted"
    unset = [k for k, v in front["source"].items() if v == TODO]
    if unset:
        raise ValueError(f"source: set {', '.join(unset)} in {path} first")
    front["claims"] = chosen
    return f"---\n{_yaml(front)}---\nDrafted by `headroom note draft`, chosen by a person.\n"
