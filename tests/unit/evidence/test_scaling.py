"""Scaling curves: forms, their comparison, and what lies on one curve."""

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from pipeline.evidence.curves import curve_rows, pairs, scaling_table
from pipeline.evidence.scaling import (
    aicc,
    compare,
    leave_one_out,
    log_linear,
    sigmoid,
)
from tests import loaded

ASSUMED = loaded.assumed()


def scores(*rows, curve="c", model="m", protocol="pass@1", source="s", stderr=np.nan):
    """raw.scores from (steps, score) rows."""
    return pd.DataFrame(
        {
            "score_id": f"{source}/{model}-{k}-{protocol[:2]}",
            "source_id": source,
            "model_id": model,
            "benchmark": "AIME 2024",
            "protocol": protocol,
            "effort": None,
            "score": score,
            "stderr": stderr,
            "curve": curve,
            "reasoning_steps": steps,
            "reasoning_flop": np.nan,
            "disclosed_on": pd.Timestamp("2025-01-01"),
            "repeats": None,
            "status": "accepted",
        }
        for k, (steps, score) in enumerate(rows)
    )


def table(told, nodes=None, models=None, claims=None):
    state = loaded.state("2026-01-01", nodes or {"x/total": np.zeros(8)})
    none = loaded.models(("m", "2025-01-01"))
    claims = loaded.record()["raw.claims"].head(0) if claims is None else claims
    return scaling_table(
        state, told, none if models is None else models, claims, ASSUMED
    )


def test_the_line_is_that_of_scipy():
    x, y = np.array([1.0, 2, 2.5, 4, 5]), np.array([10.0, 22, 24, 47, 52])
    fit, theirs = log_linear(x, y), stats.linregress(x, y)
    assert fit.slope == pytest.approx(theirs.slope)
    assert fit.slope_se == pytest.approx(theirs.stderr)
    reach = stats.t.ppf(0.95, 3) * theirs.stderr
    assert fit.interval() == pytest.approx(
        (theirs.slope - reach, theirs.slope, theirs.slope + reach)
    )


def test_each_form_finds_its_own_curve_and_is_preferred_on_it():
    x = np.linspace(2, 6, 9)
    for form, y, slope in (
        ("log-linear", 5 + 12 * x, 12),
        ("sigmoid", 100 * special.expit(1.5 * (x - 4)), 100 * 1.5 / 4),
    ):
        criterion, fits = compare(x, y + 0.2 * np.cos(9 * x))
        assert criterion == "aicc"
        assert min(fits, key=lambda f: fits[f][1]) == form
        assert fits[form][0].slope == pytest.approx(slope, rel=0.03)


def test_the_sigmoids_error_is_that_of_repeated_noise():
    x = np.linspace(2, 5, 12)
    y = 100 * special.expit(1.2 * (x - 3))
    rng = np.random.default_rng(1)
    noisy = [sigmoid(x, y + rng.normal(0, 2, 12)) for _ in range(300)]
    spread = np.std([fit.slope for fit in noisy])
    assert np.mean([fit.slope_se for fit in noisy]) == pytest.approx(spread, rel=0.15)


def test_aicc_needs_five_points_and_leave_one_out_judges_fewer():
    x, y = np.array([1.0, 2, 3, 4, 5]), np.array([10.0, 22, 29, 41, 50])
    fit = log_linear(x, y)
    # n ln(RSS/n) + 2k + 2k(k+1)/(n-k-1) with k = 3, n = 5: 6 + 24
    assert aicc(fit) == pytest.approx(5 * np.log(fit.rss / 5) + 30)
    criterion, fits = compare(x[:3], y[:3])
    assert criterion == "leave-one-out"
    # Through (2, 22), (3, 29): 15 at 1. Through 1, 3: 19.5 at 2. Through 1, 2: 34 at 3.
    by_hand = np.sqrt(((15 - 10) ** 2 + (19.5 - 22) ** 2 + (34 - 29) ** 2) / 3)
    assert fits["log-linear"][1] == pytest.approx(by_hand)
    assert leave_one_out("log-linear", x[:3], y[:3]) == pytest.approx(by_hand)
    with pytest.raises(ValueError, match="three points"):
        compare(x[:2], y[:2])


def test_it_refuses_to_fit_across_protocols():
    mixed = pd.concat(
        [
            scores((100, 20), (1000, 40)),
            scores((2000, 60), (9000, 80), protocol="cons@64"),
        ]
    )
    with pytest.raises(ValueError, match=r"protocol.*cons@64, pass@1"):
        curve_rows(mixed, "steps", ASSUMED)
    rows = table(mixed)
    assert set(rows["protocol"]) == {"pass@1", "cons@64"}
    assert set(rows["n"]) == {2}
    assert set(rows["form"]) == {"two-point"}


def test_step_zero_echoes_and_doubtful_scores_are_no_points():
    told = scores((0, 10), (100, 20), (1000, 30), (10000, 40), (20000, 99), (30000, 1))
    told.loc[4, "status"] = "doubtful"
    told.loc[5, "repeats"] = "other/score"
    rows = table(told).set_index("form")
    assert set(rows.index) == {"log-linear", "sigmoid"}
    assert set(rows["n"]) == {3}
    assert rows.loc["log-linear", "slope_per_oom_p50"] == pytest.approx(10)
    assert rows["preferred"].sum() == 1


def test_points_too_close_in_compute_give_no_slope():
    assert table(scores((1000, 30), (1400, 40))).empty
    assert len(table(scores((1000, 30), (2400, 40)))) == 1


@pytest.fixture
def generations():
    """Two models ten times apart, their common level known to two orders only."""
    rng = np.random.default_rng(2)
    level = rng.normal(24, 1, 4096)
    nodes = {"a/reasoning": level, "b/reasoning": level + rng.normal(1, 0.05, 4096)}
    state = loaded.state("2026-01-01", nodes, joint=True)
    claim = loaded.record()["raw.claims"].iloc[:1].assign(
        evidence="ratio", status="accepted", stage="reasoning", reference_stage=None,
        model_id="b", reference_model_id="a",
    )  # fmt: skip
    models = loaded.models(("a", "2024-12-01"), ("b", "2025-04-01"))
    return state, models, claim


def test_a_pairs_slope_does_not_feel_the_common_level(generations):
    state, models, claim = generations
    told = pd.concat(
        [
            scores((np.nan, score), curve=None, model=m, stderr=2.0)
            for m, score in (("a", 70), ("b", 90))
        ]
    )
    row = scaling_table(state, told, models, claim, ASSUMED).iloc[0]
    assert (row["curve_id"], row["form"], row["n"]) == ("a-to-b", "two-point", 2)
    assert row["slope_per_oom_p50"] == pytest.approx(20, abs=0.2)
    half = (row["slope_per_oom_p95"] - row["slope_per_oom_p05"]) / 2
    assert half == pytest.approx(1.645 * np.hypot(2 * 2**0.5, 20 * 0.05), rel=0.05)


def test_a_pair_takes_both_scores_from_one_source_and_effort(generations):
    state, models, claim = generations
    low = scores((np.nan, 70), curve=None, model="a")
    for other in (
        scores((np.nan, 90), curve=None, model="b", source="elsewhere"),
        scores((np.nan, 90), curve=None, model="b").assign(effort="high"),
        scores((np.nan, 90), curve=None, model="b", protocol="cons@64"),
    ):
        told = pd.concat([low, other])
        assert scaling_table(state, told, models, claim, ASSUMED).empty


def test_pairs_are_one_family_or_a_stated_ratio_of_one_lab(generations):
    _, models, claim = generations
    assert pairs(models, claim) == [("a", "b")]
    assert pairs(models, claim.head(0)) == []
    other = models.assign(developer=["a lab", "another"])
    assert pairs(other, claim) == []
    family = loaded.models(("a", "2024-12-01"), ("b", "2025-04-01"), b="a")
    assert pairs(family, claim.head(0)) == [("a", "b")]


def test_the_record_has_r1_zeros_curve_and_the_step_from_o1_to_o3():
    nodes = {"o1/reasoning": np.full(64, 24.0), "o3/reasoning": np.full(64, 25.0)}
    given = loaded.record()
    rows = scaling_table(
        loaded.state("2026-01-01", nodes),
        given["raw.scores"],
        given["core.models"],
        given["raw.claims"],
        ASSUMED,
    )
    zero = rows[rows["curve_id"] == "r1-zero-aime-2024"]
    assert set(zero["form"]) == {"log-linear", "sigmoid"}
    assert (zero["slope_per_oom_p05"] > 0).all()
    step = rows[rows["curve_id"] == "o1-to-o3"].set_index(["benchmark", "protocol"])
    told = given["raw.scores"].set_index("score_id")["score"]
    rise = (
        told["openai-o3-o4-mini/o3-aime-2024"] - told["openai-o3-o4-mini/o1-aime-2024"]
    )
    slope = step.loc[("AIME 2024", "pass@1, effort high"), "slope_per_oom_p50"]
    assert slope == pytest.approx(rise, abs=1)
