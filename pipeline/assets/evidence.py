"""The out layer: evidence for the argument, and how earlier projections scored.

What belongs here: the step. What does not: its functions (projection/).
"""

from __future__ import annotations

from pipeline.assets.core import CODE
from pipeline.assets.io import Frames, Made, Step, Warehouse
from pipeline.assets.posterior import posterior_of_run
from pipeline.estimation.inputs import INPUTS, sources_of_claims


def _weigh(frames: Frames, warehouse: Warehouse) -> Made:
    from pipeline.projection.backtest import backtest_table
    from pipeline.projection.calibration import calibration_table
    from pipeline.projection.chart_axis import chart_axis_table
    from pipeline.projection.curves import scaling_table

    found = posterior_of_run(frames, warehouse)
    newest, claims = found.states[-1], frames["raw.claims"]
    models, assumed = frames["core.models"], found.assumed
    tested = backtest_table(
        found.states, models, frames["core.scenarios"], claims, assumed
    )
    return Made(
        {
            "out.scaling_curves": scaling_table(
                newest, frames["raw.scores"], models, claims, assumed
            ),
            "out.chart_axis_test": chart_axis_table(newest, claims, assumed),
            "out.backtests": tested,
            "out.calibration": calibration_table(tested, assumed),
        }
    )


EVIDENCE = Step(
    name="evidence",
    tables=(
        "out.scaling_curves",
        "out.chart_axis_test",
        "out.backtests",
        "out.calibration",
    ),
    # Observations gate the evidence, as they gate the projection.
    inputs=(
        *INPUTS,
        "raw.scores",
        "core.scenarios",
        "core.observations",
        "core.estimates",
    ),
    narrowed={"raw.sources": sources_of_claims},
    compute=_weigh,
    code=(*CODE, "projection", "assets/evidence.py"),
    kinds=frozenset({"pandas", "scipy"}),
)
