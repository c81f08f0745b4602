"""The release: one asset, one writer, the gate.

What belongs here: calling lake.publish with the checks. What does not: the gate's rules
(lake/publication.py, checks/).
"""

from datetime import UTC, datetime

import dagster as dg
import pandas as pd

from pipeline import report
from pipeline.assets.io import LOCK_SECONDS, Warehouse, key_of
from pipeline.checks import CHECKS
from pipeline.contracts import PUBLISHED
from pipeline.lake import RefusedError, publish, staging, writer


def _findings(frames: dict[str, pd.DataFrame]) -> list[str]:
    return [sentence for check in CHECKS for sentence in check.findings(frames)]


@dg.asset(
    key=dg.AssetKey(["publish", "release"]),
    deps=[key_of(table) for table in PUBLISHED],
    group_name="publish",
    kinds={"ducklake", "duckdb"},
    owners=["team:headroom"],
    description=(
        "The staged tables as one release: one snapshot of the lake, then the plain "
        "file `headroom.duckdb`, replaced whole. Every table is validated again; a "
        "mixture of runs is refused."
    ),
)
def release(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> dg.MaterializeResult[None]:
    """Publish what is staged, or say why not."""
    settings = warehouse.settings
    try:
        with writer(settings, "publishing of a run", wait=LOCK_SECONDS):
            origin = staging.read_provenance(settings, "raw.claims")
            done = publish(
                settings,
                run_id=context.run_id,
                fingerprint=origin.fingerprint,
                now=datetime.now(UTC),
                kind="accepted" if warehouse.accept else "refresh",
                reason=warehouse.accept,
                checks=[_findings],
            )
    except RefusedError as refused:
        raise dg.Failure(str(refused), allow_retries=False) from refused
    warehouse.watch("release")
    head = done.head
    for sentence in report.mend(settings, head.seq, head.release_id):
        context.log.info(sentence)
    return dg.MaterializeResult(
        metadata={
            "release": head.release_id,
            "number": head.seq,
            "published": done.published,
            "newest disclosure": str(head.vintage),
        },
        data_version=dg.DataVersion(f"{head.seq}-{head.release_id}"),
    )
