"""The evidence on the shipped record: what the tables must show."""

import pytest

from pipeline.contracts import conform, contract
from pipeline.estimation.record import posterior
from pipeline.evidence.chart_axis import BASE_PAID, REASONING, chart_axis_table
from pipeline.evidence.curves import scaling_table
from pipeline.projection.backtest import FITTED, PERSISTENCE, UNBOUNDED, backtest_table
from pipeline.projection.calibration import calibration_table
from tests import loaded

RECORD = loaded.record()
CLAIMS, MODELS = RECORD["raw.claims"], RECORD["core.models"]


@pytest.fixture(scope="module")
def found():
    return posterior(RECORD)


@pytest.fixture(scope="module")
def backtests(found):
    made = backtest_table(
        found.states, MODELS, RECORD["core.scenarios"], CLAIMS, found.assumed
    )
    return conform(contract("out.backtests"), made)


@pytest.fixture(scope="module")
def calibration(found, backtests):
    made = calibration_table(backtests, found.assumed)
    return conform(contract("out.calibration"), made).set_index(["scenario", "target"])


def test_the_charts_axis_is_reasoning_compute_only_by_its_score(found):
    made = chart_axis_table(found.states[-1], CLAIMS, found.assumed)
    rows = conform(contract("out.chart_axis_test"), made).set_index("hypothesis")
    of = rows.loc[REASONING]
    odds = of["posterior"] / (1 - of["posterior"])
    assert (odds[of["evidence"] == "span and score"] >= 20).all()
    assert (odds[of["evidence"] == "span"] < 20).all()
    short = chart_axis_table(found.states[-1], CLAIMS, found.assumed, span=0.3)
    for _, group in short.groupby(["evidence", "reading_error"]):
        assert group.loc[group["posterior"].idxmax(), "hypothesis"] == BASE_PAID


def test_scores_grow_with_reasoning_compute(found):
    made = scaling_table(
        found.states[-1], RECORD["raw.scores"], MODELS, CLAIMS, found.assumed
    )
    rows = conform(contract("out.scaling_curves"), made)
    best = rows[rows["preferred"]].set_index(["curve_id", "benchmark"])
    assert best.loc[("o1-to-o3", "AIME 2024"), "slope_per_oom_p05"] > 0
    assert best.loc[("r1-zero-aime-2024", "AIME 2024"), "slope_per_oom_p05"] > 0


def test_the_frontier_is_scored_often_enough(backtests, calibration):
    jumps = calibration.loc[("share", "frontier")]
    assert jumps["n_forecasts"] >= 60
    assert jumps["n_distinct_records"] >= 8
    assert jumps["verdict"] == "consistent"
    for name in (PERSISTENCE, UNBOUNDED, FITTED):
        of = backtests[backtests["target"] == "frontier"].set_index(
            ["origin", "horizon_months"]
        )
        own, other = (
            of.loc[of["scenario"] == scenario, "crps"] for scenario in ("share", name)
        )
        assert own.loc[other.index].mean() < other.mean()
    assert len(backtests) > calibration["n_forecasts"].sum()


def test_reasoning_is_too_few_to_judge(calibration):
    reasoning = calibration.xs("reasoning", level="target")
    assert {PERSISTENCE, UNBOUNDED, "disclosed"} <= set(reasoning.index)
    assert set(reasoning["verdict"]) == {"too few to judge"}


def test_the_overshoot_of_the_stated_pace_shows(backtests):
    """The forecast after May 2025 hits at first and overshoots within a year."""
    of = backtests[
        (backtests["scenario"] == "disclosed")
        & (backtests["target"] == "reasoning")
        & (backtests["origin"] == "2025-07-01")
    ].set_index("horizon_months")
    assert of.loc[3, "covered_90"] > 0.5
    assert of.loc[12, "predicted_flop_p50"] > 3 * of.loc[12, "realised_flop_p50"]
    assert of["crps"].is_monotonic_increasing
