"""The charts of a release as pictures.

What belongs here: which charts a release has the tables for, and writing them. What
does not: what they show (plots/).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.contracts import PUBLISHED, columns
from pipeline.lake.describe import Described, Picture

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = "charts"


def draw(
    con: DuckDBPyConnection, described: Sequence[Described], folder: Path
) -> list[Picture]:
    """Write each chart as SVG and PNG into `charts/`.

    Args:
        con: an opened plain file.
        described: its tables. A chart of which a table or column is younger than the
            release is left out.
        folder: the export.
    """
    from pipeline.plots import PLOTS
    from pipeline.plots.image import png, svg

    have = {t.name: {c.name for c in t.columns} for t in described}
    drawn = []
    for name, plot in PLOTS.items():
        needed = {t: {c.name for c in columns(PUBLISHED[t])} for t in plot.tables}
        if any(not asked <= have.get(t, set()) for t, asked in needed.items()):
            continue
        chart = plot.build({t: con.execute(f"FROM {t}").df() for t in plot.tables})
        (folder / FOLDER).mkdir(exist_ok=True)
        paths = {kind: f"{FOLDER}/{name}.{kind}" for kind in ("svg", "png")}
        (folder / paths["svg"]).write_text(svg(chart), encoding="utf-8")
        (folder / paths["png"]).write_bytes(png(chart))
        drawn += [Picture(path, plot.title, plot.alt) for path in paths.values()]
    return drawn
