"""The core layer: observations and estimates.

What belongs here: the step that reads tables off the posterior. What does not: the
posterior itself (posterior.py).
"""

from __future__ import annotations

from pipeline.assets.io import Frames, Made, Step, Warehouse
from pipeline.assets.posterior import posterior_of_run
from pipeline.estimation.conflicts import Court, conflict_table, disputed
from pipeline.estimation.estimates import (
    estimate_table,
    history_table,
    observation_table,
)
from pipeline.estimation.record import INPUTS


def _estimate(frames: Frames, warehouse: Warehouse) -> Made:
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
            "out.estimate_history": history_table(found.prepared, found.states),
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
    compute=_estimate,
    kinds=frozenset({"pandas", "scipy"}),
)
