"""corrections.yaml: known errors in a source, each with a guard.

What belongs here: reading the file and checking that each entry still applies. What
does not: holding a claim out (estimation/standing.py). The claim itself stays as its
source has it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, TypeAdapter

from pipeline.notes.constants import read_entries
from pipeline.notes.faults import Fault, nearest


class Correction(BaseModel):
    """One known error; `expect` is the faulty figure as it stands in the claim."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    claim: str
    problem: str
    correct: float | None = None
    action: Literal["hold_out", "annotate"]
    source: str
    expect: float


def read_corrections(
    path: str, data: bytes, claims: pd.DataFrame, fallen: set[str]
) -> tuple[list[Correction], list[Fault]]:
    """The entries that still apply; a stale or orphaned one is a fault.

    Args:
        path: for the faults.
        data: bytes of corrections.yaml.
        claims: raw.claims, not yet conformed.
        fallen: ids of sources whose note could not be read; their entries wait.
    """
    entries, faults = read_entries(path, data, TypeAdapter(Correction), key="claim")
    by_id = (
        {row["claim_id"]: row for row in claims.to_dict("records")}
        if not claims.empty
        else {}
    )
    good = []
    for entry in entries:
        claim = by_id.get(entry.claim)
        if claim is None:
            if entry.claim.split("/")[0] not in fallen:
                faults.append(
                    Fault(
                        path, _line(data, entry), "claim", "there is no such claim",
                        "Delete the entry, or name the claim as `source-id/claim-id`."
                        + nearest(entry.claim, by_id),
                        entry.claim,
                    )
                )  # fmt: skip
            continue
        if not any(math.isclose(entry.expect, f, rel_tol=1e-6) for f in figures(claim)):
            faults.append(
                Fault(
                    path, _line(data, entry), "expect",
                    f"{entry.claim} no longer has this figure: the correction is stale",
                    "Delete the entry, or mend `expect`", f"{entry.expect:g}",
                )
            )  # fmt: skip
            continue
        good.append(entry)
    return good, faults


def _line(data: bytes, entry: Correction) -> int:
    """Where the entry begins; `read_entries` has found it in these bytes."""
    lines = data.decode("utf-8", "replace").splitlines()
    return next((n for n, t in enumerate(lines, 1) if entry.claim in t), 0)


def figures(claim: dict[Any, Any]) -> Iterator[float]:
    """Every figure that a claim states: value, range and inputs."""
    for name in ("value", "low", "high"):
        if isinstance(claim[name], float | int):
            yield float(claim[name])
    if isinstance(claim["inputs"], str):
        yield from _numbers(json.loads(claim["inputs"]))


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _numbers(part)
    elif isinstance(value, float | int) and not isinstance(value, bool):
        yield float(value)


def frame(entries: Iterable[Correction]) -> pd.DataFrame:
    """Rows of raw.corrections."""
    return pd.DataFrame(
        {"claim_id": e.claim, **e.model_dump(exclude={"claim"})} for e in entries
    )
