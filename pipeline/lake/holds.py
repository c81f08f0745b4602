"""When a release should wait for a person, although every table is valid.

What belongs here: four rules on the head's tables and the new ones; each finding is a
sentence. What does not: contracts and plausibility (checks), or who may overrule
(publication.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from pipeline.contracts import contract, key
from pipeline.lake.causes import CLAIMS, Causes, causes
from pipeline.lake.diff import compare
from pipeline.vocabulary import STAGES

Tables = Mapping[str, pd.DataFrame]

MAX_LOST = 0.05  # share of a table's rows; one row may go whatever the share
MAX_SHIFT = 1.0  # orders of magnitude
# A repaired note empties the first, a corrected claim that fits at last leaves the
# second, and a vintage that no longer moves the answer has no months of its own: none
# is a loss. (A conflict or month that vanishes from an old vintage for no such reason
# is a rewritten vintage.)
_MAY_SHRINK = {"raw.rejected", "core.conflicts", "out.projections", "out.share_trend"}
# They score forecasts against the newest vintage: any claim that goes may move it.
_OF_NEWEST = {
    "out.backtests",
    "out.calibration",
    "out.forecast_scores",
    "out.scoreboard",
}
# Authored tables that every vintage depends on.
_SHARED = ("core.assumptions", "core.scenarios", "core.hardware", "core.models")


def holds(old: Tables, new: Tables, *, method_unchanged: bool) -> list[str]:
    """Why the new tables should wait, a sentence each.

    Args:
        old: the head's tables; a table with the same content may be the same frame.
        new: the tables to publish.
        method_unchanged: whether code and libraries are those of the head.
    """
    why = causes(old, new)
    found = [*_unreadable(old, new), *_lost(old, new), *_moved(old, new, why)]
    if method_unchanged and not _shared_changed(old, new):
        found += _rewritten(old, new, why)
    return found


def _unreadable(old: Tables, new: Tables) -> list[str]:
    """A published note whose claims would vanish silently."""
    broken = set(new["raw.rejected"]["path"])
    notes = old["raw.sources"]
    gone = _gone(old, new, CLAIMS)["source_id"]
    silent = (set(notes["source_id"]) - set(new["raw.sources"]["source_id"])) | set(
        gone
    )
    hit = notes[notes["note_path"].isin(broken) & notes["source_id"].isin(silent)]
    return [
        f"{path} is part of the head release and can no longer be read"
        for path in sorted(set(hit["note_path"]))
    ]


def _lost(old: Tables, new: Tables) -> list[str]:
    """A table that shrank by more than removed or superseded notes explain."""
    excused = _excused(old, new)
    found = []
    for table_name, before in old.items():
        lost = len(before) - len(new[table_name])
        # One row of twenty is tolerated, so one of three is; but not the last one.
        allowed = max(MAX_LOST * len(before), 1) if len(new[table_name]) else 0
        if table_name in _MAY_SHRINK or lost <= allowed:
            continue
        if table_name in _OF_NEWEST and excused["claim_id"]:
            continue
        gone = _gone(old, new, table_name)
        lost -= int(_explained(gone, excused).sum())
        if lost > allowed:
            found.append(
                f"{table_name} would lose {lost} of {len(before)} rows that no removed "
                "or superseded note explains"
            )
    return found


def _moved(old: Tables, new: Tables, why: Causes) -> list[str]:
    """A median that jumped although no claim on its component changed."""
    before, now = old["core.estimates"], new["core.estimates"]
    # NULL throughout in a release from before the column was there.
    before = before.astype({"measure": now["measure"].dtype})
    both = before.merge(
        now,
        on=["model_id", "stage", "measure"],
        suffixes=("_old", "_new"),
    )
    shift = np.log10(both["flop_p50_new"] / both["flop_p50_old"])
    found = []
    for row, by in zip(both[["model_id", "stage"]].to_numpy(), shift, strict=True):
        model_id, stage = row
        if not abs(by) > MAX_SHIFT or any(why.linked(model_id, s) for s in STAGES):
            continue
        found.append(
            f"the median of {model_id}/{stage} would move by {by:+.1f} orders of "
            "magnitude, and no claim that bears on it was added, changed or superseded"
        )
    return found


def _rewritten(old: Tables, new: Tables, why: Causes) -> list[str]:
    """A vintage that changed although nothing disclosed by then did."""
    first = why.earliest if why.earliest is not None else pd.Timestamp.max
    changed_scores = compare(
        "raw.scores", key(contract("raw.scores")), old["raw.scores"], new["raw.scores"]
    )["key"]
    for frame in (old["raw.scores"], new["raw.scores"]):
        dates = frame.loc[frame["score_id"].isin(changed_scores), "disclosed_on"]
        first = min([first, *dates])
    found = []
    for table_name, before in old.items():
        now = new[table_name]
        if before is now or "vintage" not in key(contract(table_name)):
            continue
        # A span's end lies at a later vintage than its row: news may set it.
        sides = [
            side[side["vintage"] < first].drop(columns="until", errors="ignore")
            for side in (before, now)
        ]
        differing = compare(table_name, key(contract(table_name)), *sides)
        position = key(contract(table_name)).index("vintage")
        vintages = sorted({k.split(" / ")[position] for k in differing["key"]})
        if vintages:
            found.append(
                f"{table_name} would change at {len(vintages)} vintages from "
                f"{vintages[0]} on, and no claim disclosed by then was added, changed "
                "or withdrawn"
            )
    return found


def _shared_changed(old: Tables, new: Tables) -> bool:
    """Whether a constant, a scenario or what is known of a model or chip changed."""
    for table_name in _SHARED:
        before, now = old[table_name], new[table_name]
        found = compare(table_name, key(contract(table_name)), before, now)["change"]
        # Models are added all the time, and no older vintage knows of them.
        passed_over = {"added"} if table_name == "core.models" else set()
        if set(found) - passed_over:
            return True
    return False


def _gone(old: Tables, new: Tables, table_name: str) -> pd.DataFrame:
    """Rows whose key is no longer there."""
    identity = list(key(contract(table_name)))
    before, now = old[table_name], new[table_name]
    now_keys = pd.MultiIndex.from_frame(now[identity].astype(str))
    return before[
        ~pd.MultiIndex.from_frame(before[identity].astype(str)).isin(now_keys)
    ]


def _excused(old: Tables, new: Tables) -> Mapping[str, set[object]]:
    """By column: the values whose rows may go, since their note or claim went."""
    claims = old[CLAIMS]
    broken = set(new["raw.rejected"]["path"])
    removed = _gone(old, new, "raw.sources")
    removed = removed[~removed["note_path"].isin(broken)]  # unreadable is not removed
    was, replaced = (
        {c for text in side[CLAIMS]["supersedes"] for c in _split(text)}
        for side in (old, new)
    )
    withdrawn = claims[
        claims["source_id"].isin(removed["source_id"])
        | claims["claim_id"].isin(replaced - was)
    ]
    old_scores = old["raw.scores"]
    scores = old_scores[old_scores["source_id"].isin(removed["source_id"])]
    models = {
        m
        for column in ("model_id", "reference_model_id", "applies_to")
        for text in withdrawn[column]
        for m in _split(text)
    } | set(scores["model_id"])
    dates = set(withdrawn["disclosed_on"]) | set(scores["disclosed_on"])
    return {
        "source_id": set(removed["source_id"]),
        "claim_id": set(withdrawn["claim_id"]),
        "score_id": set(scores["score_id"]),
        "model_id": set(models),
        "vintage": set(dates),
    }


def _explained(rows: pd.DataFrame, excused: Mapping[str, set[object]]) -> pd.Series:
    hit = pd.Series(data=False, index=rows.index)
    for column, values in excused.items():
        if column in rows:
            hit |= rows[column].isin(list(values))
    return hit


def _split(text: object) -> Iterable[str]:
    return [p.strip() for p in text.split(",")] if isinstance(text, str) else []
