"""Charts as pictures, drawn without a browser.

What belongs here: rendering. What does not: what is drawn. The same chart gives the
same SVG everywhere, and the same PNG on one kind of machine: the lettering comes from a
package, not from the system, but the edges in a PNG are smoothed in floating point.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.plots.plot import specification

if TYPE_CHECKING:
    import altair as alt

# Text that no system's fonts decide, and a picture that no network is asked for.
_CLOSED: list[str] = []
_FONTS = str(files("font_source_sans_pro") / "files")
_PATIENCE = 120  # seconds for all charts
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


def apart(charts: Sequence[alt.TopLevelMixin], scale: float) -> list[str]:
    """Charts as PNG in base64, drawn by a process of their own.

    Raises:
        ValueError: where the renderer fails, crashes or does not end.
    """
    asked = {
        "fonts": _FONTS,
        "scale": scale,
        "charts": [specification(chart) for chart in charts],
    }
    try:
        done = subprocess.run(  # noqa: S603 - our own file
            [sys.executable, str(Path(__file__).with_name("renderer.py"))],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=True,
        )
        return list(json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        said = str(getattr(error, "stderr", None) or error).strip().splitlines()
        raise ValueError(said[-1] if said else "the renderer ended") from error


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

    vl_convert.register_font_directory(_FONTS)
