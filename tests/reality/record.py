"""Selected rows as the notes that would hold their facts, read by the pipeline itself.

What belongs here: writing notes and the registry. What does not: formulas, constants.

A row with both kinds of facts becomes three models: one known by its hardware, one by
its tokens, and one by both, whose claims are fused.
"""

from __future__ import annotations

from typing import Any

import yaml

from tests.mini import CONSTANTS, PROJECT
from tests.reality.rules import HardwareFacts, Selection, TokenFacts

HARDWARE, TOKENS, FUSED = "hardware", "tokens", "fused"
STAGE = "total"
_SOURCE = {
    "id": "facts", "title": "Facts of a table", "publisher": "Epoch AI",
    "url": "https://epoch.ai/data/ai-models", "published_on": "2026-01-01",
    "kind": "primary",
}  # fmt: skip


def model_id(row: int, method: str) -> str:
    """Id of the model that stands for a row as one method sees it."""
    return f"row-{row}-{method}"


def files(selection: Selection) -> dict[str, bytes]:
    """The files of a record with one note, and the constants of the project."""
    seen: dict[str, list[dict[str, Any]]] = {}
    for row, hours in selection.hardware.items():
        seen[model_id(row, HARDWARE)] = [_hours(hours)]
    for row, counted in selection.tokens.items():
        seen[model_id(row, TOKENS)] = [_counted(counted)]
    for row in selection.hardware.keys() & selection.tokens.keys():
        both = [_hours(selection.hardware[row]), _counted(selection.tokens[row])]
        seen[model_id(row, FUSED)] = both
    claims = [
        claim
        | {
            "id": f"{model}-{k}", "model": model, "stage": STAGE,
            "locator": "its row", "summary": "As the row states it.",
        }
        for model, own in seen.items()
        for k, claim in enumerate(own)
    ]  # fmt: skip
    models = [
        {"id": m, "name": m, "developer": "unknown", "released_on": "2026-01-01"}
        for m in seen
    ]
    note = yaml.safe_dump({"source": _SOURCE, "claims": claims}, sort_keys=False)
    return {
        "models.yaml": yaml.safe_dump(models).encode(),
        "notes/facts.md": f"---\n{note}---\n".encode(),
    } | {name: (PROJECT / "sources" / name).read_bytes() for name in CONSTANTS}


def _hours(facts: HardwareFacts) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "hardware": facts.accelerator,
        "precision": facts.precision,
    }
    if facts.chips is None:
        claim |= {"evidence": "chip_hours", "value": _plain(facts.hours)}
    else:
        claim |= {"evidence": "chips_x_time", "chips": _plain(facts.chips)}
        claim["duration"] = f"{_plain(facts.hours)} hours"
    if facts.utilisation:
        low, high = facts.utilisation
        claim["utilisation"] = {"low": low, "high": high}
    return claim


def _counted(facts: TokenFacts) -> dict[str, Any]:
    low, high = facts.parameters
    return {
        "evidence": "tokens_x_params",
        "tokens": _plain(facts.tokens),
        "parameters": {"low": _plain(low), "high": _plain(high)},
        "epochs": _plain(facts.epochs),
    }


def _plain(value: float) -> str:
    """A number without an exponent, as durations are written."""
    return f"{value:.6f}".rstrip("0").rstrip(".")
