"""The posterior of the record, for the steps that read tables off it.

What belongs here: joining observation, sampler and the cache of draws. What does not:
any of the three.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass

import pandas as pd

from pipeline.assets.io import Frames
from pipeline.estimation import gaussian, standing
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.draws import gaussian_draws
from pipeline.estimation.graph import Graph
from pipeline.estimation.method import FloatArray
from pipeline.estimation.observe import observe
from pipeline.estimation.vintages import Sampler, State, method_of, states, vintages_of

INPUTS = (
    "raw.claims",
    "raw.corrections",
    "raw.sources",
    "core.models",
    "core.hardware",
    "core.assumptions",
)


@dataclass(frozen=True)
class Posterior:
    """Observations and the state of every vintage."""

    assumed: Assumed
    prepared: pd.DataFrame
    states: list[State]


def posterior(frames: Frames, cache: MutableMapping[str, FloatArray]) -> Posterior:
    """The posterior at every vintage, from the tables of INPUTS.

    Args:
        frames: the tables.
        cache: draws by content, filled as needed.

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
    vintages = vintages_of(prepared)
    if not vintages:
        raise ValueError("there is not one readable, accepted claim: add a note first")
    sampler = _sampler(assumed, cache)
    return Posterior(assumed, prepared, states(prepared, vintages, assumed, sampler))


def _sampler(assumed: Assumed, cache: MutableMapping[str, FloatArray]) -> Sampler:
    method = method_of(assumed)
    n = int(assumed["fusion.draws"])

    def sample(graph: Graph, key: str, label: str) -> FloatArray:
        del label
        if key not in cache:
            fitted = gaussian.fit(graph, method)
            cov = gaussian.covariance(graph, method, fitted)
            cache[key] = gaussian_draws(fitted.mean, cov, n, key)
        return cache[key]

    return sample
