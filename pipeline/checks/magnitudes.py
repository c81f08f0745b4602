"""Magnitudes: what cannot be true of the estimates, and what is odd about a claim.

What belongs here: rules on the size of figures. The first kind holds a release until a
person looks (lake/holds.py); the second warns before publishing (`headroom note check`)
and after it. What does not: comparisons with the last release (advisory.py).
"""

from __future__ import annotations

import json
import math
import statistics
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.observe import observe

Frames = Mapping[str, pd.DataFrame]

RUNS = ("total", "pretraining")  # a run whose total is unknown counts with its bulk


def impossible(frames: Frames) -> dict[tuple[str, ...], str]:
    """Estimates that cannot be true, as a sentence by what they are about.

    A stage whose 5% point lies above the 95% point of its run; a node more than
    `check.record_factor` times the largest run known until its model's release, where
    at least `check.record_known` are, of models since `check.record_since_year`; and a
    claim alone on its node from which the estimate is more than
    `check.prior_distance` orders of magnitude away, so that the
    prior decides and not the claim.

    Args:
        frames: core.estimates, core.observations, core.models and core.assumptions.
    """
    assumed = Assumed.of(frames["core.assumptions"])
    estimates = _time(frames["core.estimates"])
    estimates = estimates[estimates["anchored"].astype(bool)]
    return {
        **_above_their_run(estimates),
        **_above_all_runs(estimates, frames["core.models"], assumed),
        **_left_to_the_prior(estimates, frames["core.observations"], assumed),
    }


def _time(estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates in accelerator time; those of operations are derived from them."""
    if "measure" not in estimates:
        return estimates
    measure = estimates["measure"].astype(object).fillna("accelerator_time")
    return estimates[measure == "accelerator_time"]


def _above_their_run(estimates: pd.DataFrame) -> dict[tuple[str, ...], str]:
    totals = estimates[estimates["stage"] == "total"].set_index("model_id")["flop_p95"]
    parts = estimates[estimates["stage"] != "total"]
    top = parts["model_id"].map(totals)
    return {
        ("run", row["model_id"], row["stage"]): (
            f"{row['model_id']}/{row['stage']} would be at least "
            f"{row['flop_p05']:.2g} FLOP, more than its whole run (at most {most:.2g})"
        )
        for row, most in zip(parts.to_dict("records"), top, strict=True)
        if row["flop_p05"] > most
    }


def _above_all_runs(
    estimates: pd.DataFrame, models: pd.DataFrame, assumed: Assumed
) -> dict[tuple[str, ...], str]:
    factor, known = assumed["check.record_factor"], assumed["check.record_known"]
    dated = estimates.merge(models[["model_id", "released_on"]], on="model_id")
    runs = dated[dated["stage"].isin(RUNS)]
    before = _Largest(runs["released_on"], runs["model_id"], runs["flop_p50"])
    recent = dated["released_on"].dt.year >= assumed["check.record_since_year"]
    found: dict[tuple[str, ...], str] = {}
    for row in dated[recent].dropna(subset=["flop_p50"]).to_dict("records"):
        largest, count = before.until(row["released_on"], row["model_id"])
        if count < known or not row["flop_p50"] > factor * largest:
            continue
        found["record", row["model_id"], row["stage"]] = (
            f"{row['model_id']}/{row['stage']} would be {row['flop_p50']:.2g} FLOP, "
            f"{row['flop_p50'] / largest:.2g} times the largest run known until its "
            f"release ({largest:.2g})"
        )
    return found


class _Largest:
    """The largest figure known on a day, of other models than one's own.

    Args:
        days: of the figures.
        models: whose they are.
        values: the figures; NaN is none.
    """

    def __init__(self, days: pd.Series, models: pd.Series, values: pd.Series) -> None:
        self._days: list[Any] = []
        # After each figure: how many models have been seen, the model of the largest,
        # it, and the largest of all others.
        self._known: list[tuple[int, str, float, float]] = []
        self._first: dict[str, Any] = {}
        table = pd.DataFrame({"day": days, "model": models, "value": values})
        best, most, second = "", -math.inf, -math.inf
        table = table.dropna(subset=["day"]).sort_values("day", kind="stable")
        for day, model, value in table.itertuples(index=False):
            self._first.setdefault(model, day)
            if value > most:
                second = second if model == best else most
                best, most = model, value
            elif model != best and value > second:
                second = value
            self._days.append(day)
            self._known.append((len(self._first), best, most, second))

    def until(self, day: Any, model: str) -> tuple[float, int]:
        """The largest by a day, -inf if there is none, and how many models it beat."""
        at = bisect_right(self._days, day)
        if not at:
            return -math.inf, 0
        count, best, most, second = self._known[at - 1]
        own = model in self._first and self._first[model] <= day
        return (second if best == model else most), count - own


def _left_to_the_prior(
    estimates: pd.DataFrame, observations: pd.DataFrame, assumed: Assumed
) -> dict[tuple[str, ...], str]:
    fused = observations[
        (observations["role"] == "fused")
        & (observations["kind"] == "equality")
        & observations["reference_node"].isna()
    ]
    node = estimates["model_id"] + "/" + estimates["stage"]
    alone = estimates.assign(node=node)[estimates["n_independent"] == 1]
    both = fused.merge(alone, on="node")
    middle = np.log10(both["flop_p50"].to_numpy(float))
    far = np.abs(middle - both["log10_value"].to_numpy(float))
    return {
        ("prior", row["claim_id"]): (
            f"{row['claim_id']} says 10^{row['log10_value']:.1f} FLOP and the estimate "
            f"of {row['node']} would be {row['flop_p50']:.2g}: nothing but the prior "
            "decides there"
        )
        for row in both[far > assumed["check.prior_distance"]].to_dict("records")
    }


def odd_claims(frames: Frames) -> pd.DataFrame:
    """Accepted claims that look like slips: claim_id and problem, a row each.

    Args:
        frames: raw.claims, raw.sources, core.models, core.hardware, core.assumptions.
    """
    assumed = Assumed.of(frames["core.assumptions"])
    claims = frames["raw.claims"]
    observed = observe(
        claims,
        frames["raw.sources"],
        frames["core.models"],
        frames["core.hardware"],
        assumed,
    )
    rows = [*_odd_levels(observed, assumed), *_odd_inputs(claims, assumed)]
    return pd.DataFrame(rows, columns=["claim_id", "problem"])


def _odd_levels(observed: pd.DataFrame, assumed: Assumed) -> Iterator[tuple[str, str]]:
    levels = observed[
        observed["reference_node"].isna()
        & (observed["kind"] == "equality")
        & (observed["status"] == "accepted")
        & (observed["rank"] < 2)  # press and scrapes are held out by better claims
        & (observed["arithmetic"] == "")
        & observed["log10_value"].astype(float).abs().lt(math.inf)
    ]
    apart = math.log10(assumed["check.claim_factor"])
    above = math.log10(assumed["check.record_factor"])
    model = levels["node"].str.split("/").str[0]
    runs = levels["node"].str.endswith(tuple(f"/{s}" for s in RUNS))
    before = _Largest(
        levels["disclosed_on"][runs], model[runs], levels["log10_value"][runs]
    )
    of_node = levels.groupby("node")[["claim_id", "log10_value"]].agg(list)
    for row in levels[~levels["is_bulk"]].to_dict("records"):
        names, values = of_node.loc[row["node"]]
        own = row["claim_id"]
        others = [v for n, v in zip(names, values, strict=True) if n != own]
        if others and abs(row["log10_value"] - statistics.median(others)) > apart:
            yield own, _compared(row, statistics.median(others), "its other claims")
        largest, count = before.until(row["disclosed_on"], row["node"].split("/")[0])
        enough = count >= assumed["check.record_known"]
        if enough and row["log10_value"] > largest + above:
            yield own, _compared(row, largest, "the largest run known on its day")


def _compared(row: Mapping[Any, Any], other: float, what: str) -> str:
    value = 10 ** row["log10_value"]
    return f"{value:.2g} FLOP on {row['node']} is {value / 10**other:.2g} times {what}"


# By input of a claim: the constant with its least and largest plausible figure, and the
# unit in words.
_INPUTS = {
    "duration": ("check.duration", "hours"),
    "chips": ("check.chips", "chips"),
    "prompts": ("check.prompts", "prompts a step"),
    "samples": ("check.samples", "samples a prompt"),
    "mean_tokens": ("check.mean_tokens", "tokens a rollout"),
    "price_per_hour": ("check.price", "USD an hour"),
}


def _odd_inputs(claims: pd.DataFrame, assumed: Assumed) -> Iterator[tuple[str, str]]:
    stated = claims[(claims["status"] == "accepted") & claims["inputs"].notna()]
    for claim_id, text in zip(stated["claim_id"], stated["inputs"], strict=True):
        inputs = json.loads(text)
        for name in inputs.keys() & _INPUTS.keys():
            constant, unit = _INPUTS[name]
            low, high = assumed.span(constant)
            numbers = inputs[name] if isinstance(inputs[name], list) else [inputs[name]]
            for number in numbers:
                if isinstance(number, int | float) and not low <= number <= high:
                    yield claim_id, f"{number:,.6g} {unit} is hardly possible"
