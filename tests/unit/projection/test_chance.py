"""The chance of having met the ceiling, against counting crossings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.projection.chance import Chance
from pipeline.projection.frontier import Frontier
from pipeline.projection.paths import Course, corners, crossing, crossings

MANY = 20_000
UNIT = (np.arange(MANY) + 0.5) / MANY  # quantiles of what is integrated out
PACES = 0.05 + 3 * UNIT
CAPS = 22 + 8 * UNIT


def pace_at_least(pace):
    return np.clip((3.05 - pace) / 3, 0, 1)


def cap_at_least(cap):
    return np.clip((30 - cap) / 8, 0, 1)


def draws(rng, capped, stalled):
    """One draw of all but pace or cap, and its frontier with three records."""
    one = np.ones(1)
    time = rng.uniform(-1, 4)
    course = Course(
        rng.uniform(23, 27) * one,
        time * one,
        rng.uniform(0.05, 3) * one,
        rng.uniform(0, 1) * one,
        np.array([time + rng.exponential(2) if stalled else np.inf]),
        at_least=cap_at_least if capped else pace_at_least,
    )
    if capped:
        course = replace(course, cap=26 * one, cap_growth=rng.uniform(0, 1) * one)
    # Later records may lie below earlier ones in a draw.
    levels = 25 + rng.uniform(-0.5, 2, 3).cumsum()
    return course, Frontier(("x",) * 3, np.array([0, 1, 2.5]), levels[None, :], ())


@pytest.mark.parametrize(
    ("capped", "stalled"), [(False, False), (False, True), (True, False)]
)
def test_it_is_the_share_of_paces_or_caps_that_meet_it(capped, stalled):
    rng = np.random.default_rng(11)
    between = 0
    for _ in range(150):
        course, front = draws(rng, capped, stalled)
        share = rng.uniform(-1, 0, 1)
        wide = {
            name: np.full(MANY, getattr(course, name)[0])
            for name in ("start", "time", "pace", "growth", "stall")
        }
        if capped:
            rate = np.full(MANY, course.cap_growth[0])
            many = Course(**wide, cap=CAPS, cap_growth=rate)
        else:
            many = Course(**wide | {"pace": PACES})
        each = replace(front, draws=front.draws.repeat(MANY, axis=0))
        met = crossing(many, each, share)
        chance = Chance(course, front, corners(course, front), share[None])
        times = np.array([*rng.uniform(-1, 8, 4), 60.0])
        together = chance.by(times, np.zeros(5, dtype=int))
        for t, found in zip(times, together, strict=True):
            counted = (met <= t).mean()
            between += 0.01 < counted < 0.99
            assert found == pytest.approx(counted, abs=3 / MANY)
            # Alone it takes other ways through the corners.
            assert chance.by(np.array([t]), np.zeros(1, dtype=int)) == [found]
    assert between > 50


GAP, GROWTH = 2.0, 0.3


def by_pace(n, seed=5, gap=GAP):
    """A course of draws that differ by pace alone, one in each of n even strata."""
    within = np.random.default_rng(seed).random(n)
    pace = 0.05 + 3 * (np.arange(n) + within) / n
    course = Course(
        np.full(n, 24.5), np.zeros(n), pace, np.full(n, GROWTH), np.full(n, np.inf),
        at_least=pace_at_least,
    )  # fmt: skip
    front = Frontier(("x",), np.zeros(1), np.full((n, 1), 24.5 + gap), ())
    level = np.zeros((1, n))
    chance = Chance(course, front, corners(course, front), level)
    return chance, np.sort(crossing(course, front, level[0]))


def dates(chance, levels, met, until):
    """Of the one share there is."""
    (found,) = chance.dates(levels, met[None], until)
    return found.tolist()


@pytest.mark.parametrize("q", [0.8, 0.85, 0.9])
def test_the_date_is_exact_where_crossings_lie_thin(q):
    exact = GAP / (3.05 - 3 * q - GROWTH)
    far = 0
    for seed in range(20):
        chance, met = by_pace(512, seed)
        found = dates(chance, (q,), met, until=50.0)
        assert found == pytest.approx([exact], abs=0.002)
        far += abs(np.sort(met)[int(q * 511 + 0.5)] - exact) > 0.02
    assert far >= 10


@pytest.mark.parametrize("n", [16, 24, 40])
def test_where_two_looks_do_not_do_more_are_taken(n):
    """So few draws that the chance is curved between the nearest ones."""
    for q in (0.6, 0.7, 0.8, 0.85):
        chance, met = by_pace(n, seed=1)
        exact = GAP / (3.05 - 3 * q - GROWTH)
        found = dates(chance, (q,), met, until=50.0)
        assert found == pytest.approx([exact], abs=0.001)


@pytest.mark.parametrize("shift", [-1.0, 1.0])
def test_crossings_that_mislead_do_not_mislead_the_date(shift):
    """Where the chance disagrees with the draws' own order, it is searched for."""
    chance, met = by_pace(512)
    exact = GAP / (3.05 - 3 * 0.8 - GROWTH)
    assert dates(chance, (0.8,), met + shift, until=50.0) == pytest.approx(
        [exact], abs=0.002
    )
    # Never within reach, whatever the draws say.
    assert dates(chance, (0.99,), np.linspace(3, 8, 512), until=9.0) == [np.inf]


def test_a_level_not_reached_in_time_has_no_date():
    chance, met = by_pace(512)
    # Three quarters are reached after 4 years, 95% never.
    for q, until in ((0.75, 2.0), (0.75, 3.99), (0.95, 50.0)):
        assert dates(chance, (q,), met, until)[0] > until
    found = dates(chance, (0.75, 0.95), met, until=4.01)
    assert found == pytest.approx([4, np.inf], abs=1e-3)


def test_a_stretch_in_which_nothing_is_met_is_left():
    """Before the release the chance is 0 throughout: no slope leads anywhere."""
    chance, met = by_pace(512)
    exact = GAP / (3.05 - 3 * 0.8 - GROWTH)
    found = dates(chance, (0.8,), met - 20, until=50.0)
    assert found == pytest.approx([exact], abs=0.002)


def test_what_is_met_from_the_start_on_is_met_at_the_start():
    chance, met = by_pace(512, gap=-1.0)
    assert (met == 0).all()
    assert dates(chance, (0.05, 0.5), np.linspace(3, 8, 512), until=50.0) == [0, 0]


def test_no_date_depends_on_how_far_one_looks():
    """Or a later vintage, which looks further, would move it by a fraction of a day."""
    chance, met = by_pace(512)
    levels = (0.5, 0.7, 0.75, 0.8, 0.85)
    near, far = (dates(chance, levels, met, until) for until in (4.05, 60.0))
    assert near[:3] == far[:3]
    assert min(near[3:]) > 4.05
    assert max(far) < 60


def test_several_shares_together_give_the_dates_of_each_alone():
    n, levels = 512, (0.05, 0.7, 0.8, 0.85, 0.95)
    course = by_pace(n)[0]._course
    front = Frontier(("x",), np.zeros(1), np.full((n, 1), 24.5 + GAP), ())
    shares = np.array([[0.0], [-0.3], [-1.0]]) + np.linspace(-0.1, 0.1, n)
    known = corners(course, front)
    met = np.sort(crossings(course, front, list(shares)), axis=1)
    together = Chance(course, front, known, shares).dates(levels, met, 30.0)
    for share, own, found in zip(shares, met, together, strict=True):
        alone = Chance(course, front, known, share[None])
        assert dates(alone, levels, own, 30.0) == found.tolist()
    assert len(np.unique(together[np.isfinite(together)])) >= 12


def test_where_draws_lie_very_thin_finer_ones_tell_the_date():
    asked = []

    def finer():
        asked.append(1)
        return by_pace(4096, gap=GAP - 0.1)[0]  # tells another date

    for n, q, very in ((64, 0.85, True), (2048, 0.6, False)):
        coarse, met = by_pace(n)
        own = Chance(
            coarse._course, coarse._frontier, corners(coarse._course, coarse._frontier),
            np.zeros((1, n)), finer,
        )  # fmt: skip
        gap = GAP - 0.1 if very else GAP
        found = dates(own, (q,), met, until=50.0)
        assert found == pytest.approx([gap / (3.05 - 3 * q - GROWTH)], abs=0.003)
        assert len(asked) == 1


def test_draws_close_together_give_their_order_statistic():
    chance, met = by_pace(1 << 15)
    found = dates(chance, (0.5,), met, until=50.0)
    assert found == [np.sort(met)[int(0.5 * (len(met) - 1) + 0.5)]]


def test_a_course_of_draws_alone_is_refused():
    course, front = draws(np.random.default_rng(1), capped=False, stalled=False)
    without, known = replace(course, at_least=None), corners(course, front)
    with pytest.raises(ValueError, match="not known"):
        Chance(without, front, known, np.zeros((1, 1)))
