"""Pairing moves rows and nothing else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.projection import pace as paces
from pipeline.projection.frontier import Frontier
from pipeline.projection.leader import Leader
from pipeline.projection.pairing import paired, spread

N = 4096
RNG = np.random.default_rng(4)


def world():
    start = RNG.normal(24, 0.5, N)
    total = start + RNG.normal(2, 0.3, N)
    day = pd.Timestamp("2025-04-16")
    leader = Leader("o3", 1.0, start, start - 3, day)
    draws = np.column_stack([total - 1, total])
    return leader, Frontier(("a", "b"), np.array([24.0, 25.0]), draws, ())


def ordered(draws, each=1):
    return np.sort(draws).repeat(each)


@pytest.mark.parametrize("each", [1, 4])
@pytest.mark.parametrize("joint", [False, True])
def test_the_draws_stay_what_they_are(joint, each):
    before, after = world(), None
    after = paired(*before, joint=joint, each=each)
    assert np.array_equal(ordered(before[0].start, each), ordered(after[0].start))
    assert np.array_equal(after[0].time, after[0].start - 3)
    last = before[1].draws[:, 1], after[1].draws[:, 1]
    assert np.array_equal(ordered(last[0], each), ordered(last[1]))
    assert np.allclose(np.diff(after[1].draws, axis=1), 1)


@pytest.mark.parametrize("each", [1, 4])
def test_what_hangs_together_stays_together(each):
    leader, frontier = world()
    both = paired(leader, frontier, joint=True, each=each)
    gap = both[1].draws[:, 1] - both[0].start
    expected = frontier.draws[:, 1] - leader.start
    assert np.array_equal(ordered(gap), ordered(expected, each))


@pytest.mark.parametrize("each", [1, 4])
def test_independent_parts_are_spread_evenly_together_and_over_the_luck(each):
    leader, frontier = paired(*world(), joint=False, each=each)
    luck = paces.luck(N * each)
    columns = np.column_stack([leader.start, frontier.draws[:, 1], luck])
    others = np.delete(columns, [2 + paces.START, 2 + paces.TOTAL], axis=1)
    correlation = np.corrcoef(others.T) - np.eye(others.shape[1])
    assert np.abs(correlation).max() < 0.01  # plain pairing: 0.016 is one sd


def test_the_rows_of_one_draw_are_spread_over_the_luck():
    """The eight partners of a draw differ as any eight do, not as neighbours do."""
    each = 8
    leader, _ = paired(*world(), joint=False, each=each)
    pace = paces.luck(N * each)[np.argsort(leader.start, kind="stable"), paces.PACE]
    within = pace.reshape(N, each).var(axis=1, ddof=1).mean()
    assert 0.9 < within < 1.2


def test_leaders_of_one_day_follow_each_other():
    """Draws that start alike on other days are no neighbours: their paths part."""
    leader, frontier = world()
    day = np.where(RNG.random(N) < 0.3, 24.5, 25.5)
    leader, _ = paired(replace(leader, time=day), frontier, joint=False, each=1)
    order = np.argsort(paces.luck(N)[:, paces.START])
    assert (np.diff(leader.time[order]) >= 0).all()
    later = leader.time[order] == 25.5
    assert (np.diff(leader.start[order][later]) >= 0).all()


def test_a_frontier_without_a_leader_is_spread_in_the_same_way():
    _, frontier = world()
    alone = spread(frontier, 4)
    assert np.array_equal(ordered(frontier.draws[:, 1], 4), ordered(alone.draws[:, 1]))
    assert np.allclose(np.diff(alone.draws, axis=1), 1)
    pace = paces.luck(4 * N)[:, paces.GROWTH]
    assert abs(np.corrcoef(alone.draws[:, 1], pace)[0, 1]) < 0.005
