"""Estimates of reasoning training with their 90% intervals, largest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.plots.look import Look, dress, power_axis
from pipeline.plots.plot import Frames, Plot

if TYPE_CHECKING:
    import altair as alt

TITLE = "Compute of reasoning training, by model"
DECK = "FLOP, median and 90% interval, largest first; a triangle is a bound"
ALT = (
    "Models in rows, largest first, with the median and 90% interval of the FLOP used "
    "in their reasoning training on a logarithmic axis; triangles are bounds. Wide "
    "intervals (grade speculative) are pale."
)


def data(frames: Frames) -> dict[str, pd.DataFrame]:
    """Rows `estimates`: name, lo, mid, hi, bound, grade; bounds have no middle."""
    table = frames["core.estimates"].query(
        "stage == 'reasoning' and measure == 'accelerator_time'"
    )
    table = table.merge(frames["core.models"][["model_id", "name"]], on="model_id")
    rows = pd.DataFrame(
        {
            "name": table["name"].astype(str),
            **{
                short: np.log10(table[f"flop_{point}"].astype(float))
                for short, point in (("lo", "p05"), ("mid", "p50"), ("hi", "p95"))
            },
            "grade": table["grade"].astype(object),
        }
    )
    rows["edge"] = rows["hi"].fillna(rows["lo"])
    rows["bound"] = np.where(rows["hi"].notna(), "at most", "at least")
    rows["bound"] = rows["bound"].astype(object).where(rows["mid"].isna(), None)
    rows = rows[rows["mid"].notna() | rows["edge"].notna()]
    rows["rank"] = rows["mid"].fillna(rows["edge"] - 100)
    return {"estimates": rows.sort_values(["rank", "name"], ascending=[False, True])}


def draw(rows: Frames, look: Look) -> alt.LayerChart:
    """Intervals as rules, medians as dots, bounds as triangles."""
    import altair as alt

    order = list(rows["estimates"]["name"])
    base = alt.Chart(alt.NamedData("estimates")).encode(
        y=alt.Y("name:N", sort=order, title=None).axis(
            domain=False, ticks=False, labelLimit=240, labelColor=look.ink
        )
    )
    scale = alt.Scale(zero=False, nice=True)
    whole = base.transform_filter("datum.mid !== null")
    faded = (
        alt.when("datum.grade === 'speculative'")
        .then(alt.value(0.45))
        .otherwise(alt.value(1))
    )
    x = alt.X("mid:Q", scale=scale, axis=power_axis())
    layers = [
        whole.mark_rule(color=look.reasoning, strokeWidth=5, opacity=0.3).encode(
            x=alt.X("lo:Q", scale=scale, axis=power_axis()), x2=alt.X2("hi:Q")
        ),
        whole.mark_circle(color=look.reasoning, size=70).encode(x=x, opacity=faded),
        base.transform_filter("datum.bound === 'at most'")
        .mark_point(
            color=look.soft, shape="triangle-left", size=60, filled=True, opacity=1
        )
        .encode(x=alt.X("edge:Q")),
        base.transform_filter("datum.bound === 'at least'")
        .mark_point(
            color=look.soft, shape="triangle-right", size=60, filled=True, opacity=1
        )
        .encode(x=alt.X("edge:Q")),
    ]
    height = 18 * max(1, len(order))
    return dress(alt.layer(*layers), look, TITLE, DECK, ALT, height)


PLOT = Plot(TITLE, ALT, ("core.estimates", "core.models"), data, draw)
