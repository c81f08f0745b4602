"""The two limits on the pace: the cluster, and what algorithms give."""

import numpy as np
import pytest

from pipeline.notes.constants import read_scenarios
from pipeline.notes.frames import scenarios as frame
from pipeline.projection import pace as paces
from pipeline.projection.cluster import limit
from pipeline.projection.course import course, setting
from pipeline.projection.scenario import scenarios_of
from tests import loaded

ASSUMED = loaded.assumed()
N = int(ASSUMED["fusion.draws"])
LUCK = paces.luck_of(ASSUMED)
NAMED = {s.name: s for s in scenarios_of(loaded.record()["core.scenarios"])}
DISCLOSED = dict(
    loaded.record()["raw.claims"][["claim_id", "disclosed_on"]].itertuples(index=False)
)


@pytest.fixture(scope="module")
def at():
    nodes = {"o3/reasoning": np.full(N, 24.8), "grok-3/total": np.full(N, 26.6)}
    models = loaded.models(("o3", "2025-04-16"), ("grok-3", "2025-02-17"))
    return setting(loaded.state("2025-06-01", nodes), models, ASSUMED)


def taken(at, name):
    return course(at, NAMED[name], DISCLOSED, LUCK, ASSUMED)


def test_the_shipped_scenarios_have_the_two_limits():
    assert NAMED["compute_limited"].cluster_share is not None
    assert NAMED["algorithmic"].progress is not None
    assert NAMED["disclosed"].cluster_share is NAMED["disclosed"].progress is None


def test_the_cluster_is_peak_times_time_times_utilisation():
    level, growth = limit((1.0, 1.0), LUCK, ASSUMED)
    since = ASSUMED["cluster.date_year"] - 2000
    by_hand = (
        ASSUMED["cluster.peak"]
        * ASSUMED["cluster.run_days"]
        * 86_400
        * ASSUMED["utilisation.training_bf16"]
    )
    assert np.median(level + growth * since) == pytest.approx(
        np.log10(by_hand), abs=0.01
    )
    low, high = np.log10(ASSUMED.span("cluster.growth"))
    assert np.quantile(growth, [0.05, 0.95]) == pytest.approx([low, high], abs=0.001)
    half, _ = limit((0.5, 0.5), LUCK, ASSUMED)
    assert level - half == pytest.approx(np.log10(2))


def test_the_cluster_limits_and_the_others_are_free(at):
    limited, free = taken(at, "compute_limited"), taken(at, "disclosed")
    assert np.isfinite(limited.cap).all()
    assert np.isinf(free.cap).all()
    assert np.array_equal(limited.pace, free.pace)


def test_what_algorithms_give_is_not_bought(at):
    given = paces.stated_growth(NAMED["algorithmic"].progress, LUCK[:, paces.PROGRESS])
    bought, whole = taken(at, "algorithmic").pace, taken(at, "disclosed").pace
    assert bought == pytest.approx(whole - given)
    assert bought.min() >= ASSUMED["pace.floor"]
    slow = loaded.assumed(pace__floor=10.0)
    floored = course(at, NAMED["algorithmic"], DISCLOSED, LUCK, slow).pace
    assert (floored == 10).all()


ENTRY = b"""
- id: mine
  description: "mine"
  source: "me"
  pace: {times: 10, months: {low: 3, high: 5}}
  frontier_growth: fitted
  share: {low: 0.3, high: 1.0}
  cluster_share: {low: 0.2, high: 0.4}
"""


def test_a_scenario_has_a_cluster_or_a_stall_not_both():
    entries, faults = read_scenarios("scenarios.yaml", ENTRY)
    assert faults == []
    mine = scenarios_of(frame(entries))[0]
    assert (mine.cluster_share, mine.stall_months, mine.progress) == (
        (0.2, 0.4), None, None,
    )  # fmt: skip
    both = ENTRY + b"  stall_after_months: {low: 4, high: 12}\n"
    entries, faults = read_scenarios("scenarios.yaml", both)
    assert entries == ()
    assert "not both" in faults[0].problem
