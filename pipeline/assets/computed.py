"""The core and out layers: all that is computed from the record.

What belongs here: which table is made by which function, and from what. What does not:
any of the functions (estimation/, projection/, evidence/).

One asset computes both layers, for all of it hangs on one posterior. The core layer
comes first: nothing is projected from an estimate that a check refused.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import dagster as dg

from pipeline.assets import runs
from pipeline.assets.audited import Frames, Result, Step, asset_specs, check_specs
from pipeline.assets.warehouse import LOCK_SECONDS, Warehouse
from pipeline.lake import writer
from pipeline.lake.fingerprints import METHOD

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.estimation.record import Posterior

MODULES = (*METHOD, "assets/computed.py")
READ = (
    "raw.claims",
    "raw.corrections",
    "raw.sources",
    "raw.scores",
    "raw.forecasts",
    "core.models",
    "core.hardware",
    "core.assumptions",
    "core.scenarios",
)
# By table, the tables it is computed from: what Dagster's graph shows.
CORE = {
    "core.observations": (
        "raw.claims",
        "raw.sources",
        "raw.corrections",
        "core.models",
        "core.hardware",
        "core.assumptions",
    ),
    "core.estimates": ("core.observations", "core.models", "core.assumptions"),
    "core.calibrations": ("core.observations", "core.assumptions"),
    "core.conflicts": ("core.observations", "core.models", "core.assumptions"),
    "out.estimate_history": ("core.observations", "core.assumptions"),
}
OUT = {
    "core.influence": ("core.observations", "core.models", "core.assumptions"),
    "out.shares": ("core.observations", "core.models", "core.assumptions"),
    "out.share_trend": ("core.observations", "core.models", "core.assumptions"),
    "out.share_scores": ("core.observations", "core.models", "core.scenarios"),
    "out.projections": ("core.observations", "core.models", "core.scenarios"),
    "out.convergence": ("core.observations", "core.models", "core.scenarios"),
    "out.observed_convergence": ("core.observations", "core.models"),
    "out.frontier_trend": ("core.observations", "core.models"),
    "out.scaling_curves": ("raw.scores", "core.observations", "core.models"),
    "out.chart_axis_test": ("raw.claims", "core.observations"),
    "out.backtests": ("core.observations", "core.models", "core.scenarios"),
    "out.calibration": ("out.backtests", "core.assumptions"),
    "out.forecast_scores": ("raw.forecasts", "core.observations", "core.models"),
    "out.scoreboard": ("out.forecast_scores", "core.assumptions"),
}


@dg.multi_asset(
    name="estimates_and_projections",
    specs=asset_specs(CORE | OUT, MODULES, kinds=["pandas", "scipy"]),
    check_specs=check_specs(CORE | OUT, READ),
)
def estimates_and_projections(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> Iterator[Result]:
    """Compute the posterior of the record and read every table off it."""
    from pipeline.estimation.record import posterior

    runs.sign(context)
    # Under the lock no other run can replace a table between reading and writing.
    with writer(warehouse.settings, "computing of a run", wait=LOCK_SECONDS):
        step = Step.of_staged(context, warehouse, READ)
        if not (step.frames["raw.claims"]["status"] == "accepted").any():
            raise dg.Failure("There is no accepted claim yet: add a note first.")
        found = posterior(step.frames)
        yield from step.write(core_tables(step.frames, found))
        yield from step.write(out_tables(step.frames, found))


def core_tables(frames: Frames, found: "Posterior") -> "dict[str, pd.DataFrame]":
    """Observations, calibrations, estimates, conflicts, history of the estimates."""
    from pipeline.estimation.calibration import calibration_table
    from pipeline.estimation.conflicts import Court, conflict_table, disputed
    from pipeline.estimation.estimates import (
        estimate_table,
        history_table,
        observation_table,
    )

    prepared, newest, assumed = found.prepared, found.states[-1], found.assumed
    models = frames["core.models"]
    court = Court(prepared, models, assumed)
    return {
        "core.observations": observation_table(prepared, newest),
        "core.estimates": estimate_table(
            prepared, newest, models, assumed, disputed(court, newest)
        ),
        "core.calibrations": calibration_table(
            [(state.vintage, state.learned) for state in found.states], assumed
        ),
        "core.conflicts": conflict_table(court, found.states, models),
        "out.estimate_history": history_table(prepared, found.states, assumed),
    }


def out_tables(frames: Frames, found: "Posterior") -> "dict[str, pd.DataFrame]":
    """Influence, projections, and the evidence for and against both."""
    import pandas as pd

    from pipeline.estimation.influence import effects, influence_table
    from pipeline.evidence.chart_axis import chart_axis_table
    from pipeline.evidence.curves import scaling_table
    from pipeline.evidence.trend import trend_table
    from pipeline.projection.backtest import backtest_table
    from pipeline.projection.calibration import calibration_table
    from pipeline.projection.frontier import known_runs
    from pipeline.projection.influence import shift_table
    from pipeline.projection.observed import observed_table
    from pipeline.projection.outlook import outlook
    from pipeline.projection.project import project
    from pipeline.projection.shares import History, share_table
    from pipeline.projection.shares import trend_table as share_trend_table
    from pipeline.projection.spans import projections_in_force, trend_in_force
    from pipeline.projection.variants import score_table
    from pipeline.scoreboard.tables import board_table
    from pipeline.scoreboard.tables import score_table as forecast_table

    claims, scenarios = frames["raw.claims"], frames["core.scenarios"]
    models, newest = frames["core.models"], found.states[-1]
    assumed = found.assumed
    history = History.of(found, models)
    ahead = outlook(history, models, assumed)
    paths = project(found.states, models, scenarios, claims, assumed)
    tested = backtest_table(found.states, models, scenarios, claims, assumed)
    forecasts = forecast_table(frames["raw.forecasts"], history, models, assumed)
    left_out = effects(newest, assumed)
    shifts = shift_table(history, left_out, assumed)
    known = known_runs(newest, models).frame(models)
    months = pd.concat([ahead.projections, paths.projections])
    return {
        "core.influence": influence_table(left_out).merge(shifts, on="claim_id"),
        "out.shares": share_table(history, models),
        "out.share_trend": trend_in_force(share_trend_table(history, assumed), assumed),
        "out.share_scores": score_table(history, models, scenarios, assumed),
        "out.projections": projections_in_force(months, assumed),
        "out.convergence": pd.concat([ahead.convergence, paths.convergence]),
        "out.observed_convergence": observed_table(newest, models, assumed),
        "out.frontier_trend": trend_table(known, newest.vintage, assumed),
        "out.scaling_curves": scaling_table(
            newest, frames["raw.scores"], models, claims, assumed
        ),
        "out.chart_axis_test": chart_axis_table(newest, claims, assumed),
        "out.backtests": tested,
        "out.calibration": calibration_table(tested, assumed),
        "out.forecast_scores": forecasts,
        "out.scoreboard": board_table(forecasts, assumed),
    }
