"""Operations and accelerator time, derived claims and parts of runs, on o5."""

from __future__ import annotations

import numpy as np
import pytest

from tests import loaded, mini

Claims = tuple[tuple[str, str, str], ...]
HOURS = "chip_hours\n    value: 1e6\n    hardware: h100-sxm\n    precision: bf16"
ROLLOUTS = "rollouts\n    parameters: 1e11\n    tokens: 2e11"
FLOP = "flop\n    value: "


def _claim(name: str, stage: str, evidence: str) -> str:
    return (
        f"  - id: {name}\n    model: o5\n    stage: {stage}\n    evidence: {evidence}\n"
        f"    locator: text\n    summary: A figure.\n"
    )


def _with(*notes: tuple[str, str, Claims]) -> loaded.Loaded:
    """The small record and notes of (id, kind of source, claims about o5)."""
    files = mini.files()
    for source, kind, claims in notes:
        text = mini.note(source, "".join(_claim(*c) for c in claims))
        text = text.replace("kind: primary", f"kind: {kind}")
        files[f"notes/{source}.md"] = text.encode()
    return loaded.load(files)


def _one(*claims: tuple[str, str, str]) -> loaded.Loaded:
    return _with(("lab", "primary", claims))


def _log(found: loaded.Loaded, stage: str, measure: str) -> np.ndarray:
    row = found.estimates(measure=measure).loc[("o5", stage)]
    return np.log10(row[["flop_p05", "flop_p50", "flop_p95"]].astype(float))


def _role(found: loaded.Loaded, claim: str) -> str:
    return str(found.observations().loc[claim, "role"])


def test_hours_are_time_and_operations_follow_by_kappa() -> None:
    found = _one(("hours", "reasoning", HOURS))
    time, operations = (
        _log(found, "reasoning", m) for m in ("accelerator_time", "operations")
    )
    state = found.found.states[-1]
    middle, half = state.learned["operations_per_accelerator_time"].predicted()
    assert operations.iloc[1] - time.iloc[1] == pytest.approx(middle, abs=0.02)
    both = np.hypot(half, np.ptp(time) / 2)
    assert np.ptp(operations) / 2 == pytest.approx(both, rel=0.05)
    assert "o5/reasoning@operations" not in state.of_node  # it hangs on nothing else


def test_rollouts_are_operations_and_time_follows_by_kappa() -> None:
    found = _one(("rollouts", "reasoning", ROLLOUTS))
    operations = _log(found, "reasoning", "operations")
    assert operations.iloc[1] == pytest.approx(np.log10(8 * 1e11 * 2e11), abs=0.01)
    time = _log(found, "reasoning", "accelerator_time")
    learned = found.found.states[-1].learned["operations_per_accelerator_time"]
    assert time.iloc[1] - operations.iloc[1] == pytest.approx(
        -learned.predicted()[0], abs=0.02
    )
    assert np.ptp(time) > np.ptp(operations)


def test_where_both_are_stated_each_keeps_its_ledger() -> None:
    """A tenth of pre-training's utilisation is no conflict."""
    both = _one(("hours", "reasoning", HOURS), ("rollouts", "reasoning", ROLLOUTS))
    hours = _one(("hours", "reasoning", HOURS))
    kept = _log(both, "reasoning", "accelerator_time")
    alone = _log(hours, "reasoning", "accelerator_time")
    assert kept.iloc[1] == pytest.approx(alone.iloc[1], abs=0.1)
    assert not {"lab/hours", "lab/rollouts"} & set(both.conflicts().index)


def test_what_is_computed_from_fused_claims_is_tested_and_not_fused() -> None:
    base = ("base", "pretraining", f"{FLOP}3e26")
    rl = ("rl", "reasoning", f"{FLOP}1e26")
    total = ("total", "total", f"{FLOP}4e26\n    derived_from: [lab/base, lab/rl]")
    found = _with(("lab", "primary", (base, rl)), ("analyst", "analyst", (total,)))
    assert _role(found, "analyst/total") == "test"
    row = found.estimates().loc[("o5", "total")]
    assert row["derived"]
    assert row["flop_p50"] == pytest.approx(4e26, rel=0.05)
    assert "analyst/total" not in found.conflicts().index
    # A rumour of the press does not fill the place of what is tested.
    press = ("press", "press", (("rumour", "total", f"{FLOP}1e28"),))
    loud = _with(
        ("lab", "primary", (base, rl)), ("analyst", "analyst", (total,)), press
    )
    assert _role(loud, "press/rumour") == "held_out"
    # Far from its parents it is a conflict, and with one of them missing it is fused.
    far = ("total", "total", total[2].replace("4e26", "4e27"))
    odd = _with(("lab", "primary", (base, rl)), ("analyst", "analyst", (far,)))
    assert odd.conflicts().loc["analyst/total", "z"] > 2.5
    tables = dict(found.tables)
    claims = tables["raw.claims"].copy()
    claims.loc[claims["claim_id"] == "lab/rl", "status"] = "retracted"
    tables["raw.claims"] = claims
    assert _role(loaded.again(tables), "analyst/total") == "fused"


def test_a_stage_is_at_most_its_run() -> None:
    found = _one(
        ("total", "total", f"{FLOP}1e26"),
        ("rl", "reasoning", f"{FLOP}1e26\n    confidence: speculative"),
    )
    points = found.estimates()
    assert (
        points.loc[("o5", "reasoning"), "flop_p95"]
        <= (points.loc[("o5", "total"), "flop_p95"])
    )
    state = found.found.states[-1]
    over = state.draws("o5/reasoning") > state.draws("o5/total") + 0.1
    assert over.mean() < 0.03  # the bound's own doubt
    assert points.loc[("o5", "total"), "flop_p50"] == pytest.approx(1e26, rel=0.1)


def test_post_training_is_the_rest_of_a_run_and_bounds_reasoning() -> None:
    found = _one(
        ("base", "pretraining", f"{FLOP}1e26"), ("total", "total", f"{FLOP}4e26")
    )
    post = found.estimates().loc[("o5", "post_training")]
    assert post["derived"]
    assert post["flop_p50"] == pytest.approx(3e26, rel=0.1)
    reasoning = found.estimates().loc[("o5", "reasoning")]
    assert not reasoning["anchored"]
    assert reasoning["flop_p95"] == pytest.approx(post["flop_p95"])


def test_a_bound_in_terms_of_a_known_run_is_published_at_its_far_end() -> None:
    share = "share_of_pretraining\n    value: at least 10%\n    basis: accelerator_time"
    found = _one(
        ("base", "pretraining", f"{FLOP}1e26"),
        ("rl", "reasoning", f"{share}\n    reference: o5"),
    )
    row = found.estimates().loc[("o5", "reasoning")]
    base = found.estimates().loc[("o5", "pretraining")]
    assert not row["anchored"]
    assert row["flop_p05"] == pytest.approx(0.1 * base["flop_p05"])


def test_parity_of_a_distilled_model_bounds_with_parity_s_spread() -> None:
    parity = "benchmark_parity\n    reference: deepseek-r1\n    distilled: true"
    found = _one(("like-r1", "reasoning", parity))
    row = found.observations().loc["lab/like-r1"]
    assert row["kind"] == "upper"
    assert row["log10_value"] == pytest.approx(1.0)
