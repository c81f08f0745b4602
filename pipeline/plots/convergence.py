"""The date of convergence by vintage, with what moved it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pipeline.plots.look import Look, days, dress, lettered
from pipeline.plots.plot import Frames, Plot, answering

if TYPE_CHECKING:
    import altair as alt

TITLE = "When reasoning training meets its ceiling, as known on each date"
DECK = (
    "Median and 90% interval of the date of convergence. Below the dotted line: "
    "already past on the day of the forecast"
)
ALT = (
    "For each date of disclosure the 90% interval and the median of the date on which "
    "reasoning training meets its ceiling; what moved it by more than a month is named."
)
MOVED_DAYS = 31


def course(frames: Frames) -> pd.DataFrame:
    """Dated rows of all scenarios: vintage, scenario, lo, mid, hi, leader, event.

    `hi` is null where the interval is open. `event` names what moved the median by more
    than a month: a new leader, or the model revised most that day.
    """
    table = frames["out.convergence"].query(
        "threshold == 'scenario' and date_p50.notna()"
    )
    names = frames["core.models"].set_index("model_id")["name"].astype(str)
    rows = pd.DataFrame(
        {
            "vintage": days(table["vintage"]),
            "scenario": table["scenario"].astype(str),
            "lo": days(table["date_p05"].fillna(table["vintage"])),
            "mid": days(table["date_p50"]),
            "hi": days(table["date_p95"].fillna(pd.Timestamp("1970-01-01"))),
            "leader": table["leader_model_id"].map(names).astype(object),
        }
    )
    rows["hi"] = rows["hi"].astype(object).where(table["date_p95"].notna(), None)
    rows = rows.sort_values(["scenario", "vintage"], ignore_index=True)
    revised = _revised(frames, names)
    before = rows.groupby("scenario")[["mid", "leader"]].shift()
    moved = (rows["mid"] - before["mid"]).abs() > MOVED_DAYS * 86_400_000
    led = rows["leader"] + " leads"
    other = rows["vintage"].map(revised)
    rows["event"] = led.where(rows["leader"] != before["leader"], other).where(moved)
    rows["event"] = rows["event"].astype(object).where(rows["event"].notna(), None)
    return rows


def _revised(frames: Frames, names: pd.Series) -> pd.Series:
    """By vintage, which model's reasoning estimate moved most, in words."""
    table = frames["out.estimate_history"].query(
        "stage == 'reasoning' and measure == 'accelerator_time'"
    )
    table = table[table["change_log10"].notna()]
    size = table["change_log10"].abs()
    most = table.assign(size=size, at=days(table["vintage"])).sort_values(
        ["at", "size", "model_id"], ascending=[True, False, True]
    )
    first = most.drop_duplicates("at").set_index("at")
    way = first["change_log10"].gt(0).map({True: " revised up", False: " revised down"})
    words: pd.Series = first["model_id"].map(names) + way
    return words


def data(frames: Frames) -> dict[str, pd.DataFrame]:
    """Rows `course` of the scenario that answers."""
    rows = course(frames)
    return {"course": rows[rows["scenario"] == answering(frames)[1]]}


def _middle(table: pd.DataFrame) -> int:
    """The middle of the axis of vintages, in milliseconds."""
    ends = table["vintage"].agg(["min", "max"])
    return 0 if table.empty else int(ends.mean())


def draw(rows: Frames, look: Look) -> alt.LayerChart:
    """Bars and dots by vintage; open intervals run to the top.

    The ends of the axis are the parameters `low` and `high`, so that a page can show
    another scenario.
    """
    import altair as alt

    table = rows["course"]
    ends = table["hi"].dropna()
    low = int(min(table["lo"], default=0))
    high = int(max([*ends, *table["mid"]], default=0))
    x = alt.X(
        "vintage:T",
        scale=alt.Scale(type="utc"),
        axis=alt.Axis(title=None, format="%b %Y", grid=False),
    )
    scale = alt.Scale(
        type="utc", domainMin=alt.ExprRef("low"), domainMax=alt.ExprRef("high")
    )

    def y(field: str) -> alt.Y:
        axis = alt.Axis(title=None, format="%b %Y", domain=False, tickCount=8)
        return alt.Y(f"{field}:T", scale=scale, axis=axis)

    base = alt.Chart(alt.NamedData("course")).encode(x=x)
    open_end = base.transform_calculate(top="datum.hi === null ? high : datum.hi")
    layers = [
        base.mark_line(
            color=look.ink, strokeDash=[2, 3], strokeWidth=1, clip=True
        ).encode(y=y("vintage")),
        open_end.mark_rule(color=look.reasoning, opacity=0.35, strokeWidth=5).encode(
            y=y("lo"), y2=alt.Y2("top:T")
        ),
        alt.Chart(alt.NamedData("course"), name="course")
        .mark_circle(color=look.reasoning, size=45, opacity=1)
        .encode(x=x, y=y("mid"), description=alt.Description("leader:N")),
    ]
    # A label stands on the side of its dot that has room, also on a narrow screen.
    for side, dx, dy, where in (("left", 8, 14, "<="), ("right", -8, -10, ">")):
        labelled = f"datum.event !== null && datum.vintage {where} {_middle(table)}"
        letters = base.transform_filter(labelled).encode(
            y=y("mid"), text=alt.Text("event:N")
        )
        layers += lettered(letters, look, align=side, dx=dx, dy=dy, fontWeight=600)
    ends_of = [alt.param("low", value=low), alt.param("high", value=high)]
    return dress(alt.layer(*layers).add_params(*ends_of), look, TITLE, DECK, ALT, 340)


PLOT = Plot(
    TITLE,
    ALT,
    ("out.convergence", "out.estimate_history", "core.models", "core.scenarios"),
    data,
    draw,
    section="convergence",
)
