"""What one more disclosure would change, at one date.

What belongs here: the record with it against the record without it. What does not:
reading either, or words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimation.conflicts import Court, conflicts_at, disputed
from pipeline.estimation.estimates import estimate_table, observation_table
from pipeline.estimation.record import Posterior, posterior
from pipeline.projection.dates import year
from pipeline.projection.outlook import outlook
from pipeline.projection.project import OWN, project
from pipeline.projection.shares import History, flagship, share_table

Frames = Mapping[str, pd.DataFrame]
_POINTS = ("flop_p05", "flop_p50", "flop_p95")
_COURSE = (
    "leader_model_id", "leader_probability", "gap_oom_p50", "date_p05", "date_p50",
    "date_p95", "status", "stale", "reason",
)  # fmt: skip
_SHARE = ["model_id", "basis", "share_p05", "share_p50", "share_p95"]
_LEAST = 0.005  # of a share: half a percentage point
_SIDES = ("_before", "_after")


@dataclass(frozen=True)
class WhatIf:
    """The differences, each row with `…_before` and `…_after`.

    Attributes:
        at: the date at which both records are read.
        models: core.models of the record with the disclosure.
        new_models: those of its rows that only it has.
        roles: claim_id, node, role and reason of each new observation.
        estimates: stages whose interval differs by more than the sampling error, new
            ones first, then by the shift of the median.
        today: of the share of a flagship's run at that date: share_p05, share_p50,
            share_p95 and the chances of at least 0.1, 0.3, 0.5; one row, empty without
            a trend.
        shares: runs whose own share differs, by basis and interval.
        convergence: every scenario at its own share; scenario `share` at each.
        conflicts: conflicts that only the record with the disclosure has.
        settled: conflicts that it no longer has.
        records: core.estimates, core.observations, core.models and core.assumptions
            of the two records, without the disclosure and with it.
        odd: claims of the disclosure that look like slips: claim_id and problem.
        held: what would hold a release with the disclosure, a sentence each.
    """

    at: pd.Timestamp
    models: pd.DataFrame
    new_models: pd.DataFrame
    roles: pd.DataFrame
    estimates: pd.DataFrame
    today: pd.DataFrame
    shares: pd.DataFrame
    convergence: pd.DataFrame
    conflicts: list[dict[str, Any]]
    settled: list[dict[str, Any]]
    records: tuple[Frames, Frames]
    odd: list[dict[str, Any]] = field(default_factory=list)
    held: list[str] = field(default_factory=list)


def what_if(before: Frames, after: Frames, at: pd.Timestamp) -> WhatIf:
    """Compare two records at one date, so that time alone changes nothing.

    Args:
        before: tables of the record.
        after: the same with the disclosure.
        at: date at which both are read.
    """
    old, new = _at(before, at), _at(after, at)
    known = set(before["raw.claims"]["claim_id"])
    fresh = ~new.found.prepared["claim_id"].isin(known).to_numpy()
    roles = pd.concat(
        [new.found.prepared[["claim_id", "node"]], new.found.states[-1].roles], axis=1
    )
    columns = ["model_id", "stage", "measure", *_POINTS, "grade"]
    estimates = old.record["core.estimates"][columns].merge(
        new.record["core.estimates"][columns], "outer", columns[:3], suffixes=_SIDES
    )
    models = after["core.models"]
    return WhatIf(
        at=at,
        models=models,
        new_models=models[~models["model_id"].isin(before["core.models"]["model_id"])],
        roles=roles.loc[fresh, ["claim_id", "node", "role", "reason"]],
        estimates=_moved(estimates, new.found.assumed["history.least_change"]),
        today=old.today.join(
            new.today, how="outer", lsuffix=_SIDES[0], rsuffix=_SIDES[1]
        ),
        shares=_differ(
            old.shares.merge(new.shares, "outer", "model_id", suffixes=_SIDES)
        ),
        convergence=old.convergence.merge(
            new.convergence, "outer", ["scenario", "threshold"], suffixes=_SIDES
        ),
        conflicts=[
            row for key, row in new.conflicts.items() if key not in old.conflicts
        ],
        settled=[row for key, row in old.conflicts.items() if key not in new.conflicts],
        records=(old.record, new.record),
    )


@dataclass(frozen=True)
class _Read:
    found: Posterior
    record: Frames
    today: pd.DataFrame
    shares: pd.DataFrame
    convergence: pd.DataFrame
    conflicts: dict[tuple[str, str], dict[str, Any]]


def _at(frames: Frames, at: pd.Timestamp) -> _Read:
    found = posterior(frames, [at])
    state, models = found.states[-1], frames["core.models"]
    court = Court(found.prepared, models, found.assumed)
    estimates = estimate_table(
        found.prepared, state, models, found.assumed, disputed(court, state)
    )
    paths = project(
        found.states, models, frames["core.scenarios"], frames["raw.claims"],
        found.assumed,
    ).convergence  # fmt: skip
    history = History.of(found, models)
    ahead = outlook(history, models, found.assumed).convergence
    paths = paths[paths["threshold"] == OWN]
    own = pd.concat([ahead[ahead["threshold"] != OWN], paths], ignore_index=True)
    own = own.reindex(columns=["scenario", "threshold", *_COURSE])
    conflicts = {
        (row["claim_id"], row["node"]): row
        for row in conflicts_at(court, state, models)
    }
    record = {
        "core.estimates": estimates,
        "core.observations": observation_table(found.prepared, state),
        "core.models": models,
        "core.assumptions": frames["core.assumptions"],
    }
    shares = share_table(history, models).reindex(columns=_SHARE)
    return _Read(found, record, _today(history), shares, own, conflicts)


def _today(history: History) -> pd.DataFrame:
    """The share of a flagship released on that day."""
    newest = history.newest
    if newest.trend is None:
        return pd.DataFrame()
    row = flagship(newest.trend, year(newest.state.vintage))
    return pd.DataFrame([row])


def _differ(shares: pd.DataFrame) -> pd.DataFrame:
    """Runs whose basis changed, or whose known share moved."""
    basis, middle = (
        [shares[f"{name}{side}"] for side in _SIDES] for name in ("basis", "share_p50")
    )
    known = (basis[0] == "known") | (basis[1] == "known")
    moved = (middle[0] - middle[1]).abs() >= _LEAST
    return shares[(basis[0] != basis[1]) | (known & moved)].reset_index(drop=True)


def _moved(estimates: pd.DataFrame, least: float) -> pd.DataFrame:
    """Rows that differ, by the shift of the median; new ones first."""
    same = pd.Series(True, estimates.index)
    for name in _POINTS:
        a, b = (np.log10(estimates[f"{name}{side}"]) for side in _SIDES)
        same &= ((a - b).abs() < least) | (a.isna() & b.isna())
    ratio = estimates["flop_p50_after"] / estimates["flop_p50_before"]
    moved = estimates.assign(ratio=ratio)[~same]
    size = (ratio.where(ratio >= 1, 1 / ratio)).fillna(float("inf"))
    order = size[~same].sort_values(ascending=False, kind="stable").index
    return moved.loc[order]
