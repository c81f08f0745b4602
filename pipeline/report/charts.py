"""The page's charts: specifications in Vega, and their rows as columns.

What belongs here: which charts the page shows, compiled once. What does not: what they
show (plots/), and the drawing (charts.js).
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.lake.files import replacing
from pipeline.lake.pictures import tables_of

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.plots import Plot


def charts(source: Path) -> dict[str, dict[str, Any]]:
    """For each chart that a release has the tables for: spec, alt and rows.

    Args:
        source: a plain DuckDB file; opened read-only.
    """
    import duckdb

    from pipeline.plots import PLOTS

    made = {}
    with duckdb.connect(source, read_only=True) as con:
        for name, plot in PLOTS.items():
            if plot.section is None:  # in the export and perhaps a table on the page
                continue
            frames = tables_of(con, plot)
            if frames is not None:
                made[name] = _chart(plot, frames)
    return made


@cache
def library(folder: Path | None = None) -> str:
    """Vega with its interpreter, which needs no `eval`, as one script.

    Bundling takes two seconds and gives the same text for one version of vl-convert, so
    that it is kept, with its checksum.

    Args:
        folder: where it is kept; None to bundle anew.

    Raises:
        ValueError: if it could not stand in a script element.
    """
    if folder is None:
        return _wrapped(_bundle())
    kept = folder / f".vega-{version('vl-convert-python')}.js"
    try:
        digest, _, text = kept.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        digest, text = "", ""
    if digest != _sha256(text):
        text = _bundle()
        with suppress(OSError), replacing(kept) as temporary:
            temporary.write_text(f"{_sha256(text)}\n{text}", encoding="utf-8")
    return _wrapped(text)


def _wrapped(text: str) -> str:
    return f"(() => {{{text}\n}})();"  # its names are not the page's


def _bundle() -> str:
    import vl_convert

    text: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    if "</script" in text.lower():
        raise ValueError("the bundle of Vega ends its own script element")
    return text


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _chart(plot: Plot, frames: dict[str, pd.DataFrame]) -> dict[str, Any]:
    import vl_convert

    from pipeline.plots import convergence, projection
    from pipeline.plots.look import PAGE
    from pipeline.plots.plot import specification

    rows = plot.data(frames)
    spec = vl_convert.vegalite_to_vega(specification(plot.draw(rows, PAGE)))
    if plot is projection.PLOT:  # the page has the months already, for every scenario
        rows = {"record": projection.record(frames)}
    if plot is convergence.PLOT:
        rows = {"course": convergence.course(frames)}
    return {
        "spec": spec,
        "alt": plot.alt,
        "title": plot.title,
        "section": plot.section,
        "rows": {name: _columns(frame) for name, frame in rows.items()},
    }


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return {
        # Six decimals of log10: a label's two digits are those of the table.
        str(name): [round(v, 6) if isinstance(v, float) else v for v in plain[name]]
        for name in plain
    }
