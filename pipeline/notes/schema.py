"""What every claim has: how its values are read, its source, its subject.

What belongs here: types of fields, and the blocks that kinds of evidence share. What
does not: the kinds themselves (evidence.py) or names of models and notes (parse.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from pipeline.notes.registry import SLUG
from pipeline.notes.values import Day, Quantity, hours, quantity
from pipeline.vocabulary import (
    Basis,
    Covers,
    SourceKind,
    Stage,
    Status,
)

# FLOP; the perceptron took 7e5, a thousand years of a million GPUs would take 1e34.
FLOOR, CEILING = 1e3, 1e33

Slug = Annotated[str, Field(pattern=SLUG)]
Words = Annotated[str, Field(min_length=1, max_length=2000)]


def reads(*units: str) -> BeforeValidator:
    """A validator that reads a quantity in one of the units."""
    return BeforeValidator(
        lambda v: v if isinstance(v, Quantity) else quantity(v, units)
    )


def span_of(*units: str) -> Callable[[Any], Any]:
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


class Strict(BaseModel):
    """No unknown fields: a typo in a field name is a fault, not a silence."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        allow_inf_nan=False,
    )


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


def _possible(value: Quantity) -> Quantity:
    """A training run that can be: a slip of the keyboard is a fault, not data."""
    if not FLOOR <= value.value <= CEILING:
        raise ValueError(
            f"no training run has {value.value:.3g} FLOP: {FLOOR:.0e} to {CEILING:.0e} "
            "are possible"
        )
    return value


Flop = Annotated[Quantity, reads("", "FLOP"), AfterValidator(_possible)]
Hours = Annotated[Quantity, reads("", "hours")]
Dollars = Annotated[Quantity, reads("", "USD")]
Times = Annotated[Quantity, reads("", "x", "%")]
Fraction = Annotated[Quantity, reads("", "%", "x")]
Count = Annotated[Quantity, reads("")]
Tokens = Annotated[Quantity, reads("", "tokens")]
Parameters = Annotated[Quantity, reads("", "parameters")]
Share = Annotated[Span, BeforeValidator(span_of("", "%"))]
TokenSpan = Annotated[Span, BeforeValidator(span_of("", "tokens"))]
CountSpan = Annotated[Span, BeforeValidator(span_of(""))]
Duration = Annotated[float, BeforeValidator(hours)]
Counted = Annotated[Basis, BeforeValidator(_basis)]


class Source(Strict):
    """The document: who said it, where and when."""

    id: Slug
    title: Words
    author: str | None = None
    publisher: Words
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    published_on: Day
    retrieved_on: Day | None = None
    kind: SourceKind
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = "en"


class Common(Strict):
    """Fields of every claim, and what a kind of evidence says of itself.

    Attributes:
        unit: Unit of `value`, `low` and `high`; None where the kind has no value.
        counts: What a figure of the kind counts by its nature; None where the note has
            to say so.
        relative: Whether it is observed on the difference of two nodes.
        reference_default: Stage compared with, where the note names none; None: the
            claim's own.
        words: Its own fields, for the table of sources/README.md.
    """

    unit: ClassVar[str | None] = None
    counts: ClassVar[Basis | None] = None
    relative: ClassVar[bool] = False
    reference_default: ClassVar[str | None] = None
    words: ClassVar[str] = ""

    id: Slug
    locator: Words
    summary: Words
    caveat: str | None = None
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")] | None = None
    disclosed_on: Day | None = None
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
