"""What tenfold reasoning training bought on benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from pipeline.plots.look import Look, dress
from pipeline.plots.plot import Frames, Plot

if TYPE_CHECKING:
    import altair as alt

TITLE = "What tenfold reasoning training bought"
DECK = "Points of accuracy per tenfold, with 90% interval, by the preferred form"
ALT = (
    "For each benchmark and protocol the points of accuracy gained per tenfold of "
    "reasoning training, with 90% intervals."
)


def data(frames: Frames) -> dict[str, pd.DataFrame]:
    """Rows `slopes`: name, lo, mid, hi in points per tenfold."""
    table = frames["out.scaling_curves"]
    table = table[table["preferred"].astype(bool)]
    what = table["x_kind"].astype(str).map({"steps": "steps", "flop": "FLOP"})
    curve = table["benchmark"].astype(str) + ", " + table["protocol"].astype(str)
    rows = pd.DataFrame(
        {
            "name": curve + " (" + table["curve_id"].astype(str) + ", " + what + ")",
            "lo": table["slope_per_oom_p05"].astype(float),
            "mid": table["slope_per_oom_p50"].astype(float),
            "hi": table["slope_per_oom_p95"].astype(float),
        }
    )
    ordered = rows.sort_values(["mid", "name"], ascending=[False, True])
    return {"slopes": ordered.reset_index(drop=True)}


def draw(rows: Frames, look: Look) -> alt.LayerChart:
    """Intervals as rules, slopes as dots."""
    import altair as alt

    order = list(rows["slopes"]["name"])
    axis = alt.Axis(title="points per tenfold", domain=False, tickCount=8)
    base = alt.Chart(alt.NamedData("slopes")).encode(
        y=alt.Y("name:N", sort=order, title=None).axis(
            domain=False, ticks=False, labelLimit=400, labelColor=look.ink
        )
    )
    layers = [
        base.mark_rule(color=look.reasoning, strokeWidth=5, opacity=0.3).encode(
            x=alt.X("lo:Q", axis=axis), x2=alt.X2("hi:Q")
        ),
        base.mark_circle(color=look.reasoning, size=70, opacity=1).encode(
            x=alt.X("mid:Q", axis=axis)
        ),
    ]
    return dress(alt.layer(*layers), look, TITLE, DECK, ALT, 34 * max(1, len(order)))


PLOT = Plot(TITLE, ALT, ("out.scaling_curves",), data, draw)
