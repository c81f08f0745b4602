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


def _believed(claim: str, models: list[str]) -> loaded.Loaded:
    """The claim as an analyst's, uncorrected, one claim per model."""
    tables = _without(claim)
    given = loaded.real().tables
    row = given["raw.claims"].set_index("claim_id", drop=False).loc[[claim]]
    claims = [
        row.assign(
            claim_id=f"analyst/{m}", source_id="analyst", model_id=m, applies_to=None
        )
        for m in models
    ]
    source = given["raw.sources"].head(1).assign(source_id="analyst", kind="analyst")
    for name, rows in (("raw.claims", claims), ("raw.sources", [source])):
        joined = pd.concat([tables[name], *rows], ignore_index=True)
        tables[name] = joined.astype(given[name].dtypes.to_dict())
    return loaded.again(tables)


@pytest.mark.parametrize(("claim", "status"), TRAPS.items())
def test_each_is_a_conflict_from_its_first_vintage_to_the_newest(
    claim: str, status: str
) -> None:
    for day in (_disclosed(claim), "2100-01-01"):
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
    for day in (_disclosed(claim), "2100-01-01"):
        before, after = loaded.real().estimates(day), removed.estimates(day)
        # A node known only from the claim goes with it; it had no figure.
        gone = before.index.difference(after.index)
        assert before.loc[gone, ["flop_p05", "flop_p50", "flop_p95"]].isna().all(None)
        before = before.drop(index=gone)
        pd.testing.assert_frame_equal(
            before.drop(columns=COUNTS), after.drop(columns=COUNTS)
        )


def test_believed_as_an_analyst_29_4m_hardly_moves_r1() -> None:
    found = _believed("aiinsightdaily-nature/r1-cost-29-4m", ["deepseek-r1"])
    node = ("deepseek-r1", "reasoning")
    moved = (
        found.estimates().loc[node, "flop_p50"]
        / (loaded.real().estimates().loc[node, "flop_p50"])
    )
    assert 1 / 1.2 < moved < 1.2
    row = found.conflicts().loc["analyst/deepseek-r1"]
    assert row["z"] > 2.5
    assert "of better standing" in row["explanation"]


def test_believed_as_an_analyst_the_floor_hardly_moves_o1() -> None:
    found = _believed("qbitai-2025-05-14/amodei-floor", ["o1", "o3"])
    node = ("o1", "reasoning")
    moved = (
        found.estimates().loc[node, "flop_p50"]
        / (loaded.real().estimates().loc[node, "flop_p50"])
    )
    assert 0.95 < moved < 1.05
    rows = found.conflicts().loc[["analyst/o1", "analyst/o3"]]
    assert (rows["z"] > 2.5).all()
    assert rows["explanation"].str.contains("of better standing").all()


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
    state = found.at("2100-01-01")
    ratio = state.draws("o3/reasoning") - state.draws("o1/reasoning")
    assert 10 ** np.median(ratio) == pytest.approx(10, rel=0.02)
