"""The out layer: trend, projections, convergence.

What belongs here: the steps. What does not: their functions (projection/).
"""

from __future__ import annotations

from pipeline.assets.core import CODE
from pipeline.assets.io import Frames, Made, Step, Warehouse
from pipeline.assets.posterior import posterior_of_run
from pipeline.estimation.inputs import INPUTS, sources_of_claims


def _project(frames: Frames, warehouse: Warehouse) -> Made:
    from pipeline.estimation.influence import effects, influence_table
    from pipeline.projection.frontier import known_runs
    from pipeline.projection.headline import answering
    from pipeline.projection.influence import convergence_shifts
    from pipeline.projection.observed import observed_table
    from pipeline.projection.project import project
    from pipeline.projection.trend import trend_table

    found = posterior_of_run(frames, warehouse)
    newest, models = found.states[-1], frames["core.models"]
    projected = project(
        found.states,
        models,
        frames["core.scenarios"],
        frames["raw.claims"],
        found.assumed,
    )
    left_out = effects(found.prepared, newest, found.assumed)
    claims = frames["raw.claims"]
    shifts = convergence_shifts(
        newest,
        left_out,
        models,
        answering(frames["core.scenarios"], projected.convergence),
        dict(zip(claims["claim_id"], claims["disclosed_on"], strict=True)),
        found.assumed,
    )
    return Made(
        {
            "core.influence": influence_table(left_out, shifts),
            "out.projections": projected.projections,
            "out.convergence": projected.convergence,
            "out.observed_convergence": observed_table(newest, models, found.assumed),
            "out.frontier_trend": trend_table(
                known_runs(newest, models).frame(models),
                newest.vintage,
                found.assumed,
            ),
        }
    )


PROJECTIONS = Step(
    name="projections",
    tables=(
        "core.influence",  # of claims on estimates and on the headline's date
        "out.projections",
        "out.convergence",
        "out.observed_convergence",
        "out.frontier_trend",
    ),
    # Observations gate the projection: nothing is projected from a refused estimate.
    inputs=(
        *INPUTS,
        "core.scenarios",
        "core.observations",
        "core.estimates",
        "out.estimate_history",  # drawn beside the projection
    ),
    narrowed={"raw.sources": sources_of_claims},
    compute=_project,
    code=(*CODE, "projection", "assets/out.py"),
    kinds=frozenset({"pandas", "scipy"}),
)
