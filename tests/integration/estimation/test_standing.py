"""Who is fused at which vintage, on the small record and on the real one."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.estimation.influence import effects
from tests import loaded, mini


def _role(found: loaded.Loaded, claim: str, day: str = "2100-01-01") -> str:
    roles = found.observations(day).loc[[claim], "role"]
    assert roles.nunique() == 1
    return str(roles.iloc[0])


def test_an_echo_is_counted_once_and_falls_with_its_original() -> None:
    found = loaded.small()
    echo = "epoch-how-far-can-reasoning-models-scale/again"
    assert _role(found, "r1-estimate/rl", "2025-05-14") == "fused"
    assert _role(found, echo, "2025-05-14") == "echo"
    assert _role(found, "r1-estimate/rl") == "unused"
    assert _role(found, echo) == "unused"
    assert _role(found, "r1-nature/hours") == "fused"


def test_ten_echoes_leave_the_interval_as_one_claim_does() -> None:
    echo = """\
  - id: echo-{k}
    model: deepseek-r1
    stage: reasoning
    evidence: flop
    value: 6.1e23
    repeats: r1-estimate/rl
    locator: text
    summary: Again.
"""
    echoes = "".join(echo.format(k=k) for k in range(10))
    more = mini.files() | {
        "notes/press.md": mini.note("press", echoes, on="2025-02-01").encode()
    }
    once = loaded.small().estimates("2025-05-14").loc[("deepseek-r1", "reasoning")]
    often = loaded.load(more).estimates("2025-05-14").loc[("deepseek-r1", "reasoning")]
    for point in ("flop_p05", "flop_p50", "flop_p95"):
        assert often[point] == once[point]
    assert often["n_claims"] == once["n_claims"] + 10
    assert often["n_independent"] == once["n_independent"]


def test_press_counts_only_where_nothing_better_exists() -> None:
    press = """\
  - id: rumour
    model: {model}
    stage: reasoning
    evidence: flop
    value: 1e26
    locator: text
    summary: A rumour.
"""
    text = mini.note("press", press.format(model="deepseek-r1"), on="2025-02-01")
    files = mini.files() | {
        "notes/press.md": text.replace("kind: primary", "kind: press").encode()
    }
    found = loaded.load(files)
    assert _role(found, "press/rumour") == "held_out"
    before = loaded.small().estimates().loc[("deepseek-r1", "reasoning")]
    after = found.estimates().loc[("deepseek-r1", "reasoning")]
    assert after["flop_p50"] == before["flop_p50"]
    alone = text.replace("kind: primary", "kind: press").replace("deepseek-r1", "o5")
    alone = alone.replace("2025-02-01", "2026-06-01")  # o5's release
    lonely = loaded.load(mini.files() | {"notes/press.md": alone.encode()})
    assert _role(lonely, "press/rumour") == "fused"
    o5 = lonely.estimates().loc[("o5", "reasoning")]
    assert np.log10(o5["flop_p95"] / o5["flop_p05"]) / 2 > 0.9  # x/÷10, shrunk a little


def test_a_class_claim_is_tested_and_not_fused() -> None:
    assert _role(loaded.small(), "scrape/garbled") == "test"


def test_order_of_notes_and_names_of_files_change_nothing() -> None:
    forward = loaded.small().estimates()
    backward = loaded.load(dict(reversed(list(mini.files().items())))).estimates()
    assert forward.equals(backward)


@pytest.mark.parametrize(
    ("claim", "role"),
    [
        ("qbitai-2025-05-14/r1-flop", "arithmetic"),
        ("epoch-notable-models-2026-07/inkling", "arithmetic"),
        ("aiinsightdaily-nature/r1-cost-29-4m", "held_out"),
    ],
)
def test_traps_of_the_real_record_have_no_weight(claim: str, role: str) -> None:
    assert _role(loaded.real(), claim) == role


def test_a_claim_replaced_by_another_of_equal_content_is_one_claim() -> None:
    claim = """\
  - id: total
    model: o5
    stage: total
    evidence: flop
    value: 5e24
    locator: text
    summary: The run.
"""
    echo = claim.replace("value: 5e24", "value: 5e24\n    repeats: later/total")
    found = loaded.load(
        mini.files()
        | {
            "notes/early.md": mini.note("early", echo, on="2026-06-01").encode(),
            "notes/later.md": mini.note("later", claim, on="2026-07-03").encode(),
        }
    )
    assert _role(found, "early/total", "2026-06-01") == "fused"
    assert _role(found, "early/total") == "echo"
    assert _role(found, "later/total") == "fused"
    left_out = effects(found.found.states[-1], found.found.assumed)
    assert "later/total" in {each.claim for each in left_out}
    assert found.conflicts().index.isin(["early/total", "later/total"]).sum() == 0


def test_a_record_of_one_claim_and_one_of_none() -> None:
    tables = dict(loaded.small().tables)
    claims = tables["raw.claims"]
    tables["raw.claims"] = claims[claims["claim_id"] == "r1-nature/hours"].copy()
    one = loaded.again(tables)
    assert one.estimates()["anchored"].sum() == 1
    tables["raw.claims"] = claims[:0].copy()
    with pytest.raises(ValueError, match="add a note first"):
        loaded.again(tables)
