"""Tables of the core layer from the posterior: observations, estimates, history.

What belongs here: quantiles, grades, counts, stage sums. What does not: sampling.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimation import standing
from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import QUANTILES, Component, State

PARTS = ("pretraining", "sft", "reasoning")


def observation_table(prepared: pd.DataFrame, state: State) -> pd.DataFrame:
    """Rows of core.observations: every observation with its role at a vintage."""
    p = prepared[prepared["problem"] == ""]
    roles = state.roles.loc[p.index]
    known = roles["role"] != standing.NOT_YET
    return pd.DataFrame(
        {
            "claim_id": p["claim_id"],
            "node": p["node"],
            "reference_node": p["reference_node"],
            "kind": p["kind"],
            "log10_value": p["log10_value"],
            "log10_sd": p["half_width"] / Z90,
            "role": roles["role"],
            "role_reason": roles["reason"],
            "formula": p["formula"],
            "disclosed_on": p["disclosed_on"],
        }
    )[known]


def grade(p05: float, p95: float, assumed: Assumed) -> str:
    """By the half-width of the 90% interval of log10 FLOP."""
    half = (p95 - p05) / 2
    for name in ("confident", "likely"):
        if half <= assumed.half_width(f"grade.{name}"):
            return name
    return "speculative"


def estimate_table(
    prepared: pd.DataFrame,
    state: State,
    models: pd.DataFrame,
    assumed: Assumed,
    disputed: frozenset[str] = frozenset(),
) -> pd.DataFrame:
    """Rows of core.estimates at the vintage of a state.

    Args:
        prepared: observations.
        state: the posterior at the vintage.
        models: core.models, for base models.
        assumed: constants of the method.
        disputed: nodes on which claims of equal standing deny each other; their grade
            is speculative, whatever the interval.
    """
    counts = _counts(prepared, state)
    bounds = _Bounds(prepared).at(state)
    derived = derived_stages(state, models, assumed)
    rows = []
    for node in sorted({*counts.index, *state.of_node, *derived}):
        row = _row(node, counts, derived=node in derived)
        if node in derived:
            points = np.quantile(derived[node], QUANTILES)
            row |= _level(derived[node], points, assumed)
        elif state.anchored(node):
            row |= _level(state.draws(node), state.points(node), assumed)
        else:
            low, high = bounds.get(node, (None, None))
            row |= {"flop_p05": low, "flop_p95": high, "anchored": False}
        if node in disputed and "grade" in row:
            row["grade"] = "speculative"
        rows.append(row)
    return pd.DataFrame(rows)


def derived_stages(
    state: State, models: pd.DataFrame, assumed: Assumed
) -> dict[str, FloatArray]:
    """Stages that follow from the others by total = Σ stages, from joint draws.

    A total is the sum of what is known, the base model's pre-training included. A
    missing stage is a difference, where it is surely positive.
    """
    found: dict[str, FloatArray] = {}
    surely = assumed["fusion.derived_probability"]
    for model, base in zip(models["model_id"], models["base_model_id"], strict=True):
        stages = known_stages(state, model, base)
        if not any(node.startswith(f"{model}/") for node in stages.values()):
            continue  # nothing is known of the model itself
        linear = sum((10.0 ** state.draws(n) for n in stages.values()), np.zeros(1))
        missing = [stage for stage in PARTS if stage not in stages]
        total = f"{model}/total"
        if not state.anchored(total):
            if "pretraining" in stages and len(stages) > 1:
                found[total] = np.log10(linear)
        elif len(missing) == 1:
            left = 10.0 ** state.draws(total) - linear
            if (left > 0).mean() >= surely:
                found[f"{model}/{missing[0]}"] = np.log10(left[left > 0])
    return found


def known_stages(state: State, model: str, base: object) -> dict[str, str]:
    """Stages of a model with a level, by name, and the nodes that stand for them.

    Args:
        state: the posterior at a vintage.
        model: the model.
        base: the model it was trained from, whose compute counts as pre-training.
    """
    stages = {s: f"{model}/{s}" for s in PARTS if state.anchored(f"{model}/{s}")}
    if "pretraining" not in stages and isinstance(base, str):
        for stage in ("pretraining", "total"):
            if state.anchored(f"{base}/{stage}"):
                stages["pretraining"] = f"{base}/{stage}"
                break
    return stages


def history_table(
    prepared: pd.DataFrame, found: list[State], assumed: Assumed
) -> pd.DataFrame:
    """Rows of out.estimate_history: one per vintage and node whose estimate changed."""
    rows: list[dict[str, Any]] = []
    last: dict[str, Component | None] = {}
    claimed, disclosed = _Bounds(prepared), _disclosed(prepared)
    for state in found:
        moved = [
            node
            for node in {**last, **state.of_node}
            if last.get(node) is not state.of_node.get(node)
        ]
        if not moved:
            continue
        today = disclosed.get(state.vintage, [])
        bounds = claimed.at(state)
        for node in moved:
            part = state.of_node.get(node)
            now = _points(part, node, bounds)
            before = last.get(node)
            shift = float("nan")
            if before is not None and part is not None:
                old = before.points[1, before.nodes.index(node)]
                known = before.anchored[before.nodes.index(node)]
                shift = float(now[1] - old) if known else shift
            last[node] = part
            if abs(shift) < assumed["history.least_change"]:
                continue  # a neighbour joined: other draws of the same estimate
            rows.append(
                _split(node)
                | {
                    "vintage": state.vintage,
                    "flop_p05": _flop(now[0]),
                    "flop_p50": _flop(now[1]),
                    "flop_p95": _flop(now[2]),
                    "change_log10": shift,
                    "changed_by": ", ".join(_behind(node, part, today)) or None,
                }
            )
    return pd.DataFrame(rows)


def _points(
    part: Component | None,
    node: str,
    bounds: dict[str, tuple[float | None, float | None]],
) -> FloatArray:
    """p05, p50, p95 in log10; NaN where unknown."""
    if part is not None and part.anchored[part.nodes.index(node)]:
        return np.asarray(part.points[:, part.nodes.index(node)])
    low, high = bounds.get(node, (None, None)) if part is not None else (None, None)
    return np.array(
        [np.log10(low) if low else np.nan, np.nan, np.log10(high) if high else np.nan]
    )


def _flop(log10: float) -> float | None:
    return None if np.isnan(log10) else float(10**log10)


_Told = tuple[str, str, object]  # a claim, its node, its reference node


def _disclosed(prepared: pd.DataFrame) -> dict[pd.Timestamp, list[_Told]]:
    """Accepted claims by the day of their disclosure."""
    p = prepared[prepared["status"] == "accepted"]
    found: dict[pd.Timestamp, list[_Told]] = {}
    columns = (p["disclosed_on"], p["claim_id"], p["node"], p["reference_node"])
    for day, *told in zip(*columns, strict=True):
        found.setdefault(day, []).append((told[0], told[1], told[2]))
    return found


def _behind(node: str, part: Component | None, today: list[_Told]) -> list[str]:
    """Claims of that day behind a change: on the node itself, else near it."""
    near = part.nodes if part is not None else (node,)
    for nodes in ({node}, set(near)):
        claims = {c for c, own, reference in today if nodes & {own, reference}}
        if claims:
            return sorted(claims)
    return []


def _split(node: str) -> dict[str, Any]:
    model, stage = node.rsplit("/", 1)
    return {"model_id": model, "stage": stage}


def _row(node: str, counts: pd.DataFrame, *, derived: bool) -> dict[str, Any]:
    names = ("n_claims", "n_independent", "n_held_out")
    have = counts.loc[node].to_dict() if node in counts.index else {}
    return (
        _split(node)
        | {name: have.get(name, 0) for name in names}
        | {"derived": derived}
    )


def _level(draws: FloatArray, points: FloatArray, assumed: Assumed) -> dict[str, Any]:
    p05, p50, p95 = points
    rate = reference_flop_per_usd(assumed["cost.reference_date_year"], assumed)
    return {
        "flop_p05": 10**p05,
        "flop_p50": 10**p50,
        "flop_p95": 10**p95,
        "log10_mean": float(draws.mean()),
        "log10_sd": float(draws.std()),
        "grade": grade(p05, p95, assumed),
        "usd_p50": 10**p50 / rate,
        "anchored": True,
    }


def _counts(prepared: pd.DataFrame, state: State) -> pd.DataFrame:
    """Claims that bear on each node at the vintage, by role."""
    role = state.roles["role"]
    bears = role.isin(
        [standing.FUSED, standing.ECHO, standing.HELD_OUT, standing.ARITHMETIC]
    )
    p = prepared[bears.to_numpy()]
    role = role[bears]
    long = pd.concat(
        [
            pd.DataFrame({"node": p["node"], "role": role}),
            pd.DataFrame({"node": p["reference_node"], "role": role}).dropna(),
        ]
    )
    held = long["role"].isin([standing.HELD_OUT, standing.ARITHMETIC])
    return (
        long.assign(
            n_claims=1, n_independent=long["role"] == standing.FUSED, n_held_out=held
        )
        .groupby("node")[["n_claims", "n_independent", "n_held_out"]]
        .sum()
    )


class _Bounds:
    """The tightest absolute bounds claimed of each node, at any vintage."""

    def __init__(self, prepared: pd.DataFrame) -> None:
        own = prepared["reference_node"].isna() & (prepared["kind"] != "equality")
        self._rows = np.flatnonzero(own)
        p = prepared.iloc[self._rows]
        self._told = list(zip(p["node"], p["kind"], p["log10_value"], strict=True))

    def at(self, state: State) -> dict[str, tuple[float | None, float | None]]:
        """Lower and upper bound in FLOP by node, None where there is none."""
        fused = state.roles["role"].to_numpy()[self._rows] == standing.FUSED
        lower: dict[str, float] = {}
        upper: dict[str, float] = {}
        for k in np.flatnonzero(fused):
            node, kind, value = self._told[k]
            if kind == "lower":
                lower[node] = max(value, lower.get(node, value))
            else:
                upper[node] = min(value, upper.get(node, value))

        def flop(edge: dict[str, float], node: str) -> float | None:
            return float(10 ** edge[node]) if node in edge else None

        both = {*lower, *upper}
        return {node: (flop(lower, node), flop(upper, node)) for node in both}
