"""Traps of the real record: seen, without weight, and harmless when believed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests import loaded

TRAPS = {
    "qbitai-2025-05-14/amodei-floor": "test",  # > 1e26 FLOP, for o1 and o3
    "qbitai-2025-05-14/r1-flop": "arithmetic",  # 20 trillion tokens
    "aiinsightdaily-nature/r1-cost-29-4m": "held_out",
    "rdworldonline-r1/r1-cost-12m": "held_out",
    "epoch-notable-models-2026-07/inkling": "arithmetic",
}
FLOOR = "qbitai-2025-05-14/amodei-floor"
NEWEST = "2100-01-01"
COUNTS = ["n_claims", "n_held_out"]


def _disclosed(claim: str) -> str:
    claims = loaded.real().tables["raw.claims"].set_index("claim_id")
    return str(claims.loc[claim, "disclosed_on"].date())


def _without(*claims: str) -> dict[str, pd.DataFrame]:
    tables = dict(loaded.real().tables)
    for name in ("raw.claims", "raw.corrections"):
        table = tables[name]
        tables[name] = table[~table["claim_id"].isin(claims)].reset_index(drop=True)
    return tables


def _reranked(claim: str, models: tuple[str, ...] = ()) -> loaded.Loaded:
    """The claim as an analyst's and uncorrected; of each model by name, if given."""
    tables = _without(claim)
    given = loaded.real().tables
    row = given["raw.claims"].set_index("claim_id", drop=False).loc[[claim]]
    row = row.assign(source_id="analyst")
    claims = [
        row.assign(claim_id=f"analyst/{m}", model_id=m, applies_to=None) for m in models
    ]
    source = given["raw.sources"].head(1).assign(source_id="analyst", kind="analyst")
    for name, rows in (("raw.claims", claims or [row]), ("raw.sources", [source])):
        joined = pd.concat([tables[name], *rows], ignore_index=True)
        tables[name] = joined.astype(given[name].dtypes.to_dict())
    return loaded.again(tables)


def _moved(found: loaded.Loaded, node: tuple[str, str], day: str) -> float:
    """What re-ranking does to a median, as a factor."""
    before = loaded.real().estimates(day).loc[node, "flop_p50"]
    return float(found.estimates(day).loc[node, "flop_p50"] / before)


@pytest.mark.parametrize(("claim", "status"), TRAPS.items())
def test_each_is_a_conflict_from_its_first_vintage_to_the_newest(
    claim: str, status: str
) -> None:
    for day in (_disclosed(claim), NEWEST):
        rows = loaded.real().conflicts(day).loc[[claim]]
        assert set(rows["status"]) == {status}
        assert (rows["weight"] == 0).all()


def test_the_floor_is_tested_against_o1_and_o3() -> None:
    rows = loaded.real().conflicts().loc[["qbitai-2025-05-14/amodei-floor"]]
    assert set(rows["node"]) == {"o1/reasoning", "o3/reasoning"}
    assert (rows["z"] > 2.5).all()


@pytest.mark.parametrize("claim", TRAPS)
def test_removing_it_changes_no_published_digit(claim: str) -> None:
    removed = loaded.again(_without(claim))
    for day in (_disclosed(claim), NEWEST):
        before, after = loaded.real().estimates(day), removed.estimates(day)
        # A node known only from the claim goes with it; it had no figure.
        gone = before.index.difference(after.index)
        assert before.loc[gone, ["flop_p05", "flop_p50", "flop_p95"]].isna().all(None)
        before = before.drop(index=gone)
        pd.testing.assert_frame_equal(
            before.drop(columns=COUNTS), after.drop(columns=COUNTS)
        )


def test_as_an_analyst_s_29_4m_hardly_moves_r1() -> None:
    claim = "aiinsightdaily-nature/r1-cost-29-4m"
    found = _reranked(claim)
    for day in (_disclosed(claim), NEWEST):
        assert 1 / 1.2 < _moved(found, ("deepseek-r1", "reasoning"), day) < 1.2
        row = found.conflicts(day).loc[claim]
        assert row["z"] > 2.5
        assert "of better standing" in row["explanation"]


def test_as_an_analyst_s_the_floor_is_a_class_tested_and_moves_nothing() -> None:
    found = _reranked(FLOOR)
    for day in (_disclosed(FLOOR), NEWEST):
        for model in ("o1", "o3"):
            assert 0.95 < _moved(found, (model, "reasoning"), day) < 1.05
        rows = found.conflicts(day).loc[[FLOOR]]
        # At first 1e26 is within reach of what is known of o3.
        assert "o1/reasoning" in set(rows["node"])
        assert (rows["z"] > 2.5).all()
        assert (rows["weight"] == 0).all()


def test_said_of_o1_and_o3_by_name_the_floor_moves_nothing_either() -> None:
    """At first o3 alone could reach it, but the sentence is denied about o1."""
    found = _reranked(FLOOR, ("o1", "o3"))
    for day in (_disclosed(FLOOR), NEWEST):
        for model in ("o1", "o3"):
            assert 0.95 < _moved(found, (model, "reasoning"), day) < 1.05
        rows = found.conflicts(day)
        row = rows.loc["analyst/o1"]
        assert row["z"] > 2.5
        assert row["status"] == "held_out"
        assert "standing" in row["explanation"]
    assert found.conflicts().loc["analyst/o3", "z"] > 2.5


def test_more_than_tenfold_as_an_echo_leaves_the_ratio_at_ten() -> None:
    real = loaded.real()
    observed = real.observations()
    stated = "openai-o3-o4-mini/o3-o1-ratio"
    claims = real.tables["raw.claims"]
    more = claims[(claims["claim_id"] == stated)].assign(
        claim_id="later/more-than-10x", repeats=stated, bound="lower",
        disclosed_on=claims["disclosed_on"].max(),
    )  # fmt: skip
    tables = dict(real.tables)
    joined = pd.concat([claims, more], ignore_index=True)
    tables["raw.claims"] = joined.astype(claims.dtypes.to_dict())
    found = loaded.again(tables)
    assert observed.loc[stated, "role"] == "fused"
    assert found.observations().loc["later/more-than-10x", "role"] == "echo"
    state = found.at(NEWEST)
    ratio = state.draws("o3/reasoning") - state.draws("o1/reasoning")
    assert 10 ** np.median(ratio) == pytest.approx(10, rel=0.02)
