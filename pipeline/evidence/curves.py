"""Which scores of the record lie on one curve of reasoning compute, and the table.

What belongs here: grouping by curve, benchmark and protocol, and pairs of models. What
does not: the fits (scaling.py).

A score compares only within its protocol; nothing here fits across two of them. Points
before any training (step 0) have no logarithm and are left out.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.draws import sobol_normals
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import QUANTILES, State
from pipeline.evidence.scaling import FEWEST, TWO_POINT, compare

STEPS, FLOP = "steps", "flop"
_X = {STEPS: "reasoning_steps", FLOP: "reasoning_flop"}
SLOPES = ("slope_per_oom_p05", "slope_per_oom_p50", "slope_per_oom_p95")


def scaling_table(
    state: State,
    scores: pd.DataFrame,
    models: pd.DataFrame,
    claims: pd.DataFrame,
    assumed: Assumed,
) -> pd.DataFrame:
    """Rows of out.scaling_curves.

    Args:
        state: the newest posterior, for the compute of pairs.
        scores: raw.scores.
        models: core.models, for families.
        claims: raw.claims, for stated ratios of reasoning compute.
        assumed: constants of the method.
    """
    told = scores[(scores["status"] == "accepted") & scores["repeats"].isna()]
    told = told.assign(protocol=_protocol(told))
    rows: list[dict[str, Any]] = []
    for _, points in told.dropna(subset=["curve"]).groupby(
        ["curve", "benchmark", "protocol"]
    ):
        for kind in _X:
            rows += curve_rows(points, kind, assumed)
    for first, second in pairs(models, claims):
        rows += _pair_rows(state, told, (first, second), assumed)
    return pd.DataFrame(rows)


def curve_rows(
    points: pd.DataFrame, kind: str, assumed: Assumed
) -> list[dict[str, Any]]:
    """The fits of one training curve over steps or FLOP; none where points are few.

    Args:
        points: scores with columns curve, benchmark, protocol, score, stderr.
        kind: `steps` or `flop`.
        assumed: constants of the method.

    Raises:
        ValueError: for points of more than one benchmark or protocol.
    """
    for name in ("curve", "benchmark", "protocol"):
        if len(points[name].unique()) > 1:
            raise ValueError(
                f"scores of several kinds of {name} do not lie on one curve: "
                f"{', '.join(sorted(points[name].unique()))}"
            )
    used = points[points[_X[kind]] > 0].sort_values(["disclosed_on", "score_id"])
    if used.empty:
        return []
    x = np.log10(used[_X[kind]].to_numpy(dtype=float))
    y = used["score"].to_numpy(dtype=float)
    if np.ptp(x) < assumed.half_width("scaling.least_ratio"):
        return []
    about = {
        "curve_id": used["curve"].iloc[0],
        "benchmark": used["benchmark"].iloc[0],
        "protocol": used["protocol"].iloc[0],
        "x_kind": kind,
        "n": len(used),
    }
    if len(used) < FEWEST:
        ends = used.sort_values(_X[kind]).iloc[[0, -1]]
        return [about | _two_point(ends, np.array([np.ptp(x)]), assumed)]
    criterion, fits = compare(x, y)
    best = min(fits, key=lambda form: fits[form][1])
    return [
        about
        | dict(zip(SLOPES, fit.interval(), strict=True))
        | {
            "form": form,
            "criterion": criterion,
            "criterion_value": value,
            "preferred": form == best,
        }
        for form, (fit, value) in fits.items()
    ]


def pairs(models: pd.DataFrame, claims: pd.DataFrame) -> list[tuple[str, str]]:
    """Models whose reasoning compute compares: one family, or a ratio that was stated.

    Returns:
        (earlier, later) ids, sorted; a ratio between a lab's generations ties a family
        that the registry's `family` (one version each) does not.
    """
    found: set[frozenset[str]] = set()
    reasoning = models[models["is_reasoning"].astype(bool)]
    for _, family in reasoning.groupby("family"):
        ids = sorted(family["model_id"])
        found |= {frozenset((a, b)) for a in ids for b in ids if a < b}
    stated = claims[
        (claims["evidence"] == "ratio")
        & (claims["status"] == "accepted")
        & (claims["stage"] == "reasoning")
        & (claims["reference_stage"].fillna("reasoning") == "reasoning")
    ].dropna(subset=["model_id", "reference_model_id"])
    maker = dict(zip(models["model_id"], models["developer"], strict=True))
    found |= {
        frozenset((a, b))
        for a, b in zip(stated["model_id"], stated["reference_model_id"], strict=True)
        if a != b and maker.get(a) == maker.get(b)
    }
    day = dict(zip(models["model_id"], models["released_on"], strict=True))
    ordered = (sorted(pair, key=lambda m: (day[m], m)) for pair in found)
    return sorted((first, second) for first, second in ordered)


def _pair_rows(
    state: State, told: pd.DataFrame, pair: tuple[str, str], assumed: Assumed
) -> list[dict[str, Any]]:
    """Two-point slopes of a pair: one source, benchmark and protocol each."""
    nodes = [f"{model}/reasoning" for model in pair]
    if not all(state.anchored(node) for node in nodes):
        return []
    # Joint draws: a common error of both levels cancels in their ratio.
    ratio = state.draws(nodes[1]) - state.draws(nodes[0])
    if np.quantile(ratio, QUANTILES[0]) < assumed.half_width("scaling.least_ratio"):
        return []
    rows = []
    of_pair = told[told["model_id"].isin(pair) & told["curve"].isna()]
    for (_, benchmark, protocol), points in of_pair.groupby(
        ["source_id", "benchmark", "protocol"]
    ):
        ends = points.set_index("model_id").reindex(pair).dropna(subset=["score"])
        if len(ends) != len(pair):
            continue
        rows.append(
            {
                "curve_id": f"{pair[0]}-to-{pair[1]}",
                "benchmark": benchmark,
                "protocol": protocol,
                "x_kind": FLOP,
                "n": len(pair),
                **_two_point(ends, ratio, assumed),
            }
        )
    return rows


def _two_point(
    ends: pd.DataFrame, ratio: FloatArray, assumed: Assumed
) -> dict[str, Any]:
    """The slope between two scores, with the errors of both and of the ratio.

    Args:
        ends: two rows in order of compute: score, stderr (NaN = not stated).
        ratio: log10 of compute between them, one value or joint draws.
        assumed: constants of the method.
    """
    score = ends["score"].to_numpy(dtype=float)
    error = ends["stderr"].fillna(assumed["scaling.score_stderr"]).to_numpy(dtype=float)
    key = hashlib.sha256(f"{score}{error}".encode()).hexdigest()
    n = len(ratio) if len(ratio) > 1 else int(assumed["fusion.draws"])
    rise = (score + sobol_normals(2, n, key) * error) @ np.array([-1.0, 1.0])
    slopes = rise / ratio
    return {
        "form": TWO_POINT,
        "criterion": None,
        "criterion_value": None,
        "preferred": True,
        **dict(zip(SLOPES, np.quantile(slopes, QUANTILES), strict=True)),
    }


def _protocol(told: pd.DataFrame) -> pd.Series:
    """The protocol with the effort setting: both decide what a score means."""
    effort = ", effort " + told["effort"]
    return told["protocol"] + effort.fillna("")
