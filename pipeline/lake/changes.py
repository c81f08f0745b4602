"""meta.changes: what a person wants to read about a publication.

What belongs here: the declared list of what is reported. Everything else is found with
`headroom diff`. What does not: the comparison itself (diff.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.contracts import contract, key
from pipeline.contracts.conform import conform
from pipeline.contracts.meta import Changes
from pipeline.lake.causes import Causes, causes
from pipeline.lake.diff import compare


@dataclass(frozen=True)
class Reported:
    """What is reported of one table.

    Attributes:
        table: its name.
        columns: the columns whose revision is reported.
        headline: the value shown for a row that came or went.
        latest: column of which only the newest value counts on either side, so that a
            new vintage reads as a revision of the one before.
    """

    table: str
    columns: tuple[str, ...]
    headline: str | None = None
    latest: str | None = None


MANY = 40  # more claims of one source than any note has moved at once
REPORTED = (
    Reported("raw.sources", ("kind", "published_on"), "title"),
    Reported(
        "raw.claims",
        ("value", "unit", "low", "high", "bound", "inputs", "status", "disclosed_on"),
        "summary",
    ),
    Reported("raw.scores", ("score", "status"), "summary"),
    Reported("raw.forecasts", ("value", "low", "high", "status"), "summary"),
    Reported("raw.rejected", (), "problem"),
    Reported("core.models", ("released_on", "family", "is_reasoning"), "name"),
    Reported("core.assumptions", ("value", "low", "high"), "value"),
    Reported("core.estimates", ("flop_p50", "grade"), "flop_p50"),
    Reported("out.frontier_trend", ("growth_per_year_p50",), "growth_per_year_p50"),
    Reported(
        "out.convergence", ("date_p50", "leader_model_id", "status"), "date_p50",
        latest="vintage",
    ),
    Reported("out.observed_convergence", ("state",), "state"),
)  # fmt: skip


def changes(
    old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Rows of meta.changes; none when there is nothing to compare with."""
    if not old:
        return conform(Changes, pd.DataFrame())
    why = causes(old, new)
    found = pd.concat(
        [_of_table(each, old[each.table], new[each.table]) for each in REPORTED],
        ignore_index=True,
    )
    found["changed_by"] = [
        behind(table, row_key, why)
        for table, row_key in zip(found["table"], found["key"], strict=True)
    ]
    return conform(Changes, found)


def _of_table(each: Reported, old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    if each.latest is not None:
        newest = new[each.latest].max()
        new = new[new[each.latest] == newest]
        old = old[old[each.latest] == old[each.latest].max()]
        old = old.assign(**{each.latest: newest})
    identity = key(contract(each.table))
    return compare(
        each.table, identity, old, new, columns=each.columns, headline=each.headline
    )


def behind(table: str, row_key: str, why: Causes) -> str | None:
    """The claims behind a difference, comma-separated; None if none is known.

    A source with more than `MANY` of them, such as a new dataset, stands for them.
    """
    if table == "core.estimates":
        model_id, stage, _ = row_key.split(" / ")
        claims = why.of_node(model_id, stage)
    elif table.startswith("out."):
        claims = why.claims  # a path depends on leader, frontier and pace alike
    else:
        claims = frozenset()  # authored rows are their own cause
    return ", ".join(_told(claims)) or None


def _told(claims: frozenset[str]) -> list[str]:
    of_source: dict[str, list[str]] = {}
    for claim in sorted(claims):
        of_source.setdefault(claim.split("/")[0], []).append(claim)
    told = []
    for source, ids in of_source.items():
        told += ids if len(ids) <= MANY else [f"{source} ({len(ids)} claims)"]
    return told
