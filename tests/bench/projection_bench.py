"""The projection: its time on the record, and its accuracy at every course of it.

What belongs here: printed figures. What does not: limits on time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from pipeline.contracts.out import SHARES
from pipeline.estimation.assumed import Assumed
from pipeline.lake.inputs import read_inputs
from pipeline.projection import pace as paces
from pipeline.projection.backtest import backtest_table
from pipeline.projection.course import NoProjectionError, course, setting
from pipeline.projection.dates import DAYS, month, year
from pipeline.projection.paths import SINGLE, Course, Path, points
from pipeline.projection.project import POINTS, project
from pipeline.projection.scenario import scenarios_of
from pipeline.projection.shares import History, share_table
from pipeline.projection.variants import score_table
from tests import loaded, mini

pytestmark = pytest.mark.bench
EACH = 256  # partners of each of 4,096 joint draws: 2^20 rows
PARTS = 64
EVERY = 6  # months


def test_time_of_every_vintage_and_scenario() -> None:
    real = loaded.real()
    took = []
    for _ in range(3):
        cpu = time.process_time()
        found = real.project()
        took.append(time.process_time() - cpu)
    print(
        f"\n{len(found.projections):,} months of {len(real.found.states)} vintages: "
        f"{min(took):.2f} s of CPU"
    )
    assert len(found.projections) > 10_000


def test_forecasts_of_shares_and_of_the_frontier() -> None:
    """Of the shipped record, as they are; what must hold is that rivals do worse."""
    real = loaded.load(read_inputs(mini.SHIPPED))  # what is published
    tables, found = real.tables, real.found
    models, scenarios = tables["core.models"], tables["core.scenarios"]
    history = History.of(found, models)
    scores = score_table(history, models, scenarios, found.assumed)
    scores = scores.sort_values("mean_crps").set_index("variant")
    print(f"\n{scores.round(3).to_string()}")
    shares = share_table(history, models)
    print("PIT in quarters:", np.histogram(shares["pit"].dropna(), 4, (0, 1))[0])
    tested = backtest_table(
        found.states, models, scenarios, tables["raw.claims"], found.assumed
    ).query("target == 'frontier'")
    wide = tested.pivot_table(
        index=["origin", "horizon_months"], columns="scenario", values="crps"
    )
    pairs = {}  # each rival where both were scored: the fitted trend begins late
    for rival in wide.columns.drop("share"):
        both = wide[["share", rival]].dropna()
        pairs[rival] = (len(both), *both.mean().round(3))
    print(f"frontier, common pairs and CRPS of share and rival: {pairs}")
    print(tested.groupby("scenario")[["covered_90", "pit"]].mean().round(3).to_string())
    crps = scores["mean_crps"]
    assert crps["published"] < crps[["persistence", "article"]].min()
    assert all(ours < theirs for _, ours, theirs in pairs.values())


def test_every_course_against_a_million_draws() -> None:
    """Levels within 0.03 orders of magnitude, 99% of dates within ten days."""
    real = loaded.real()
    assumed, claims = real.found.assumed, real.tables["raw.claims"]
    models, frame = real.tables["core.models"], real.tables["core.scenarios"]
    many = Assumed(assumed.values | {"projection.luck_per_draw": EACH}, assumed.ranges)
    disclosed = dict(zip(claims["claim_id"], claims["disclosed_on"], strict=True))
    luck = paces.luck(int(assumed["fusion.draws"]) * EACH)
    seen, levels, days = set(), [], []
    for state in real.found.states:
        ours = project([state], models, frame, claims, assumed)
        for scenario in scenarios_of(frame):
            name = scenario.name
            dates = ours.convergence.query("scenario == @name")
            key = (name, *dates["date_p50"].astype(str), *dates["gap_oom_p50"])
            if key in seen or (dates["status"] == "none").any():
                continue
            seen.add(key)
            try:
                at = setting(state, models, many)
                taken = course(at, scenario, disclosed, luck, many)
            except NoProjectionError:
                continue
            last = month(state.vintage) + int(assumed["projection.months"])
            own = paces.log_uniform(luck[:, paces.SHARE], *scenario.share)
            met, reasoning = _drawn(taken, own, month(state.vintage) + 1, last)
            flop = ours.projections.query("scenario == @name").iloc[::EVERY]
            published = flop[[f"reasoning_flop_{p}" for p in POINTS]].to_numpy()
            levels.append(np.log10(published) - points(reasoning))
            until = year(state.vintage) + int(assumed["projection.months"]) / 12
            for share, row in zip(met, dates.itertuples(), strict=True):
                for point, truth in zip(POINTS, points(share), strict=True):
                    day = getattr(row, f"date_{point}")
                    if not pd.isna(day) and truth <= until:
                        days.append((year(day) - truth) * DAYS)
    oom, off = np.abs(np.concatenate(levels)), np.abs(days)
    print(
        f"\n{len(seen)} courses against {len(luck):,} draws: levels within "
        f"{oom.max():.4f} OOM (rms {np.sqrt((oom**2).mean()):.4f}); of {len(off)} "
        f"dates {np.mean(off <= 10):.2%} within ten days, at most {off.max():.0f}"
    )
    assert oom.max() <= 0.03
    assert np.mean(off <= 10) >= 0.99


def _drawn(
    taken: Course, own: np.ndarray, first: int, last: int
) -> tuple[np.ndarray, np.ndarray]:
    """Crossings (shares, draws) and R on some months (months, draws), in parts."""
    met, levels = [], []
    for rows, part in _parts(taken):
        path = Path.until(part, last)
        shares = [own[rows], *(np.full(1, np.log10(float(s))) for s in SHARES)]
        shares = [share.astype(SINGLE) for share in shares]
        met.append([path.met(share) for share in shares])
        levels.append(path.levels(shares[0], since=first - path.first)[::EVERY])
    return np.concatenate(met, axis=1), np.concatenate(levels, axis=1)


def _parts(taken: Course) -> Iterator[tuple[slice, Course]]:
    n = len(taken.start)
    for k in range(PARTS):
        rows = slice(k * n // PARTS, (k + 1) * n // PARTS)
        cut = {
            each.name: value[rows] if len(value) > 1 else value
            for each in fields(taken)[1:]
            for value in [getattr(taken, each.name)]
        }
        known = replace(taken.frontier, draws=taken.frontier.draws[rows])
        yield rows, replace(taken, frontier=known, **cut)
