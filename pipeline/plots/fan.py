"""How the projection is drawn: fan, frontier, record and names on fixed axes.

What belongs here: the marks. What does not: the rows (projection.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from pipeline.plots.look import Look, dress, lettered, moment, power_axis, years_axis
from pipeline.plots.plot import Frames

if TYPE_CHECKING:
    import altair as alt

TITLE = "Reasoning training: the record and its projection"
DECK = (
    "FLOP. Red: reasoning training of models with 90% intervals, and the projection; "
    "blue: all training, and 30 to 100% of the largest run"
)
ALT = (
    "Training compute on a logarithmic axis by date. Reasoning training of known "
    "models with 90% intervals, and from the newest disclosure on its projection as a "
    "fan that meets the largest training run, a dashed line."
)
FIRST = "2022-07-01"  # reasoning models begin in 2024; two years before show the slope
FLOOR = 21  # log10 FLOP; smaller runs say nothing about the frontier
_LEAST = 0.523  # log10: a ceiling of 30% of the largest run
LOWEST = 17  # log10 FLOP: where the axis starts if small runs are asked for
_YEARS_AHEAD = 4
_NAMED = 24  # log10 FLOP from which a record is named
_REASONING = "datum.stage === 'reasoning'"


def draw(rows: Frames, look: Look) -> alt.LayerChart:
    """The chart over the data sets fan, path, record and now.

    Its axes come from `rows` and hold still if a page then shows an earlier vintage.
    """
    import altair as alt

    newest = pd.Timestamp(rows["now"]["t"].max(), unit="ms")
    end = moment(f"{newest.year + _YEARS_AHEAD}-01-01")
    seen = rows["fan"][rows["fan"]["t"] <= end]
    top = float(np.ceil(max([28.0, *seen["frontier"] + 1])))
    # As expressions: Vega's interpreter, which the page needs, loses a plain pair.
    first, last = (alt.ExprRef(str(at)) for at in (moment(FIRST), end))
    time = alt.Scale(type="utc", domainMin=first, domainMax=last, nice=False)
    floor = alt.param(name="floor", value=FLOOR)
    power = alt.Scale(
        domainMin=alt.ExprRef("floor"), domainMax=top, nice=False, zero=False
    )
    x = alt.X("t:T", scale=time, axis=years_axis())

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=power, axis=power_axis())

    def of(name: str, mark: str = "") -> alt.Chart:
        data = alt.NamedData(name)
        chart = alt.Chart(data, name=mark) if mark else alt.Chart(data)
        return chart.encode(x=x)

    runs = of("record").transform_filter(_REASONING).encode(y=y("mid"))
    layers = [
        of("fan", "fan")
        .mark_area(color=look.reasoning, opacity=0.2, clip=True)
        .encode(y=y("lo"), y2=alt.Y2("hi:Q")),
        of("fan")
        .transform_calculate(least=f"datum.frontier - {_LEAST}")
        .mark_area(color=look.frontier, opacity=0.12, clip=True)
        .encode(y=y("least"), y2=alt.Y2("frontier:Q")),
        of("now").mark_rule(color=look.ink, strokeDash=[2, 3]),
        of("record", "totals")
        .transform_filter("datum.stage === 'total'")
        .mark_circle(color=look.frontier, size=30, opacity=0.5, clip=True)
        .encode(y=y("mid"), description=alt.Description("name:N")),
        of("fan")
        .mark_line(color=look.frontier, strokeDash=[6, 4], clip=True)
        .encode(y=y("frontier")),
        of("record")
        .transform_filter(_REASONING)
        .mark_rule(color=look.reasoning, opacity=0.4, clip=True)
        .encode(y=y("lo"), y2=alt.Y2("hi:Q")),
        of("path")
        .mark_line(color=look.reasoning, strokeDash=[1, 4], strokeCap="round")
        .encode(y=y("mid")),
        of("fan")
        .mark_line(color=look.reasoning, strokeWidth=2.5, clip=True)
        .encode(y=y("mid")),
        of("record", "record")
        .transform_filter(_REASONING)
        .mark_circle(color=look.reasoning, size=70, opacity=1, clip=True)
        .encode(
            y=y("mid"),
            description=alt.Description("name:N"),
            stroke=alt.StrokeValue(look.paper),
            strokeWidth=alt.StrokeWidthValue(1),
        ),
        of("now")
        .mark_text(align="right", baseline="top", dx=-5, color=look.soft)
        .encode(text=alt.Text("t:T", format="known by %-d %B %Y"), y=alt.value(0)),
        *_meets(of("fan"), y("mid"), look),
        *_names(runs, look),
        *_ends(of("fan"), y, end, look),
    ]
    chart = alt.layer(*layers).add_params(floor)
    return dress(chart, look, TITLE, DECK, ALT, 460)


def _meets(fan: alt.Chart, y: alt.Y, look: Look) -> list[alt.Chart]:
    """Where the median crosses 30% of the largest run, and all of it, and when.

    What lies above from the first month on has crossed before, and has no mark.
    """
    import altair as alt

    drawn = []
    for below, share in ((_LEAST, "30%%"), (0, "100%%")):
        first = (
            fan.transform_calculate(over=f"datum.mid - datum.frontier + {below} >= 0")
            .transform_window(
                before="lag(over)", sort=[alt.SortField("t")], frame=[None, 0]
            )
            .transform_filter("datum.over && datum.before === false")
            .transform_window(
                rank="row_number()", sort=[alt.SortField("t")], frame=[None, 0]
            )
            .transform_filter("datum.rank === 1")
        ).encode(y=y)
        text = first.encode(text=alt.Text("t:T", format=f"{share} in %b %Y"))
        drawn += [
            first.mark_point(
                color=look.ink, shape="diamond", size=90, filled=True, opacity=1,
                clip=True,
            ),
            *lettered(text, look, align="left", dx=9, dy=12, fontWeight=600),
        ]  # fmt: skip
    return drawn


def _names(runs: alt.Chart, look: Look) -> list[alt.Chart]:
    """Names of the record holders, and of the run that most is known about."""
    import altair as alt

    ranked = runs.transform_window(
        top="max(mid)", sort=[alt.SortField("t")], frame=[None, 0]
    ).encode(text=alt.Text("name:N"))
    led = ranked.transform_filter(f"datum.mid === datum.top && datum.mid >= {_NAMED}")
    known = ranked.transform_filter("datum.documented && datum.mid < datum.top")
    return [
        *lettered(led, look, align="right", dx=-8, fontWeight=600),
        *lettered(known, look, align="left", dx=8, dy=2, fontWeight=600),
    ]


def _ends(fan: alt.Chart, y: Any, end: int, look: Look) -> list[alt.Chart]:
    """What the two lines are, at their last point on the axis."""
    import altair as alt

    last = (
        fan.transform_filter(f"datum.t <= {end}")
        .transform_window(
            left="count()",
            sort=[alt.SortField("t", order="descending")],
            frame=[None, 0],
        )
        .transform_filter("datum.left === 1")
    )
    style = {"align": "right", "fontWeight": 600}
    run = last.encode(y=y("frontier"), text=alt.TextValue("Largest run"))
    ours = last.encode(y=y("mid"), text=alt.TextValue("Reasoning"))
    return [
        *lettered(run, look, dy=-16, color=look.frontier, **style),
        *lettered(ours, look, dy=18, color=look.reasoning, **style),
    ]
