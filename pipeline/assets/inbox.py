"""The inbox as an asset: a visit to the feeds, once a day where it is switched on.

What belongs here: the asset, its check, its job and its schedule. What does not: the
visit (inbox/), what a person decides (cli/inbox.py).
"""

from collections.abc import Iterator

import dagster as dg

from pipeline.assets.warehouse import OWNERS, Warehouse

_KEY = dg.AssetKey(["inbox"])


@dg.multi_asset(
    name="visit_feeds",  # not that of the job, which Dagster takes for the same
    specs=[
        dg.AssetSpec(
            _KEY,
            group_name="inbox",
            owners=[*OWNERS],
            kinds={"python"},
            description="What feeds list that the record does not have, by its effect.",
        )
    ],
    check_specs=[
        dg.AssetCheckSpec(
            "feeds_answer",
            asset=_KEY,
            description="Every feed answers, or says why not.",
        )
    ],
)
def inbox(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse]
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Visit the feeds of sources/feeds.yaml."""
    from pipeline.inbox.box import effect_in_words, load
    from pipeline.inbox.visit import visit_feeds
    from pipeline.lake.errors import LakeError

    settings = warehouse.settings
    if not settings.inbox:
        # "Materialize all" selects this too, and asks no host that nobody switched on.
        why = "not switched on: set HEADROOM_INBOX=on, or run `headroom inbox fetch`"
        yield dg.MaterializeResult(asset_key=_KEY, metadata={"skipped": why})
        yield dg.AssetCheckResult(
            check_name="feeds_answer", asset_key=_KEY, passed=True, description=why
        )
        return
    try:
        found = visit_feeds(settings)
    except LakeError as error:
        raise dg.Failure(str(error), allow_retries=False) from error
    if found.dead and len(found.dead) == found.feeds:
        first = next(iter(found.dead.values()))
        raise dg.Failure(
            f"none of {found.feeds} feeds answers ({first})", allow_retries=False
        )
    rows = [
        f"| `{e.id}` | [{_plain(e.title)}]({e.link}) | {e.status} | "
        f"{effect_in_words(e.effect)} |"
        for e in load(settings).ranked()
    ]
    head = ["| id | entry | status | would change |", "| --- | --- | --- | --- |"]
    context.log.info(f"{len(found.new)} new entries, {len(rows)} wait")
    yield dg.MaterializeResult(
        asset_key=_KEY,
        metadata={
            "waiting": dg.MetadataValue.md("\n".join([*head, *rows])),
            "new": len(found.new),
            "requests": found.requests,
        },
    )
    yield dg.AssetCheckResult(
        check_name="feeds_answer",
        asset_key=_KEY,
        passed=not found.dead,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"silent": dg.MetadataValue.json(found.dead)},
    )


def _plain(title: str) -> str:
    """A title that ends no cell and no link of a table."""
    return "".join(" " if c in "|[]<>`\\" else c for c in title)


inbox_job = dg.define_asset_job(
    "inbox",
    selection=dg.AssetSelection.assets(_KEY),
    description="Ask the feeds of sources/feeds.yaml for new disclosures.",
    executor_def=dg.in_process_executor,
)


@dg.schedule(
    name="daily_inbox",
    cron_schedule="0 5 * * *",
    job=inbox_job,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Visits the feeds where HEADROOM_INBOX=on.",
)
def daily_inbox(
    context: dg.ScheduleEvaluationContext, warehouse: dg.ResourceParam[Warehouse]
) -> dg.RunRequest | dg.SkipReason:
    """Visit the feeds; a person decides about what they list."""
    del context
    if not warehouse.settings.inbox:
        return dg.SkipReason("HEADROOM_INBOX is not on: no feed is asked")
    return dg.RunRequest()
