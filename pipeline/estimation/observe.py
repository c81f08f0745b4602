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
from pipeline.vocabulary import OPERATIONS, TWO_LEDGERS

RANKS = {"primary": 0, "analyst": 1, "press": 2, "scrape": 3}
DATASETS = "datasets/"  # bulk files lie here; a note lies in notes/
# Kinds whose middle is computed: a bound on them moves outward by the spread.
_COMPUTED = {name for name, kind in KINDS.items() if kind.counts}
_COMPUTED.add("benchmark_parity")

COLUMNS = [
    "claim_id", "node", "reference_node", "kind", "log10_value", "half_width",
    "formula", "disclosed_on", "rank", "status", "is_class", "arithmetic",
    "repeats", "supersedes", "derived_from", "problem", "is_bulk", "withdrawn_on",
    "statement", "evidence",
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
                "node": _node(member, claim["stage"], claim),
                "reference_node": _reference(member, claim),
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
                "derived_from": claim["derived_from"] or "",
                "problem": problem,
                "is_bulk": claim["source_id"] in bulk,
                "withdrawn_on": claim["withdrawn_on"],
                "statement": f"{claim['source_id']}: {claim['locator']}",
                "evidence": claim["evidence"],
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
    """The value; of a bound that is computed or read off scores, its far end."""
    bound = _kind(claim)
    if bound == "equality" or claim["evidence"] not in _COMPUTED:
        return reading.log10
    return reading.log10 + (1 if bound == "upper" else -1) * reading.half_width


def _node(model: str, stage: str, claim: dict[str, Any]) -> str:
    """The node of the ledger that a claim counts in."""
    counted = claim["basis"] == "operations" or claim["evidence"] == "throughput"
    ledger = OPERATIONS if counted and stage in TWO_LEDGERS else ""
    return f"{model}/{stage}{ledger}"


def _reference(member: str, claim: dict[str, Any]) -> str | None:
    if claim["evidence"] == "throughput":  # operations against the time of the same run
        return f"{member}/{claim['stage']}"
    if not KINDS[claim["evidence"]].relative:
        return None
    return _node(claim["reference_model_id"], claim["reference_stage"], claim)
