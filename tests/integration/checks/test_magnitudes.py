"""What cannot be true holds a release; what is odd is told before it is published."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.checks.magnitudes import impossible, odd_claims
from tests import loaded, mini

RUNS = 12  # known runs, a month apart


def _frames(**changed: dict[str, float]) -> dict[str, pd.DataFrame]:
    """A dozen runs of 1e25 FLOP, each with a reasoning stage of a tenth."""
    rows = [
        {"model_id": f"m{k}", "stage": stage, "flop_p05": level / 2,
         "flop_p50": level, "flop_p95": level * 2}
        for k in range(RUNS)
        for stage, level in (("total", 1e25), ("reasoning", 1e24))
    ]  # fmt: skip
    estimates = pd.DataFrame(rows).assign(
        anchored=True, n_independent=1, measure="accelerator_time"
    )
    for node, points in changed.items():
        model_id, stage = node.split("_")
        at = (estimates["model_id"] == model_id) & (estimates["stage"] == stage)
        for name, value in points.items():
            estimates.loc[at, name] = value
    observations = estimates.assign(
        claim_id=estimates["model_id"] + "/" + estimates["stage"],
        node=estimates["model_id"] + "/" + estimates["stage"],
        reference_node=None, kind="equality", role="fused", log10_value=25.0,
    )  # fmt: skip
    observations.loc[observations["stage"] == "reasoning", "log10_value"] = 24.0
    models = pd.DataFrame(
        {
            "model_id": [f"m{k}" for k in range(RUNS)],
            "released_on": pd.date_range("2025-01-01", periods=RUNS, freq="MS"),
        }
    )
    return {
        "core.estimates": estimates,
        "core.observations": observations[
            ["claim_id", "node", "reference_node", "kind", "role", "log10_value"]
        ],
        "core.models": models,
        "core.assumptions": loaded.small().tables["core.assumptions"],
    }


def test_plausible_estimates_hold_nothing() -> None:
    assert impossible(_frames()) == {}


@pytest.mark.parametrize(
    ("factor", "held"), [(3, False), (9, False), (11, True), (1e10, True)]
)
def test_a_run_far_above_all_others_is_held(factor, held) -> None:
    points = dict.fromkeys(("flop_p05", "flop_p50", "flop_p95"), 1e25 * factor)
    frames = _frames(m11_total=points)
    found = impossible(frames)
    found.pop(("prior", "m11/total"), None)
    assert bool(found) == held
    if held:
        assert "times the largest run known" in found["record", "m11", "total"]


def test_a_stage_above_its_run_is_held() -> None:
    found = impossible(_frames(m3_reasoning={"flop_p05": 2.1e25}))
    assert list(found) == [("run", "m3", "reasoning")]
    assert not impossible(_frames(m3_reasoning={"flop_p05": 1.9e25}))


def test_a_lone_claim_that_the_prior_overrules_is_held() -> None:
    found = impossible(_frames(m0_total={"flop_p50": 10**24.4}))
    assert list(found) == [("prior", "m0/total")]
    two = _frames(m0_total={"flop_p50": 10**24.4, "n_independent": 2})
    assert not impossible(two)


def _odd(claims: str) -> list[str]:
    files = mini.files() | {"notes/new.md": mini.note("new", claims).encode()}
    found = odd_claims(loaded.load(files).tables)
    return [p for c, p in zip(found["claim_id"], found["problem"], strict=True)
            if c.startswith("new/")]  # fmt: skip


def test_a_figure_far_from_the_other_claims_on_its_node_is_odd() -> None:
    other = mini.LONE.replace("o5", "deepseek-r1").replace("pretraining", "reasoning")
    assert _odd(other.replace("3e26", "3e23")) == []
    (problem,) = _odd(other.replace("3e26", "3e26"))
    assert "times its other claims" in problem


def test_an_impossible_duration_is_odd() -> None:
    claim = """\
  - id: compute
    model: o5
    stage: pretraining
    evidence: chips_x_time
    chips: 100
    duration: {duration}
    hardware: h100-sxm
    precision: bf16
    locator: text
    summary: A hundred chips.
"""
    assert _odd(claim.format(duration="20 days")) == []
    (problem,) = _odd(claim.format(duration="2000 days"))
    assert "48,000 hours is hardly possible" in problem
