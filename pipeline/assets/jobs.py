"""The job.

What belongs here: what runs together. What does not: when (sensors.py).
"""

from __future__ import annotations

import dagster as dg

REFRESH = "refresh"

refresh_job = dg.define_asset_job(
    REFRESH,
    selection=dg.AssetSelection.all(),
    description="Read the sources, estimate, project and publish.",
    executor_def=dg.in_process_executor,
    # The daemon runs one at a time (the dagster.yaml that `headroom ui` writes).
    tags={"headroom/writer": "refresh"},
)
