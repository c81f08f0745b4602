"""Pairing moves rows and nothing else."""

import numpy as np
import pandas as pd
import pytest

from pipeline.projection import pace as paces
from pipeline.projection.frontier import Frontier
from pipeline.projection.leader import Leader
from pipeline.projection.pairing import paired

N = 4096
RNG = np.random.default_rng(4)


def world():
    start = RNG.normal(24, 0.5, N)
    total = start + RNG.normal(2, 0.3, N)
    day = pd.Timestamp("2025-04-16")
    leader = Leader("o3", 1.0, start, start - 3, day)
    draws = np.column_stack([total - 1, total])
    return leader, Frontier(("a", "b"), np.array([24.0, 25.0]), draws, ())


@pytest.mark.parametrize("joint", [False, True])
def test_the_draws_stay_what_they_are(joint):
    before, after = world(), None
    after = paired(*before, joint=joint)
    assert np.array_equal(np.sort(before[0].start), np.sort(after[0].start))
    assert np.array_equal(after[0].time, after[0].start - 3)
    assert np.array_equal(np.sort(before[1].draws[:, 1]), np.sort(after[1].draws[:, 1]))
    assert np.allclose(np.diff(after[1].draws, axis=1), 1)


def test_what_hangs_together_stays_together():
    leader, frontier = world()
    both = paired(leader, frontier, joint=True)
    gap = np.sort(both[1].draws[:, 1] - both[0].start)
    assert np.array_equal(gap, np.sort(frontier.draws[:, 1] - leader.start))


def test_independent_parts_are_spread_evenly_together_and_over_the_luck():
    leader, frontier = paired(*world(), joint=False)
    columns = np.column_stack([leader.start, frontier.draws[:, 1], paces.luck(N)])
    others = np.delete(columns, [2 + paces.START, 2 + paces.TOTAL], axis=1)
    correlation = np.corrcoef(others.T) - np.eye(others.shape[1])
    assert np.abs(correlation).max() < 0.01  # plain pairing: 0.016 is one sd
