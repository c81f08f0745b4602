"""Charts as pictures, drawn without a browser.

What belongs here: rendering. What does not: what is drawn. The same chart gives the
same SVG everywhere, and the same PNG on one kind of machine: the lettering comes from a
package, not from the system, but the edges in a PNG are smoothed in floating point.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pipeline.plots.plot import specification

if TYPE_CHECKING:
    import altair as alt

# Text that no system's fonts decide, and a picture that no network is asked for.
_CLOSED: list[str] = []
_CLIP = re.compile(r"((?:id=\"|url\(#)clip)(\d+)")


def png(chart: alt.TopLevelMixin, scale: float = 2) -> bytes:
    """A chart as PNG.

    Args:
        chart: with its data inside.
        scale: pixels of the picture per pixel of the chart.
    """
    import vl_convert

    _lettering()
    picture: bytes = vl_convert.vegalite_to_png(
        specification(chart), scale=scale, allowed_base_urls=_CLOSED
    )
    return picture


def svg(chart: alt.TopLevelMixin) -> str:
    """A chart as SVG."""
    import vl_convert

    _lettering()
    picture: str = vl_convert.vegalite_to_svg(
        specification(chart), allowed_base_urls=_CLOSED
    )
    # Vega numbers its clipping paths through the life of the process.
    numbers: dict[str, str] = {}
    return _CLIP.sub(
        lambda found: found[1] + numbers.setdefault(found[2], str(len(numbers))),
        picture,
    )


@cache
def _lettering() -> None:
    import vl_convert

    vl_convert.register_font_directory(str(files("font_source_sans_pro") / "files"))
