"""Backtests: what an origin may know, what is realised, and how it is summed up."""

import numpy as np
import pandas as pd
import pytest

from pipeline.projection.backtest import backtest_table, horizons, origins
from pipeline.projection.calibration import calibration_table, skill, verdict
from pipeline.projection.realised import met_by, outcomes
from tests import loaded

ASSUMED = loaded.assumed()
N = int(ASSUMED["fusion.draws"])
RNG = np.random.default_rng(7)
SCENARIOS = loaded.record()["core.scenarios"]
CLAIMS = loaded.record()["raw.claims"]
MODELS = loaded.models(
    ("big-1", "2024-03-01"), ("thinker-1", "2024-09-12"),
    ("big-2", "2025-02-15"), ("thinker-2", "2025-05-20"),
    ("big-3", "2026-02-01"),
)  # fmt: skip
MODELS.loc[MODELS["model_id"].isin(["big-1", "big-2"]), "is_reasoning"] = False


def draws(level, sd=0.1):
    return level + sd * RNG.standard_normal(N)


NODES = {
    "big-1/total": draws(25.5),
    "thinker-1/reasoning": draws(23.5),
    "big-2/total": draws(26.5),
    "thinker-2/reasoning": draws(25.0),
    "big-3/total": draws(27.0),
}


def history(nodes=NODES):
    """States at a few dates, each knowing what was released by then."""
    released = dict(zip(MODELS["model_id"], MODELS["released_on"], strict=True))
    dates = ["2024-06-01", "2024-10-01", "2025-05-14", "2025-06-01", "2026-10-01"]
    return [
        loaded.state(
            day,
            {
                node: x
                for node, x in nodes.items()
                if released[node.split("/")[0]] <= pd.Timestamp(day)
            },
        )
        for day in dates
    ]


def run(states):
    return backtest_table(states, MODELS, SCENARIOS, CLAIMS, ASSUMED)


@pytest.fixture(scope="module")
def table():
    return run(history())


def pick(table, **where):
    found = table
    for name, value in where.items():
        found = found[found[name] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_origins_are_quarters_and_targets_lie_in_the_past(table):
    assert list(origins(pd.Timestamp("2024-06-01"), pd.Timestamp("2025-01-01"))) == [
        pd.Timestamp(d) for d in ("2024-07-01", "2024-10-01", "2025-01-01")
    ]
    assert set(table["horizon_months"]) == set(horizons(ASSUMED)) == {3, 6, 12, 18}
    assert (table["vintage"] <= table["origin"]).all()
    assert (table["target_on"] <= pd.Timestamp("2026-10-01")).all()


def test_a_forecast_knows_only_its_vintage(table):
    early = pick(
        table, origin=pd.Timestamp("2024-07-01"), scenario="persistence",
        target="frontier", horizon_months=12,
    )  # fmt: skip
    assert np.log10(early["predicted_flop_p50"]) == pytest.approx(25.5, abs=0.02)
    assert np.log10(early["realised_flop_p50"]) == pytest.approx(26.5, abs=0.02)
    assert early["realised_model_id"] == "big-2"
    changed = NODES | {"big-3/total": draws(29.0)}
    later = run(history(changed))
    made = [c for c in table if c.startswith("predicted") or c == "probability_met"]
    old = table["origin"] < pd.Timestamp("2026-02-01")
    pd.testing.assert_frame_equal(table.loc[old, made], later.loc[old, made])
    assert not np.allclose(table["realised_flop_p50"], later["realised_flop_p50"])


def test_the_frontier_needs_no_leader(table):
    first = table.groupby(["scenario", "target"])["origin"].min()
    assert first[("unbounded", "frontier")] == pd.Timestamp("2024-07-01")
    assert first[("unbounded", "reasoning")] == pd.Timestamp("2024-10-01")


def test_growth_without_news_is_scored_as_what_it_says(table):
    row = pick(
        table, origin=pd.Timestamp("2025-07-01"), scenario="unbounded",
        target="frontier", horizon_months=6,
    )  # fmt: skip
    low, high = np.log10([3.6, 4.9])  # scenarios.yaml, disclosed
    since = (pd.Timestamp("2026-01-01") - pd.Timestamp("2025-02-15")).days / 365.25
    expected = 26.5 + since * (low + high) / 2
    assert np.log10(row["predicted_flop_p50"]) == pytest.approx(expected, abs=0.02)
    assert row["crps"] > pick(
        table, origin=row["origin"], scenario="persistence", target="frontier",
        horizon_months=6,
    )["crps"]  # fmt: skip


def test_an_undisclosed_split_of_a_later_record_makes_a_bound():
    newest = history()[-1]
    before = outcomes(newest, MODELS, pd.Timestamp("2026-01-01"), ASSUMED)["reasoning"]
    after = outcomes(newest, MODELS, pd.Timestamp("2026-03-01"), ASSUMED)["reasoning"]
    assert (before.kind, after.kind) == ("measured", "lower bound")
    assert before.model == after.model == "thinker-2"
    told = MODELS.assign(is_reasoning=MODELS["model_id"] != "big-3")
    plain = outcomes(newest, told, pd.Timestamp("2026-03-01"), ASSUMED)["reasoning"]
    assert plain.kind == "measured"


def test_bounds_are_counted_but_not_scored(table):
    bounds = table[table["realised_kind"] == "lower bound"]
    assert len(bounds) > 0
    assert (bounds["target_on"] >= pd.Timestamp("2026-02-01")).all()
    for name in ("crps", "pit", "covered_50", "covered_90", "brier"):
        assert bounds[name].isna().all()
    summed = calibration_table(table, ASSUMED)
    assert summed["n_lower_bounds"].sum() == len(bounds)


def test_met_is_read_at_each_release():
    newest = history()[-1]
    frontier_then = 26.5 + 0.5 * 94 / 351  # big-2 to big-3, at thinker-2's release
    share = np.full(N, 25.0 - frontier_then)
    day = pd.Timestamp("2025-06-01")
    assert met_by(newest, MODELS, day, share, ASSUMED) == pytest.approx(0.5, abs=0.03)
    assert met_by(newest, MODELS, pd.Timestamp("2025-05-01"), share, ASSUMED) == 0
    assert met_by(newest, MODELS, day, share - 1, ASSUMED) > 0.99


def test_brier_stands_at_twelve_months_only(table):
    assert set(table.loc[table["brier"].notna(), "horizon_months"]) == {12}
    assert table.loc[table["target"] == "frontier", "brier"].isna().all()


def test_skill_compares_the_same_forecasts():
    own = pd.DataFrame(
        {"target": "t", "origin": [1, 2], "horizon_months": 3, "crps": [1.0, 2.0]}
    )
    reference = pd.DataFrame(
        {"target": "t", "origin": [1, 2, 3], "horizon_months": 3, "crps": [2.0, 4, 90]}
    )
    assert skill(own, reference) == pytest.approx(0.5)
    assert skill(reference, reference) == 0


def test_few_records_are_not_judged_whatever_the_figures():
    assert verdict(7, 0.0, 0.0, ASSUMED) == "too few to judge"
    assert verdict(8, 0.5, 0.9, ASSUMED) == "consistent"
    assert verdict(8, 0.5, 0.5, ASSUMED) == "intervals too narrow"
    assert verdict(8, 0.1, 0.9, ASSUMED) == "intervals too narrow"
    assert verdict(40, 0.9, 1.0, ASSUMED) == "intervals too wide"


def test_the_summary_is_the_mean_of_its_rows(table):
    summed = calibration_table(table, ASSUMED)
    row = pick(summed, scenario="persistence", target="frontier")
    of = table[(table["scenario"] == "persistence") & (table["target"] == "frontier")]
    assert row["n_forecasts"] == len(of)
    assert row["n_origins"] == of["origin"].nunique()
    assert row["n_distinct_records"] == 3
    assert row["mean_crps"] == pytest.approx(of["crps"].mean())
    assert row["skill_persistence"] == 0
    assert row["verdict"] == "too few to judge"


def test_without_a_frontier_there_is_nothing_to_score():
    alone = {"thinker-1/reasoning": NODES["thinker-1/reasoning"]}
    assert run(history(alone)).empty
    assert calibration_table(pd.DataFrame(), ASSUMED).empty
