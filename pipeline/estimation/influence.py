"""What leaving out one fused claim does to the nodes around it.

What belongs here: each component again without each of its claims. What does not: what
that does to projections (projection/influence.py).

A claim goes with its echoes; the standing of all others stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.component import METHOD, without
from pipeline.estimation.graph import with_parts
from pipeline.estimation.method import method_of
from pipeline.estimation.vintages import Component, State

COLUMNS = ["claim_id", "node", "weight", "shift_log10"]


@dataclass(frozen=True)
class Effect:
    """One claim left out.

    Attributes:
        claim: Its id.
        node: The node that it observes.
        weight: Its share in what is known of its quantity.
        shift: Of the node's median, log10; NaN where the node has no level without it.
        part: The component without the claim.
    """

    claim: str
    node: str
    weight: float
    shift: float
    part: Component

    def applied(self, state: State) -> State:
        """The state without the claim."""
        return replace(
            state, of_node=state.of_node | dict.fromkeys(self.part.nodes, self.part)
        )


def effects(state: State, assumed: Assumed) -> list[Effect]:
    """Every claim that is fused at a vintage, left out in its turn.

    Args:
        state: the posterior at the vintage.
        assumed: constants of the method.
    """
    method, n_draws = method_of(assumed), int(assumed["fusion.draws"])
    found = []
    for part in state.components():
        for c, claim in enumerate(part.claims):
            if claim.startswith(METHOD):
                continue
            rest = without(part, c, n_draws, method)
            node = int(part.graph.i[c]) if part.graph is not None else 0
            known = bool(rest.anchored[node] and part.anchored[node])
            moved = float(rest.points[1, node] - part.points[1, node])
            found.append(
                Effect(
                    claim=claim,
                    node=part.nodes[node],
                    weight=part.left_out[c].share,
                    shift=moved if known else float("nan"),
                    part=rest,
                )
            )
    return found


def influence_table(found: list[Effect]) -> pd.DataFrame:
    """Rows of core.influence, without what a claim does to shares and dates."""
    rows: list[dict[str, Any]] = [
        {
            "claim_id": each.claim,
            "node": each.node,
            "weight": each.weight,
            "shift_log10": each.shift,
        }
        for each in found
    ]
    return with_parts(pd.DataFrame(rows, columns=COLUMNS))
