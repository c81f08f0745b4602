"""The jobs, and the asset that fetches.

What belongs here: what runs together. What does not: when (sensors.py).
"""

from datetime import UTC, datetime

import dagster as dg

from pipeline.assets.publish import fresh
from pipeline.assets.warehouse import OWNERS, Warehouse
from pipeline.lake.errors import LakeError

REFRESH = "refresh"
DATASETS = dg.AssetKey(["sources", "datasets"])
FETCHED = dg.AssetKey(["sources", "epoch"])

# In the terminal a run says what it published, and nothing of every event.
TOLD = {"loggers": {"console": {"config": {"log_level": "INFO"}}}}
# The daemon runs one at a time (the dagster.yaml that `headroom ui` writes).
_WRITER = {"headroom/writer": "refresh"}


@dg.asset(
    key=FETCHED,
    group_name="sources",
    owners=list(OWNERS),
    kinds={"csv"},
    description="Epoch's table of models, stored if the server has a newer one.",
)
def epoch(warehouse: dg.ResourceParam[Warehouse]) -> dg.MaterializeResult[None]:
    """Fetch; the sensor then finds the file like any other that changed."""
    from pipeline.lake.fetch import fetch

    settings = warehouse.settings
    if not settings.epoch_daily:
        # "Materialize all" selects this too, and asks no host that nobody switched on.
        why = "not switched on: set HEADROOM_EPOCH_URL, or run `headroom fetch epoch`"
        return dg.MaterializeResult(metadata={"skipped": why})
    try:
        found = fetch(settings.epoch_url, settings.datasets, datetime.now(UTC).date())
    except LakeError as error:
        raise dg.Failure(str(error)) from error
    return dg.MaterializeResult(
        metadata={"file": found.path.name, "new": found.is_new, "rows": found.rows}
    )


refresh_job = dg.define_asset_job(
    REFRESH,
    selection=dg.AssetSelection.all()
    - dg.AssetSelection.assets(FETCHED, "inbox")
    - dg.AssetSelection.checks(fresh),
    description="Read the sources, estimate, project and publish.",
    executor_def=dg.in_process_executor,
    tags=_WRITER,
    config=TOLD,
)
fetch_job = dg.define_asset_job(
    "fetch",
    selection=dg.AssetSelection.assets(FETCHED),
    description="Fetch Epoch's table of models; the sensor publishes what is new.",
    executor_def=dg.in_process_executor,
)
freshness_job = dg.define_asset_job(
    "freshness",
    selection=dg.AssetSelection.checks(fresh),
    description="Look at the age of the newest disclosure.",
    executor_def=dg.in_process_executor,
)
