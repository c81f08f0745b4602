"""The posterior of the record, from its tables.

What belongs here: joining observation, sampler and the cache of draws. What does not:
any of the three.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.estimation import standing
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.graph import Graph, union
from pipeline.estimation.inputs import INPUTS
from pipeline.estimation.method import FloatArray
from pipeline.estimation.observe import observe
from pipeline.estimation.posterior import sample_parts
from pipeline.estimation.vintages import Sampler, State, method_of, states, vintages_of

__all__ = ["INPUTS", "Posterior", "posterior"]


@dataclass(frozen=True)
class Posterior:
    """Observations and the state of every vintage."""

    assumed: Assumed
    prepared: pd.DataFrame
    states: list[State]


def posterior(
    frames: Mapping[str, pd.DataFrame],
    cache: MutableMapping[str, FloatArray],
    vintages: list[pd.Timestamp] | None = None,
) -> Posterior:
    """The posterior at every vintage, from the tables of INPUTS.

    Args:
        frames: the tables.
        cache: draws by content, filled as needed.
        vintages: other dates, ascending, instead of those of the record.

    Raises:
        ValueError: when the record has no accepted claim.
    """
    assumed = Assumed.of(frames["core.assumptions"])
    observed = observe(
        frames["raw.claims"],
        frames["raw.sources"],
        frames["core.models"],
        frames["core.hardware"],
        assumed,
    )
    prepared = standing.prepare(observed, frames["raw.corrections"])
    vintages = vintages_of(prepared) if vintages is None else vintages
    if not vintages:
        raise ValueError("there is not one readable, accepted claim: add a note first")
    sampler = _sampler(assumed, cache)
    return Posterior(assumed, prepared, states(prepared, vintages, assumed, sampler))


def _sampler(assumed: Assumed, cache: MutableMapping[str, FloatArray]) -> Sampler:
    """Draws of many components in one call, so that they are sampled side by side."""
    method = method_of(assumed)
    n_draws = int(assumed["fusion.draws"])

    def sample(parts: Mapping[str, tuple[Graph, str]]) -> dict[str, FloatArray]:
        if not parts:
            return {}
        graphs = [graph for graph, _ in parts.values()]
        starts = np.cumsum([0, *(graph.n for graph in graphs)])
        keys = list(parts)
        label = f"the record of {len(parts)} components"
        drawn = {k: np.empty((n_draws, g.n)) for k, g in zip(keys, graphs, strict=True)}
        for nodes, draws in sample_parts(
            union(graphs), method, n_draws, label=label, cache=cache
        ):
            place = int(np.searchsorted(starts, nodes[0], "right")) - 1
            drawn[keys[place]][:, nodes - starts[place]] = draws
        return drawn

    return sample
