"""The arithmetic from evidence to log10 FLOP, one function per kind, spelled out.

What belongs here: formulas of docs/method.md. What does not: frames, standing.

Every function returns a `Reading`: the middle and the 90% half-width in log10, and the
arithmetic with its numbers, so that a reader can redo it by hand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.estimation.assumed import Assumed
from pipeline.vocabulary import TWO_LEDGERS
from pipeline.words.numbers import number

SECONDS = 3600


@dataclass(frozen=True)
class Reading:
    """One claim, read."""

    log10: float
    half_width: float
    formula: str


@dataclass(frozen=True)
class Chip:
    """What a formula needs of an accelerator; NaN where unknown."""

    name: str
    bf16: float
    fp8: float
    price_low: float
    price_high: float

    def peak(self, precision: str) -> float:
        """Peak dense FLOP/s at a precision.

        Raises:
            ValueError: when hardware.csv does not state it.
        """
        peak = self.fp8 if precision == "fp8" else self.bf16
        if not peak > 0:
            raise ValueError(f"hardware.csv states no {precision} peak of {self.name}")
        return peak


def stated(claim: dict[str, Any]) -> tuple[float, float | None, str]:
    """Middle and own half-width (None = not stated) of value, low and high.

    A stated range is the 90% interval, and its geometric middle the middle: a value at
    one end of its own range (`about as much, perhaps five times less`) is no middle.
    """
    value, low, high = claim["value"], claim["low"], claim["high"]
    if low is not None and high is not None:
        text = f"√({number(low)} · {number(high)})"
        if value is not None:
            text = f"{number(value)} [{number(low)}, {number(high)}], middle {text}"
        return math.sqrt(low * high), _half(low, high), text
    return value, None, number(value)


def flop(claim: dict[str, Any], a: Assumed) -> Reading:
    """Compute as reported."""
    middle, half, text = stated(claim)
    half = _label(claim, half, a)
    half = half if half is not None else a.half_width("spread.flop")
    return Reading(math.log10(middle), half, f"{text} FLOP as reported")


def _label(claim: dict[str, Any], half: float | None, a: Assumed) -> float | None:
    """The stated half-width; a range that covers a part of the doubt narrows no label.

    A range of how a known total splits, or of the base alone, leaves out the rest.
    """
    label = inputs_of(claim).get("confidence")
    wide = a.half_width(f"confidence.{label}") if label else None
    if half is None or wide is None or claim["range_covers"] == "all":
        return half if half is not None else wide
    return max(half, wide)


def chip_hours(claim: dict[str, Any], chip: Chip, a: Assumed) -> Reading:
    """Hours × 3600 × peak × utilisation."""
    hours, half, text = stated(claim)
    half = half if half is not None else a.half_width("spread.chip_hours_quantity")
    return _from_hours(hours, half, f"{text} h", claim, chip, a)


def chips_x_time(claim: dict[str, Any], chip: Chip, a: Assumed) -> Reading:
    """Chips × wall time as chip-hours.

    Of the wall time of pre-training and fine-tuning a part goes to restarts and to
    chips that came late. Accelerator time of the other stages is the wall time itself.
    """
    inputs = inputs_of(claim)
    chips, half = span(inputs["chips"])
    occupied = claim["stage"] in TWO_LEDGERS
    quantity = "spread.chip_hours_quantity" if occupied else "spread.chips_x_time"
    half = math.hypot(half, a.half_width(quantity))
    text = f"{number(chips)} chips · {number(inputs['duration'])} h"
    hours = chips * inputs["duration"]
    return _from_hours(hours, half, text, claim, chip, a)


def tokens_x_params(claim: dict[str, Any], a: Assumed) -> Reading:
    """6 N D with active parameters (Kaplan et al. 2020, arXiv 2001.08361)."""
    inputs = inputs_of(claim)
    tokens, tokens_half = span(inputs["tokens"])
    params, params_half = span(inputs["parameters"])
    epochs = inputs.get("epochs", 1.0)
    six = a["flop.per_token_training"]
    half = math.hypot(tokens_half, params_half, a.half_width("spread.tokens_x_params"))
    repeated = f" · {number(epochs)} epochs" if epochs != 1 else ""
    return Reading(
        math.log10(six * tokens * epochs * params),
        half,
        f"{six:g} · {number(params)} parameters · {number(tokens)} tokens{repeated}",
    )


def rollouts(claim: dict[str, Any], a: Assumed) -> Reading:
    """N · T · (2 + 6 per gradient pass), prompts and further passes added."""
    i = inputs_of(claim)
    params = i["parameters"]
    samples, length, half = _generated(i)
    forward, train = a["flop.per_token_forward"], a["flop.per_token_training"]
    per_token = forward + train * i.get("gradient_passes", 1.0)
    if i.get("reference_pass"):
        per_token += forward
    if i.get("critic"):  # trained beside the model, in as many passes
        per_token += forward + train * i.get("gradient_passes", 1.0)
    tokens = samples * (length + i.get("prompt_tokens", 0.0))
    return Reading(
        math.log10(params * tokens * per_token),
        math.hypot(half, a.half_width("spread.rollouts")),
        f"{number(params)} parameters · {number(samples)} samples · "
        f"{number(length + i.get('prompt_tokens', 0.0))} tokens · "
        f"{per_token:g} FLOP per parameter and token",
    )


def _generated(i: dict[str, Any]) -> tuple[float, float, float]:
    """Samples, mean length and half-width; all tokens together are one sample."""
    if "tokens" in i:
        return 1.0, *span(i["tokens"])
    length, half = span(i["mean_tokens"])
    if "rollouts" not in i:
        return i["steps"] * i["prompts"] * i["samples"], length, half
    samples, samples_half = span(i["rollouts"])
    return samples, length, math.hypot(half, samples_half)


def cost(claim: dict[str, Any], chip: Chip | None, year: float, a: Assumed) -> Reading:
    """USD × FLOP per USD at the date of the claim."""
    dollars, half, text = stated(claim)
    rate, how = flop_per_usd(claim, chip, year, a)
    half = math.hypot(half or 0.0, a.half_width("spread.cost"))
    return Reading(math.log10(dollars * rate), half, f"{text} USD · {how}")


def flop_per_usd(
    claim: dict[str, Any], chip: Chip | None, year: float, a: Assumed
) -> tuple[float, str]:
    """3600 × peak × utilisation ÷ price; without hardware at the date's price."""
    utilisation = a["cost.utilisation"]
    price = inputs_of(claim).get("price_per_hour")
    if chip is not None and price is None and chip.price_low > 0:
        price = math.sqrt(chip.price_low * chip.price_high)
    if chip is not None and price is not None:
        peak = chip.peak(str(claim["precision"] or "bf16"))
        return (
            SECONDS * peak * utilisation / price,
            f"3600 · {peak:.3g} FLOP/s ({chip.name}) · {utilisation:g} "
            f"÷ {price:.3g} USD/h",
        )
    return reference_flop_per_usd(year, a), (
        f"{reference_flop_per_usd(year, a):.3g} FLOP/USD "
        f"(H100 at {a['cost.hardware_price']:g} USD/h, {utilisation:g} utilisation)"
    )


def reference_flop_per_usd(year: float, a: Assumed) -> float:
    """FLOP per USD at a date (decimal year): the reference price, falling over time."""
    at_reference = (
        SECONDS
        * a["cost.hardware_peak"]
        * a["cost.utilisation"]
        / a["cost.hardware_price"]
    )
    years = year - a["cost.reference_date_year"]
    return float(at_reference * a["cost.price_decline_per_year"] ** years)


def ratio(claim: dict[str, Any], a: Assumed) -> Reading:
    """log10 r, to be added to the other's, in the ledger of its basis.

    A share of the bill is one of accelerator time: a laboratory pays both at one price.
    """
    middle, half, text = stated(claim)
    half = _label(claim, half, a)
    half = half if half is not None else a.half_width("spread.ratio")
    what = "times"
    if claim["evidence"] == "share_of_pretraining":
        what = "of pre-training"
    elif claim["evidence"] == "share_of_run":
        what = "of its own run"
    if claim["evidence"].startswith("share_"):
        what += f" by {claim['basis'].replace('_', ' ')}"
    against = f"{claim['reference_model_id']}/{claim['reference_stage']}"
    return Reading(math.log10(middle), half, f"{text} {what}, against {against}")


def throughput(claim: dict[str, Any], chip: Chip, a: Assumed) -> Reading:
    """Operations of a day ÷ the same chips' day at pre-training's utilisation."""
    i = inputs_of(claim)
    tokens, half = span(i["tokens_per_day"])
    trained, trained_half = span(i.get("trained_per_day", i["tokens_per_day"]))
    chips, chips_half = span(i["chips"])
    forward, train = a["flop.per_token_forward"], a["flop.per_token_training"]
    operations = i["parameters"] * (forward * tokens + train * trained)
    utilisation, utilisation_half = _utilisation(claim, str(claim["precision"]), a)
    peak = chip.peak(str(claim["precision"]))
    day = 24 * SECONDS * chips * peak * utilisation
    half = math.hypot(max(half, trained_half), chips_half, utilisation_half)
    return Reading(
        math.log10(operations / day),
        math.hypot(half, a.half_width("spread.tokens_x_params")),
        f"{number(operations)} FLOP a day ÷ ({number(chips)} chips · 86,400 s · "
        f"{peak:.4g} FLOP/s ({chip.name}) · {utilisation:.3g} utilisation)",
    )


def parity(claim: dict[str, Any], a: Assumed) -> Reading:
    """Equal scores read as equal compute, widely."""
    against = f"{claim['reference_model_id']}/{claim['reference_stage']}"
    return Reading(0.0, a.half_width("spread.parity"), f"scores like {against}")


def contradicts_inputs(claim: dict[str, Any], a: Assumed) -> str | None:
    """The sentence saying that a claim misses its own source's inputs, or None.

    Pre-training is held against 6ND; reinforcement learning only against the 2ND that
    generating the tokens alone must cost.
    """
    stated_inputs = inputs_of(claim).get("inputs_stated")
    if not stated_inputs:
        return None
    tokens, params = stated_inputs["tokens"], stated_inputs["parameters"]
    value, _, _ = stated(claim)
    only_generation = claim["stage"] == "reasoning"
    per_token = a[f"flop.per_token_{'forward' if only_generation else 'training'}"]
    expected = per_token * tokens * params
    off = math.log10(value / expected)
    tolerance = a.half_width("arithmetic.tolerance")
    if abs(off) <= tolerance or (only_generation and off > 0):
        return None
    return (
        f"states {number(value)} FLOP, but its own inputs give at least "
        f"{per_token:g} · {number(params)} · {number(tokens)} = {number(expected)}"
    )


def inputs_of(claim: dict[str, Any]) -> dict[str, Any]:
    """The further inputs of a claim."""
    raw = claim["inputs"]
    return dict(json.loads(raw)) if isinstance(raw, str) else {}


def span(value: float | list[float]) -> tuple[float, float]:
    """Geometric middle and log10 half-width of a number or a [low, high] pair."""
    if isinstance(value, list):
        low, high = value
        return math.sqrt(low * high), _half(low, high)
    return value, 0.0


def _half(low: float, high: float) -> float:
    return math.log10(high / low) / 2


def _from_hours(
    hours: float, half: float, text: str, claim: dict[str, Any], chip: Chip, a: Assumed
) -> Reading:
    precision = str(claim["precision"])
    utilisation, utilisation_half = _utilisation(claim, precision, a)
    peak = chip.peak(precision)
    return Reading(
        math.log10(hours * SECONDS * peak * utilisation),
        math.hypot(half, utilisation_half),
        f"{text} · 3600 s · {peak:.4g} FLOP/s ({chip.name}, {precision}) · "
        f"{utilisation:.3g} utilisation"
        + (" of pre-training" if claim["stage"] in TWO_LEDGERS else ""),
    )


def _utilisation(
    claim: dict[str, Any], precision: str, a: Assumed
) -> tuple[float, float]:
    """Middle and half-width: as the source states it, else by use and precision.

    Chip time of reinforcement learning is valued at pre-training's utilisation,
    whatever its own: that is what the ledger of accelerator time counts.
    """
    own = inputs_of(claim).get("utilisation")
    if claim["stage"] in TWO_LEDGERS:
        return span([*a.span(f"utilisation.training_{precision}")])
    if own is not None:
        return span(own)
    use = "wall_clock" if claim["evidence"] == "chips_x_time" else "training"
    return span([*a.span(f"utilisation.{use}_{precision}")])


def decimal_year(day: pd.Timestamp) -> float:
    """Year + (day of year − 1) / 365.25."""
    return float(day.year + (day.dayofyear - 1) / 365.25)


Formula = Callable[[dict[str, Any], Chip | None, Assumed], Reading]


def _alone(formula: Callable[[dict[str, Any], Assumed], Reading]) -> Formula:
    return lambda claim, _chip, a: formula(claim, a)


def _on_chips(formula: Callable[[dict[str, Any], Chip, Assumed], Reading]) -> Formula:
    def read(claim: dict[str, Any], chip: Chip | None, a: Assumed) -> Reading:
        if chip is None:
            raise ValueError(f"hardware.csv has no {claim['hardware_id']}")
        return formula(claim, chip, a)

    return read


# Kind of evidence → its formula. Growth is a pace and has no level.
FORMULAS: dict[str, Formula] = {
    "flop": _alone(flop),
    "bound": _alone(flop),
    "chip_hours": _on_chips(chip_hours),
    "chips_x_time": _on_chips(chips_x_time),
    "tokens_x_params": _alone(tokens_x_params),
    "rollouts": _alone(rollouts),
    "cost": lambda claim, chip, a: cost(
        claim, chip, decimal_year(claim["disclosed_on"]), a
    ),
    "ratio": _alone(ratio),
    "share_of_pretraining": _alone(ratio),
    "share_of_run": _alone(ratio),
    "benchmark_parity": _alone(parity),
    "throughput": _on_chips(throughput),
}
