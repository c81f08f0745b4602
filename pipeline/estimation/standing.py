"""Which observations are fused at a vintage, and which only stand beside.

A row of a bulk dataset stands behind the notes: where it echoes a note's claim, what
was decided about that claim holds; where a note of better standing than the press has
an absolute claim on the node, the row is held out. Elsewhere it counts as its source.

What belongs here: disclosure, superseding, echoes, rank. What does not: numbers, except
the wider spread of press and scrape claims.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import BoolArray

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


class Standing:
    """The role of every observation at any vintage; arrays are laid out once."""

    def __init__(self, prepared: pd.DataFrame) -> None:
        p = prepared
        self._index = p.index
        self._disclosed = p["disclosed_on"].to_numpy()
        self._superseded = p["superseded_on"].to_numpy()
        self._withdrawn = p["withdrawn_on"].to_numpy()
        self._judged = p["judged_on"].to_numpy()
        self._bulk = p["is_bulk"].to_numpy(dtype=bool)
        self._press = p["rank"].to_numpy() >= PRESS
        self._equality = (p["kind"] == "equality").to_numpy()
        # What holds at every vintage, in the order in which it is asked.
        self._always = [
            (UNUSED, (p["status"] != "accepted").to_numpy(), "marked " + p["status"]),
            (UNUSED, (p["problem"] != "").to_numpy(), p["problem"]),
            (ARITHMETIC, (p["arithmetic"] != "").to_numpy(), p["arithmetic"]),
            (HELD_OUT, (p["corrected"] != "").to_numpy(), p["corrected"]),
        ]
        self._parents = {
            row: names.split(", ")
            for row, names in enumerate(p["derived_from"])
            if names
        }
        group_of = dict(zip(p["claim_id"], p["group"], strict=True))
        self._groups = p["group"].to_numpy()
        self._parents = {
            row: [group_of.get(name, name) for name in names]
            for row, names in self._parents.items()
        }
        self._class = p["is_class"].to_numpy(dtype=bool)
        self._echoes = ("repeats " + p["group"]).to_numpy(dtype=object)
        self._group = pd.factorize(p["group"])[0]
        self._claim = pd.factorize(p["claim_id"])[0]
        by = p.assign(is_echo=p["claim_id"] != p["group"], row=np.arange(len(p)))
        order = ["is_echo", "rank", "disclosed_on", "claim_id"]
        self._precedence = by.sort_values(order)["row"].to_numpy()
        names = pd.factorize(pd.concat([p["node"], p["reference_node"]]))[0]
        self._node, self._reference = names[: len(p)], names[len(p) :]
        low = np.minimum(self._node, self._reference)
        high = np.maximum(self._node, self._reference)
        self._pair = low * len(names) + high
        self._relative = self._reference >= 0

    def roles(self, vintage: pd.Timestamp) -> pd.DataFrame:
        """The roles at a vintage, with the reason in words.

        Returns:
            Columns `role` and `reason`, indexed like the prepared observations.
        """
        day = np.datetime64(vintage)
        role = np.full(len(self._index), FUSED, dtype=object)
        reason = np.full(len(self._index), None, dtype=object)

        def mark(mask: BoolArray, name: str, why: Any) -> None:
            at = mask & (role == FUSED)
            role[at] = name
            reason[at] = np.asarray(why, dtype=object)[at] if np.ndim(why) else why

        mark(self._disclosed > day, NOT_YET, "disclosed later")
        mark(self._superseded <= day, UNUSED, "superseded by a later disclosure")
        mark(self._withdrawn <= day, UNUSED, "withdrawn by its source")
        mark(self._judged <= day, ECHO, self._echoes)
        for name, mask, why in self._always:
            mark(mask, name, why)
        mark(self._class, TEST, "a statement about a class is tested, not fused")
        mark(~self._speaks(role == FUSED), ECHO, self._echoes)
        # A dataset's row never outvotes a note, nor the press a better source.
        noted = ~self._bulk
        for better, weaker in ((noted, self._bulk), (noted | self._bulk, self._press)):
            live = role == FUSED
            beaten = live & weaker & self._outranked(live & better)
            mark(beaten, HELD_OUT, "a source of better standing states this quantity")
        # What a source computed from claims that are heard tells nothing more.
        heard = set(self._groups[role == FUSED])
        known = [row for row, names in self._parents.items() if heard.issuperset(names)]
        derived = np.zeros(len(role), dtype=bool)
        derived[known] = True
        mark(derived, TEST, "computed from claims that are fused: tested, not fused")
        return pd.DataFrame({"role": role, "reason": reason}, index=self._index)

    def _speaks(self, live: BoolArray) -> BoolArray:
        """One live claim per group of echoes: the original, else the best, earliest."""
        ordered = self._precedence[live[self._precedence]]
        first = np.unique(self._group[ordered], return_index=True)[1]
        return np.isin(self._claim, self._claim[ordered[first]])

    def _outranked(self, by: BoolArray) -> BoolArray:
        """Claims on a node or pair that a claim in `by` of a better source states."""
        better = by & self._equality & ~self._press
        on_node = np.isin(self._node, self._node[better])
        absolute = np.isin(self._node, self._node[better & ~self._relative])
        pair = np.isin(self._pair, self._pair[better & self._relative])
        return np.where(self._relative, absolute | pair, on_node)


def spread(prepared: pd.DataFrame, assumed: Assumed) -> pd.Series:
    """The 90% half-width used in fusion: at least the spread of the source's kind."""
    floor = prepared["rank"].map(
        {2: assumed.half_width("spread.press"), 3: assumed.half_width("spread.scrape")}
    )
    return pd.concat([prepared["half_width"], floor], axis=1).max(axis=1)
