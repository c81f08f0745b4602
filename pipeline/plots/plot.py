"""What a chart is: the tables it needs, the rows it draws, and how it draws them.

What belongs here: the type and how data joins the drawing. What does not: a chart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline.plots.look import PAPER, Look, days, moment
from pipeline.projection.headline import headline

if TYPE_CHECKING:
    from altair import LayerChart, TopLevelMixin

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Plot:
    """One chart.

    Attributes:
        title: what it shows, in a line.
        alt: what a reader who cannot see it should know.
        tables: the published tables it reads ('out.projections').
        data: frames of those tables to the rows drawn, by name of the data set. FLOP
            are log10, dates milliseconds since 1970.
        draw: those rows and a look to a chart that names the data sets; the rows decide
            axes only.
        section: id of the page's section that it stands in; None if on no page.
        of: the table whose asset shows its picture in Dagster; None if none does.
            Few have one: Dagster keeps a picture three times a run.
    """

    title: str
    alt: str
    tables: tuple[str, ...]
    data: Callable[[Frames], dict[str, pd.DataFrame]]
    draw: Callable[[Frames, Look], LayerChart]
    section: str | None = None
    of: str | None = None

    def build(self, frames: Mapping[str, pd.DataFrame]) -> TopLevelMixin:
        """The chart with its data inside.

        Args:
            frames: the tables of `tables`, as their contracts have them.

        Raises:
            KeyError: if a table is missing.
        """
        rows = self.data({name: frames[name] for name in self.tables})
        chart = self.draw(rows, PAPER)
        chart.datasets = {name: records(frame) for name, frame in rows.items()}
        return chart


def specification(chart: Any) -> dict[str, Any]:
    """A chart in Vega-Lite. Its schema is checked by tests, not at every drawing."""
    from altair import Undefined

    rows, chart.datasets = chart.datasets, Undefined  # Altair would copy each value
    try:
        made: dict[str, Any] = chart.to_dict(validate=False)
    finally:
        chart.datasets = rows
    return made if rows is Undefined else made | {"datasets": rows}


def answering(frames: Frames) -> tuple[int, str]:
    """The newest vintage (milliseconds since 1970) and the scenario that answers then.

    The scenario is '' where none is projected.
    """
    rows = frames["out.convergence"]
    rows = rows[rows["vintage"] == rows["vintage"].max()]
    scenarios = frames["core.scenarios"].to_dict("records")
    try:
        row = headline(scenarios, rows.to_dict("records"))
    except LookupError:
        return int(days(rows["vintage"]).max()), ""
    return moment(str(row["vintage"])), str(row["scenario"])


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as JSON has them: unknown is null, three decimals."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [
        {
            str(name): round(value, 3) if isinstance(value, float) else value
            for name, value in row.items()
        }
        for row in plain.to_dict("records")
    ]
