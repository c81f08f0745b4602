"""The share of a run that is reasoning, over time: what is known, and the trend.

What belongs here: rows and marks of one chart. What does not: the trend itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from pipeline.plots.look import Look, days, dress, lettered, moment, years_axis
from pipeline.plots.plot import Frames, Plot
from pipeline.words.answer import FRONTIER_RUN

if TYPE_CHECKING:
    import altair as alt

TITLE = "How much of a run is reasoning training"
DECK = (
    "Share of all training, base model included, in accelerator time. Filled: known, "
    "with 90% intervals; arrows: bounds; hollow: frontier runs that do not say"
)
ALT = (
    "Shares of reasoning in a run's whole training, by release date, on a scale of "
    "odds: known runs with 90% intervals, bounds as arrows, undisclosed frontier runs "
    "hollow, and the band of the trend for a flagship; lines at 10, 30 and 50 percent."
)
FIRST = "2024-07-01"
MARKED = (0.1, 0.3, 0.5)
_TICKS = (0.001, 0.01, 0.1, 0.3, 0.5, 0.9)
_LOW, _HIGH = -3.6, 1.6  # log10 odds: shares of 0.03% to 98%
_AHEAD = 2 * 366 * 86_400_000  # milliseconds
_LETTER, _LINE = 20 * 86_400_000, 0.25  # room of a name: milliseconds, log10 odds
_PERCENT = (
    "format(1 / (1 + pow(10, -datum.value)), datum.value < -1.5 ? '.1~%' : '.0%')"
)


def _odds(share: pd.Series) -> pd.Series:
    part = share.astype(float).clip(1e-9, 1 - 1e-9)
    odds = (part / (1 - part)).map(np.log10)
    return odds.clip(_LOW, _HIGH)


def runs(frames: Frames) -> pd.DataFrame:
    """Known and bounded runs, and frontier runs whose split is undisclosed.

    Columns: model, name, basis, t, lo, mid, hi (log10 odds), share (median), flagship,
    named (whether its name is written).
    Of a bounded run `mid` is the bound and `hi` < `lo` says that it is an upper one.
    """
    table = frames["out.shares"].merge(
        frames["core.models"][["model_id", "name", "role", "released_on"]],
        on="model_id",
    )
    table = table[table["released_on"] >= pd.Timestamp(FIRST)]
    large = table["run_over_frontier_p50"].fillna(0) >= FRONTIER_RUN
    own = table["basis"].ne("nowcast") | (large & table["role"].eq("flagship"))
    table = table[own]
    bounded = table["basis"] == "bounded"
    edge = table["claimed_most"].fillna(table["claimed_least"])
    upper = table["claimed_most"].notna()
    middle = table["share_p50"].where(~bounded, edge)
    rows = pd.DataFrame(
        {
            "model": table["model_id"].astype(str),
            "name": table["name"].astype(str),
            "basis": table["basis"].where(
                ~bounded, upper.map({True: "at most", False: "at least"})
            ),
            "flagship": table["role"].eq("flagship"),
            "t": days(table["released_on"]),
            "lo": _odds(table["share_p05"]),
            "mid": _odds(middle),
            "hi": _odds(table["share_p95"]),
            "share": middle.astype(float),
        }
    )
    rows["named"] = _named(rows)
    return rows.sort_values(["t", "model"], ignore_index=True)


def _named(rows: pd.DataFrame) -> pd.Series:
    """Known flagships whose name has room, those of the largest shares first."""
    known = rows[rows["basis"].eq("known") & rows["flagship"] & (rows["mid"] > -1.9)]
    taken: list[tuple[float, float, float]] = []
    named = set()
    for row in known.sort_values("mid", ascending=False).to_dict("records"):
        start = row["t"] - len(row["name"]) * _LETTER
        if all(
            abs(row["mid"] - mid) > _LINE or row["t"] < left or start > right
            for left, right, mid in taken
        ):
            named.add(row["model"])
            taken.append((start, row["t"], row["mid"]))
    return rows["model"].isin(named)


def band(frames: Frames) -> pd.DataFrame:
    """The newest trend: lo, hi of a single run; low, mid, high of the typical."""
    table = frames["out.share_trend"]
    table = table[table["vintage"] == table["vintage"].max()]
    columns = {
        "lo": "share_p05", "hi": "share_p95", "mid": "typical_p50",
        "low": "typical_p05", "high": "typical_p95",
    }  # fmt: skip
    rows = pd.DataFrame({k: _odds(table[name]) for k, name in columns.items()})
    rows.insert(0, "t", days(table["month"]))
    return rows.sort_values("t", ignore_index=True)


def data(frames: Frames) -> dict[str, pd.DataFrame]:
    """Rows `runs`, `band`, `now` and `marked`, the lines of 10, 30 and 50 percent."""
    marked = pd.DataFrame({"mid": _odds(pd.Series(MARKED))})
    marked["label"] = [f"{share:.0%}" for share in MARKED]
    newest = frames["out.convergence"]["vintage"].drop_duplicates().nlargest(1)
    now = pd.DataFrame({"t": days(newest)})
    return {"runs": runs(frames), "band": band(frames), "now": now, "marked": marked}


def draw(rows: Frames, look: Look) -> alt.LayerChart:
    """The chart over the data sets runs, band, now and marked."""
    import altair as alt

    end = rows["band"]["t"].max() if len(rows["band"]) else moment(FIRST)
    if len(rows["now"]):
        end = min(end, int(rows["now"]["t"].max()) + _AHEAD)
    # As expressions: Vega's interpreter, which the page needs, loses a plain pair.
    first, last = (alt.ExprRef(str(at)) for at in (moment(FIRST), end))
    time = alt.Scale(type="utc", domainMin=first, domainMax=last, nice=False)
    x = alt.X("t:T", scale=time, axis=years_axis())
    ticks = [float(np.log10(share / (1 - share))) for share in _TICKS]
    axis = alt.Axis(title=None, values=ticks, labelExpr=_PERCENT, domain=False)
    scale = alt.Scale(domain=[_LOW, _HIGH], nice=False, zero=False)

    def y(field: str) -> alt.Y:
        return alt.Y(f"{field}:Q", scale=scale, axis=axis)

    def of(name: str, mark: str = "") -> alt.Chart:
        data = alt.NamedData(name)
        return alt.Chart(data, name=mark) if mark else alt.Chart(data)

    trend, every = of("band").encode(x=x), of("runs").encode(x=x)
    known = every.transform_filter("datum.basis === 'known'")
    hidden = every.transform_filter("datum.basis === 'nowcast'")
    layers = [
        trend.mark_area(color=look.reasoning, opacity=0.1, clip=True).encode(
            y=y("lo"), y2=alt.Y2("hi:Q")
        ),
        trend.mark_area(color=look.reasoning, opacity=0.18, clip=True).encode(
            y=y("low"), y2=alt.Y2("high:Q")
        ),
        trend.mark_line(color=look.reasoning, strokeWidth=2.5, clip=True).encode(
            y=y("mid")
        ),
        of("marked").mark_rule(color=look.ink, strokeDash=[2, 3]).encode(y=y("mid")),
        of("now").mark_rule(color=look.soft, strokeDash=[2, 3]).encode(x=x),
        known.mark_rule(color=look.frontier, opacity=0.45, clip=True).encode(
            y=y("lo"), y2=alt.Y2("hi:Q")
        ),
        hidden.mark_rule(
            color=look.frontier, opacity=0.6, strokeDash=[3, 3], clip=True
        ).encode(y=y("lo"), y2=alt.Y2("hi:Q")),
        *(
            every.transform_filter(f"datum.basis === '{basis}'")
            .mark_point(color=look.frontier, shape=shape, size=90, clip=True)
            .encode(y=y("mid"))
            for basis, shape in (
                ("at most", "triangle-down"),
                ("at least", "triangle-up"),
            )
        ),
        hidden.mark_circle(size=80, opacity=1, clip=True).encode(
            y=y("mid"),
            color=alt.ColorValue(look.paper),
            stroke=alt.StrokeValue(look.frontier),
            strokeWidth=alt.StrokeWidthValue(2),
        ),
        of("runs", "shares")
        .transform_filter("datum.basis === 'known'")
        .mark_circle(color=look.frontier, opacity=1, clip=True)
        .encode(
            x=x,
            y=y("mid"),
            description=alt.Description("name:N"),
            size=alt.condition("datum.flagship", alt.value(90), alt.value(28)),
        ),
        *_names(every, y("mid"), look),
    ]
    return dress(alt.layer(*layers), look, TITLE, DECK, ALT, 420)


def _names(every: alt.Chart, y: alt.Y, look: Look) -> list[alt.Chart]:
    """Names of known flagships and of the frontier runs that do not say."""
    import altair as alt

    named = every.encode(y=y, text=alt.Text("name:N"))
    left = named.transform_filter("datum.basis === 'nowcast'")
    right = named.transform_filter("datum.named")
    style = {"fontWeight": 600, "clip": False}
    return [
        *lettered(left, look, align="left", dx=9, dy=-8, **style),
        *lettered(right, look, align="right", dx=-9, dy=-4, **style),
    ]


PLOT = Plot(
    TITLE,
    ALT,
    ("out.shares", "out.share_trend", "out.convergence", "core.models"),
    data,
    draw,
    section="share",
    of="out.shares",
)
