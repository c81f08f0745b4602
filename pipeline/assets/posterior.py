"""One posterior per run, for all the steps that read tables off it.

What belongs here: computing it once. What does not: how (estimation/record.py).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pipeline.assets.io import Frames, Warehouse
from pipeline.estimation.inputs import INPUTS

if TYPE_CHECKING:
    from pipeline.estimation.record import Posterior


def posterior_of_run(frames: Frames, warehouse: Warehouse) -> Posterior:
    """The posterior of the tables of a run; the first step that asks has it computed.

    Draws that it does not need are forgotten. What it returns is shared by the steps.

    Raises:
        ValueError: when the record has no accepted claim.
    """
    # As text, since a step may get to see only some columns of a table.
    texts = (frames[name].to_csv(index=False) for name in INPUTS)
    key = tuple(hashlib.sha256(text.encode()).hexdigest() for text in texts)
    if key not in warehouse.kept:
        # Both are dear to import, and most processes never need them.
        from pipeline.estimation.record import posterior
        from pipeline.lake.draws import DrawCache

        cache = DrawCache(warehouse.settings.cache)
        found = posterior(frames, cache)
        cache.forget_unused()
        warehouse.kept.clear()  # a warehouse that outlives its run holds one posterior
        warehouse.kept[key] = found
    kept: Posterior = warehouse.kept[key]
    return kept
