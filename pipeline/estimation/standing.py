"""Which observations are fused at a vintage, and which only stand beside.

A row of a bulk dataset stands behind the notes: where it echoes a note's claim, what
was decided about that claim holds; where a note of better standing than the press has
an absolute claim on the node, the row is held out. Elsewhere it counts as its source.

What belongs here: disclosure, superseding, echoes, rank. What does not: numbers, except
the wider spread of press and scrape claims.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed

PRESS = 2  # from this rank on a claim is fused only where nothing better exists

NOT_YET = "not_yet"
FUSED, ECHO, HELD_OUT, ARITHMETIC = "fused", "echo", "held_out", "arithmetic"
TEST, UNUSED = "test", "unused"


def prepare(observations: pd.DataFrame, corrections: pd.DataFrame) -> pd.DataFrame:
    """Add what does not depend on the vintage.

    Args:
        observations: outcome of `observe`.
        corrections: raw.corrections.

    Returns:
        The observations with `group` (the claim that an echo repeats, at the end of the
        chain), `superseded_on` (NaT = never; an echo falls with its original),
        `corrected` (why a correction holds it out, '' = none does) and `judged_on`
        (from when on a bulk row echoes a note's claim; NaT = never).
    """
    out = observations.copy()
    held = corrections[corrections["action"] == "hold_out"]
    problem = dict(zip(held["claim_id"], held["problem"], strict=True))
    out["corrected"] = out["claim_id"].map(problem).fillna("").astype(str)
    repeats = dict(zip(out["claim_id"], out["repeats"], strict=True))
    out["group"] = [_root(c, repeats) for c in out["claim_id"]]
    ends: dict[str, pd.Timestamp] = {}
    usable = out[out["status"] == "accepted"]
    for day, names in zip(usable["disclosed_on"], usable["supersedes"], strict=True):
        for name in filter(None, names.split(", ")):
            ends[name] = min(day, ends.get(name, day))
    own = out["claim_id"].map(ends)
    of_group = out["group"].map(ends)
    out["superseded_on"] = pd.concat([own, of_group], axis=1).min(axis=1)
    out["superseded_on"] = pd.to_datetime(out["superseded_on"]).astype("datetime64[us]")
    noted = out[~out["is_bulk"]].drop_duplicates("claim_id")
    judged = out["group"].map(noted.set_index("claim_id")["disclosed_on"])
    judged = judged.where(out["is_bulk"])
    out["judged_on"] = pd.to_datetime(judged).astype("datetime64[us]")
    return out


def _root(claim: str, repeats: dict[str, str]) -> str:
    seen = {claim}
    while repeats.get(claim) and repeats[claim] not in seen:
        claim = repeats[claim]
        seen.add(claim)
    return claim


def roles(prepared: pd.DataFrame, vintage: pd.Timestamp) -> pd.DataFrame:
    """The role of every observation at a vintage, with the reason in words.

    Args:
        prepared: the outcome of `prepare`.
        vintage: claims disclosed later are `not_yet`.

    Returns:
        Columns `role` and `reason`, indexed like `prepared`.
    """
    p = prepared
    role = np.full(len(p), FUSED, dtype=object)
    reason = np.full(len(p), None, dtype=object)

    def mark(mask: pd.Series, name: str, why: str | pd.Series) -> None:
        at = mask.to_numpy() & (role == FUSED)
        role[at] = name
        reason[at] = why.to_numpy()[at] if isinstance(why, pd.Series) else why

    mark(p["disclosed_on"] > vintage, NOT_YET, "disclosed later")
    mark(p["status"] != "accepted", UNUSED, "marked " + p["status"])
    mark(p["problem"] != "", UNUSED, p["problem"])
    mark(p["superseded_on"] <= vintage, UNUSED, "superseded by a later disclosure")
    mark(p["withdrawn_on"] <= vintage, UNUSED, "withdrawn by its source")
    mark(p["judged_on"] <= vintage, ECHO, "repeats " + p["group"])
    mark(p["arithmetic"] != "", ARITHMETIC, p["arithmetic"])
    mark(p["corrected"] != "", HELD_OUT, p["corrected"])
    mark(p["is_class"], TEST, "a statement about a class is tested, not fused")
    live = pd.Series(role == FUSED, index=p.index)
    speaker = _speakers(p, live)
    mark(live & ~speaker, ECHO, "repeats " + p["group"])
    noted = ~p["is_bulk"]
    for better, weaker in ((noted, ~noted), (noted | ~noted, p["rank"] >= PRESS)):
        live = pd.Series(role == FUSED, index=p.index)
        mark(live & weaker & _outranked(p, live & better), HELD_OUT,
             "a source of better standing states this quantity")  # fmt: skip
    return pd.DataFrame({"role": role, "reason": reason}, index=p.index)


def _speakers(p: pd.DataFrame, live: pd.Series) -> pd.Series:
    """One live claim per group of echoes: the original, else the best and earliest."""
    order = p[live].assign(is_echo=p["claim_id"] != p["group"])
    first = order.sort_values(["is_echo", "rank", "disclosed_on", "claim_id"])
    chosen = first.drop_duplicates("group")["claim_id"]
    return p["claim_id"].isin(chosen)


def _outranked(p: pd.DataFrame, by: pd.Series) -> pd.Series:
    """Claims on a node or pair of which claims in `by` from better sources speak."""
    better = p[by & (p["kind"] == "equality") & (p["rank"] < PRESS)]
    nodes = set(better["node"])
    absolute = set(better.loc[better["reference_node"].isna(), "node"])
    pairs = {
        frozenset(pair)
        for pair in zip(better["node"], better["reference_node"], strict=True)
    }
    beaten = [
        node in nodes
        if reference is None or reference != reference
        else node in absolute or frozenset((node, reference)) in pairs
        for node, reference in zip(p["node"], p["reference_node"], strict=True)
    ]
    return pd.Series(beaten, index=p.index)


def spread(prepared: pd.DataFrame, assumed: Assumed) -> pd.Series:
    """The 90% half-width used in fusion: at least the spread of the source's kind."""
    floor = prepared["rank"].map(
        {2: assumed.half_width("spread.press"), 3: assumed.half_width("spread.scrape")}
    )
    return pd.concat([prepared["half_width"], floor], axis=1).max(axis=1)
