"""The jobs.

What belongs here: what runs together. What does not: when (sensors.py).
"""

from datetime import UTC, datetime

import dagster as dg

from pipeline.assets.warehouse import Warehouse
from pipeline.lake.errors import LakeError

REFRESH = "refresh"

# The daemon runs one at a time (the dagster.yaml that `headroom ui` writes).
_WRITER = {"headroom/writer": "refresh"}

refresh_job = dg.define_asset_job(
    REFRESH,
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets("inbox"),
    description="Read the sources, estimate, project and publish.",
    executor_def=dg.in_process_executor,
    tags=_WRITER,
)


@dg.op
def fetch_epoch(
    context: dg.OpExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> None:
    """Store Epoch's table in sources/datasets/ if the server has a newer one."""
    from pipeline.lake.fetch import fetch

    settings = warehouse.settings
    try:
        found = fetch(settings.epoch_url, settings.datasets, datetime.now(UTC).date())
    except LakeError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    news = "is new" if found.is_new else "is current"
    context.log.info(f"{found.path.name} {news}: {found.rows:,} rows")


@dg.job(
    name="fetch",
    description="Fetch Epoch's table of models; the sensor publishes what is new.",
    executor_def=dg.in_process_executor,
)
def fetch_job() -> None:
    """Fetch."""
    fetch_epoch()
