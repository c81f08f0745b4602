"""What a vintage knows, and the course that a scenario takes from there.

What belongs here: choosing leader, frontier, pace and growth of one vintage. What does
not: geometry (paths.py), tables (project.py).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.estimation.vintages import State
from pipeline.projection import pace as paces
from pipeline.projection.cluster import limit
from pipeline.projection.frontier import Frontier, frontier, known_runs, records
from pipeline.projection.leader import Leader, candidates, leader
from pipeline.projection.levels import Levels
from pipeline.projection.pairing import paired
from pipeline.projection.paths import Course
from pipeline.projection.scenario import Scenario


class NoProjectionError(Exception):
    """A vintage that allows no projection; the message says why."""


# Leader, frontier and `joint`, row by row of the posterior, by the content behind them.
Known = dict[Hashable, tuple[Leader, Frontier, bool]]


@dataclass(frozen=True)
class Setting:
    """What a vintage knows, as far as projections need it.

    Leader and frontier have a row for each joint draw of the posterior, or for each row
    of the luck once they are paired with it.
    """

    vintage: pd.Timestamp
    frontier: Frontier
    leader: Leader
    candidates: Levels
    runs: Levels
    joint: bool  # whether the rows of leader and frontier belong together

    @property
    def key(self) -> Hashable:
        """The content behind leader and frontier."""
        return (self.candidates.keys, self.frontier.key)

    def paired(self, each: int) -> Setting:
        """The same with every row `each` times, in the order of the luck."""
        largest = paired(self.leader, self.frontier, joint=self.joint, each=each)
        return replace(self, leader=largest[0], frontier=largest[1])

    def first(self, rows: int) -> Setting:
        """The same with the first rows alone."""
        start, time = self.leader.start[:rows], self.leader.time[:rows]
        return replace(
            self,
            frontier=self.frontier.first(rows),
            leader=replace(self.leader, start=start, time=time),
        )


def setting(state: State, models: pd.DataFrame, assumed: Assumed) -> Setting:
    """Leader and frontier of a vintage, in the order of the luck.

    Args:
        state: the posterior at the vintage.
        models: core.models.
        assumed: constants of the method.

    Raises:
        NoProjectionError: where the record has no anchored frontier or leader by then.
    """
    each = int(assumed["projection.luck_per_draw"])
    return evidence(state, models, assumed, {}).paired(each)


def evidence(
    state: State, models: pd.DataFrame, assumed: Assumed, known: Known
) -> Setting:
    """Leader and frontier of a vintage, row by row of the posterior.

    Args:
        state: the posterior at the vintage.
        models: core.models.
        assumed: constants of the method.
        known: what other vintages found, filled as needed: many share their draws.

    Raises:
        NoProjectionError: where the record has no anchored frontier or leader by then.
    """
    runs = known_runs(state, models)
    if not runs.models:
        raise NoProjectionError("no run with known total compute by then")
    able = candidates(state, models, assumed)
    content = (able.keys, tuple(runs.keys[k] for k in records(runs)))
    if content not in known:
        known[content] = _together(state, able, runs)
    first, largest, joint = known[content]
    return Setting(state.vintage, largest, first, able, runs, joint)


def _together(
    state: State, able: Levels, runs: Levels
) -> tuple[Leader, Frontier, bool]:
    first, largest = leader(state, able), frontier(state, runs)
    if first is None or largest is None:
        raise NoProjectionError(
            "no anchored reasoning stage narrow enough to lead by then"
        )
    # A course begins with its leader; older records would only take memory.
    seen = largest.since(first.time.min())
    led = {state.of_node[node].key for node in able.nodes}
    shared = any(
        state.of_node[node].key in led
        for model, node in zip(runs.models, runs.nodes, strict=True)
        if model in seen.models
    )
    return first, seen, shared


def course(
    at: Setting,
    scenario: Scenario,
    disclosed: dict[str, pd.Timestamp],
    luck: FloatArray,
    assumed: Assumed,
) -> Course:
    """The draws of a scenario at a vintage.

    Args:
        at: what the vintage knows.
        scenario: the scenario.
        disclosed: date of each claim, for the pace claim.
        luck: outcome of `pace.luck`.
        assumed: constants of the method.

    Raises:
        NoProjectionError: where the pace is not disclosed or cannot be fitted by then.
    """
    check_in_force(scenario, disclosed, at.vintage)
    z = luck[:, paces.PACE]
    if scenario.pace_fitted:
        pace = paces.fitted_pace(at.candidates, at.vintage, scenario, z, assumed)
        if pace is None:
            raise NoProjectionError("fewer than three records of reasoning compute")
    else:
        pace = paces.stated_pace(scenario, z)
    if scenario.progress is not None:
        # The pace counts effective compute; what algorithms give is not bought.
        free = paces.stated_growth(scenario.progress, luck[:, paces.PROGRESS])
        pace = pace.bought(free, assumed["pace.floor"])
    growth = frontier_growth(at.runs, scenario, luck, assumed)
    stall = np.full(len(z), np.inf)
    if scenario.stall_months is not None:
        months = 10 ** paces.log_uniform(luck[:, paces.STALL], *scenario.stall_months)
        stall = at.leader.time + months / 12
    taken = Course(
        at.leader.start,
        at.leader.time,
        pace.draws,
        growth,
        stall,
        at_least=pace.at_least,
    )
    if scenario.cluster_share is None:
        return taken
    most = limit(scenario.cluster_share, assumed)
    level, rate = most.draws(luck)
    return replace(
        taken,
        cap=level,
        cap_growth=rate,
        at_least=lambda cap: most.at_least(cap, rate[: cap.shape[-1]]),
    )


def check_in_force(
    scenario: Scenario, disclosed: dict[str, pd.Timestamp], vintage: pd.Timestamp
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
    at: Setting, scenario: Scenario, disclosed: dict[str, pd.Timestamp], a: Assumed
) -> bool:
    """Whether the pace claim is old and no newer leader has confirmed it since."""
    if scenario.pace_claim is None:
        return False
    last = max(disclosed[scenario.pace_claim], at.leader.released_on)
    months = int(a["projection.stale_months"])
    return bool(last + pd.DateOffset(months=months) < at.vintage)
