"""The release: one asset, one writer, the gate; and the age of what is published.

What belongs here: calling lake.publish with the checks, and what an operator is shown
of a release. What does not: the gate's rules (lake/publication.py, checks/).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd

from pipeline import report
from pipeline.assets import runs, shown
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
from pipeline.lake.alerts import WARNING, Alert, raise_alert
from pipeline.lake.fingerprints import code
from pipeline.lake.publication import Rules
from pipeline.lake.reading import released
from pipeline.settings import Settings

Frames = Mapping[str, pd.DataFrame]
KEY = dg.AssetKey(["publish", "release"])
_WARN = dg.AssetCheckSeverity.WARN


class Accept(dg.Config):
    """What a person may say in the launchpad, or with `headroom refresh --accept`."""

    accept: str | None = None  # the reason with which a hold is overruled


@dg.asset(
    key=KEY,
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
    check_specs=[
        dg.AssetCheckSpec(
            "every_note_read",
            asset=KEY,
            description="Every note and registry could be read.",
        ),
        dg.AssetCheckSpec(
            "nothing_implausible",
            asset=KEY,
            description="No claim, and no change since the last release, is odd.",
        ),
    ],
)
def release(
    context: dg.AssetExecutionContext,
    config: Accept,
    warehouse: dg.ResourceParam[Warehouse],
) -> Iterator[dg.MaterializeResult[None]]:
    """Publish what is staged, or say why not."""
    from pipeline.checks.advisory import implausible, unread
    from pipeline.checks.magnitudes import impossible

    settings = warehouse.settings
    seen = {"unread": pd.DataFrame(), "odd": pd.DataFrame()}

    def warn(new: Frames, old: Frames) -> Iterator[str]:
        seen["unread"], seen["odd"] = unread(new), implausible(new, old)
        for row in seen["unread"].to_dict("records"):
            yield f"{row['path']}:{row['line']} could not be read: {row['problem']}"
        for row in seen["odd"].to_dict("records"):
            yield f"{row['subject']}: {row['problem']}"

    runs.sign(context)
    try:
        with writer(settings, "publishing of a run", wait=LOCK_SECONDS):
            before = head(settings)
            done = publish(
                settings,
                run_id=context.run_id,
                fingerprint=_wanted(settings),
                now=datetime.now(UTC),
                kind="accepted" if config.accept else "refresh",
                reason=config.accept,
                rules=Rules(_findings, impossible, warn),
            )
    except RefusedError as refused:
        why = "held" if isinstance(refused, HeldError) else "refused"
        context.instance.add_run_tags(context.run_id, {runs.REFUSED: why})
        raise dg.Failure(str(refused)) from refused
    except LakeError as error:
        raise dg.Failure(str(error)) from error
    warehouse.watch("release")
    now = done.head
    for sentence in report.mend(settings, now.seq, now.release_id):
        context.log.debug(sentence)
    if now.warnings and now.warnings != (before.warnings if before else ()):
        raise_alert(
            settings,
            Alert(
                at=datetime.now(UTC),
                run_id=context.run_id,
                job="refresh",
                problems=now.warnings,
                severity=WARNING,
                answer=_answer(settings),
            ),
        )
    if done.published:
        odd = f", {len(now.warnings)} to look at" if now.warnings else ""
        context.log.info(f"published {now.release_id} (no. {now.seq}){odd}")
    runs.prune(context.instance, settings.home)
    yield dg.MaterializeResult(
        metadata=_facts(settings) | {"published": done.published},
        check_results=[
            _told("every_note_read", seen["unread"]),
            _told("nothing_implausible", seen["odd"]),
        ],
        data_version=dg.DataVersion(f"{now.seq}-{now.release_id}"),
    )


def _told(name: str, rows: pd.DataFrame) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        check_name=name,
        passed=rows.empty,
        severity=_WARN,
        metadata={} if rows.empty else {"rows": shown.rows(rows.head(shown.FAILING))},
    )


def _facts(settings: Settings) -> dict[str, Any]:
    """What an operator asks of a release."""
    from pipeline.checks.advisory import days_old

    now = head(settings)
    if now is None:
        return {}
    tables = released(settings, ["raw.claims", "raw.scores", "meta.changes"])
    facts: dict[str, Any] = {
        "release": now.release_id,
        "number": now.seq,
        "kind": now.kind,
        "newest disclosure": str(now.vintage),
        "days old": days_old(tables, datetime.now(UTC).date()),
        "warnings": len(now.warnings),
        "page": dg.MetadataValue.path(str(settings.report / report.PAGE)),
        "what changed": dg.MetadataValue.md(_changed(tables["meta.changes"], now.seq)),
        "all changes": shown.rows(tables["meta.changes"].head(shown.FAILING)),
    }
    if now.reason:
        facts["accepted because"] = now.reason
    if now.warnings:
        told = "\n".join(f"- {sentence}" for sentence in now.warnings)
        facts["to look at"] = dg.MetadataValue.md(told)
    facts["answer"] = dg.MetadataValue.md(_answer(settings))
    return facts


def _answer(settings: Settings) -> str:
    from pipeline.report.answer import answer

    return "\n\n".join(answer(settings.plain))


def _changed(changes: pd.DataFrame, seq: int) -> str:
    from pipeline.words.changes import sentences

    plain = changes.astype(object).where(changes.notna(), None).to_dict("records")
    said = sentences([{str(k): v for k, v in row.items()} for row in plain], {})
    if said or len(changes):
        return "\n".join(f"- {s}" for s in said) or "What `all changes` lists."
    return "This is the first release." if seq == 1 else "No published figure changed."


def _findings(frames: Frames) -> list[str]:
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


@dg.asset_check(
    asset=KEY,
    name="fresh",
    description="The newest disclosure is recent (check.fresh_days); once a day.",
)
def fresh(warehouse: dg.ResourceParam[Warehouse]) -> dg.AssetCheckResult:
    """Look at the age of the published record: silence of the world runs no refresh."""
    from pipeline.checks.advisory import days_old, old

    settings = warehouse.settings
    tables = released(settings, ["raw.claims", "raw.scores", "core.assumptions"])
    if not tables:
        return dg.AssetCheckResult(passed=True, metadata={"release": "none yet"})
    now = datetime.now(UTC)
    told = old(tables, now.date())
    if told:
        raise_alert(settings, Alert(now, "", "freshness", [told], severity=WARNING))
    return dg.AssetCheckResult(
        passed=told is None,
        severity=_WARN,
        description=told,
        metadata={"days old": days_old(tables, now.date())},
    )
