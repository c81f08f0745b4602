"""The core layer: observations and estimates.

What belongs here: the step that reads tables off the posterior. What does not: the
posterior itself (posterior.py).
"""

from __future__ import annotations

import pandas as pd

from pipeline.assets.io import Frames, Made, Step, Warehouse

# What the posterior is made of, here and in the other steps that read off it.
INPUTS = (
    "raw.claims",
    "raw.corrections",
    "raw.sources",
    "core.models",
    "core.hardware",
    "core.assumptions",
)
CODE = ("contracts", "notes", "estimation", "assets/core.py", "assets/posterior.py")


def standing(frames: Frames) -> pd.DataFrame:
    """Of raw.sources what the posterior reads: the standing of those that claim."""
    sources = frames["raw.sources"]
    claiming = sources["source_id"].isin(frames["raw.claims"]["source_id"])
    return sources.loc[claiming, ["source_id", "kind", "note_path"]]


def _estimate(frames: Frames, warehouse: Warehouse) -> Made:
    from pipeline.assets.posterior import posterior
    from pipeline.estimation.conflicts import Court, conflict_table, disputed
    from pipeline.estimation.estimates import (
        estimate_table,
        history_table,
        observation_table,
    )
    from pipeline.lake.draws import DrawCache

    cache = DrawCache(warehouse.settings.cache)
    found = posterior(frames, cache)
    cache.forget_unused()
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
    narrowed={"raw.sources": standing},
    compute=_estimate,
    code=CODE,
    kinds=frozenset({"pandas", "scipy"}),
)
