"""What came of a forecast: the record at a date as known at the newest vintage.

What belongs here: outcomes with their uncertainty, and where they are only bounds. What
does not: forecasts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection.dates import year
from pipeline.projection.frontier import Frontier, frontier, known_runs
from pipeline.projection.leader import candidates, leader

REASONING, FRONTIER = "reasoning", "frontier"
TARGETS = (REASONING, FRONTIER)
MEASURED, LOWER_BOUND = "measured", "lower bound"


@dataclass(frozen=True)
class Outcome:
    """The record of a target at a date."""

    model: str
    draws: FloatArray  # log10 FLOP
    kind: str


def outcomes(
    newest: State, models: pd.DataFrame, day: pd.Timestamp, assumed: Assumed
) -> dict[str, Outcome]:
    """The record of each target at `day`, by runs released until then.

    Args:
        newest: the newest posterior; what it knows of those runs counts.
        models: core.models.
        day: date of the record.
        assumed: constants of the method.
    """
    then = replace(newest, vintage=day)
    found: dict[str, Outcome] = {}
    known = frontier(known_runs(then, models))
    if known is not None:
        found[FRONTIER] = Outcome(known.models[-1], known.draws[:, -1], MEASURED)
    first = leader(then, candidates(then, models, assumed))
    if first is not None:
        hidden = known is not None and _undisclosed_later(
            then, models, known, first.released_on
        )
        kind = LOWER_BOUND if hidden else MEASURED
        found[REASONING] = Outcome(first.model, first.start, kind)
    return found


def _undisclosed_later(
    then: State, models: pd.DataFrame, known: Frontier, since: pd.Timestamp
) -> bool:
    """Whether a record run after the leader reasons without disclosing its split."""
    runs = models[models["model_id"].isin(known.models)]
    later = runs[(runs["released_on"] > since) & runs["is_reasoning"].astype(bool)]
    return any(not then.anchored(f"{model}/reasoning") for model in later["model_id"])


def met_by(
    newest: State,
    models: pd.DataFrame,
    day: pd.Timestamp,
    share: FloatArray,
    assumed: Assumed,
) -> float:
    """Chance that some run released by `day` reached the share of the frontier.

    Reasoning compute rises only with releases and the frontier never falls, so that it
    is enough to look at each run on its release.

    Args:
        newest: the newest posterior.
        models: core.models.
        day: last release that counts.
        share: (draws,) log10 of the ceiling's share.
        assumed: constants of the method.
    """
    known = frontier(known_runs(newest, models))
    able = candidates(replace(newest, vintage=day), models, assumed)
    if known is None or not able.models:
        return 0.0
    # The luck is longer than the posterior, whose rows stay together.
    rows = np.resize(np.arange(len(known.draws)), len(share))
    reached = np.zeros(len(share), dtype=bool)
    for node, released in zip(able.nodes, able.days, strict=True):
        then = known.total(np.full(1, year(pd.Timestamp(released))), np.zeros(1))
        reached |= newest.draws(node)[rows] >= then[rows] + share
    return float(reached.mean())
