"""How charts look: colours, lettering, the axis of powers of ten.

What belongs here: what all charts share. What does not: any chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import altair as alt

_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
# 27 → 10²⁷: Vega's numbers have no superscripts, and a log scale no exact ticks here.
POWER = (
    f"'10' + (datum.value < 10 ? '' : '{_SUPERSCRIPTS}'[floor(datum.value / 10)])"
    f" + '{_SUPERSCRIPTS}'[datum.value % 10]"
)


@dataclass(frozen=True)
class Look:
    """Colours and measures of a chart; colours are anything that CSS understands.

    Attributes:
        ink: text that matters.
        soft: text of axes.
        grid: lines behind the marks.
        paper: the ground.
        reasoning: marks of reasoning training.
        frontier: marks of all training.
        width: in pixels, or 'container' to fill its place on a page.
        titled: whether the chart carries its title; on a page the text around it does.
    """

    ink: str
    soft: str
    grid: str
    paper: str
    reasoning: str
    frontier: str
    width: int | str
    titled: bool
    font: str = "Source Sans Pro"


PAPER = Look(
    ink="#1b1a18",
    soft="#5e5a53",
    grid="#e4dfd4",
    paper="#fffdf9",
    reasoning="#b3401a",
    frontier="#275c8a",
    width=820,
    titled=True,
)

# Colours of the page's style sheet, which knows day from night.
PAGE = Look(
    ink="var(--ink)",
    soft="var(--soft)",
    grid="var(--grid)",
    paper="var(--paper)",
    reasoning="var(--r)",
    frontier="var(--f)",
    width="container",
    titled=False,
)


def days(column: pd.Series) -> pd.Series:
    """Dates as milliseconds since 1970 in UTC, which Vega reads the same everywhere."""
    return pd.to_datetime(column).astype("datetime64[ms]").astype("int64")


def moment(day: str) -> int:
    """A date as milliseconds since 1970 in UTC."""
    return int(days(pd.Series([pd.Timestamp(day)])).iloc[0])


def power_axis(title: str | None = None) -> alt.Axis:
    """An axis over log10 values, labelled in powers of ten."""
    import altair as alt

    return alt.Axis(title=title, labelExpr=POWER, tickMinStep=1, domain=False)


def years_axis() -> alt.Axis:
    """An axis of dates in UTC with a tick each January."""
    import altair as alt

    return alt.Axis(
        title=None,
        format="%Y",
        tickCount=alt.TimeIntervalStep(interval="year", step=1),
        grid=False,
    )


def lettered(chart: alt.Chart, look: Look, **mark: Any) -> list[alt.Chart]:
    """A text mark with a halo in the colour of the ground, so that it can be read."""
    halo = {**mark, "color": look.paper, "stroke": look.paper, "strokeWidth": 3}
    return [
        chart.mark_text(**halo, strokeJoin="round", aria=False),
        chart.mark_text(**mark),
    ]


def dress(
    chart: Any, look: Look, title: str, deck: str, alt_text: str, height: int
) -> alt.LayerChart:
    """Size, ground, lettering, title and alternative text around a layered chart.

    They are set on the chart itself: Altair's `configure_…` would copy it each time.
    """
    import altair as alt

    dressed: alt.LayerChart = chart
    dressed.width, dressed.height = look.width, height
    dressed.background, dressed.description = look.paper, alt_text
    if look.titled:
        dressed.title = alt.TitleParams(title, subtitle=deck, anchor="start", offset=14)
    dressed.config = {
        "font": look.font,
        "padding": 12 if look.titled else 0,
        "view": {"stroke": None},
        "title": {
            "color": look.ink,
            "fontSize": 19,
            "fontWeight": 600,
            "subtitleColor": look.soft,
            "subtitleFontSize": 13,
            "subtitlePadding": 5,
        },
        "axis": {
            "labelColor": look.soft,
            "titleColor": look.soft,
            "gridColor": look.grid,
            "domainColor": look.grid,
            "tickColor": look.grid,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
        },
        "text": {"color": look.ink, "fontSize": 12},
    }
    return dressed
