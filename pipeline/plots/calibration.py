"""Forecasts made a year ahead, beside what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.plots.look import Look, days, dress, power_axis, years_axis
from pipeline.plots.plot import Frames, Plot, answering

if TYPE_CHECKING:
    import altair as alt

TITLE = "Forecasts a year ahead, and what came"
DECK = (
    "FLOP. Bars: 90% interval; dots: median; diamonds: what came, hollow if only a "
    "lower bound. Red: reasoning training; blue: all"
)
ALT = (
    "For each quarter the 90% interval forecast twelve months before, and as a diamond "
    "what the record then was, for the largest reasoning stage and the largest run."
)
HORIZON = 12
_APART = 12 * 86_400_000  # so that the two targets of one date stand side by side


def data(frames: Frames) -> dict[str, pd.DataFrame]:
    """Rows `forecasts` of the scenario that answers; `model` is what came."""
    table = frames["out.backtests"]
    scenario = answering(frames)[1]
    table = table[
        (table["horizon_months"] == HORIZON) & (table["scenario"] == scenario)
    ]
    rows = pd.DataFrame(
        {
            "t": days(table["target_on"]),
            "target": table["target"].astype(str),
            "lo": np.log10(table["predicted_flop_p05"].astype(float)),
            "mid": np.log10(table["predicted_flop_p50"].astype(float)),
            "hi": np.log10(table["predicted_flop_p95"].astype(float)),
            "came": np.log10(table["realised_flop_p50"].astype(float)),
            "model": table["realised_model_id"].astype(object),
            "bound": table["realised_kind"].eq("lower bound").astype(bool),
        }
    )
    rows["t"] += np.where(rows["target"] == "reasoning", _APART, -_APART)
    return {"forecasts": rows.sort_values(["t", "target"], ignore_index=True)}


def draw(rows: Frames, look: Look) -> alt.LayerChart:
    """Intervals, medians and outcomes, coloured by target."""
    import altair as alt

    del rows
    x = alt.X("t:T", scale=alt.Scale(type="utc"), axis=years_axis())
    scale = alt.Scale(zero=False, nice=True)
    colour = alt.Color(
        "target:N",
        scale=alt.Scale(
            domain=["reasoning", "frontier"], range=[look.reasoning, look.frontier]
        ),
        legend=None,
    )

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=power_axis())

    base = alt.Chart(alt.NamedData("forecasts")).encode(x=x, color=colour)
    layers = [
        base.mark_rule(strokeWidth=5, opacity=0.3).encode(y=y("lo"), y2=alt.Y2("hi:Q")),
        base.mark_circle(size=40, opacity=1).encode(y=y("mid")),
        alt.Chart(alt.NamedData("forecasts"), name="forecasts")
        .mark_point(shape="diamond", size=90, strokeWidth=1.5, opacity=1)
        .encode(
            x=x,
            y=y("came"),
            stroke=alt.StrokeValue(look.ink),
            fill=alt.when("datum.bound")
            .then(alt.value(look.paper))
            .otherwise(alt.value(look.ink)),
        ),
    ]
    return dress(alt.layer(*layers), look, TITLE, DECK, ALT, 360)


PLOT = Plot(
    TITLE,
    ALT,
    ("out.backtests", "out.convergence", "core.scenarios"),
    data,
    draw,
    section="calibration",
)
