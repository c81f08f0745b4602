"""The checks of a step's tables, as Dagster shows them.

What belongs here: specifications and results. What does not: a rule (contracts/,
checks/), and the gate: publish applies contracts and rules again by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.assets.io import Frames, Step, key_of
from pipeline.assets.shown import markdown
from pipeline.checks import ADVISORIES, CHECKS, Advisory, Check, Circumstances
from pipeline.lake.released import released
from pipeline.settings import Settings

CONTRACT = "contract"
SHOWN = 50  # failing rows shown in a check


def rules_of(step: Step) -> list[Check]:
    """Cross-table rules whose tables this step has at hand."""
    return [rule for rule in CHECKS if _at_hand(step, rule)]


def advisories_of(step: Step) -> list[Advisory]:
    """What is to be looked at in this step's tables."""
    return [each for each in ADVISORIES if _at_hand(step, each)]


def specs(step: Step) -> Sequence[dg.AssetCheckSpec]:
    """Every check of every table of the step."""
    found = [
        dg.AssetCheckSpec(
            CONTRACT, asset=key_of(table), blocking=True,
            description="Types, ranges, vocabularies and keys of the table's contract.",
        )
        for table in step.tables
    ]  # fmt: skip
    rules: list[Check | Advisory] = [*rules_of(step), *advisories_of(step)]
    found += [
        dg.AssetCheckSpec(
            rule.name,
            asset=key_of(rule.table),
            blocking=isinstance(rule, Check),
            description=rule.about[0].upper() + rule.about[1:] + ".",
        )
        for rule in rules
    ]
    return found


def result(
    name: str,
    table: str,
    failures: pd.DataFrame | None = None,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR,
) -> dg.AssetCheckResult:
    """The outcome of a check, with failing rows as a table."""
    bad = failures is not None and not failures.empty
    metadata: dict[str, Any] = {"failing rows": 0}
    if bad and failures is not None:
        metadata = {
            "failing rows": len(failures),
            "rows": dg.MetadataValue.md(markdown(failures.head(SHOWN))),
        }
    return dg.AssetCheckResult(
        check_name=name,
        asset_key=key_of(table),
        passed=not bad,
        metadata=metadata,
        severity=severity,
    )


def advise(
    step: Step, frames: Frames, settings: Settings
) -> Iterator[tuple[str, dg.AssetCheckResult]]:
    """Table and result of each advisory, on frames that have passed all else."""
    mine = advisories_of(step)
    if not mine:
        return
    seen = Circumstances(
        datetime.now(UTC).date(), released(settings, {each.table for each in mine})
    )
    for each in mine:
        severity = (
            dg.AssetCheckSeverity.ERROR if each.grave else dg.AssetCheckSeverity.WARN
        )
        rows = each.failures(frames, seen)
        yield each.table, result(each.name, each.table, rows, severity)


def _at_hand(step: Step, rule: Check | Advisory) -> bool:
    return rule.table in step.tables and set(rule.needs) <= {*step.tables, *step.inputs}
