"""Total training compute over time: the record, the largest at release, the trend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.plots.look import Look, days, dress, lettered, power_axis, years_axis
from pipeline.plots.plot import Frames, Plot

if TYPE_CHECKING:
    import altair as alt

TITLE = "The largest training runs"
DECK = (
    "Total training compute in FLOP by release date. Filled: among the five largest at "
    "release; the step is the record"
)
ALT = (
    "Total training compute of models by release date on a logarithmic axis. Filled "
    "dots were among the five largest when released, the stepped line is the running "
    "record, the dashed line its fitted trend."
)
TOP = 5
SINCE = 2017  # before it the record is one of other fields than language
LATE_MS = 365 * 86_400_000  # newer names are set to the left of their dot
STOOD_MS = 150 * 86_400_000
RAISED = 0.1  # orders of magnitude
_YEAR_MS = 365.25 * 86_400_000


def data(frames: Frames) -> dict[str, pd.DataFrame]:
    """Rows `runs` (t, mid, name, rank at release, record) and `trend` (t, mid)."""
    totals = frames["core.estimates"].query("stage == 'total' and flop_p50.notna()")
    runs = totals.merge(
        frames["core.models"][["model_id", "name", "released_on"]], on="model_id"
    )
    runs = runs[runs["released_on"].notna()]
    runs = runs[pd.to_datetime(runs["released_on"]).dt.year >= SINCE]
    runs = runs.sort_values(["released_on", "flop_p50"], ascending=[True, False])
    mid = np.log10(runs["flop_p50"].to_numpy(dtype=float))
    ranks = [1 + int((mid[:at] > value).sum()) for at, value in enumerate(mid)]
    points = pd.DataFrame(
        {
            "t": days(runs["released_on"]).to_numpy(),
            "mid": mid,
            "name": runs["name"].astype(str).to_numpy(),
            "model": runs["model_id"].astype(str).to_numpy(),
            "rank": ranks,
        }
    )
    points["label"] = _labels(points)
    points["late"] = points["t"] >= points["t"].max() - LATE_MS
    return {"runs": points, "trend": _trend(frames["out.frontier_trend"])}


def _labels(points: pd.DataFrame) -> pd.Series:
    """Names of the records that raised the bar and stood; others would overprint."""
    records = points[points["rank"] == 1]
    stood = records["t"].shift(-1).fillna(np.inf) - records["t"] > STOOD_MS
    named, bar = [], -np.inf
    for index, mid in records["mid"][stood].items():
        if mid - bar >= RAISED:
            named.append(index)
            bar = mid
    return points["name"].where(points.index.isin(named), None)


def _trend(table: pd.DataFrame) -> pd.DataFrame:
    record = table["series"].str.startswith("record ")
    fitted = table[record & (table["method"] == "ols")]
    if fitted.empty:
        return pd.DataFrame({"t": [], "mid": []})
    row = fitted.iloc[0]
    at = days(pd.Series([row["since"], row["until"], row["level_on"]]))
    ends = at.iloc[:2]
    years = (ends - at.iloc[2]) / _YEAR_MS
    slope = np.log10(row["growth_per_year_p50"])
    return pd.DataFrame({"t": ends, "mid": np.log10(row["level_flop"]) + slope * years})


def draw(rows: Frames, look: Look) -> alt.LayerChart:
    """Dots, the running record as a step, the trend, and the records' names."""
    import altair as alt

    del rows
    x = alt.X("t:T", scale=alt.Scale(type="utc"), axis=years_axis())
    y = alt.Y("mid:Q", scale=alt.Scale(zero=False, nice=True), axis=power_axis())
    runs = alt.Chart(alt.NamedData("runs")).encode(x=x, y=y)
    records = runs.transform_filter("datum.rank === 1")
    named = runs.transform_filter("datum.label !== null").encode(
        text=alt.Text("label:N")
    )
    told = alt.Description("name:N")
    layers = [
        alt.Chart(alt.NamedData("trend"))
        .mark_line(color=look.soft, strokeDash=[5, 4], strokeWidth=1.2)
        .encode(x=x, y=y),
        records.mark_line(interpolate="step-after", color=look.frontier, opacity=0.5),
        runs.transform_filter(f"datum.rank > {TOP}")
        .mark_point(color=look.frontier, size=30, opacity=0.6, strokeWidth=1)
        .encode(description=told),
        alt.Chart(alt.NamedData("runs"), name="runs")
        .transform_filter(f"datum.rank <= {TOP}")
        .mark_circle(color=look.frontier, size=44, opacity=1)
        .encode(x=x, y=y, description=told),
        *lettered(
            named.transform_filter("!datum.late"), look, align="left", dx=2, dy=-10
        ),
        *lettered(
            named.transform_filter("datum.late"), look, align="right", dx=-4, dy=-10
        ),
    ]
    return dress(alt.layer(*layers), look, TITLE, DECK, ALT, 420)


PLOT = Plot(
    TITLE,
    ALT,
    ("core.estimates", "core.models", "out.frontier_trend"),
    data,
    draw,
    section="frontier",
)
