"""Tables of the core layer from the posterior: observations, estimates, history.

What belongs here: quantiles, grades, counts, stage sums. What does not: sampling.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from pipeline.estimation import standing
from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.calibration import KAPPA
from pipeline.estimation.component import METHOD
from pipeline.estimation.draws import sobol_unit
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.estimation.graph import with_parts
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import QUANTILES, Component, State
from pipeline.vocabulary import OPERATIONS, TWO_LEDGERS

PARTS = ("pretraining", "sft", "reasoning", "post_training")
WHOLE = (("pretraining", "post_training"), ("pretraining", "sft", "reasoning"))


def observation_table(prepared: pd.DataFrame, state: State) -> pd.DataFrame:
    """Rows of core.observations: every observation with its role at a vintage."""
    p = prepared[prepared["problem"] == ""]
    roles = state.roles.loc[p.index]
    known = roles["role"] != standing.NOT_YET
    table = pd.DataFrame(
        {
            "claim_id": p["claim_id"],
            "node": p["node"],
            "reference_node": p["reference_node"],
            "kind": p["kind"],
            "log10_value": roles["log10_value"],
            "log10_sd": roles["half_width"] / Z90,
            "role": roles["role"],
            "role_reason": roles["reason"],
            "formula": p["formula"],
            "disclosed_on": p["disclosed_on"],
        }
    )
    return with_parts(table[known])


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
    level = {node: state.points(node) for node in state.known} | {
        node: np.quantile(draws, QUANTILES) for node, draws in derived.items()
    }
    for node in [n for n in level if n.endswith("/post_training")]:
        _limit(bounds, node.replace("/post_training", "/reasoning"), level[node][2])
    rows = []
    for node in sorted({*counts.index, *state.of_node, *derived, *bounds}):
        row = _row(node, counts, derived=node in derived)
        if node in level:
            draws = derived[node] if node in derived else state.draws(node)
            row |= _level(draws, _within(node, level), assumed)
        else:
            low, high = bounds.get(node, (None, None))
            row |= {"flop_p05": low, "flop_p95": high, "anchored": False}
        if node in disputed and "grade" in row:
            row["grade"] = "speculative"
        rows.append(row)
    return pd.DataFrame(rows)


def _within(node: str, level: dict[str, FloatArray]) -> FloatArray:
    """Points of a node, none beyond that of its run: a part is at most the whole."""
    total = level.get(f"{node.rsplit('/', 1)[0]}/total")
    if total is None or node.endswith(OPERATIONS):
        return level[node]
    return np.minimum(level[node], total)


def derived_stages(
    state: State, models: pd.DataFrame, assumed: Assumed
) -> dict[str, FloatArray]:
    """Draws of what follows from other nodes: stages by sums, operations by κ."""
    found: dict[str, FloatArray] = {}
    for model, base in zip(models["model_id"], models["base_model_id"], strict=True):
        found |= derived_of(state, model, base, assumed)
    for node in [*sorted(state.known), *found]:
        model, stage = node.rsplit("/", 1)
        counted = f"{node}{OPERATIONS}"
        if stage in TWO_LEDGERS and not state.anchored(counted):
            time = found[node] if node in found else state.draws(node)
            found[counted] = time + _kappa(state, node, len(time))
    return found


def _kappa(state: State, node: str, n: int) -> FloatArray:
    """Draws of log10 of operations per accelerator time of one run, (n,)."""
    middle, half = state.learned[KAPPA].predicted(node)
    part = state.of_node.get(node)
    seed = f"{part.key if part else n} {KAPPA}"
    unit = sobol_unit(1, n, hashlib.sha256(seed.encode()).hexdigest())[:, 0]
    return np.asarray(middle + half * stats.norm.ppf(unit) / Z90)


def derived_of(
    state: State, model: str, base: object, assumed: Assumed
) -> dict[str, FloatArray]:
    """Draws of the stages of a model that follow by total = Σ stages.

    A total is the sum of what is known, the base model's pre-training included; of a
    stage and post-training, which holds it, only the latter counts. A missing stage is
    a difference, where it is surely positive.
    """
    stages = known_stages(state, model, base)
    total = f"{model}/total"
    if nodes := summed(state, model, base):
        return {total: log10_sum(state, nodes)}
    if not state.anchored(total):
        return {}
    found: dict[str, FloatArray] = {}
    for whole in WHOLE:
        missing = [stage for stage in whole if stage not in stages]
        if len(missing) != 1:
            continue
        left = 10.0 ** state.draws(total)
        for stage in set(whole) - set(missing):
            left = left - 10.0 ** state.draws(stages[stage])
        if (left > 0).mean() >= assumed["fusion.derived_probability"]:
            found[f"{model}/{missing[0]}"] = np.log10(left[left > 0])
    return found


def summed(state: State, model: str, base: object) -> tuple[str, ...]:
    """The nodes whose sum is a model's total; none where a claim gives it a level.

    Of the model itself something must be known, and the pre-training of it or its base.
    """
    stages = known_stages(state, model, base)
    own = any(node.startswith(f"{model}/") for node in stages.values())
    if state.anchored(f"{model}/total") or not own or "pretraining" not in stages:
        return ()
    parts = WHOLE["post_training" not in stages]
    nodes = tuple(node for stage, node in stages.items() if stage in parts)
    return nodes if len(nodes) > 1 else ()


def log10_sum(state: State, nodes: Sequence[str]) -> FloatArray:
    """Joint draws of the sum of nodes, log10 FLOP."""
    return np.asarray(np.log10(sum(10.0 ** state.draws(node) for node in nodes)))


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
    bounds: dict[str, Bounds],
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


Bounds = tuple[float | None, float | None]  # lower and upper, FLOP
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
    links = part.claims if part is not None else ()
    if any(link.startswith(METHOD) for link in links) and today:
        return ["core.calibrations"]
    return []


def _split(node: str) -> dict[str, Any]:
    model, stage = node.rsplit("/", 1)
    measure = "operations" if stage.endswith(OPERATIONS) else "accelerator_time"
    stage = stage.removesuffix(OPERATIONS)
    return {"model_id": model, "stage": stage, "measure": measure}


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
        "usd_at_flat_rate": 10**p50 / rate,
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
    """The tightest bounds claimed of each node without a level, at any vintage."""

    def __init__(self, prepared: pd.DataFrame) -> None:
        self._rows = np.flatnonzero(prepared["kind"] != "equality")
        p = prepared.iloc[self._rows]
        self._said = list(zip(p["node"], p["reference_node"], p["kind"], strict=True))

    def at(self, state: State) -> dict[str, Bounds]:
        """Lower and upper bound in FLOP by node, None where there is none.

        A bound in terms of a node with a level is taken at that node's far end.
        """
        value = state.roles["log10_value"].to_numpy()[self._rows]
        fused = state.roles["role"].to_numpy()[self._rows] == standing.FUSED
        found: dict[str, Bounds] = {}
        for k in np.flatnonzero(fused):
            node, reference, kind = self._said[k]
            edge = float(value[k])
            if isinstance(reference, str):
                if not state.anchored(reference):
                    continue
                edge += float(state.points(reference)[0 if kind == "lower" else 2])
            _limit(found, node, edge, lower=kind == "lower")
        return found


def _limit(
    bounds: dict[str, Bounds], node: str, edge: float, *, lower: bool = False
) -> None:
    """Narrow the bounds of a node, FLOP, by one in log10."""
    low, high = bounds.get(node, (None, None))
    flop = float(10**edge)
    if lower:
        low = flop if low is None else max(low, flop)
    else:
        high = flop if high is None else min(high, flop)
    bounds[node] = (low, high)
