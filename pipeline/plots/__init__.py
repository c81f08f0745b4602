"""Charts, built once from published tables: for the UI, the export and the page.

What belongs here: pure functions from frames to Vega-Lite. What does not: reading,
writing, and any figure that is in no table. Altair is imported where a chart is drawn,
never when this package is.
"""

from __future__ import annotations

from pipeline.plots import (
    calibration,
    convergence,
    estimates,
    frontier,
    projection,
    scaling,
    scoreboard,
    share,
)
from pipeline.plots.plot import Frames, Plot

__all__ = ["PLOTS", "Frames", "Plot"]

PLOTS: dict[str, Plot] = {
    "share": share.PLOT,
    "projection": projection.PLOT,
    "convergence": convergence.PLOT,
    "estimates": estimates.PLOT,
    "frontier": frontier.PLOT,
    "calibration": calibration.PLOT,
    "scoreboard": scoreboard.PLOT,
    "scaling": scaling.PLOT,
}
