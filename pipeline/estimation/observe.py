"""Claims as observations on one node or on the difference of two.

What belongs here: applying the formulas to raw.claims. What does not: which claims
count at which vintage (standing.py).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.estimation import formulas
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.formulas import FORMULAS, Chip, Reading
from pipeline.notes.evidence import KINDS

RANKS = {"primary": 0, "analyst": 1, "press": 2, "scrape": 3}
DATASETS = "datasets/"  # bulk files lie here; a note lies in notes/
# Kinds whose middle is computed: a bound on them moves outward by the spread.
_COMPUTED = {name for name, kind in KINDS.items() if kind.counts}

COLUMNS = [
    "claim_id", "node", "reference_node", "kind", "log10_value", "half_width",
    "formula", "disclosed_on", "rank", "status", "is_class", "arithmetic",
    "repeats", "supersedes", "problem", "is_bulk", "withdrawn_on", "statement",
]  # fmt: skip


def observe(
    claims: pd.DataFrame,
    sources: pd.DataFrame,
    models: pd.DataFrame,
    hardware: pd.DataFrame,
    assumed: Assumed,
) -> pd.DataFrame:
    """One row per claim and node.

    Args:
        claims: raw.claims.
        sources: raw.sources, for the standing of each claim.
        models: core.models, for base models.
        hardware: core.hardware.
        assumed: the constants of the method.

    Returns:
        A frame with `COLUMNS`; `half_width` is the 90% half-width in log10, `rank` the
        standing of the source, `problem` why a claim could not be read ('' = it could),
        `is_bulk` whether it is a row of a dataset and not of a note, `statement` the
        place that it was read in.
    """
    kind = dict(zip(sources["source_id"], sources["kind"], strict=True))
    bulk = set(sources.loc[sources["note_path"].str.startswith(DATASETS), "source_id"])
    base = dict(zip(models["model_id"], models["base_model_id"], strict=True))
    chips = {
        row["hardware_id"]: Chip(
            row["name"],
            row["bf16_flop_per_s"],
            row["fp8_flop_per_s"],
            row["price_low_usd_per_hour"],
            row["price_high_usd_per_hour"],
        )
        for row in hardware.to_dict("records")
    }
    rows: list[dict[str, Any]] = []
    for row in claims[claims["evidence"].isin(list(FORMULAS))].to_dict("records"):
        claim: dict[str, Any] = {
            str(k): None if pd.isna(v) else v for k, v in row.items()
        }
        _complete(claim, base)
        problem = ""
        try:
            chip = chips.get(claim["hardware_id"] or "")
            reading = FORMULAS[claim["evidence"]](claim, chip, assumed)
        except ValueError as error:  # a gap in the registries, told to the reader
            problem, reading = str(error), Reading(float("nan"), float("nan"), "")
        members = (
            claim["applies_to"].split(", ")
            if claim["applies_to"]
            else [claim["model_id"]]
        )
        rows += [
            {
                "claim_id": claim["claim_id"],
                "node": f"{member}/{claim['stage']}",
                "reference_node": _reference(claim),
                "kind": _kind(claim),
                "log10_value": _edge(claim, reading),
                "half_width": reading.half_width,
                "formula": reading.formula or problem,
                "disclosed_on": claim["disclosed_on"],
                "rank": RANKS[kind[claim["source_id"]]],
                "status": claim["status"],
                "is_class": bool(claim["applies_to"]),
                "arithmetic": formulas.contradicts_inputs(claim, assumed) or "",
                "repeats": claim["repeats"] or "",
                "supersedes": claim["supersedes"] or "",
                "problem": problem,
                "is_bulk": claim["source_id"] in bulk,
                "withdrawn_on": claim["withdrawn_on"],
                "statement": f"{claim['source_id']}: {claim['locator']}",
            }
            for member in members
        ]
    found = pd.DataFrame(rows, columns=COLUMNS)
    found["withdrawn_on"] = pd.to_datetime(found["withdrawn_on"]).astype(
        "datetime64[us]"
    )
    return found


def _complete(claim: dict[str, Any], base: dict[str, Any]) -> None:
    """Fill the defaults of a relative claim: base model, and the stage compared."""
    kind = KINDS[claim["evidence"]]
    if not kind.relative:
        return
    if not claim["reference_model_id"]:
        claim["reference_model_id"] = base[claim["model_id"]]
    if not claim["reference_stage"]:
        claim["reference_stage"] = kind.reference_default or claim["stage"]


def _kind(claim: dict[str, Any]) -> str:
    if claim["evidence"] == "benchmark_parity":
        # A model taught by a stronger one needed less than its equal, never more.
        return "upper" if formulas.inputs_of(claim).get("distilled") else "equality"
    return claim["bound"] or "equality"


def _edge(claim: dict[str, Any], reading: Reading) -> float:
    if claim["evidence"] not in _COMPUTED or not claim["bound"]:
        return reading.log10
    outward = 1 if claim["bound"] == "upper" else -1
    return reading.log10 + outward * reading.half_width


def _reference(claim: dict[str, Any]) -> str | None:
    if not KINDS[claim["evidence"]].relative:
        return None
    return f"{claim['reference_model_id']}/{claim['reference_stage']}"
