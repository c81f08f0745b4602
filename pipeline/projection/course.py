"""What a vintage knows, and the course that a scenario takes from there.

What belongs here: choosing leader, frontier, pace and growth of one vintage. What does
not: geometry (paths.py), tables (project.py).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection import pace as paces
from pipeline.projection.cluster import limit
from pipeline.projection.frontier import Frontier, frontier, known_runs
from pipeline.projection.leader import Leader, candidates, leader
from pipeline.projection.levels import Levels
from pipeline.projection.pairing import paired
from pipeline.projection.paths import Course
from pipeline.projection.scenario import Scenario


class NoProjectionError(Exception):
    """A vintage that allows no projection; the message says why."""


@dataclass(frozen=True)
class Setting:
    """What a vintage knows, as far as projections need it.

    Leader and frontier have a row for each row of the luck.
    """

    vintage: pd.Timestamp
    frontier: Frontier
    leader: Leader
    candidates: Levels
    runs: Levels

    @property
    def key(self) -> Hashable:
        """The content behind leader and frontier."""
        return (self.candidates.keys, self.frontier.key)


def setting(state: State, models: pd.DataFrame, assumed: Assumed) -> Setting:
    """Leader and frontier of a vintage, paired with the luck.

    Args:
        state: the posterior at the vintage.
        models: core.models.
        assumed: constants of the method.

    Raises:
        NoProjectionError: where the record has no anchored frontier or leader by then.
    """
    runs = known_runs(state, models)
    largest = frontier(runs)
    if largest is None:
        raise NoProjectionError("no run with known total compute by then")
    able = candidates(state, models, assumed)
    first = leader(state, able)
    if first is None:
        raise NoProjectionError(
            "no anchored reasoning stage narrow enough to lead by then"
        )
    # A course begins with its leader.
    seen = largest.since(first.time.min())
    led = {state.of_node[node].key for node in able.nodes}
    joint = any(
        key in runs.state.of_node[node].key  # a sum's key holds those of its parts
        for model, node in zip(runs.models, runs.nodes, strict=True)
        if model in seen.models
        for key in led
    )
    each = int(assumed["projection.luck_per_draw"])
    first, seen = paired(first, seen, joint=joint, each=each)
    return Setting(state.vintage, seen, first, able, runs)


def course(
    at: Setting,
    scenario: Scenario,
    disclosed: Mapping[str, pd.Timestamp],
    luck: FloatArray,
    assumed: Assumed,
) -> Course:
    """The draws of a scenario at a vintage.

    Args:
        at: what the vintage knows, paired with the luck.
        scenario: the scenario.
        disclosed: date of each claim, for the pace claim.
        luck: outcome of `pace.luck`.
        assumed: constants of the method.

    Raises:
        NoProjectionError: where the pace is not disclosed, or growth cannot be fitted.
    """
    check_in_force(scenario, disclosed, at.vintage)
    pace = paces.stated_pace(scenario, luck[:, paces.PACE])
    if scenario.progress is not None:
        # The pace counts effective compute; what algorithms give is not bought.
        free = paces.stated_growth(scenario.progress, luck[:, paces.PROGRESS])
        pace = np.maximum(pace - free, assumed["pace.floor"])
    taken = Course(
        frontier=at.frontier,
        start=at.leader.start,
        time=at.leader.time,
        pace=pace,
        growth=frontier_growth(at.runs, scenario, luck, assumed),
    )
    if scenario.stall_months is not None:
        months = 10 ** paces.log_uniform(luck[:, paces.STALL], *scenario.stall_months)
        taken = replace(taken, stall=at.leader.time + months / 12)
    if scenario.cluster_share is not None:
        cap, growth = limit(scenario.cluster_share, luck, assumed)
        taken = replace(taken, cap=cap, cap_growth=growth)
    return taken


def check_in_force(
    scenario: Scenario, disclosed: Mapping[str, pd.Timestamp], vintage: pd.Timestamp
) -> None:
    """That a vintage may know the pace of a scenario.

    Raises:
        NoProjectionError: where its claim is missing or was disclosed later.
    """
    if scenario.pace_claim is None:
        return
    day = disclosed.get(scenario.pace_claim)
    if day is None:
        raise NoProjectionError(
            f"the pace claim {scenario.pace_claim} is not in the record"
        )
    if day > vintage:
        raise NoProjectionError(f"the pace was disclosed on {day.date()}")


def frontier_growth(
    runs: Levels, scenario: Scenario, luck: FloatArray, assumed: Assumed
) -> FloatArray:
    """Draws of the frontier's growth after its last record, log10 per year.

    Args:
        runs: runs with known total compute at the vintage.
        scenario: the scenario.
        luck: outcome of `pace.luck`.
        assumed: constants of the method.

    Raises:
        NoProjectionError: where growth is fitted and the records are too few.
    """
    z = luck[:, paces.GROWTH]
    if scenario.growth is not None:
        return paces.stated_growth(scenario.growth, z)
    growth = paces.fitted_growth(runs, z, assumed)
    if growth is None:
        raise NoProjectionError("fewer than three records of total compute")
    return growth


def stale(
    at: Setting,
    scenario: Scenario,
    disclosed: Mapping[str, pd.Timestamp],
    assumed: Assumed,
) -> bool:
    """Whether leader or pace is old: a path of them is an if-then, no finding.

    The pace alone would do: a leader may be young because an older one fell away.
    """
    since = [at.leader.released_on]
    if scenario.pace_claim is not None:
        since.append(disclosed[scenario.pace_claim])
    months = int(assumed["projection.stale_months"])
    return bool(min(since) + pd.DateOffset(months=months) < at.vintage)
