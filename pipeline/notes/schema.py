"""The typed claim: a discriminated union over the kinds of evidence.

What belongs here: which fields a kind of evidence has and what each accepts. What does
not: names of models and other notes (parse.py) or arithmetic (estimation/observe.py).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipeline.notes.registry import SLUG
from pipeline.notes.values import Quantity, hours, quantity
from pipeline.vocabulary import (
    Basis,
    Covers,
    Grade,
    Precision,
    SourceKind,
    Stage,
    Status,
)

Slug = Annotated[str, Field(pattern=SLUG)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


def _reads(*units: str) -> BeforeValidator:
    """A validator that reads a quantity in one of the units."""
    return BeforeValidator(
        lambda v: v if isinstance(v, Quantity) else quantity(v, units)
    )


def _span(*units: str) -> Callable[[Any], Any]:
    """A validator for one number or `{low, high}`."""

    def read(value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) != {"low", "high"}:
                raise ValueError("a range has exactly `low` and `high`")
            low, high = (quantity(value[k], units) for k in ("low", "high"))
            if low.bound or high.bound:
                raise ValueError("the ends of a range are plain numbers")
            return Span(low=low.value, high=high.value)
        if isinstance(value, Span):
            return value
        number = quantity(value, units)
        return Span(low=number.value, high=number.value, bound=number.bound)

    return read


def _basis(value: Any) -> Any:
    """`flop` and `gpu_hours`, as version 0.1 wrote them, beside today's words."""
    return {"flop": "operations", "gpu_hours": "accelerator_time"}.get(value, value)


def _points(value: Any) -> Any:
    """Percentage points: `74.3%` and `74.3` are the same, and 0 is a score."""
    return str(value).strip().removesuffix("%")


class Strict(BaseModel):
    """No unknown fields: a typo in a field name is a fault, not a silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Span(Strict):
    """A number (low = high), which may be a bound, or a 90% range."""

    low: float
    high: float
    bound: str | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Span:
        if self.low > self.high:
            raise ValueError("low is above high")
        return self

    @property
    def middle(self) -> float:
        """Geometric middle."""
        return float((self.low * self.high) ** 0.5)


Flop = Annotated[Quantity, _reads("", "FLOP")]
Hours = Annotated[Quantity, _reads("", "hours")]
Dollars = Annotated[Quantity, _reads("", "USD")]
Times = Annotated[Quantity, _reads("", "x", "%")]
Fraction = Annotated[Quantity, _reads("", "%", "x")]
Count = Annotated[Quantity, _reads("")]
Tokens = Annotated[Quantity, _reads("", "tokens")]
Parameters = Annotated[Quantity, _reads("", "parameters")]
Share = Annotated[Span, BeforeValidator(_span("", "%"))]
TokenSpan = Annotated[Span, BeforeValidator(_span("", "tokens"))]
CountSpan = Annotated[Span, BeforeValidator(_span(""))]
Duration = Annotated[float, BeforeValidator(hours)]
Counted = Annotated[Basis, BeforeValidator(_basis)]


class Source(Strict):
    """The document: who said it, where and when."""

    id: Slug
    title: Words
    author: str | None = None
    publisher: Words
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    published_on: date
    retrieved_on: date | None = None
    kind: SourceKind
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"


class Common(Strict):
    """Fields of every claim."""

    id: Slug
    locator: Words
    summary: Words
    caveat: str | None = None
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None
    disclosed_on: date | None = None
    repeats: str | None = None
    supersedes: tuple[str, ...] = ()
    status: Status = "accepted"


class About(Common):
    """A claim about a stage of a model, or of each member of a class."""

    model: str | None = None
    applies_to: tuple[str, ...] = ()
    stage: Stage
    derived_from: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_subject(self) -> About:
        if (self.model is None) == (not self.applies_to):
            raise ValueError("give either `model` or `applies_to`")
        return self

    @property
    def bound(self) -> str | None:
        """`upper` or `lower` where an input is one: `rollouts: at least 1e8`."""
        return next(iter(self._bounds()), None)

    def _bounds(self) -> set[str]:
        values = (getattr(self, name) for name in type(self).model_fields)
        return {v.bound for v in values if isinstance(v, Span | Quantity) and v.bound}

    @model_validator(mode="after")
    def _one_direction(self) -> About:
        if len(self._bounds()) > 1:
            raise ValueError("one input is `at most`, another `at least`: no bound")
        return self


class Stated(About):
    """A claim with a value, a range, or both."""

    value: Quantity | None = None
    low: Quantity | None = None
    high: Quantity | None = None
    range_covers: Covers = "all"

    @model_validator(mode="after")
    def _consistent(self) -> Stated:
        low = self.low.value if self.low else None
        high = self.high.value if self.high else None
        value = self.value.value if self.value else None
        if value is None and (low is None or high is None):
            raise ValueError("give `value`, or both `low` and `high`")
        if self.range_covers != "all" and (low is None or high is None):
            raise ValueError("`range_covers` goes with `low` and `high`")
        if low is not None and high is not None and low > high:
            raise ValueError("low is above high")
        if self.value and self.value.bound is None and value is not None:
            if low is not None and value < low:
                raise ValueError("value is below low")
            if high is not None and value > high:
                raise ValueError("value is above high")
        return self


class Counting(Stated):
    """A claim that may count operations or accelerator time, and should say which."""

    basis: Counted | None = None
    basis_reason: Words | None = None

    @model_validator(mode="after")
    def _reason_of_what(self) -> Counting:
        if self.basis_reason and self.basis is None:
            raise ValueError("`basis_reason` goes with `basis`")
        return self


class StatedInputs(Strict):
    """What the same source says a figure was computed from."""

    tokens: Tokens
    parameters: Parameters


class FlopClaim(Counting):
    """Compute as reported."""

    evidence: Literal["flop"]
    value: Flop | None = None
    low: Flop | None = None
    high: Flop | None = None
    inputs_stated: StatedInputs | None = None
    confidence: Grade | None = None


class ChipHours(Stated):
    """Accelerator-hours."""

    evidence: Literal["chip_hours"]
    value: Hours | None = None
    low: Hours | None = None
    high: Hours | None = None
    hardware: str
    precision: Precision
    utilisation: Share | None = None


class ChipsTime(About):
    """A number of accelerators for a stretch of time."""

    evidence: Literal["chips_x_time"]
    chips: CountSpan
    duration: Duration
    hardware: str
    precision: Precision
    utilisation: Share | None = None


class TokensParams(About):
    """Tokens times active parameters."""

    evidence: Literal["tokens_x_params"]
    tokens: TokenSpan
    parameters: Annotated[Span, BeforeValidator(_span("", "parameters"))]
    epochs: Count | None = None


class Rollouts(About):
    """Reinforcement learning counted from its rollouts, or from all their tokens."""

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

    evidence: Literal["throughput"]
    parameters: Parameters
    tokens_per_day: TokenSpan
    trained_per_day: TokenSpan | None = None
    chips: CountSpan
    hardware: str
    precision: Precision


class Cost(Stated):
    """Money spent."""

    evidence: Literal["cost"]
    value: Dollars | None = None
    low: Dollars | None = None
    high: Dollars | None = None
    hardware: str | None = None
    price_per_hour: Dollars | None = None


class Ratio(Counting):
    """So many times the compute of another model."""

    evidence: Literal["ratio"]
    value: Times | None = None
    low: Times | None = None
    high: Times | None = None
    reference: str
    reference_stage: Stage | None = None


class ShareOfPretraining(Counting):
    """A share of the base model's pre-training; meaningless without its basis."""

    evidence: Literal["share_of_pretraining"]
    value: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None
    reference: str | None = None
    reference_stage: Stage | None = None
    basis: Counted


class ShareOfRun(Counting):
    """A share of a larger part of the same model's run."""

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

    evidence: Literal["benchmark_parity"]
    reference: str
    distilled: bool = False


class Bound(Counting):
    """One-sided; never a point."""

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

    evidence: Literal["growth_rate"]
    value: Annotated[Quantity, _reads("", "x")]
    low: Annotated[Quantity, _reads("", "x")] | None = None
    high: Annotated[Quantity, _reads("", "x")] | None = None
    per: Literal["year"] | PerMonths
    of: Literal["reasoning", "frontier"]


class PerMonths(Strict):
    """`per: {months: {low: 3, high: 5}}`."""

    months: Months


class Score(Common):
    """A benchmark score with its protocol."""

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


_CLAIMS: tuple[type[Common], ...] = (
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
)
Claim = Annotated[
    FlopClaim
    | ChipHours
    | ChipsTime
    | TokensParams
    | Rollouts
    | Throughput
    | Cost
    | Ratio
    | ShareOfPretraining
    | ShareOfRun
    | Parity
    | Bound
    | GrowthRate
    | Score,
    Field(discriminator="evidence"),
]

# Kind of evidence → its model.
KINDS: dict[str, type[Common]] = {
    get_args(model.model_fields["evidence"].annotation)[0]: model for model in _CLAIMS
}
