"""What the frozen record says, at the vintages that people ask about."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.contracts import conform, contract
from pipeline.estimation.estimates import history_table
from pipeline.projection.observed import observed_table
from tests import loaded


@pytest.fixture(scope="module")
def convergence() -> pd.DataFrame:
    table = conform(contract("out.convergence"), loaded.real().project().convergence)
    return table.set_index(["vintage", "scenario", "threshold"]).sort_index()


def test_may_2025_is_the_articles_answer(convergence: pd.DataFrame) -> None:
    r1 = loaded.real().estimates("2025-05-14").loc[("deepseek-r1", "reasoning")]
    assert 3e23 < r1["flop_p50"] < 1.2e24
    for share in ("scenario", "1"):
        row = convergence.loc[(pd.Timestamp("2025-05-14"), "disclosed", share)]
        assert (
            pd.Timestamp("2025-11-01") <= row["date_p50"] <= pd.Timestamp("2026-06-30")
        )
        assert row["growth_before"] >= 200
        assert 3 <= row["growth_after"] <= 5
        assert row["leader_model_id"] == "o3"
    assert row["probability_within_12_months"] >= 0.5


def test_the_newest_vintage(convergence: pd.DataFrame) -> None:
    now = loaded.real().estimates()
    then = loaded.real().estimates("2025-05-14")
    r1 = ("deepseek-r1", "reasoning")
    assert 5e22 < now.loc[r1, "flop_p50"] < 2.5e23
    assert then.loc[r1, "flop_p50"] / now.loc[r1, "flop_p50"] > 2
    ratio = now.loc[("o3", "reasoning"), "flop_p50"]
    ratio /= now.loc[("o1", "reasoning"), "flop_p50"]
    assert 8 < ratio < 12.5
    plus = now.loc[("phi-4-reasoning-plus", "reasoning")]
    assert pd.isna(plus["flop_p50"])
    assert plus["flop_p95"] == 1e20
    newest = convergence.index.get_level_values("vintage").max()
    row = convergence.loc[(newest, "disclosed", "scenario")]
    assert row["status"] == "stale"
    judged = convergence[convergence["stale"]]
    assert set(judged["status"]) == {"stale"}
    young = judged["leader_model_id"] == "grok-4"  # July 2025, its pace of May
    first = judged[young].index.get_level_values("vintage").min()
    assert first < pd.Timestamp("2026-07-09")
    assert 0 < row["probability_past"] < 1


def test_the_hours_claim_moved_r1() -> None:
    found = loaded.real().found
    history = history_table(found.prepared, found.states, found.assumed)
    row = history[
        (history["vintage"] == pd.Timestamp("2025-09-17"))
        & (history["model_id"] == "deepseek-r1")
        & (history["stage"] == "reasoning")
    ].iloc[0]
    assert "deepseek-r1-nature/r1-hours" in row["changed_by"]
    assert row["change_log10"] < -0.3


def test_observed_convergence_is_read_against_the_frontier() -> None:
    real = loaded.real()
    newest = real.found.states[-1]
    table = observed_table(newest, real.tables["core.models"], real.found.assumed)
    state = table.set_index(["model_id", "share"])["state"]
    assert state["grok-4", 0.1] == "undecided"
    assert state["grok-4", 0.5] == "undecided"
    assert state["grok-4", 1] == "not met"
    assert set(state["gpt-6-astra"]) == {"unknown"}
    # A share of its own small base says nothing against the frontier.
    small_bases = {"composer-1-5", "composer-2", "composer-2-5"}
    assert not (
        table["model_id"].isin(small_bases) & (table["state"] != "unknown")
    ).any()
