"""Everybody's forecasts over what came, a line for each forecaster.

What belongs here: rows and marks of one chart. What does not: scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.plots.look import Look, dress
from pipeline.plots.plot import Frames, Plot

if TYPE_CHECKING:
    import altair as alt

TITLE = "Forecasts of training compute, and what came"
DECK = (
    "Forecast over the record, in powers of ten. Filled: due; grey: due, not settled; "
    "hollow: not due, over the record so far, a tick where our own forecast lies"
)
ALT = (
    "For each forecaster the figures forecast, divided by what the record holds on the "
    "date they are about, or holds so far, on a logarithmic axis; grey bars are the "
    "record's 90% interval, and ticks our newest forecast of what is not due."
)
_SLOT = 15  # pixels of a forecast
_LOW, _HIGH = -2, 3  # powers of ten
_TIMES = (
    "datum.value === 0 ? 'the record' : datum.value > 0 ? "
    "format(pow(10, datum.value), ',') + '×' : "
    "'1/' + format(pow(10, -datum.value), ',')"
)
# A phone has half of its width for names.
_NAMES = "(containerSize()[0] || 900) < 500 ? 150 : 240"


def data(frames: Frames) -> dict[str, pd.DataFrame]:
    """Rows `board`: a forecast each, those with a figure that the record can meet.

    Columns: forecast, forecaster, row (its name at the first of its lines, else
    blank), status, side (`at least`, `at most` or None), mid, low, high, where low and
    high are its stated interval, from, to (those of the record alone) and ours, all
    log10 of the figure over the record's median.
    """
    table = frames["out.forecast_scores"].merge(
        frames["raw.forecasts"][["forecast_id", "bound", "value", "threshold"]],
        on="forecast_id",
    )
    table = table[(table["kind"] == "outside") & table["record_p50"].notna()]
    passes = table["threshold"].notna() & table["quantity"].eq("threshold_by_date")
    said = table["predicted_p50"].fillna(
        table["threshold"].where(passes, table["value"])
    )
    record = table["record_p50"].astype(float)

    def over(column: pd.Series) -> pd.Series:
        return (column.astype(float) / record).map(np.log10)

    rows = pd.DataFrame(
        {
            "forecast": table["forecast_id"].astype(str),
            "forecaster": table["forecaster"].astype(str),
            "status": table["status"].astype(str),
            "side": table["bound"]
            .map({"lower": "at least", "upper": "at most"})
            .where(~passes, "at least")
            .astype(object),
            "mid": over(said),
            "low": over(table["predicted_p05"]),
            "high": over(table["predicted_p95"]),
            "from": over(table["record_p05"]),
            "to": over(table["record_p95"]),
            "ours": over(table["outlook_p50"]),
            "due": table["target_on"],
        }
    )
    rows = rows[rows["mid"].notna()]
    settled = rows["status"].map({"scored": 0, "undecided": 1, "open": 2}).astype(float)
    first = settled.groupby(rows["forecaster"]).transform("min")
    rows = rows.assign(first=first).sort_values(
        ["first", "forecaster", "due", "forecast"], ignore_index=True
    )
    # A name stands once; blanks of growing length tell the other lines apart.
    again = rows["forecaster"].duplicated()
    blanks = pd.Series(["\u00a0" * k for k in range(len(rows))], dtype=object)
    rows.insert(2, "row", rows["forecaster"].where(~again, blanks))
    return {"board": rows.drop(columns=["due", "first"])}


def draw(rows: Frames, look: Look) -> alt.LayerChart:
    """The chart over the data set board."""
    import altair as alt

    order = list(rows["board"]["row"])
    axis = alt.Axis(
        title=None,
        labelExpr=_TIMES,
        domain=False,
        values=list(range(_LOW, _HIGH + 1)),
        orient="top",
    )
    y = alt.Y("row:N", sort=order, title=None).axis(
        domain=False,
        ticks=False,
        labelLimit=alt.ExprRef(_NAMES),
        labelColor=look.ink,
        grid=False,
    )
    base = alt.Chart(alt.NamedData("board")).encode(y=y)
    scale = alt.Scale(domain=[_LOW, _HIGH], nice=False)

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=axis, scale=scale)

    def of(status: str) -> alt.Chart:
        return base.transform_filter(f"datum.status === '{status}'")

    # A dot, or a triangle that points to where a bound lets the figure lie.
    shape = (
        alt.when("datum.side === 'at least'")
        .then(alt.value("triangle-right"))
        .when("datum.side === 'at most'")
        .then(alt.value("triangle-left"))
        .otherwise(alt.value("circle"))
    )

    def dots(chart: alt.Chart, colour: str, inside: str) -> alt.Chart:
        drawn: alt.Chart = chart.mark_point(
            size=70, opacity=1, strokeWidth=2, clip=True
        ).encode(
            x=x("mid"),
            shape=shape,
            description=alt.Description("forecaster:N"),
            stroke=alt.StrokeValue(colour),
            fill=alt.FillValue(inside),
        )
        return drawn

    scored = alt.Chart(alt.NamedData("board"), name="board").encode(y=y)
    layers = [
        alt.Chart(alt.NamedData("board"))
        .transform_calculate(zero="0")
        .mark_rule(color=look.ink)
        .encode(x=x("zero")),
        base.mark_rule(color=look.soft, opacity=0.35, strokeWidth=7, clip=True).encode(
            x=x("from"), x2=alt.X2("to:Q")
        ),
        base.mark_rule(color=look.frontier, strokeWidth=2, clip=True).encode(
            x=x("low"), x2=alt.X2("high:Q")
        ),
        of("open")
        .mark_rule(color=look.soft, strokeDash=[2, 2], clip=True)
        .encode(x=x("mid"), x2=alt.X2("ours:Q")),
        of("open")
        .mark_tick(color=look.reasoning, thickness=3, size=11, clip=True)
        .encode(x=x("ours")),
        dots(of("open"), look.frontier, look.paper),
        dots(of("undecided"), look.soft, look.soft),
        dots(
            scored.transform_filter("datum.status === 'scored'"),
            look.frontier,
            look.frontier,
        ),
    ]
    height = _SLOT * max(1, len(order))
    return dress(alt.layer(*layers), look, TITLE, DECK, ALT, height)


PLOT = Plot(
    TITLE,
    ALT,
    ("out.forecast_scores", "raw.forecasts"),
    data,
    draw,
    section="scoreboard",
    of="out.scoreboard",
)
