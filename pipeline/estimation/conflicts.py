"""Claims that do not fit what everything else says, at every vintage.

What belongs here: how far each claim lies off, which are listed, which deny each other.
What does not: words (wording.py), stage sums (sums.py), numerics (component.py).

z = (claim − posterior of its own quantity without it) ÷ √(sd² of the claim's method +
posterior sd²), never widened by the rank of the source. A bound is one-sided: 0 where
it is met. Without it: leave-one-out for a fused claim; for one that is not fused, the
posterior itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimation import standing, wording
from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.component import METHOD, distance
from pipeline.estimation.estimates import derived_of
from pipeline.estimation.graph import KINDS, with_parts
from pipeline.estimation.method import FloatArray
from pipeline.estimation.sums import Sum, stage_sums
from pipeline.estimation.vintages import QUANTILES, Component, State

Names = tuple[str, ...]
HELD_ROLES = (standing.HELD_OUT, standing.ARITHMETIC, standing.TEST)
COLUMNS = [
    "claim_id", "vintage", "until", "node", "z", "weight", "status", "against",
    "explanation",
]  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """One claim at one vintage.

    Attributes:
        row: The observation.
        z: Distance in standard deviations; NaN where nothing else tells.
        weight: What fusion leaves of it.
        role: Its role.
        reason: Why it is not fused.
        points: 5%, 50% and 95% of its quantity without it, log10; None = unknown.
        rest: Claims that it is held against.
        part: Content of the component, '' where not fused.
    """

    row: dict[str, Any]
    z: float
    weight: float
    role: str
    reason: str
    points: FloatArray | None
    rest: Names
    part: Names


def conflict_table(
    court: Court, found: list[State], models: pd.DataFrame
) -> pd.DataFrame:
    """Rows of core.conflicts.

    Args:
        court: of the record.
        found: the posterior at each vintage, ascending.
        models: core.models, for base models.
    """
    rows: list[dict[str, Any]] = []
    held: dict[tuple[str, str], dict[str, Any]] = {}
    for state in found:
        now = {
            (row["claim_id"], row["node"]): row
            for row in conflicts_at(court, state, models)
        }
        for key, old in list(held.items()):
            if key not in now or _differs(old, now[key], court.least_change):
                old["until"] = state.vintage
                del held[key]
        for key, row in now.items():
            if key not in held:
                held[key] = row | {"vintage": state.vintage, "until": pd.NaT}
                rows.append(held[key])
    return with_parts(pd.DataFrame(rows, columns=COLUMNS))


def conflicts_at(
    court: Court, state: State, models: pd.DataFrame
) -> list[dict[str, Any]]:
    """The conflicts of one vintage, without `vintage` and `until`."""
    verdicts = [v for v in court.verdicts(state) if court.listed(v)]
    rivals = _rivals(verdicts)
    rows = [_row(v, rivals) for v in verdicts]
    have = {(row["claim_id"], row["node"]) for row in rows}
    for each in stage_sums(state, models, court.z):
        rows += [
            _sum_row(claim, each)
            for claim in court.fused_on(state, each.total)
            if (claim, each.total) not in have
        ]
    return rows


def disputed(court: Court, state: State) -> frozenset[str]:
    """Nodes on whose level claims of equal standing deny each other.

    A node whose own level is also stated by a fused claim that fits is not disputed.
    """
    every = court.verdicts(state)
    flagged = [v for v in every if court.listed(v)]
    nodes = {
        node
        for v in flagged
        for other in _rivals(flagged).get(v.row["claim_id"], ())
        for node in _nodes(v.row)
        if node in _nodes(other.row)
    }
    settled = {
        v.row["node"]
        for v in every
        if v.role == standing.FUSED
        and v.row["kind"] == "equality"
        and not wording.relative(v.row)
        and not court.listed(v)
    }
    return frozenset(nodes - settled)


class Court:
    """Verdicts on the claims of a record, each reached once per content."""

    def __init__(
        self, prepared: pd.DataFrame, models: pd.DataFrame, assumed: Assumed
    ) -> None:
        self._assumed = assumed
        self._base = dict(zip(models["model_id"], models["base_model_id"], strict=True))
        self.z = assumed["conflict.z"]
        self.least_change = assumed["conflict.least_change"]
        self._bound_sd = assumed["fusion.bound_sd"]
        self._rows: list[dict[str, Any]] = [
            {str(k): v for k, v in row.items()} for row in prepared.to_dict("records")
        ]
        self._seen: dict[tuple[int, float, str, str, str], Verdict] = {}

    def listed(self, verdict: Verdict) -> bool:
        """Whether a verdict is a conflict."""
        corrected = verdict.role == standing.HELD_OUT and verdict.row["corrected"] != ""
        known = verdict.role == standing.ARITHMETIC or corrected
        return known or abs(verdict.z) > self.z  # NaN compares as false

    def verdicts(self, state: State) -> list[Verdict]:
        """Every claim that is fused, held out or tested at a vintage."""
        role = state.roles["role"].to_numpy()
        judged = np.flatnonzero(np.isin(role, (standing.FUSED, *HELD_ROLES)))
        names = ["role", "reason", "log10_value", "half_width"]
        told = (state.roles[name].to_numpy()[judged].tolist() for name in names)
        return [
            self._verdict(at, each, state)
            for at, *each in zip(judged.tolist(), *told, strict=True)
        ]

    def fused_on(self, state: State, node: str) -> list[str]:
        """Fused absolute equality claims on a node."""
        return [
            row["claim_id"]
            for row, role in zip(self._rows, state.roles["role"], strict=True)
            if role == standing.FUSED
            and row["node"] == node
            and row["kind"] == "equality"
            and not wording.relative(row)
        ]

    def _verdict(self, at: int, told: list[Any], state: State) -> Verdict:
        """The verdict on an observation with its role, reason, value and half-width."""
        row, (role, reason, value, half) = self._rows[at], told
        parts = [state.of_node.get(node) for node in _nodes(row)]
        keys = [part.key if part else "" for part in parts]
        content = (at, value, role, keys[0], keys[-1])
        if content not in self._seen:
            row = row | {"log10_value": value, "half_width": half}  # as calibrated
            self._seen[content] = (
                self._fused(row, parts[0])
                if role == standing.FUSED and parts[0] is not None
                else self._beside(row, role, reason or "", state)
            )
        return self._seen[content]

    def _fused(self, row: dict[str, Any], part: Component) -> Verdict:
        own = part.left_out[part.claims.index(row["claim_id"])]
        known = not math.isnan(own.mean)
        return Verdict(
            row,
            self._distance(row, own.mean, own.points),  # NaN where nothing else tells
            own.weight,
            standing.FUSED,
            "",
            own.points if known else None,
            self._near(row, part.claims),
            part.claims,
        )

    def _beside(
        self, row: dict[str, Any], role: str, reason: str, state: State
    ) -> Verdict:
        draws = _draws(row, state)
        if draws is None and role == standing.TEST and not wording.relative(row):
            model = row["node"].rsplit("/", 1)[0]
            derived = derived_of(state, model, self._base.get(model), self._assumed)
            draws = derived.get(row["node"])
        z, points = math.nan, None
        if draws is not None:
            points = np.quantile(draws, QUANTILES)
            z = self._distance(row, float(draws.mean()), points)
        parts = (state.of_node.get(node) for node in _nodes(row))
        claims = tuple(claim for part in parts if part for claim in part.claims)
        rest = self._near(row, claims)
        return Verdict(row, z, 0.0, role, reason, points, rest, ())

    def _distance(self, row: dict[str, Any], mean: float, points: FloatArray) -> float:
        """Its z against a posterior of its quantity."""
        kind = KINDS[row["kind"]]
        sd = row["half_width"] / Z90 if kind == KINDS["equality"] else self._bound_sd
        return distance(float(row["log10_value"]), kind, sd, mean, points)

    def _near(self, row: dict[str, Any], claims: Names) -> Names:
        """Of the claims of a component those on the same nodes, else all others."""
        others = {c for c in claims if not c.startswith(METHOD)} - {row["claim_id"]}
        nodes = set(_nodes(row))
        touching = {
            r["claim_id"]
            for r in self._rows
            if r["claim_id"] in others and nodes & set(_nodes(r))
        }
        return tuple(sorted(touching or others))


def _nodes(row: dict[str, Any]) -> list[str]:
    return [row["node"], *([row["reference_node"]] if wording.relative(row) else [])]


def _draws(row: dict[str, Any], state: State) -> FloatArray | None:
    """Draws of an observation's quantity; None where it has no level."""
    nodes = _nodes(row)
    parts = [state.of_node.get(node) for node in nodes]
    one = len(nodes) == 2 and parts[0] is not None and parts[0] is parts[1]
    if not one and not all(state.anchored(node) for node in nodes):
        return None
    if one and not (state.anchored(nodes[0]) and state.anchored(nodes[1])):
        return None  # bounds alone may link them
    draws = state.draws(nodes[0])
    return draws - state.draws(nodes[1]) if len(nodes) == 2 else draws


def _rivals(flagged: list[Verdict]) -> dict[str, list[Verdict]]:
    """Fused claims of equal standing that pull a common node opposite ways."""
    fused = [
        v for v in flagged if v.role == standing.FUSED and v.row["kind"] == "equality"
    ]
    found: dict[str, list[Verdict]] = {}
    for one in fused:
        for other in fused:
            if one.part != other.part or one.row["rank"] != other.row["rank"]:
                continue
            pulls = (_pull(one), _pull(other))
            if any(pulls[0][n] * pulls[1].get(n, 0.0) < 0 for n in pulls[0]):
                found.setdefault(one.row["claim_id"], []).append(other)
    return found


def _pull(verdict: Verdict) -> dict[str, float]:
    """Which way a claim pulls each of its nodes."""
    signs = zip(_nodes(verdict.row), (1.0, -1.0), strict=False)
    return {node: sign * verdict.z for node, sign in signs}


def _row(v: Verdict, rivals: dict[str, list[Verdict]]) -> dict[str, Any]:
    against = rivals.get(v.row["claim_id"], [])
    names = sorted({other.row["claim_id"] for other in against}) or v.rest
    words = wording.sentence(v.row, v.role, v.points, v.z, _end(v, against))
    return {
        "claim_id": v.row["claim_id"],
        "node": v.row["node"],
        "z": v.z,
        "weight": v.weight,
        "status": v.role,
        "against": ", ".join(names) or None,
        "explanation": words,
    }


def _end(v: Verdict, against: list[Verdict]) -> str:
    if against:
        names = ", ".join(sorted({other.row["claim_id"] for other in against}))
        return (
            f"{names}, of equal standing, says otherwise; both are fused, and the "
            "record cannot tell which is right"
        )
    if v.role == standing.FUSED:
        if v.row["kind"] == "equality":
            return f"fused, but with {v.weight:.0%} of its weight"
        return f"fused; the chance that it is heeded is {v.weight:.0%}"
    if v.role == standing.TEST:
        return v.reason
    return f"held out: {v.reason[:1].lower()}{v.reason[1:].rstrip('.')}"


def _sum_row(claim: str, each: Sum) -> dict[str, Any]:
    return {
        "claim_id": claim,
        "node": each.total,
        "z": each.z,
        "weight": 1.0,
        "status": "stage_sum",
        "against": None,
        "explanation": each.words,
    }


def _differs(old: dict[str, Any], new: dict[str, Any], least: float) -> bool:
    known = (math.isnan(old["z"]), math.isnan(new["z"]))
    moved = abs(old["z"] - new["z"]) >= least  # NaN compares as false
    return moved or known[0] != known[1] or old["status"] != new["status"]
