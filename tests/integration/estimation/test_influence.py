"""Leaving out one claim: against the record without it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from pipeline.contracts import conform, contract
from pipeline.estimation.influence import Effect, effects, influence_table
from pipeline.projection.headline import answering
from pipeline.projection.influence import convergence_shifts
from tests import loaded


def _left_out(found: loaded.Loaded) -> list[Effect]:
    return effects(found.found.states[-1], found.found.assumed)


def _table(found: loaded.Loaded) -> pd.DataFrame:
    claims = found.tables["raw.claims"]
    left_out = _left_out(found)
    days = convergence_shifts(
        found.found.states[-1],
        left_out,
        found.tables["core.models"],
        answering(found.tables["core.scenarios"], found.project().convergence),
        dict(zip(claims["claim_id"], claims["disclosed_on"], strict=True)),
        found.found.assumed,
    )
    table = conform(contract("core.influence"), influence_table(left_out, days))
    return table.set_index("claim_id")


@lru_cache(maxsize=1)
def _real() -> pd.DataFrame:
    return _table(loaded.real())


def _without(claim: str) -> loaded.Loaded:
    tables = dict(loaded.real().tables)
    claims = tables["raw.claims"]
    gone = (claims["claim_id"] == claim) | (claims["repeats"] == claim)
    tables["raw.claims"] = claims[~gone].reset_index(drop=True)
    return loaded.again(tables)


def _median(found: loaded.Loaded, node: str) -> float:
    return float(found.found.states[-1].points(node)[1])


@pytest.mark.parametrize(
    "claim",
    [
        "nvidia-llama-nemotron/ultra-parity-r1",  # a bound
        "xai-grok-4/rl-ratio",
        "tulu-3/70b-rlvr-rollouts",
        "deepseek-r1-nature/r1-zero-rollouts",
    ],
)
def test_the_shift_is_that_of_a_record_without_the_claim(claim: str) -> None:
    row = _real().loc[claim]
    there = _median(loaded.real(), row["node"])
    moved = _median(_without(claim), row["node"]) - there
    assert row["shift_log10"] == pytest.approx(moved, abs=0.005)


def test_the_date_shift_is_that_of_a_record_without_the_claim() -> None:
    claim = "xai-grok-4/rl-share"

    def date(found: loaded.Loaded) -> pd.Timestamp:
        table = found.project().convergence
        row = table[
            (table["vintage"] == table["vintage"].max())
            & (table["scenario"] == "fitted")
            & (table["share"] == "scenario")
        ]
        return pd.Timestamp(row["date_p50"].iloc[0])

    moved = (date(_without(claim)) - date(loaded.real())).days
    assert _real().loc[claim, "convergence_shift_days"] == pytest.approx(moved, abs=5)


def test_every_fused_claim_has_a_row_and_others_none() -> None:
    roles = loaded.real().observations()["role"]
    assert set(_real().index) == set(roles[roles == "fused"].index)


def test_a_lone_claim_has_no_shift_and_all_the_weight() -> None:
    row = _real().loc["deepseek-r1-nature/r1-hours"]
    assert np.isnan(row["shift_log10"])
    assert row["weight"] > 0.9


def test_claims_far_from_leader_and_frontier_move_no_date() -> None:
    assert _real().loc["tulu-3/8b-rlvr-rollouts", "convergence_shift_days"] == 0
    assert _real().loc["xai-grok-4/rl-share", "convergence_shift_days"] != 0
