"""The projection as a whole, on records whose truth is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from scipy import stats

from pipeline.estimation.draws import sobol_normals
from pipeline.estimation.record import posterior
from pipeline.projection import pace as paces
from pipeline.projection.course import course, setting
from pipeline.projection.dates import month_of
from pipeline.projection.frontier import frontier, known_runs
from pipeline.projection.leader import candidates, leader
from pipeline.projection.paths import Path
from pipeline.projection.project import project
from pipeline.projection.scenario import scenarios_of
from tests import loaded

ASSUMED = loaded.assumed()
N = int(ASSUMED["fusion.draws"])
RECORD = loaded.record()
SCENARIOS, CLAIMS = RECORD["core.scenarios"], RECORD["raw.claims"]
DISCLOSED = dict(CLAIMS[["claim_id", "disclosed_on"]].itertuples(index=False))
HEADLINE = next(s for s in scenarios_of(SCENARIOS) if s.headline)
MODELS = loaded.models(
    ("o1", "2024-12-05"), ("grok-3", "2025-02-17"), ("o3", "2025-04-16"),
    ("gpt-6-astra", "2026-09-03"),
)  # fmt: skip


def normal(mean, sd, label, n=N):
    """Draws of one node, each label in an order of its own, as the sampler makes it."""
    key = f"{sum(map(ord, label)):064x}"
    return mean + sd * sobol_normals(1, n, key)[:, 0]


def known(vintage, reasoning=24.7, total=26.6, sd=0.0, n=N):
    """A state that knows o3's reasoning stage and Grok 3's total."""
    return loaded.state(
        vintage,
        {
            "o3/reasoning": normal(reasoning, max(sd, 1e-9), "o3", n),
            "grok-3/total": normal(total, max(sd, 1e-9), "grok", n),
        },
    )


def exact(**changes):
    """The headline scenario without any spread: tenfold per four months, fourfold."""
    row = SCENARIOS[SCENARIOS["headline"].astype(bool)].assign(
        pace_months_low=4.0, pace_months_high=4.0,
        frontier_growth_low=4.0, frontier_growth_high=4.0,
        share_low=0.5, share_high=0.5,
    )  # fmt: skip
    return row.assign(**changes)


def day(model):
    return MODELS.set_index("model_id").loc[model, "released_on"]


def test_without_noise_the_date_is_that_of_the_closed_form():
    found = project(
        [known("2025-06-01")], MODELS, exact(), CLAIMS, ASSUMED
    ).convergence.set_index("threshold")
    grown = (day("o3") - day("grok-3")).days / 365.25 * np.log10(4)
    for share, fraction in (("scenario", 0.5), ("0.1", 0.1), ("1", 1.0)):
        gap = 26.6 + grown + np.log10(fraction) - 24.7
        years = gap / (3 - np.log10(4))
        date = day("o3") + pd.Timedelta(days=years * 365.25)
        for point in ("date_p05", "date_p50", "date_p95"):
            assert abs(found.loc[share, point] - date) <= pd.Timedelta(days=3)
        assert found.loc[share, "gap_oom_p50"] == pytest.approx(gap, abs=1e-5)


def coverage(histories):
    """How often the 90% interval of the date holds the truth, over true worlds."""
    rng = np.random.default_rng(20)
    luck, hits = paces.luck_of(ASSUMED), 0
    for _ in range(histories):
        sd = rng.uniform(0.1, 0.5)
        reasoning, total = rng.normal(24.0, 0.6), rng.normal(26.6, 0.2)
        # What the record says of it, and what follows for the posterior.
        seen = known(
            "2025-06-01", reasoning + rng.normal(0, sd), total + rng.normal(0, sd), sd
        )
        at = setting(seen, MODELS, ASSUMED)
        drawn = course(at, HEADLINE, DISCLOSED, luck, ASSUMED)
        share = paces.log_uniform(luck[:, paces.SHARE], *HEADLINE.share)
        months = month_of(26) + 12 * 30
        low, high = np.quantile(Path.until(drawn, months).met(share), (0.05, 0.95))
        # The truth draws its own pace, growth and share from the same priors.
        z = rng.standard_normal((1, luck.shape[1]))
        world_ = setting(known("2025-06-01", reasoning, total), MODELS, ASSUMED)
        true = course(world_, HEADLINE, DISCLOSED, z, ASSUMED)
        share = paces.log_uniform(z[:, paces.SHARE], *HEADLINE.share)
        single = replace(
            true, start=np.array([reasoning]), time=at.leader.time[:1],
            frontier=replace(at.frontier, draws=np.array([[total]])),
        )  # fmt: skip
        hits += low <= Path.until(single, months).met(share)[0] <= high
    return hits


def test_intervals_hold_the_truth_as_often_as_they_say():
    n = 50
    low, high = stats.binom.interval(0.998, n, 0.9)
    assert low <= coverage(n) <= high


@pytest.mark.soak
def test_intervals_hold_the_truth_over_500_histories():
    assert 0.86 <= coverage(500) / 500 <= 0.94


def test_a_vintage_without_news_moves_no_date():
    first = known("2025-06-01", sd=0.3)
    later = replace(first, vintage=pd.Timestamp("2026-03-17"))
    found = project([first, later], MODELS, SCENARIOS, CLAIMS, ASSUMED).convergence
    dates = [c for c in found if c.startswith("date_")]
    old, new = (
        found[found["vintage"] == s.vintage].set_index(["scenario", "threshold"])
        for s in (first, later)
    )
    assert old["date_p50"].notna().sum() > 8
    horizon = first.vintage + pd.DateOffset(months=int(ASSUMED["projection.months"]))
    inside = old[dates].notna() & (old[dates] < horizon)
    assert (old[dates].where(inside) == new[dates].where(inside))[inside].stack().all()
    assert (new["probability_past"] >= old["probability_past"]).all()


def test_speculative_nodes_do_not_lift_the_start_by_their_width():
    rivals = {f"rival-{k}": normal(24.0, 0.91, f"rival {k}") for k in range(10)}
    models = pd.concat([MODELS, loaded.models(*((r, "2025-03-01") for r in rivals))])
    plain = known("2025-06-01", sd=0.3)
    crowded = replace(
        plain,
        of_node=plain.of_node
        | loaded.state(
            "2025-06-01", {f"{r}/reasoning": x for r, x in rivals.items()}
        ).of_node,
    )

    def start(state, a):
        return float(np.median(leader(state, candidates(state, models, a)).start))

    assert abs(start(crowded, ASSUMED) - start(plain, ASSUMED)) < 0.05
    wide = loaded.assumed(leader__widest_factor=1e6)
    assert start(crowded, wide) - start(plain, wide) > 0.3


FEW = ("o1", "o3", "deepseek-r1", "grok-3", "grok-4", "gpt-4", "gpt-4-5", "gpt-6-astra")


@pytest.fixture(scope="module")
def small():
    """The record of a few models: every claim that speaks of them only."""
    claims = CLAIMS[
        CLAIMS["model_id"].isin(FEW) & CLAIMS["reference_model_id"].isin((*FEW, np.nan))
    ].copy()
    growth = CLAIMS[CLAIMS["evidence"] == "growth_rate"]
    return RECORD | {"raw.claims": pd.concat([claims, growth])}


def projected(frames):
    found = posterior(frames)
    tables = project(
        found.states, frames["core.models"], SCENARIOS, frames["raw.claims"],
        found.assumed,
    )  # fmt: skip
    return {"convergence": tables.convergence, "projections": tables.projections}


def test_a_total_that_is_a_sum_has_the_draws_of_its_parts():
    """No claim gives o5's total a level: its base's and its own stage do."""
    like = CLAIMS[CLAIMS["claim_id"] == "ai-index-2024/gpt-4"]
    claim = like.assign(
        claim_id="acme/o5", model_id="o5", stage="reasoning", basis="accelerator_time",
        value=3e27, repeats=None,
    )  # fmt: skip
    models = RECORD["core.models"]
    o5 = models[models["model_id"] == "o3"].assign(
        model_id="o5", name="o5", base_model_id="gpt-4"
    )
    models = pd.concat([models, o5], ignore_index=True)
    claims = pd.concat([CLAIMS, claim])
    frames = RECORD | {"raw.claims": claims, "core.models": models}
    state = posterior(frames).states[-1]
    assert not state.anchored("o5/total")
    largest = frontier(known_runs(state, models))
    whole = 10 ** state.draws("gpt-4/total") + 10 ** state.draws("o5/reasoning")
    column = largest.draws[:, largest.models.index("o5")]
    assert column == pytest.approx(np.log10(whole))


@pytest.fixture(scope="module")
def before_the_claim(small):
    return projected(small)


# Shrinking would project hundreds of times; any failing claim is telling enough.
@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])
@given(
    which=st.integers(0, 10**6),
    days=st.integers(0, 480),
    shift=st.floats(-2, 2),
)
def test_a_claim_changes_no_vintage_before_its_disclosure(
    which, days, shift, small, before_the_claim
):
    claims = small["raw.claims"]
    usable = claims[
        claims["evidence"].isin(("flop", "ratio")) & (claims["status"] == "accepted")
    ]
    copied = usable.iloc[[which % len(usable)]]
    disclosed = pd.Timestamp("2025-06-01") + pd.Timedelta(days=days)
    new = copied.assign(
        claim_id="a-new-source/a-claim",
        value=copied["value"] * 10**shift,
        disclosed_on=disclosed, repeats=None, supersedes=None, inputs=None,
        low=np.nan, high=np.nan,
    ).astype(claims.dtypes.to_dict())  # fmt: skip
    then = projected(small | {"raw.claims": pd.concat([claims, new])})
    for name, old in before_the_claim.items():
        past = [t[t["vintage"] < disclosed].reset_index(drop=True)
                for t in (old, then[name])]  # fmt: skip
        assert len(past[0]) > 0
        pd.testing.assert_frame_equal(*past)
    assert (then["convergence"]["vintage"] == disclosed).any()


def test_a_vintage_alone_has_the_rows_it_has_beside_others():
    """Vintages that know the same share a course, whatever months each looks at."""
    days = ("2025-06-01", "2025-07-20", "2025-10-02")
    seen = [known(day, sd=0.3) for day in days]
    together = project(seen, MODELS, SCENARIOS, CLAIMS, ASSUMED)
    for state in seen:
        alone = project([state], MODELS, SCENARIOS, CLAIMS, ASSUMED)
        for name in ("projections", "convergence"):
            rows = getattr(together, name).query("vintage == @state.vintage")
            pd.testing.assert_frame_equal(
                rows.reset_index(drop=True), getattr(alone, name), check_exact=True
            )
