"""The core layer: observations and estimates.

What belongs here: the step that reads tables off the posterior. What does not: the
posterior itself (estimation/record.py).
"""

from __future__ import annotations

from pipeline.assets.io import Frames, Made, Step, Warehouse
from pipeline.assets.posterior import posterior_of_run
from pipeline.estimation.inputs import INPUTS, sources_of_claims

CODE = ("contracts", "notes", "estimation", "assets/core.py", "assets/posterior.py")


def _estimate(frames: Frames, warehouse: Warehouse) -> Made:
    from pipeline.estimation.conflicts import Court, conflict_table, disputed
    from pipeline.estimation.estimates import (
        estimate_table,
        history_table,
        observation_table,
    )

    found = posterior_of_run(frames, warehouse)
    newest, models = found.states[-1], frames["core.models"]
    court = Court(found.prepared, found.states, found.assumed)
    return Made(
        {
            "core.observations": observation_table(found.prepared, newest),
            "core.estimates": estimate_table(
                found.prepared, newest, models, found.assumed, disputed(court, newest)
            ),
            "core.conflicts": conflict_table(court, found.states, models),
            "out.estimate_history": history_table(
                found.prepared, found.states, found.assumed
            ),
        }
    )


ESTIMATES = Step(
    name="estimates",
    tables=(
        "core.observations",
        "core.estimates",
        "core.conflicts",
        "out.estimate_history",
    ),
    inputs=INPUTS,
    narrowed={"raw.sources": sources_of_claims},
    compute=_estimate,
    code=CODE,
    kinds=frozenset({"pandas", "scipy"}),
)
