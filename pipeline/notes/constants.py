"""assumptions.yaml and scenarios.yaml: the constants of the method, as data.

What belongs here: their shape and their faults. What does not: their use.
"""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from pipeline.notes.faults import Fault, no_list, short
from pipeline.notes.frontmatter import Unreadable, decode, load
from pipeline.notes.values import Day

T = TypeVar("T")


# What the method asks for; the values stand in the file alone.
ASKED_FOR = """
spread.flop spread.tokens_x_params spread.chip_hours_quantity spread.chips_x_time
spread.rollouts spread.cost spread.ratio spread.parity spread.press spread.scrape
confidence.confident confidence.likely confidence.speculative
utilisation.training_bf16 utilisation.training_fp8 utilisation.wall_clock_bf16
utilisation.wall_clock_fp8 calibration.kappa calibration.prior_pairs
calibration.fewest_pairs flop.per_token_training flop.per_token_forward
cost.hardware_price cost.hardware_peak cost.utilisation cost.reference_date_year
cost.price_decline_per_year arithmetic.tolerance fusion.prior_mean fusion.prior_sd
fusion.student_nu fusion.bound_sd fusion.bound_contamination fusion.draws
fusion.derived_probability history.least_change grade.confident grade.likely
conflict.z conflict.least_change projection.luck_per_draw leader.widest_factor
projection.months projection.met projection.stale_months span.level span.share
projection.fitted_min_records projection.frontier_since_year pace.floor share.level
share.slope share.role share.scatter share.scatter_least share.cap share.prior_draws
share.fewest_effective share.variant_draws share.wander share.covariate
share.widest_factor share.fewest_runs share.since_year jumps.window_years jumps.rate
jumps.rate_years jumps.size jumps.size_jumps scaling.score_stderr
scaling.least_ratio chart.prior_reasoning chart.prior_base_paid
chart.prior_cut_short chart.span_reasoning chart.span_cut_short
chart.base_pretraining chart.reading_error chart.reading_nu chart.score_chance
chart.most_odds calibration.fewest_records backtest.horizon_1 backtest.horizon_2
backtest.horizon_3 backtest.horizon_4 trend.block_power trend.resamples
trend.notable_since_year trend.record_since_year trend.top_few
trend.top_few_since_year trend.top_many trend.top_many_since_year cluster.peak
cluster.date_year cluster.growth cluster.run_days bulk.same_value bulk.floor
bulk.floor_since_year check.fresh_days check.median_shift check.date_shift_days
check.growth_factor check.record_factor check.record_since_year check.record_known
check.claim_factor check.prior_distance check.duration check.chips check.prompts
check.samples check.mean_tokens check.price notes.first_year notes.embargo_days
notes.announced_days
""".split()  # noqa: SIM905 - a list would have a line for each


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Assumption(_Entry):
    """One constant: value, plausible range, unit, source."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_.]+$")]
    value: float
    low: float | None = None
    high: float | None = None
    unit: str
    description: str
    source: str
    checked_on: Day


class Range(_Entry):
    """A 90% range, or the ends of a log-uniform prior; equal ends are a point."""

    low: float = Field(gt=0)
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Range:
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


class Pace(_Entry):
    """How fast reasoning compute grows until the ceiling.

    `times` per `months`, log-uniform in months, in force once `claim` is disclosed.
    """

    times: float = Field(gt=1)
    months: Range
    claim: str | None = None
    factor: float = Field(default=1.0, gt=0)


class Scenario(_Entry):
    """One projection scenario; a user adds one without touching code."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
    description: str
    source: str
    headline: bool = False
    pace: Pace
    frontier_growth: Range | Literal["fitted"]
    share: Range
    stall_after_months: Range | None = None
    cluster_share: Range | None = None
    algorithmic_progress: Range | None = None

    @model_validator(mode="after")
    def _one_limit(self) -> Scenario:
        if self.stall_after_months and self.cluster_share:
            raise ValueError("a scenario stalls or is limited by a cluster, not both")
        return self


# What a scenario may have; each is two columns of core.scenarios, `_low` and `_high`.
LIMITS = tuple(
    name
    for name, field in Scenario.model_fields.items()
    if field.annotation == Range | None
)


def read_assumptions(
    path: str, data: bytes
) -> tuple[tuple[Assumption, ...], list[Fault]]:
    """The constants of assumptions.yaml; a faulty or missing one is reported."""
    found, faults = read_entries(path, data, TypeAdapter(Assumption))
    have = {each.id for each in found}
    missing = [name for name in ASKED_FOR if name not in have]
    if found and missing and not faults:
        problem = f"the method asks for {', '.join(missing)}, which the file lacks"
        faults.append(Fault(path, 0, "", problem, "Restore the entries"))
    return found, faults


class Dates(NamedTuple):
    """Which dates a note may bear.

    Attributes:
        first: An earlier one is a slip.
        latest: So is a later one.
        announced: Days before its release in which a model is spoken of.
    """

    first: date
    latest: date
    announced: float

    @classmethod
    def of(cls, assumptions: tuple[Assumption, ...], today: date) -> Dates:
        """As assumptions.yaml has them; a constant that is missing allows all."""
        stated = {a.id: a.value for a in assumptions}
        return cls(
            date(int(stated.get("notes.first_year", 1)), 1, 1),
            today + timedelta(days=stated.get("notes.embargo_days", 0.0)),
            stated.get("notes.announced_days", math.inf),
        )


def read_scenarios(path: str, data: bytes) -> tuple[tuple[Scenario, ...], list[Fault]]:
    """The scenarios of scenarios.yaml; a faulty one is left out and reported."""
    return read_entries(path, data, TypeAdapter(Scenario))


def read_entries(
    path: str, data: bytes, adapter: TypeAdapter[T], key: str = "id"
) -> tuple[tuple[T, ...], list[Fault]]:
    """The entries of a YAML list; a faulty or repeated one is left out and reported."""
    try:
        raw, lines = load(path, decode(path, data))
    except Unreadable as unreadable:
        return (), [unreadable.fault]
    entries: list[T] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    if not isinstance(raw, list | None):
        faults.append(no_list(path))
    for k, entry in enumerate(raw if isinstance(raw, list) else []):
        name = str(entry.get(key)) if isinstance(entry, dict) else ""
        if name in seen:
            faults.append(
                Fault(path, lines.near((k, key)), key, "the entry stands twice",
                      "Remove one", name)
            )  # fmt: skip
            continue
        seen.add(name)
        try:
            entries.append(adapter.validate_python(entry))
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                faults.append(
                    Fault(
                        path,
                        lines.near((k, *detail["loc"])),
                        ".".join(map(str, detail["loc"])),
                        str(detail["msg"]),
                        f"Mend the entry {name!r}",
                        short(detail["input"]),
                    )
                )
    return tuple(entries), faults
