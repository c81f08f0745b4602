"""The kinds of evidence, one class each: fields, unit, what it counts, its words.

What belongs here: everything about a kind but its formula, which stands under the same
name in estimation/formulas.py. What does not: the fields of every claim (schema.py).

A new kind takes its name in pipeline/vocabulary.py, its class here and its formula. The
table of sources/README.md is `table()`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Union, get_args

from pydantic import BeforeValidator, Field, TypeAdapter, model_validator

from pipeline.notes.schema import (
    About,
    Common,
    Count,
    Counted,
    Counting,
    CountSpan,
    Dollars,
    Duration,
    Flop,
    Fraction,
    Hours,
    Parameters,
    Share,
    Slug,
    Span,
    Stated,
    Strict,
    Times,
    Tokens,
    TokenSpan,
    Words,
    reads,
    span_of,
)
from pipeline.notes.values import Quantity
from pipeline.vocabulary import ForecastQuantity, Grade, Precision, Stage


def _points(value: Any) -> Any:
    """Percentage points: `74.3%` and `74.3` are the same, and 0 is a score."""
    return str(value).strip().removesuffix("%")


class StatedInputs(Strict):
    """What the same source says a figure was computed from."""

    tokens: Tokens
    parameters: Parameters


class FlopClaim(Counting):
    """Compute as reported."""

    unit = "FLOP"
    words = (
        "`value` (FLOP); optional `inputs_stated: {tokens: 2e13, parameters: "
        "37e9}` where the same source states what it was computed from; optional "
        "`confidence: confident, likely or speculative` (Epoch's labels: ×/÷3, "
        "×/÷10, ×/÷31 where no range is stated)"
    )

    evidence: Literal["flop"]
    value: Flop | None = None
    low: Flop | None = None
    high: Flop | None = None
    inputs_stated: StatedInputs | None = None
    confidence: Grade | None = None


class ChipHours(Stated):
    """Accelerator-hours."""

    unit = "chip-hours"
    counts = "accelerator_time"
    words = (
        "`value` (hours), `hardware` (an id or alias of `hardware.csv`), "
        "`precision` (`bf16` or `fp8`; the file must state that peak); optional "
        "`utilisation: 30%` or `utilisation: {low: 0.2, high: 0.4}` when the "
        "source states it"
    )

    evidence: Literal["chip_hours"]
    value: Hours | None = None
    low: Hours | None = None
    high: Hours | None = None
    hardware: str
    precision: Precision
    utilisation: Share | None = None


class ChipsTime(About):
    """A number of accelerators for a stretch of time."""

    counts = "accelerator_time"
    words = (
        "`chips`, `duration` (`198 hours`, `21 days`, `3 weeks`, `2 months`), "
        "`hardware`, `precision`; optional `utilisation`"
    )

    evidence: Literal["chips_x_time"]
    chips: CountSpan
    duration: Duration
    hardware: str
    precision: Precision
    utilisation: Share | None = None


class TokensParams(About):
    """Tokens times active parameters."""

    counts = "operations"
    words = "`tokens`, `parameters` (active); optional `epochs`"

    evidence: Literal["tokens_x_params"]
    tokens: TokenSpan
    parameters: Annotated[Span, BeforeValidator(span_of("", "parameters"))]
    epochs: Count | None = None


class Rollouts(About):
    """Reinforcement learning counted from its rollouts, or from all their tokens."""

    counts = "operations"
    words = (
        "`parameters` (active), then either `steps`, `prompts` (per step), "
        "`samples` (per prompt) and `mean_tokens` (generated, per sample), or "
        "`rollouts` (their number) and `mean_tokens`, or `tokens` (all that were "
        "generated); optional `prompt_tokens` (mean), `gradient_passes` (default "
        "1), `reference_pass: true`, `critic: true`; ranges as `mean_tokens: "
        "{low: 4e3, high: 16e3}`"
    )

    evidence: Literal["rollouts"]
    parameters: Parameters
    steps: Count | None = None
    prompts: Count | None = None
    samples: Count | None = None
    rollouts: CountSpan | None = None
    mean_tokens: TokenSpan | None = None
    tokens: TokenSpan | None = None
    prompt_tokens: Tokens | None = None
    gradient_passes: Count | None = None
    reference_pass: bool = False
    critic: bool = False

    @model_validator(mode="after")
    def _counted_once(self) -> Rollouts:
        steps = (self.steps, self.prompts, self.samples)
        ways = (
            all(steps) and bool(self.mean_tokens),
            bool(self.rollouts and self.mean_tokens),
            bool(self.tokens),
        )
        given = sum(map(bool, (any(steps), self.rollouts, self.tokens)))
        twice = self.tokens and (self.mean_tokens or self.prompt_tokens)
        if given != 1 or not any(ways) or twice:
            raise ValueError(
                "give `steps`, `prompts`, `samples` and `mean_tokens`, or `rollouts` "
                "and `mean_tokens`, or `tokens` (all that were generated)"
            )
        return self


class Throughput(About):
    """Tokens a day on so many chips: how far operations lag behind chip time."""

    words = (
        "`parameters` (active), `tokens_per_day` (generated), `chips`, "
        "`hardware`, `precision`; optional `trained_per_day` (tokens of a day "
        "that a gradient passes; default all). It has no level: it says how far "
        "operations lag behind accelerator time"
    )

    evidence: Literal["throughput"]
    parameters: Parameters
    tokens_per_day: TokenSpan
    trained_per_day: TokenSpan | None = None
    chips: CountSpan
    hardware: str
    precision: Precision


class Cost(Stated):
    """Money spent."""

    unit = "USD"
    counts = "cost"
    words = "`value` (USD); optional `hardware`, `price_per_hour`"

    evidence: Literal["cost"]
    value: Dollars | None = None
    low: Dollars | None = None
    high: Dollars | None = None
    hardware: str | None = None
    price_per_hour: Dollars | None = None


class Ratio(Counting):
    """So many times the compute of another model."""

    unit = "ratio"
    relative = True
    words = (
        "`value` (`10x`), `reference` (a model), optional `reference_stage` "
        "(default: the same stage)"
    )

    evidence: Literal["ratio"]
    value: Times | None = None
    low: Times | None = None
    high: Times | None = None
    reference: str
    reference_stage: Stage | None = None


class ShareOfPretraining(Counting):
    """A share of the base model's pre-training; meaningless without its basis."""

    unit = "fraction"
    relative = True
    reference_default = "pretraining"
    words = (
        "`value` (`20%`), `basis`, `reference` (default: the model's base model; "
        "always give it with `applies_to`), optional `reference_stage` (default "
        "`pretraining`)"
    )

    evidence: Literal["share_of_pretraining"]
    value: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    reference: str | None = None
    reference_stage: Stage | None = None
    basis: Counted


class ShareOfRun(Counting):
    """A share of a larger part of the same model's run."""

    unit = "fraction"
    relative = True
    words = (
        "`value` (`85%`), `of` (`post_training` or `total`: of the same model), `basis`"
    )

    evidence: Literal["share_of_run"]
    model: str
    value: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    of: Literal["post_training", "total"]
    basis: Counted

    @model_validator(mode="after")
    def _a_part(self) -> ShareOfRun:
        if self.stage == self.of or self.stage == "total":
            raise ValueError("a stage is a share of `post_training` or of `total`")
        for part in (self.value, self.low, self.high):
            if part is not None and part.value > 1:
                raise ValueError("a part is at most 100% of the whole")
        return self

    @property
    def reference(self) -> str:
        """The same model."""
        return self.model

    @property
    def reference_stage(self) -> str:
        """The whole of which it is a part."""
        return self.of


class Parity(About):
    """Scores like another model."""

    relative = True
    words = (
        "`reference`; optional `distilled: true` where the model learnt from a "
        "stronger one (then a bound only)"
    )

    evidence: Literal["benchmark_parity"]
    reference: str
    distilled: bool = False


class Bound(Counting):
    """One-sided; never a point."""

    unit = "FLOP"
    words = "`value` (`at most 1e20`), in FLOP"

    evidence: Literal["bound"]
    value: Flop
    low: None = None
    high: None = None

    @model_validator(mode="after")
    def _one_sided(self) -> Bound:
        if self.value.bound is None:
            raise ValueError("a bound starts with `at most` or `at least`")
        return self


class Months(Strict):
    """How many months one step takes."""

    low: Annotated[float, Field(gt=0)]
    high: Annotated[float, Field(gt=0)]


class GrowthRate(Common):
    """Growth of reasoning or of frontier compute."""

    unit = "ratio"
    words = (
        "`value` (`10x`), optional `low`, `high`, `per` (`year`, or `months: "
        "{low: 3, high: 5}`), `of` (`reasoning` or `frontier`); no `model` or "
        "`stage`"
    )

    evidence: Literal["growth_rate"]
    value: Annotated[Quantity, reads("", "x")]
    low: Annotated[Quantity, reads("", "x")] | None = None
    high: Annotated[Quantity, reads("", "x")] | None = None
    per: Literal["year"] | PerMonths
    of: Literal["reasoning", "frontier"]


class PerMonths(Strict):
    """`per: {months: {low: 3, high: 5}}`."""

    months: Months


class Score(Common):
    """A benchmark score with its protocol."""

    words = (
        "`benchmark`, `protocol` (`pass@1`, `cons@64`, …), `value` (`74.3%`); "
        "optional `stderr` (percentage points), `effort`, `reasoning_steps`, "
        "`reasoning_flop`, `curve` (a name that ties points of one training curve "
        "together); no `stage`"
    )

    evidence: Literal["score"]
    model: str
    benchmark: Words
    protocol: Words
    value: Annotated[float, BeforeValidator(_points), Field(ge=0, le=100)]
    stderr: float | None = Field(default=None, ge=0)
    effort: str | None = None
    reasoning_steps: Annotated[float, Field(ge=0)] | None = None
    reasoning_flop: Flop | None = None
    curve: Slug | None = None


class ForecastClaim(Common):
    """What somebody expected of a date to come; never evidence for an estimate."""

    words = (
        "`forecaster`, `quantity` (`largest_total`, `growth_of_largest` (times a year "
        "from the day it was made), `largest_reasoning`, `reasoning_share`, "
        "`run_total` (of `model`), `threshold_by_date`, `models_above`, `run_cost`, "
        "`cluster`), `target_on` (a date), `rule` (how its author would settle it), "
        "`value` or `low` and `high` with `level` (`90%`; only where it was stated), "
        "`threshold` (FLOP) and `probability` for the quantities that have one; "
        "optional `unit` of a cluster, `among: open` (models with open weights); "
        "no `stage`. Made on `disclosed_on`"
    )

    evidence: Literal["forecast"]
    forecaster: Words
    quantity: ForecastQuantity
    target_on: date
    rule: Words
    model: str | None = None
    among: Literal["open"] | None = None
    value: Count | None = None
    low: Count | None = None
    high: Count | None = None
    level: Fraction | None = None
    threshold: Flop | None = None
    probability: Fraction | None = None
    unit_stated: Annotated[str | None, Field(alias="unit")] = None

    @model_validator(mode="after")
    def _says_something(self) -> ForecastClaim:
        of_threshold = self.quantity in ("threshold_by_date", "models_above")
        if of_threshold != (self.threshold is not None):
            raise ValueError(
                "`threshold` goes with `threshold_by_date` and `models_above`, and "
                "with nothing else"
            )
        if (self.quantity == "run_total") != (self.model is not None) and (
            self.quantity != "threshold_by_date"
        ):
            raise ValueError("`model` goes with `run_total` and `threshold_by_date`")
        ends = self.low is not None and self.high is not None
        if (self.low is None) != (self.high is None):
            raise ValueError("a range has both `low` and `high`")
        if self.level is not None and not ends:
            raise ValueError("`level` is that of `low` to `high`")
        if self.quantity != "threshold_by_date" and self.value is None and not ends:
            raise ValueError("give `value`, or both `low` and `high`")
        for part in (self.probability, self.level):
            if part is not None and not 0 <= part.value <= 1:
                raise ValueError("a probability lies between 0 and 1")
        order = [q.value for q in (self.low, self.value, self.high) if q]
        if order != sorted(order) or any(not v > 0 for v in order):
            raise ValueError("low, value and high are positive and ascend")
        return self


_CLASSES: tuple[type[Common], ...] = (
    FlopClaim,
    ChipHours,
    ChipsTime,
    TokensParams,
    Rollouts,
    Throughput,
    Cost,
    Ratio,
    ShareOfPretraining,
    ShareOfRun,
    Parity,
    Bound,
    GrowthRate,
    Score,
    ForecastClaim,
)
# Kind of evidence → its class.
KINDS: dict[str, type[Common]] = {
    get_args(model.model_fields["evidence"].annotation)[0]: model for model in _CLASSES
}
_UNION: Any = Union[_CLASSES]  # noqa: UP007 - one member per class of the tuple
CLAIM: TypeAdapter[Any] = TypeAdapter(
    Annotated[_UNION, Field(discriminator="evidence")]
)


def table() -> str:
    """The kinds as a Markdown table."""
    rows = [f"| `{name}` | {kind.words} |" for name, kind in KINDS.items()]
    return "\n".join(["| `evidence` | its own fields |", "| --- | --- |", *rows])
