"""The release: one asset, one writer, the gate.

What belongs here: calling lake.publish with the checks. What does not: the gate's rules
(lake/publication.py, checks/).
"""

from datetime import UTC, datetime

import dagster as dg
import pandas as pd

from pipeline import report
from pipeline.assets import runs
from pipeline.assets.warehouse import LOCK_SECONDS, OWNERS, Warehouse, key_of
from pipeline.checks import CHECKS
from pipeline.contracts import PUBLISHED
from pipeline.lake import (
    HeldError,
    LakeError,
    RefusedError,
    head,
    publish,
    staging,
    writer,
)
from pipeline.lake.fingerprints import code
from pipeline.settings import Settings


def _findings(frames: dict[str, pd.DataFrame]) -> list[str]:
    return [sentence for check in CHECKS for sentence in check.findings(frames)]


def _wanted(settings: Settings) -> str:
    """What decided the staged tables.

    Where they disagree, what the head does not have: then publish looks at all of them,
    and refuses the mixture. A failed check leaves the older table where it was.
    """
    current = head(settings)
    found = {staging.read_provenance(settings, t).fingerprint for t in PUBLISHED}
    if current:
        found -= {current.fingerprint} if len(found) > 1 else set()
    return min(found)


@dg.asset(
    key=dg.AssetKey(["publish", "release"]),
    deps=[key_of(table) for table in PUBLISHED],
    group_name="publish",
    kinds={"ducklake", "duckdb"},
    owners=list(OWNERS),
    code_version=code("contracts", "checks", "lake", "assets/publish.py")[:16],
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
            done = publish(
                settings,
                run_id=context.run_id,
                fingerprint=_wanted(settings),
                now=datetime.now(UTC),
                kind="accepted" if warehouse.accept else "refresh",
                reason=warehouse.accept,
                checks=[_findings],
            )
    except RefusedError as refused:
        why = "held" if isinstance(refused, HeldError) else "refused"
        context.instance.add_run_tags(context.run_id, {runs.REFUSED: why})
        raise dg.Failure(str(refused), allow_retries=False) from refused
    except LakeError as error:
        raise dg.Failure(str(error)) from error
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
