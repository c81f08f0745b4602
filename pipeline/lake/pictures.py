"""The charts of a release: the tables they need, and charts as pictures.

What belongs here: which charts a release has the tables for, and writing them. What
does not: what they show (plots/).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.contracts import PUBLISHED, columns
from pipeline.lake.describe import Picture

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection

    from pipeline.plots import Plot

FOLDER = "charts"


def tables_of(con: DuckDBPyConnection, plot: Plot) -> dict[str, pd.DataFrame] | None:
    """The tables of a chart; None where one of its columns is younger than the release.

    Args:
        con: an opened plain file.
        plot: the chart.
    """
    have = set(
        con.execute(
            "SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()"
        ).fetchall()
    )
    asked = {(t, c.name) for t in plot.tables for c in columns(PUBLISHED[t])}
    if not asked <= have:
        return None
    return {t: con.execute(f"FROM {t}").df() for t in plot.tables}


def draw(con: DuckDBPyConnection, folder: Path) -> list[Picture]:
    """Write each chart as SVG and PNG into `charts/`.

    Args:
        con: an opened plain file.
        folder: the export.
    """
    from pipeline.plots import PLOTS
    from pipeline.plots.image import png, svg

    drawn = []
    for name, plot in PLOTS.items():
        frames = tables_of(con, plot)
        if frames is None:
            continue
        chart = plot.build(frames)
        (folder / FOLDER).mkdir(exist_ok=True)
        paths = {kind: f"{FOLDER}/{name}.{kind}" for kind in ("svg", "png")}
        (folder / paths["svg"]).write_text(svg(chart), encoding="utf-8")
        (folder / paths["png"]).write_bytes(png(chart))
        drawn += [Picture(path, plot.title, plot.alt) for path in paths.values()]
    return drawn
