"""The two limits on the pace: the cluster, and what algorithms give."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from unit.projection import world

from pipeline.notes.constants import read_scenarios
from pipeline.notes.frames import scenarios as frame
from pipeline.projection import pace as paces
from pipeline.projection.cluster import limit
from pipeline.projection.course import course, setting
from pipeline.projection.levels import Levels
from pipeline.projection.scenario import scenarios_of

ASSUMED = world.assumed()
N = int(ASSUMED["fusion.draws"])
LUCK = paces.luck_of(ASSUMED)
NAMED = {s.name: s for s in scenarios_of(world.record()["core.scenarios"])}
DISCLOSED = dict(
    world.record()["raw.claims"][["claim_id", "disclosed_on"]].itertuples(index=False)
)


@pytest.fixture(scope="module")
def at():
    nodes = {"o3/reasoning": np.full(N, 24.8), "grok-3/total": np.full(N, 26.6)}
    models = world.models(("o3", "2025-04-16"), ("grok-3", "2025-02-17"))
    return setting(world.state("2025-06-01", nodes), models, ASSUMED)


def taken(at, name):
    return course(at, NAMED[name], DISCLOSED, LUCK, ASSUMED)


def test_the_shipped_scenarios_have_the_two_limits():
    assert NAMED["compute_limited"].cluster_share is not None
    assert NAMED["algorithmic"].progress is not None
    assert NAMED["disclosed"].cluster_share is NAMED["disclosed"].progress is None


def test_the_cluster_is_peak_times_time_times_utilisation():
    level, growth = limit((1.0, 1.0), ASSUMED).draws(LUCK)
    since = ASSUMED["cluster.date_year"] - 2000
    by_hand = (
        ASSUMED["cluster.peak"]
        * ASSUMED["cluster.run_days"]
        * 86_400
        * ASSUMED["utilisation.reasoning_bf16"]
    )
    assert np.median(level + growth * since) == pytest.approx(
        np.log10(by_hand), abs=0.01
    )
    low, high = np.log10(ASSUMED.span("cluster.growth"))
    assert np.quantile(growth, [0.05, 0.95]) == pytest.approx([low, high], abs=0.001)
    half, _ = limit((0.5, 0.5), ASSUMED).draws(LUCK)
    assert level - half == pytest.approx(np.log10(2))


@pytest.mark.parametrize("share", [(0.3, 1.0), (0.02, 1.0), (0.5, 0.51)])
def test_the_cluster_is_spread_as_a_share_plus_an_error(share):
    """One column of luck against a share and an error drawn apart."""
    level, growth = limit(share, ASSUMED).draws(LUCK)
    alone, _ = limit((1.0, 1.0), ASSUMED).draws(LUCK)
    since = ASSUMED["cluster.date_year"] - 2000
    rng = np.random.default_rng(2)
    apart = rng.permutation(alone + growth * since)  # the share is independent of it
    apart = apart + rng.uniform(*np.log10(share), len(apart))
    levels = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
    found, expected = (np.quantile(x, levels) for x in (level + growth * since, apart))
    assert found == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("share", [(1.0, 1.0), (0.3, 1.0)])
def test_the_chance_of_a_limit_is_the_share_of_its_draws(share):
    most = limit(share, ASSUMED)
    level, _ = most.draws(LUCK)
    still = level + most.draws(LUCK)[1] * most.since
    for x in np.quantile(still, [0.01, 0.3, 0.5, 0.9, 0.99]):
        chance = most.at_least(np.array([x - 0.4 * most.since]), np.array([0.4]))
        assert chance[0] == pytest.approx((still >= x).mean(), abs=0.001)
    ends = most.at_least(np.array([-np.inf, np.inf]), np.array([0.4, 0.4]))
    assert list(ends) == pytest.approx([1.0, 0.0], abs=1e-8)


@pytest.mark.parametrize("name", ["disclosed", "half", "algorithmic", "fitted"])
def test_the_chance_of_a_pace_is_the_share_of_its_draws(name):
    """Each draw by itself knows its distribution given the rest; here the average."""
    scenario, z = NAMED[name], LUCK[:, paces.PACE]
    if name == "fitted":
        days = np.array(["2024-09-12", "2024-12-20", "2025-04-16"], "datetime64[D]")
        levels = np.array([23.0, 23.8, 24.9])
        ours = Levels(("a",) * 3, days, levels, ("a",) * 3, ("a",) * 3)
        day = pd.Timestamp("2025-06-01")
        pace = paces.fitted_pace(ours, day, scenario, z, ASSUMED)
    else:
        pace = paces.stated_pace(scenario, z)
    if scenario.progress is not None:
        free = paces.stated_growth(scenario.progress, LUCK[:, paces.PROGRESS])
        pace = pace.bought(free, ASSUMED["pace.floor"])
    for x in (*np.quantile(pace.draws, [0.02, 0.4, 0.8, 0.99]), 0.0, -np.inf, np.inf):
        chance = pace.at_least(np.full(len(z), x)).mean()
        assert chance == pytest.approx((pace.draws >= x).mean(), abs=0.001)


def test_a_pace_stated_to_the_month_is_met_or_not():
    exact = replace(NAMED["disclosed"], pace_months=(4.0, 4.0))
    pace = paces.stated_pace(exact, LUCK[:, paces.PACE])
    assert pace.draws == pytest.approx(3.0)
    assert list(pace.at_least(np.array([2.9, 3.1]))) == [1.0, 0.0]


def test_the_cluster_limits_and_the_others_are_free(at):
    limited, free = taken(at, "compute_limited"), taken(at, "disclosed")
    assert limited.capped
    assert not free.capped
    assert np.array_equal(limited.pace, free.pace)


def test_what_algorithms_give_is_not_bought(at):
    given = paces.stated_growth(NAMED["algorithmic"].progress, LUCK[:, paces.PROGRESS])
    bought, whole = taken(at, "algorithmic").pace, taken(at, "disclosed").pace
    assert bought == pytest.approx(whole - given)
    assert bought.min() >= ASSUMED["pace.floor"]
    slow = world.assumed(pace__floor=10.0)
    floored = course(at, NAMED["algorithmic"], DISCLOSED, LUCK, slow).pace
    assert (floored == 10).all()


ENTRY = b"""
- id: mine
  description: "mine"
  source: "me"
  pace: {kind: stated, times: 10, months: {low: 3, high: 5}}
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


@pytest.mark.parametrize("name", ["disclosed", "algorithmic", "compute_limited"])
def test_the_chance_of_the_first_draws_is_that_of_all_cut_short(at, name):
    drawn = taken(at, name)
    values = drawn.cap if drawn.capped else drawn.pace
    assert drawn.at_least is not None
    some = drawn.first(1000)
    assert len(some.start) == len(some.pace) == len(some.growth) == 1000
    cut = drawn.at_least(values[:1000])
    assert np.array_equal(cut, drawn.at_least(values)[:1000])
    assert 0.2 < cut.mean() < 0.8


def test_averages_take_fewer_rows_of_the_luck_and_wide_paces_more():
    few, most = (paces.rows(ASSUMED, what) for what in ("first", "wide"))
    assert N <= few < len(LUCK) == paces.rows(ASSUMED) < most
    assert most % len(LUCK) == len(LUCK) % few == few % N == 0
    assert np.array_equal(paces.luck(most)[: len(LUCK)], LUCK)
