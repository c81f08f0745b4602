"""What leaving out one claim does to the headline's date of convergence.

What belongs here: leader, frontier and crossing again, without the claim. What does
not: the shifted draws (estimation/influence.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.influence import Effect
from pipeline.estimation.vintages import State
from pipeline.projection import pace as paces
from pipeline.projection.course import NoProjectionError, Setting, course, setting
from pipeline.projection.dates import DAYS, month, year
from pipeline.projection.frontier import compute_node, records
from pipeline.projection.paths import Path, points
from pipeline.projection.scenario import Scenario


def convergence_shifts(
    state: State,
    found: list[Effect],
    models: pd.DataFrame,
    scenario: Scenario | None,
    disclosed: Mapping[str, pd.Timestamp],
    assumed: Assumed,
) -> dict[str, float | None]:
    """Days by which the median date moves without each claim, by claim.

    Computed where the claim's component holds a candidate for the lead or a record of
    total compute; elsewhere 0. None where there is no median date within the horizon,
    with the claim or without it.

    Args:
        state: the posterior at the vintage.
        found: the claims left out in turn.
        models: core.models.
        scenario: the headline's; its share is its own prior. None where there is none.
        disclosed: date of each claim, for the pace claim.
        assumed: constants of the method.

    Raises:
        NoProjectionError: where a scenario is given and the vintage has no projection.
    """
    if scenario is None:
        return {each.claim: None for each in found}
    at = setting(state, models, assumed)
    again = _Headline(scenario, models, dict(disclosed), assumed)
    before = again.median(at)
    best = [at.runs.models[k] for k in records(at.runs)]
    matter: set[str | None] = set(at.candidates.nodes)
    matter |= {compute_node(state, model) for model in best}
    shifts: dict[str, float | None] = {}
    for each in found:
        if not matter & set(each.part.nodes):
            shifts[each.claim] = 0.0
            continue
        after = again.without(each, state)
        shifts[each.claim] = None
        if before is not None and after is not None:
            shifts[each.claim] = (after - before) * DAYS
    return shifts


class _Headline:
    """The median crossing of one scenario."""

    def __init__(
        self,
        scenario: Scenario,
        models: pd.DataFrame,
        disclosed: dict[str, pd.Timestamp],
        assumed: Assumed,
    ) -> None:
        self._scenario, self._models = scenario, models
        self._disclosed, self._assumed = disclosed, assumed
        self._luck = paces.luck_of(assumed)

    def without(self, effect: Effect, state: State) -> float | None:
        """The median, years, without a claim; None where there is none."""
        try:
            at = setting(effect.applied(state), self._models, self._assumed)
        except NoProjectionError:
            return None
        return self.median(at)

    def median(self, at: Setting) -> float | None:
        """The median, years; None where it lies beyond the horizon or has no pace."""
        try:
            taken = course(
                at, self._scenario, self._disclosed, self._luck, self._assumed
            )
        except NoProjectionError:
            return None
        months = int(self._assumed["projection.months"])
        path = Path.until(taken, month(at.vintage) + months + 1)
        share = paces.log_uniform(self._luck[:, paces.SHARE], *self._scenario.share)
        middle = float(points(path.met(share), (0.5,))[0])
        return middle if middle <= year(at.vintage) + months / 12 else None
