"""What does the x-axis of OpenAI's chart from o1 to o3 count?

What belongs here: the likelihood of the chart's span under three readings, and the
posterior. What does not: the record's claims about the models.

The chart has no units. Its first point lies about four orders of magnitude below o3 and
scores about 25% on AIME. Three readings of the axis predict how far apart they lie:

- reasoning compute: anything from half an order to six;
- total compute, the base model paid in full: log10((P + R3) / (P + R1)), tiny unless
  the base is;
- total compute, with runs cut short in pre-training: anything up to six orders, but a
  quarter of AIME is then next to impossible, for GPT-4o with all its pre-training
  stays near a tenth.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.draws import sobol_normals
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import QUANTILES, State

# The record's statement of the chart's span: first point over o3, as a ratio.
SPAN_CLAIM = "qbitai-2025-05-14/first-o1-ratio"
REASONING = "reasoning compute"
BASE_PAID = "total compute, base paid in full"
CUT_SHORT = "total compute, pre-training cut short"
SPAN, SPAN_AND_SCORE = "span", "span and score"
SPANS = ("span_oom_p05", "span_oom_p50", "span_oom_p95")


@dataclass(frozen=True)
class Chart:
    """The chart as read: its span, and the two models at its ends."""

    span: float  # orders of magnitude
    first: str
    last: str


def chart_of(claims: pd.DataFrame) -> Chart | None:
    """The chart from the record's claim about it; None without that claim."""
    told = claims[claims["claim_id"] == SPAN_CLAIM]
    if told.empty:
        return None
    row = told.iloc[0]
    return Chart(
        -float(np.log10(row["value"])), row["model_id"], row["reference_model_id"]
    )


def base_paid_span(state: State, chart: Chart, assumed: Assumed) -> FloatArray | None:
    """Draws of log10((P + R3) / (P + R1)); None where a model has no level.

    P, the base's pre-training, is an assumption with a wide range; R1 and R3 are joint.
    """
    nodes = [f"{model}/reasoning" for model in (chart.first, chart.last)]
    if not all(state.anchored(node) for node in nodes):
        return None
    first, last = (10.0 ** state.draws(node) for node in nodes)
    low, high = np.log10(assumed.span("chart.base_pretraining"))
    key = hashlib.sha256("".join(state.of_node[n].key for n in nodes).encode())
    z = sobol_normals(1, len(first), key.hexdigest())[:, 0]
    middle = np.log10(assumed["chart.base_pretraining"])
    base = 10.0 ** (middle + z * (high - low) / 2 / Z90)
    return np.asarray(np.log10((base + last) / (base + first)))


def likelihoods(
    span: float, base_paid: FloatArray, error: float, assumed: Assumed
) -> dict[str, float]:
    """Density of the observed span under each reading of the axis, per OOM.

    Reading error is Student's t with `chart.reading_nu` and scale `error` (OOM). Its
    mean density against a uniform prediction has a closed form, the difference of its
    distribution at the ends; against draws it is their average.
    """
    t = stats.t(assumed["chart.reading_nu"], scale=error)

    def uniform(low: float, high: float) -> float:
        return float((t.cdf(span - low) - t.cdf(span - high)) / (high - low))

    return {
        REASONING: uniform(*assumed.span("chart.span_reasoning")),
        BASE_PAID: float(t.pdf(span - base_paid).mean()),
        CUT_SHORT: uniform(*assumed.span("chart.span_cut_short")),
    }


def chart_axis_table(
    state: State, claims: pd.DataFrame, assumed: Assumed, span: float | None = None
) -> pd.DataFrame:
    """Rows of out.chart_axis_test; none where the record does not tell of the chart.

    Args:
        state: the newest posterior.
        claims: raw.claims.
        assumed: constants of the method.
        span: read instead of the claim's, orders of magnitude (what would change?).
    """
    chart = chart_of(claims)
    paid = None if chart is None else base_paid_span(state, chart, assumed)
    if chart is None or paid is None:
        return pd.DataFrame()
    observed = chart.span if span is None else span
    low, high = assumed.span("chart.reading_error")
    rows: list[dict[str, Any]] = []
    for error, evidence in product(
        (low, assumed["chart.reading_error"], high), (SPAN, SPAN_AND_SCORE)
    ):
        density = likelihoods(observed, paid, error, assumed)
        if evidence == SPAN_AND_SCORE:
            # The other two pay for a full base, which reaches the score with some
            # reasoning training; there it is taken as sure.
            density[CUT_SHORT] *= assumed["chart.score_chance"]
        weight = {h: _priors(assumed)[h] * density[h] for h in density}
        posterior = cut(weight, assumed["chart.most_odds"])
        for hypothesis, found in weight.items():
            odds = found / (sum(weight.values()) - found)
            rows.append(
                {
                    "hypothesis": hypothesis,
                    "evidence": evidence,
                    "reading_error": error,
                    "span_oom_observed": observed,
                    **_predicted(hypothesis, paid, assumed),
                    "prior": _priors(assumed)[hypothesis],
                    "likelihood": density[hypothesis],
                    "posterior": posterior[hypothesis],
                    "odds": odds_text(odds, assumed["chart.most_odds"]),
                }
            )
    return pd.DataFrame(rows)


def cut(weight: dict[str, float], most: float) -> dict[str, float]:
    """Probabilities that add up to 1, none below what odds of 1 to `most` leave it.

    What the unlikely readings are given comes from the others, by their shares.
    """
    least = 1 / (1 + most)
    total = sum(weight.values())
    likely = {h: w for h, w in weight.items() if w > least * total}
    left = 1 - least * (len(weight) - len(likely))
    share = left / sum(likely.values())
    return {h: likely[h] * share if h in likely else least for h in weight}


def odds_text(odds: float, most: float) -> str:
    """Odds to one, never beyond `most` either way."""
    if odds > most:
        return f">{most:,.0f}"
    if odds < 1 / most:
        return f"<{1 / most:g}"
    return f"{odds:.3g}"


def _priors(assumed: Assumed) -> dict[str, float]:
    return {
        REASONING: assumed["chart.prior_reasoning"],
        BASE_PAID: assumed["chart.prior_base_paid"],
        CUT_SHORT: assumed["chart.prior_cut_short"],
    }


def _predicted(hypothesis: str, paid: FloatArray, assumed: Assumed) -> dict[str, float]:
    """Points of the span that a reading predicts, before any error of reading."""
    if hypothesis == BASE_PAID:
        points = np.quantile(paid, QUANTILES)
    else:
        name = "reasoning" if hypothesis == REASONING else "cut_short"
        low, high = assumed.span(f"chart.span_{name}")
        points = low + np.array(QUANTILES) * (high - low)
    return dict(zip(SPANS, (float(p) for p in points), strict=True))
