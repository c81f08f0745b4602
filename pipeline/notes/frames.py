"""Notes as the tables of the raw layer.

What belongs here: copying, no arithmetic. What does not: judgement on claims.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from pipeline.notes.constants import LIMITS, Assumption, Scenario
from pipeline.notes.evidence import ForecastClaim, Score
from pipeline.notes.faults import Fault
from pipeline.notes.parse import Note, full_id
from pipeline.notes.registry import Model
from pipeline.notes.schema import Span
from pipeline.notes.values import Quantity

# Fields that have a column of their own; the rest of a claim goes into `inputs`.
_COLUMNS = {
    "id", "model", "applies_to", "stage", "evidence", "value", "low", "high",
    "reference", "reference_stage", "basis", "hardware", "precision", "disclosed_on",
    "locator", "summary", "caveat", "url", "repeats", "supersedes", "status",
    "derived_from", "range_covers", "basis_reason", "of",
}  # fmt: skip


def sources(notes: Iterable[Note]) -> pd.DataFrame:
    """Rows of raw.sources."""
    return pd.DataFrame(
        {
            "source_id": n.source.id,
            "title": n.source.title,
            "publisher": n.source.publisher,
            "author": n.source.author,
            "url": n.source.url,
            "licence": None,
            "published_on": n.source.published_on,
            "retrieved_on": n.source.retrieved_on,
            "kind": n.source.kind,
            "language": n.source.language,
            "note_path": n.path,
            "note_sha256": n.sha256,
        }
        for n in notes
    )


def claims(notes: Iterable[Note]) -> pd.DataFrame:
    """Rows of raw.claims: every claim about compute or growth, no score or forecast."""
    return pd.DataFrame(
        _claim(note, claim)
        for note in notes
        for claim in note.claims
        if not isinstance(claim, Score | ForecastClaim)
    )


def scores(notes: Iterable[Note]) -> pd.DataFrame:
    """Rows of raw.scores."""
    return pd.DataFrame(
        {
            "score_id": f"{note.source.id}/{claim.id}",
            "source_id": note.source.id,
            "model_id": claim.model,
            "benchmark": claim.benchmark,
            "protocol": claim.protocol,
            "effort": claim.effort,
            "score": claim.value,
            "stderr": claim.stderr,
            "curve": claim.curve,
            "reasoning_steps": claim.reasoning_steps,
            "reasoning_flop": _value(claim.reasoning_flop),
            "disclosed_on": claim.disclosed_on or note.source.published_on,
            "locator": claim.locator,
            "summary": claim.summary,
            "repeats": full_id(claim.repeats, note) if claim.repeats else None,
            "status": claim.status,
        }
        for note in notes
        for claim in note.claims
        if isinstance(claim, Score)
    )


_UNIT_OF = {
    "growth_of_largest": "x per year",
    "reasoning_share": "share",
    "threshold_by_date": "FLOP",
    "models_above": "models",
    "run_cost": "USD",
    "cluster": "chips",
}


def forecasts(notes: Iterable[Note]) -> pd.DataFrame:
    """Rows of raw.forecasts."""
    return pd.DataFrame(
        {
            "forecast_id": f"{note.source.id}/{claim.id}",
            "source_id": note.source.id,
            "forecaster": claim.forecaster,
            "quantity": claim.quantity,
            "model_id": claim.model,
            "among": claim.among,
            "unit": claim.unit_stated or _UNIT_OF.get(claim.quantity, "FLOP"),
            "made_on": claim.disclosed_on or note.source.published_on,
            "target_on": claim.target_on,
            "value": _value(claim.value),
            "bound": claim.value.bound if claim.value else None,
            "low": _value(claim.low),
            "high": _value(claim.high),
            "level": _value(claim.level),
            "threshold": _value(claim.threshold),
            "probability": _value(claim.probability),
            "rule": claim.rule,
            "locator": claim.locator,
            "summary": claim.summary,
            "caveat": claim.caveat,
            "url": claim.url,
            "repeats": full_id(claim.repeats, note) if claim.repeats else None,
            "status": claim.status,
        }
        for note in notes
        for claim in note.claims
        if isinstance(claim, ForecastClaim)
    )


def rejected(faults: Iterable[Fault]) -> pd.DataFrame:
    """Rows of raw.rejected."""
    first = {(f.path, f.line, f.field, f.problem): f for f in sorted(set(faults))}
    return pd.DataFrame(
        {
            "path": f.path,
            "line": f.line,
            "field": f.field,
            "found": f.found or None,
            "problem": f.problem,
            "remedy": f.remedy,
        }
        for f in first.values()
    )


def models(entries: Iterable[Model]) -> pd.DataFrame:
    """Rows of core.models."""
    return pd.DataFrame(
        {
            "model_id": m.id,
            "name": m.name,
            "developer": m.developer,
            "country": m.country,
            "openness": m.openness,
            "role": m.role,
            "source": m.source,
            "released_on": m.released_on,
            "base_model_id": m.base_model,
            "family": m.family or m.id,
            "aliases": " | ".join(m.aliases) or None,
            "is_reasoning": m.is_reasoning,
            "is_notable": None,
        }
        for m in entries
    )


def hardware(rows: Iterable[dict[str, str]]) -> pd.DataFrame:
    """Rows of core.hardware."""
    frame = pd.DataFrame(rows).replace("", None)
    if not frame.empty:
        frame["aliases"] = frame["aliases"].str.replace("|", " | ", regex=False)
    return frame


def assumptions(entries: Iterable[Assumption]) -> pd.DataFrame:
    """Rows of core.assumptions."""
    return pd.DataFrame(
        {"assumption_id": a.id, **a.model_dump(exclude={"id"})} for a in entries
    )


def scenarios(entries: Iterable[Scenario]) -> pd.DataFrame:
    """Rows of core.scenarios."""
    rows = []
    for position, s in enumerate(entries, 1):
        fitted = s.frontier_growth == "fitted"
        growth = None if isinstance(s.frontier_growth, str) else s.frontier_growth
        limits = {name: getattr(s, name) for name in LIMITS}
        rows.append(
            {
                "scenario": s.id,
                "description": s.description,
                "source": s.source,
                "position": position,
                "headline": s.headline,
                "pace_times": s.pace.times,
                "pace_months_low": s.pace.months.low,
                "pace_months_high": s.pace.months.high,
                "pace_factor": s.pace.factor,
                "pace_claim": s.pace.claim,
                "frontier_fitted": fitted,
                "frontier_growth_low": growth.low if growth else None,
                "frontier_growth_high": growth.high if growth else None,
                "share_low": s.share.low,
                "share_high": s.share.high,
            }
            | {
                f"{name}_{end}": getattr(span, end) if span else None
                for name, span in limits.items()
                for end in ("low", "high")
            }
        )
    return pd.DataFrame(rows)


def _value(quantity: Quantity | None) -> float | None:
    return quantity.value if quantity else None


def _claim(note: Note, claim: Any) -> dict[str, Any]:
    stated = getattr(claim, "value", None)
    reference_stage = getattr(claim, "reference_stage", None)
    derived = getattr(claim, "derived_from", ())
    return {
        "claim_id": f"{note.source.id}/{claim.id}",
        "source_id": note.source.id,
        "model_id": getattr(claim, "model", None),
        "applies_to": ", ".join(getattr(claim, "applies_to", ())) or None,
        "stage": getattr(claim, "stage", None),
        "evidence": claim.evidence,
        "value": _value(stated),
        "unit": claim.unit,
        "low": _value(getattr(claim, "low", None)),
        "high": _value(getattr(claim, "high", None)),
        "range_covers": getattr(claim, "range_covers", "all"),
        "bound": getattr(claim, "bound", None),
        "inputs": _inputs(claim),
        "reference_model_id": getattr(claim, "reference", None),
        "reference_stage": reference_stage,
        "basis": getattr(claim, "basis", None) or claim.counts,
        "basis_reason": getattr(claim, "basis_reason", None),
        "hardware_id": getattr(claim, "hardware", None),
        "precision": getattr(claim, "precision", None),
        "disclosed_on": claim.disclosed_on or note.source.published_on,
        "locator": claim.locator,
        "summary": claim.summary,
        "caveat": claim.caveat,
        "url": claim.url,
        "repeats": full_id(claim.repeats, note) if claim.repeats else None,
        "supersedes": ", ".join(full_id(s, note) for s in claim.supersedes) or None,
        "derived_from": ", ".join(full_id(s, note) for s in derived) or None,
        "status": claim.status,
        "withdrawn_on": None,
    }


def _inputs(claim: Any) -> str | None:
    found = {
        name: _plain(getattr(claim, name))
        for name in type(claim).model_fields
        if name not in _COLUMNS and getattr(claim, name) not in (None, False)
    }
    return json.dumps(found, sort_keys=True) if found else None


def _plain(value: Any) -> Any:
    if isinstance(value, Span):
        return value.low if value.low == value.high else [value.low, value.high]
    if isinstance(value, Quantity):
        return value.value
    if hasattr(value, "model_dump"):
        return {k: _plain(getattr(value, k)) for k in type(value).model_fields}
    return value
