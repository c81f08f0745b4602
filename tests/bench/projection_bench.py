"""The projection: its time on the record, and its accuracy against a million draws."""

from __future__ import annotations

import resource
import time
from dataclasses import replace

import numpy as np
import pytest

from pipeline.projection import pace as paces
from pipeline.projection.course import course, setting
from pipeline.projection.dates import year
from pipeline.projection.paths import crossing, path
from pipeline.projection.scenario import scenarios_of
from tests import loaded

pytestmark = pytest.mark.bench
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
MANY = 1_000_000
PARTS = 8


def test_time_of_every_vintage_and_scenario() -> None:
    real = loaded.real()
    took = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        found = real.project()
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"\n{len(found.projections):,} months of {len(real.found.states)} vintages: "
        f"{min(w for w, _ in took):.2f} s, {min(c for _, c in took):.2f} s of CPU; "
        f"{memory:.0f} MB with the draws of every vintage"
    )
    assert len(found.projections) > 10_000


@pytest.mark.parametrize("day", ["2025-05-14", "2100-01-01"])
def test_quantiles_against_plain_draws(day: str) -> None:
    """Plain draws: rows of the posterior at random, the rest independent."""
    real = loaded.real()
    assumed, state = real.found.assumed, real.at(day)
    disclosed = dict(
        real.tables["raw.claims"][["claim_id", "disclosed_on"]].itertuples(index=False)
    )
    at = setting(state, real.tables["core.models"], assumed)
    months = np.array([year(state.vintage) + k / 12 for k in (6, 24, 60)])
    luck = paces.luck(int(assumed["fusion.draws"]))
    rng = np.random.default_rng(4)
    worst = {}
    for scenario in scenarios_of(real.tables["core.scenarios"]):

        def read(known, z, scenario=scenario):
            taken = course(known, scenario, disclosed, z, assumed)
            share = paces.log_uniform(z[:, paces.SHARE], *scenario.share)
            met = crossing(taken, known.frontier, share)
            return met, path(taken, known.frontier, met, months)[0]

        mine = read(at, luck)
        parts = []
        for _ in range(PARTS):  # a part at a time, for memory
            n = MANY // PARTS
            one = rng.integers(0, len(luck), n)
            # The pairing of ours keeps joint rows together; so does this.
            known = replace(
                at,
                leader=replace(
                    at.leader, start=at.leader.start[one], time=at.leader.time[one]
                ),
                frontier=replace(at.frontier, draws=at.frontier.draws[one]),
            )
            parts.append(read(known, rng.standard_normal((n, luck.shape[1]))))
        met = np.concatenate([m for m, _ in parts])
        level = np.concatenate([r for _, r in parts])
        flop = np.abs(
            np.quantile(mine[1], LEVELS, axis=0) - np.quantile(level, LEVELS, axis=0)
        ).max()
        ours, theirs = (
            np.quantile(x, LEVELS, method="nearest") for x in (mine[0], met)
        )
        near = np.isfinite(ours) & np.isfinite(theirs) & (theirs < months[-1])
        days = np.abs(ours[near] - theirs[near]).max(initial=0) * 365.25
        worst[scenario.name] = (round(float(flop), 4), round(float(days), 1))
    print(f"\n{day}, deviation in OOM and days: {worst}")
    assert max(flop for flop, _ in worst.values()) < 0.1
