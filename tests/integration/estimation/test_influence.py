"""Leaving out one claim: against the record without it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from pipeline.contracts import conform, contract
from pipeline.estimation.influence import Effect, effects, influence_table
from pipeline.projection.dates import year
from pipeline.projection.influence import shift_table
from pipeline.projection.outlook import outlook
from pipeline.projection.share import share
from pipeline.projection.shares import History
from tests import loaded


def _left_out(found: loaded.Loaded) -> list[Effect]:
    return effects(found.found.states[-1], found.found.assumed)


def _table(found: loaded.Loaded) -> pd.DataFrame:
    left_out = _left_out(found)
    shifts = shift_table(_history(found), left_out, found.found.assumed)
    table = influence_table(left_out).merge(shifts, on="claim_id")
    return conform(contract("core.influence"), table).set_index("claim_id")


def _history(found: loaded.Loaded) -> History:
    return History.of(found.found, found.tables["core.models"])


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
        "xai-grok-4/rl-ratio",
        # No run of a learned constant, which influence leaves as it is.
        "xiaomi-mimo-v2-6/pro-rl-cost",
    ],
)
def test_the_shift_is_that_of_a_record_without_the_claim(claim: str) -> None:
    row = _real().loc[claim]
    there = _median(loaded.real(), row["node"])
    moved = _median(_without(claim), row["node"]) - there
    assert row["shift_log10"] == pytest.approx(moved, abs=0.005)


def test_the_date_shift_is_that_of_a_record_without_the_claim() -> None:
    claim = "xai-grok-4/rl-share"

    def read(found: loaded.Loaded) -> tuple[pd.Timestamp, float]:
        models, history = found.tables["core.models"], _history(found)
        table = outlook(history, models, found.found.assumed).convergence
        row = table[table["vintage"] == table["vintage"].max()].set_index("threshold")
        trend = history.newest.trend
        assert trend is not None
        now = year(history.newest.state.vintage)
        typical = np.median(share(trend.typical(now, flagship=True)))
        return pd.Timestamp(row.loc["scenario", "date_p50"]), float(typical)

    (date, own), (before, whole) = read(_without(claim)), read(loaded.real())
    row = _real().loc[claim]
    moved = (date - before).days
    assert row["convergence_shift_days"] == pytest.approx(moved, abs=5)
    assert row["share_shift"] == pytest.approx(own - whole, abs=0.01)


def test_every_fused_claim_has_a_row_and_others_none() -> None:
    roles = loaded.real().observations()["role"]
    assert set(_real().index) == set(roles[roles == "fused"].index)


def test_a_lone_claim_has_no_shift_and_all_the_weight() -> None:
    row = _real().loc["deepseek-r1-nature/r1-hours"]
    assert np.isnan(row["shift_log10"])
    assert row["weight"] > 0.9


def test_claims_that_bear_on_no_split_move_no_share() -> None:
    assert _real().loc["epoch-gpt6-astra-2026-10/astra-total", "share_shift"] == 0
    assert _real().loc["xai-grok-4/rl-share", "convergence_shift_days"] != 0
