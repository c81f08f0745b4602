"""Which claims stand behind a change.

What belongs here: the claims that were added, changed or withdrawn between two states,
and the nodes they can move. What does not: the size of a change (diff.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.contracts.derive import key, name
from pipeline.contracts.raw import Claims, Corrections, Sources
from pipeline.lake.diff import compare

CLAIMS, SOURCES, CORRECTIONS = name(Claims), name(Sources), name(Corrections)
OBSERVATIONS = "core.observations"
NEEDED = (CLAIMS, SOURCES, CORRECTIONS, OBSERVATIONS)  # the tables that `causes` reads
# Other words about the same figures change no claim.
_IMMATERIAL = {"locator", "summary", "caveat", "url"}


@dataclass(frozen=True)
class Causes:
    """Changed claims, and how they reach the nodes.

    Attributes:
        claims: ids of the claims that were added, removed or revised.
        earliest: the first disclosure date among them, before or after the change.
        direct: changed claims by the models they name.
        component: by node (`model/stage`), the label of its connected component.
        by_component: changed claims by component label.
    """

    claims: frozenset[str]
    earliest: pd.Timestamp | None
    direct: Mapping[str, frozenset[str]]
    component: Mapping[str, str]
    by_component: Mapping[str, frozenset[str]]

    def of_node(self, model_id: str, stage: str) -> frozenset[str]:
        """Changed claims that name the model, else those linked to the node."""
        linked = self.linked(model_id, stage)
        return self.direct.get(model_id, frozenset()) or linked

    def linked(self, model_id: str, stage: str) -> frozenset[str]:
        """Changed claims that name the model or lie on the node's component."""
        label = self.component.get(f"{model_id}/{stage}", "")
        by_link = self.by_component.get(label, frozenset())
        return by_link | self.direct.get(model_id, frozenset())


def causes(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> Causes:
    """Compare the claims of two states of the tables."""
    before, now = old[CLAIMS], new[CLAIMS]
    material = [c for c in now.columns if c not in _IMMATERIAL]
    both = pd.concat([before, now], ignore_index=True)
    revised = compare(CLAIMS, key(Claims), before, now, columns=material)["key"]
    # The standing of a source decides the weight of all its claims.
    standing = compare(
        SOURCES, key(Sources), old[SOURCES], new[SOURCES], columns=["kind"]
    )
    of_source = both["source_id"].isin(
        standing.loc[standing["change"] == "revised", "key"]
    )
    corrected = compare(
        CORRECTIONS, key(Corrections), old[CORRECTIONS], new[CORRECTIONS]
    )["key"]
    changed = (
        frozenset(revised)
        | frozenset(corrected)
        | frozenset(both.loc[of_source, "claim_id"])
    )
    touched = both[both["claim_id"].isin(changed)]
    # A superseding claim takes the superseded one out: its nodes move too.
    replaced = {c for text in touched["supersedes"].dropna() for c in _split(text)}
    moving = both[both["claim_id"].isin(changed | replaced)]
    behind = {c: {c} & changed for c in moving["claim_id"]}
    for claim_id, text in zip(touched["claim_id"], touched["supersedes"], strict=True):
        for other in _split(text):
            behind.setdefault(other, set()).add(claim_id)
    component = _components([old[OBSERVATIONS], new[OBSERVATIONS]])
    return Causes(
        claims=changed,
        earliest=touched["disclosed_on"].min() if len(touched) else None,
        direct=_gather(_models(moving), behind),
        component=component,
        by_component=_gather(
            (
                (component[node], claim_id)
                for frame in (old[OBSERVATIONS], new[OBSERVATIONS])
                for claim_id, node in zip(frame["claim_id"], frame["node"], strict=True)
            ),
            behind,
        ),
    )


def _split(text: object) -> list[str]:
    return [p.strip() for p in text.split(",")] if isinstance(text, str) else []


def _models(claims: pd.DataFrame) -> Iterable[tuple[str, str]]:
    for row in claims.itertuples(index=False):
        for text in (row.model_id, row.reference_model_id, row.applies_to):
            for model_id in _split(text):
                yield model_id, str(row.claim_id)


def _gather(
    pairs: Iterable[tuple[str, str]], behind: Mapping[str, set[str]]
) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for label, claim_id in pairs:
        found.setdefault(label, set()).update(behind.get(claim_id, ()))
    return {label: frozenset(claims) for label, claims in found.items() if claims}


def _components(observations: Iterable[pd.DataFrame]) -> dict[str, str]:
    """Label every node with one node of its connected component (union-find)."""
    parent: dict[str, str] = {}

    def root(node: str) -> str:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    for frame in observations:
        for node, other in zip(frame["node"], frame["reference_node"], strict=True):
            first = root(node)
            if isinstance(other, str):
                parent[root(other)] = first
    return {node: root(node) for node in list(parent)}
