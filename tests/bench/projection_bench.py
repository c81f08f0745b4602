"""The projection: its time and memory on the record, and both against squigglepy.

What belongs here: figures printed as ratios of one run, and the accuracy they hold at.
What does not: limits on time.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import squigglepy as sq

from pipeline.projection import pace as paces
from pipeline.projection.course import course, setting
from pipeline.projection.dates import year, years
from pipeline.projection.paths import crossing, path
from pipeline.projection.project import project
from pipeline.projection.reading import first_days
from pipeline.projection.scenario import scenarios_of
from tests import loaded
from tests.bench.squiggles import figures, points, simulate

pytestmark = pytest.mark.bench
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
MANY, PARTS = 1 << 20, 16
DAYS = ("2025-05-14", "2025-08-07", "2100-01-01")
MONTHS = 60
MB = 1024  # of the kB that getrusage counts in


def test_time_of_every_vintage_and_scenario() -> None:
    real = loaded.real()
    took = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        found = real.project()
        took.append((time.perf_counter() - wall, time.process_time() - cpu))
    print(
        f"\n{len(found.projections):,} months of {len(real.found.states)} vintages: "
        f"{min(w for w, _ in took):.2f} s, {min(c for _, c in took):.2f} s of CPU"
    )
    assert len(found.projections) > 10_000


def test_memory() -> None:
    """The peak of a process that reads, estimates and projects the whole record."""
    script = (
        "import resource; from tests import loaded; loaded.real().project(); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    peak = int(done.stdout.splitlines()[-1]) / MB
    print(f"\npeak of reading, estimating and projecting: {peak:.0f} MB")
    assert peak <= 500


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


def stated(real):
    """The scenarios whose priors are distributions by name, and their rows."""
    frame = real.tables["core.scenarios"]
    kept = frame[(frame["pace_kind"] == "stated") & ~frame["frontier_fitted"]]
    return kept, scenarios_of(kept)


def months_after(vintage):
    first = (vintage.year - 1970) * 12 + vintage.month
    return years(first_days(np.arange(first, first + MONTHS)))


def reference(at, scenario, months, assumed):
    """Dates by share and R by month of a million plain draws, in parts, for memory."""
    drawn = [
        simulate(at, scenario, months, MANY // PARTS, assumed)[:2] for _ in range(PARTS)
    ]
    met = np.concatenate([np.array(m) for m, _ in drawn], axis=1)
    level = np.concatenate([r for _, r in drawn])
    return points(np.sort(met, axis=1), 1), points(np.sort(level, axis=0), 0)


def misses(dates, level, truth, until):
    """Deviations of R in OOM and of dates in days, within the horizon."""
    met, known = truth
    near = np.isfinite(dates) & np.isfinite(met) & (met < until)
    return (level - known).ravel(), (dates[near] - met[near]) * 365.25


def test_the_same_in_squigglepy() -> None:
    """Plain draws until the errors are ours, then the time of both, in one run."""
    real = loaded.real()
    assumed, claims = real.found.assumed, real.tables["raw.claims"]
    models = real.tables["core.models"]
    frame, scenarios = stated(real)
    sq.set_seed(4)
    states = [real.at(day) for day in DAYS]
    places = [setting(state, models, assumed) for state in states]
    some = [5, 23, 59]  # months at which the reference is read
    began = time.perf_counter()
    found = [project([s], models, frame, claims, assumed) for s in states]
    ours = time.perf_counter() - began
    jobs, own = [], []
    for at, tables in zip(places, found, strict=True):
        months = months_after(at.vintage)[some]
        for scenario in scenarios:
            truth = reference(at, scenario, months, assumed)
            jobs.append((at, scenario, months, truth))
            own.append(misses(*told(tables, scenario, some), truth, months[-1]))
    print()
    report("ours", jobs, own)
    limit = [rms(own, 0), rms(own, 1)]
    for n in (4096 << k for k in range(9)):
        theirs = []
        for at, scenario, months, truth in jobs:
            dates, level, *_ = figures(simulate(at, scenario, months, n, assumed))
            theirs.append(misses(dates, level.T, truth, months[-1]))
        if rms(theirs, 0) <= limit[0] and rms(theirs, 1) <= limit[1]:
            break
    report(f"squigglepy, {n:,} draws", jobs, theirs)
    began = time.perf_counter()
    for at in places:
        for scenario in scenarios:
            figures(simulate(at, scenario, months_after(at.vintage), n, assumed))
    theirs_took = time.perf_counter() - began
    print(f"squigglepy takes {theirs_took / ours:.1f} times as long")


def told(tables, scenario, some):
    """Dates by share and R by month as published, shapes as in `reference`."""
    rows = tables.convergence
    rows = rows[rows["scenario"] == scenario.name]
    names = [f"date_p{q}" for q in ("05", "25", "50", "75", "95")]
    dates = np.array([
        [np.inf if pd.isna(day) else year(day) for day in row]
        for row in rows[names].itertuples(index=False)
    ])  # fmt: skip
    months = tables.projections
    months = months[months["scenario"] == scenario.name].iloc[some]
    flop = [f"reasoning_flop_p{q}" for q in ("05", "25", "50", "75", "95")]
    return dates, np.log10(months[flop].to_numpy().T)


def rms(found, kind):
    """Root mean square of all deviations of a kind."""
    return float(np.sqrt(np.mean(np.concatenate([f[kind] for f in found]) ** 2)))


def report(name, jobs, found) -> None:
    print(f"{name}: rms {rms(found, 0):.4f} OOM, {rms(found, 1):.2f} days; at most")
    for (at, scenario, _, _), (flop, days) in zip(jobs, found, strict=True):
        print(
            f"  {at.vintage.date()} {scenario.name:16s} "
            f"{np.abs(flop).max():.4f} OOM, {np.abs(days).max(initial=0):.1f} days"
        )
