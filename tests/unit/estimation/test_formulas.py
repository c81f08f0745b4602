"""The arithmetic from evidence to FLOP, against figures worked out by hand."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from pipeline.estimation import formulas
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.formulas import Chip

H100 = Chip("H100", 9.89e14, 1.979e15, 1.5, 4.0)
A = Assumed(
    {
        "spread.flop": 1.5,
        "spread.chip_hours_quantity": 1.1,
        "spread.chips_x_time": 1.4,
        "spread.tokens_x_params": 1.5,
        "spread.rollouts": 3,
        "spread.cost": 3,
        "spread.ratio": 1.5,
        "spread.parity": 10,
        "confidence.likely": 10,
        "flop.per_token_training": 6,
        "flop.per_token_forward": 2,
        "cost.hardware_price": 2,
        "cost.hardware_peak": 9.89e14,
        "cost.utilisation": 0.28,
        "cost.reference_date_year": 2025.35,
        "cost.price_decline_per_year": 1.37,
        "arithmetic.tolerance": 1.5,
    },
    {
        "utilisation.training_bf16": (0.22, 0.58),
        "utilisation.training_fp8": (0.15, 0.30),
        "utilisation.wall_clock_bf16": (0.10, 0.90),
    },
)


def claim(**fields: Any) -> dict[str, Any]:
    names = ("value", "low", "high", "inputs", "basis", "precision", "bound")
    given = dict.fromkeys(names) | {
        "stage": "reasoning", "evidence": "flop", "reference_model_id": "x",
        "reference_stage": "pretraining", "range_covers": "all",
    } | fields  # fmt: skip
    if isinstance(given["inputs"], dict):
        given["inputs"] = json.dumps(given["inputs"])
    return given


def test_reported_flop_with_and_without_a_range() -> None:
    plain = formulas.flop(claim(value=6e23), A)
    assert plain.log10 == pytest.approx(math.log10(6e23))
    assert plain.half_width == pytest.approx(math.log10(1.5))
    ranged = formulas.flop(claim(value=5e23, low=1e23, high=4e24), A)
    assert 10**ranged.log10 == pytest.approx(math.sqrt(1e23 * 4e24))
    assert ranged.half_width == pytest.approx(math.log10(40) / 2)
    labelled = formulas.flop(claim(value=1e25, inputs={"confidence": "likely"}), A)
    assert labelled.half_width == pytest.approx(1.0)


def test_a_range_of_a_part_narrows_no_label() -> None:
    given = {"low": 5e26, "high": 2e27, "inputs": {"confidence": "likely"}}
    whole = formulas.flop(claim(**given), A)
    assert whole.half_width == pytest.approx(math.log10(2))
    for part in ("base", "split"):
        read = formulas.flop(claim(**given, range_covers=part), A)
        assert read.log10 == pytest.approx(27)
        assert read.half_width == pytest.approx(1.0)


def test_reasoning_hours_are_valued_at_pre_training_s_utilisation() -> None:
    for more in ({}, {"inputs": {"utilisation": 0.05}}):
        given = claim(value=140_000, precision="bf16", **more)
        read = formulas.chip_hours(given, H100, A)
        training = math.sqrt(0.22 * 0.58)
        assert 10**read.log10 == pytest.approx(140_000 * 3600 * 9.89e14 * training)
        assert abs(read.log10 - 23) < math.log10(2)
        assert "140,000 h" in read.formula


def test_own_utilisation_of_pre_training_replaces_the_assumed_one() -> None:
    given = claim(
        value=1000, precision="bf16", stage="pretraining",
        inputs={"utilisation": [0.2, 0.2]},
    )  # fmt: skip
    read = formulas.chip_hours(given, H100, A)
    assert 10**read.log10 == pytest.approx(1000 * 3600 * 9.89e14 * 0.2)
    assert read.half_width == pytest.approx(math.log10(1.1))


def test_deepseek_v3_hours_at_fp8_agree_with_six_nd() -> None:
    hours = formulas.chip_hours(
        claim(value=2.664e6, precision="fp8", stage="pretraining"), H100, A
    )
    tokens = formulas.tokens_x_params(
        claim(stage="pretraining", inputs={"tokens": 14.8e12, "parameters": 37e9}), A
    )
    assert 10**tokens.log10 == pytest.approx(6 * 37e9 * 14.8e12)
    both = math.hypot(hours.half_width, tokens.half_width)
    assert abs(hours.log10 - tokens.log10) < both


def test_wall_time_has_its_own_utilisation_outside_of_reinforcement_learning() -> None:
    def read(stage: str, **more: Any) -> formulas.Reading:
        inputs = {"chips": 100.0, "duration": 10.0} | more
        given = claim(
            evidence="chips_x_time", stage=stage, precision="bf16", inputs=inputs
        )
        return formulas.chips_x_time(given, H100, A)

    peak = 1000 * 3600 * 9.89e14
    plain = read("pretraining")
    assert 10**plain.log10 == pytest.approx(peak * 0.30)
    width = math.hypot(math.log10(1.4), math.log10(3))
    assert plain.half_width == pytest.approx(width)
    stated = read("pretraining", utilisation=0.4)
    assert 10**stated.log10 == pytest.approx(peak * 0.4)
    assert stated.half_width == pytest.approx(math.log10(1.4))
    learning = read("reasoning")
    assert 10**learning.log10 == pytest.approx(peak * math.sqrt(0.22 * 0.58))
    width = math.hypot(math.log10(1.1), math.log10(0.58 / 0.22) / 2)
    assert learning.half_width == pytest.approx(width)


def test_one_million_dollars_is_5e23() -> None:
    read = formulas.cost(claim(value=1e6, evidence="cost"), None, 2025.35, A)
    assert 10**read.log10 == pytest.approx(5e23, rel=0.01)
    later = formulas.cost(claim(value=1e6, evidence="cost"), None, 2026.35, A)
    assert 10 ** (later.log10 - read.log10) == pytest.approx(1.37)
    named = claim(value=1e6, evidence="cost", inputs={"price_per_hour": 2.0})
    own = formulas.cost(named, H100, 2030.0, A)
    assert 10**own.log10 == pytest.approx(1e6 / 2 * 3600 * 9.89e14 * 0.28)


def test_r1_zero_rollouts() -> None:
    inputs = {
        "parameters": 37e9, "steps": 10_400, "prompts": 32, "samples": 16,
        "mean_tokens": 8000,
    }  # fmt: skip
    read = formulas.rollouts(claim(inputs=inputs), A)
    tokens = 10_400 * 32 * 16 * 8000
    assert 10**read.log10 == pytest.approx(37e9 * tokens * 8)
    more = inputs | {"prompt_tokens": 2000, "reference_pass": True, "critic": True}
    full = formulas.rollouts(claim(inputs=more), A)
    assert 10 ** (full.log10 - read.log10) == pytest.approx(18 / 8 * 10_000 / 8000)
    # A trained critic passes as often as the model: 2 + 6·4 for each of the two.
    four = inputs | {"gradient_passes": 4, "critic": True}
    often = formulas.rollouts(claim(inputs=four), A)
    assert 10 ** (often.log10 - read.log10) == pytest.approx(52 / 8)


def test_throughput_compares_a_day_of_tokens_with_a_day_of_the_chips() -> None:
    inputs = {"parameters": 1e11, "tokens_per_day": 3e10, "chips": 3000}
    read = formulas.throughput(claim(precision="bf16", inputs=inputs), H100, A)
    day = 3000 * 86_400 * 9.89e14 * math.sqrt(0.22 * 0.58)
    assert 10**read.log10 == pytest.approx(1e11 * 3e10 * 8 / day)
    half = formulas.throughput(
        claim(precision="bf16", inputs=inputs | {"trained_per_day": 1.5e10}), H100, A
    )
    assert 10 ** (half.log10 - read.log10) == pytest.approx(5 / 8)


@pytest.mark.parametrize(
    ("numerator", "denominator", "share"),
    [(6.1e23, 3.29e24, 0.185), (1.83e23, 3.29e24, 0.056), (147_000, 2_788_000, 0.053)],
)
def test_shares_of_r1_by_basis(
    numerator: float, denominator: float, share: float
) -> None:
    assert numerator / denominator == pytest.approx(share, rel=0.01)
    read = formulas.ratio(
        claim(value=share, evidence="share_of_pretraining", basis="operations"), A
    )
    assert 10**read.log10 == pytest.approx(share)


def test_a_share_stands_as_it_is_whatever_its_ledger() -> None:
    given = {"value": 0.05, "evidence": "share_of_pretraining"}
    for basis in ("operations", "accelerator_time", "cost"):
        read = formulas.ratio(claim(**given, basis=basis), A)
        assert read.half_width == pytest.approx(math.log10(1.5))


def test_twenty_trillion_tokens_contradict_their_own_sentence() -> None:
    stated = {"inputs_stated": {"tokens": 2e13, "parameters": 37e9}}
    assert formulas.contradicts_inputs(claim(value=6e23, inputs=stated), A)
    right = {"inputs_stated": {"tokens": 2.1e12, "parameters": 37e9}}
    assert formulas.contradicts_inputs(claim(value=6e23, inputs=right), A) is None


def test_inkling_misses_the_factor_six() -> None:
    stated = {"inputs_stated": {"tokens": 45e12, "parameters": 41e9}}
    wrong = claim(value=1.845e24, stage="total", inputs=stated)
    assert "1.11e+25" in (formulas.contradicts_inputs(wrong, A) or "")
    right = claim(value=1.1e25, stage="total", inputs=stated)
    assert formulas.contradicts_inputs(right, A) is None


def test_an_unknown_peak_is_an_error_in_words() -> None:
    with pytest.raises(ValueError, match="no fp8 peak of A100"):
        Chip("A100", 3.12e14, float("nan"), 1, 2).peak("fp8")
