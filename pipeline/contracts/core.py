"""Contracts of the core layer: registries as used, observations and estimates.

What belongs here: tables about single models and claims. What does not: anything over
time (out.py).
"""

from __future__ import annotations

from typing import Any

from pipeline.contracts.table import (
    CLAIM,
    SLUG,
    Day,
    Flag,
    Number,
    Table,
    Text,
    Whole,
    column,
)
from pipeline.vocabulary import (
    GRADES,
    MEASURES,
    OBSERVATION_ROLES,
    OPENNESS,
    ROLES,
    STAGES,
)

MEASURE = (
    "accelerator_time: chip time valued at the utilisation of pre-training (the only "
    "measure of pre-training, fine-tuning and totals); operations: FLOP executed"
)
NODE = r"^[a-z0-9.-]+/[a-z_]+(@operations)?$"


def _model() -> Any:
    return column("model of the node", references="core.models.model_id")


def _stage() -> Any:
    return column("stage of the node", one_of=STAGES)


class Models(Table):
    """The registry of models, from models.yaml and the bulk datasets."""

    model_id: Text = column("slug of the model", pattern=SLUG)
    name: Text = column("display name")
    developer: Text = column("who trained it")
    country: Text = column(
        "country of the developer (ISO 3166, two letters)",
        null=True,
        pattern=r"^[A-Z]{2}$",
    )
    openness: Text = column(
        "open_source: weights, data and code; open_weights; closed: served only; "
        "unreleased: never given to anyone",
        null=True,
        one_of=OPENNESS,
    )
    role: Text = column(
        "flagship: its lab's leading model of the day; derivative: trained from "
        "another; research: answers a question, no product",
        null=True,
        one_of=ROLES,
    )
    source: Text = column("where country, openness and role stand", null=True)
    released_on: Day = column("date on the projection's axis", unit="date")
    base_model_id: Text = column(
        "model it was trained from", null=True, references="core.models.model_id"
    )
    family: Text = column("model family version; one node of each may lead")
    aliases: Text = column("other spellings, separated by ' | '", null=True)
    is_reasoning: Flag = column("whether it had a reasoning stage")
    is_notable: Flag = column(
        "whether a bulk dataset calls it notable; NULL where none lists it", null=True
    )

    class Config:
        """Key and name."""

        name = "core.models"
        unique = ["model_id"]


class Hardware(Table):
    """Accelerators: peak dense FLOP/s by precision and hourly price range."""

    hardware_id: Text = column("slug of the accelerator", pattern=SLUG)
    name: Text = column("display name")
    vendor: Text = column("maker")
    aliases: Text = column("other spellings, separated by ' | '", null=True)
    bf16_flop_per_s: Number = column(
        "peak dense BF16 or FP16", unit="FLOP/s", null=True, gt=0
    )
    fp8_flop_per_s: Number = column("peak dense FP8", unit="FLOP/s", null=True, gt=0)
    price_low_usd_per_hour: Number = column(
        "low end of hourly price", unit="USD/hour", null=True, gt=0
    )
    price_high_usd_per_hour: Number = column(
        "high end of hourly price", unit="USD/hour", null=True, gt=0
    )
    source: Text = column("where the figures stand")
    checked_on: Day = column("when they were checked", unit="date")

    class Config:
        """Key and name."""

        name = "core.hardware"
        unique = ["hardware_id"]


class Assumptions(Table):
    """Every constant of the method: value, range, unit, source."""

    assumption_id: Text = column("name of the constant", pattern=r"^[a-z0-9_.]+$")
    value: Number = column("value used", exact=True)
    low: Number = column("low end of a plausible range", null=True, exact=True)
    high: Number = column("high end of a plausible range", null=True, exact=True)
    unit: Text = column("unit of the value")
    description: Text = column("what it is for")
    source: Text = column("where it comes from")
    checked_on: Day = column("when it was checked", unit="date")

    class Config:
        """Key and name."""

        name = "core.assumptions"
        unique = ["assumption_id"]


class Scenarios(Table):
    """Projection scenarios as used: pace, frontier growth, ceiling."""

    scenario: Text = column("name of the scenario", pattern=r"^[a-z0-9_]+$")
    description: Text = column("what it assumes, in words")
    source: Text = column("where it comes from")
    position: Whole = column("place in scenarios.yaml, from 1", ge=1)
    headline: Flag = column(
        "whether the headline is read from it; where it is stale or has no projection "
        "at the newest vintage, from the next by position"
    )
    pace_times: Number = column("growth per step of the pace", unit="x", gt=1)
    pace_months_low: Number = column("shortest step", unit="months", gt=0)
    pace_months_high: Number = column("longest step", unit="months", gt=0)
    pace_factor: Number = column("scales the pace in orders of magnitude", gt=0)
    pace_claim: Text = column(
        "claim that puts the pace in force, from its date on",
        null=True,
        references="raw.claims.claim_id",
    )
    frontier_fitted: Flag = column("whether frontier growth is fitted to the record")
    frontier_growth_low: Number = column(
        "5% point of frontier growth", unit="x per year", null=True, gt=0
    )
    frontier_growth_high: Number = column(
        "95% point of frontier growth", unit="x per year", null=True, gt=0
    )
    share_low: Number = column("lowest ceiling", unit="share of the largest run", gt=0)
    share_high: Number = column(
        "highest ceiling", unit="share of the largest run", gt=0
    )
    stall_after_months_low: Number = column(
        "earliest stall after the leader's release", unit="months", null=True, gt=0
    )
    stall_after_months_high: Number = column(
        "latest stall after the leader's release", unit="months", null=True, gt=0
    )
    cluster_share_low: Number = column(
        "least share of the lab's cluster that reasoning training may take",
        unit="share of the cluster",
        null=True,
        gt=0,
    )
    cluster_share_high: Number = column(
        "largest share of the lab's cluster that reasoning training may take",
        unit="share of the cluster",
        null=True,
        gt=0,
    )
    algorithmic_progress_low: Number = column(
        "5% point of the part of the pace that comes from algorithms, not from compute",
        unit="x per year",
        null=True,
        ge=1,
    )
    algorithmic_progress_high: Number = column(
        "95% point of that part", unit="x per year", null=True, ge=1
    )

    class Config:
        """Key and name."""

        name = "core.scenarios"
        unique = ["scenario"]


class Observations(Table):
    """Claims as observations on log10 FLOP, with the arithmetic spelled out.

    A claim about two nodes has one row, a claim about a class one row per member.
    """

    claim_id: Text = column("claim", pattern=CLAIM, references="raw.claims.claim_id")
    node: Text = column("model/stage observed", pattern=NODE)
    model_id: Text = _model()
    stage: Text = _stage()
    reference_node: Text = column(
        "model/stage compared with; the observation is the difference", null=True
    )
    kind: Text = column(
        "equality, or an upper or lower bound", one_of=("equality", "upper", "lower")
    )
    log10_value: Number = column("observed value or difference", unit="log10 FLOP")
    log10_sd: Number = column(
        "spread: 90% half-width / 1.645", unit="log10 FLOP", null=True, ge=0
    )
    role: Text = column(
        "fused; echo, held_out, test or unused",
        one_of=OBSERVATION_ROLES,
    )
    role_reason: Text = column("why it is not fused", null=True)
    formula: Text = column("the arithmetic with its numbers")
    disclosed_on: Day = column("when the world could know", unit="date")

    class Config:
        """Key and name."""

        name = "core.observations"
        unique = ["claim_id", "node"]


class Estimates(Table):
    """Compute of one stage of one model at the newest vintage: median and interval.

    An unanchored node has no median, only its claimed bounds.
    """

    model_id: Text = column("model", references="core.models.model_id")
    stage: Text = column("stage of training", one_of=STAGES)
    measure: Text = column(MEASURE, one_of=MEASURES)
    flop_p05: Number = column(
        "5% point; of an unanchored node its claimed lower bound",
        unit="FLOP",
        null=True,
        gt=0,
    )
    flop_p50: Number = column("median", unit="FLOP", null=True, gt=0)
    flop_p95: Number = column(
        "95% point; of an unanchored node its claimed upper bound",
        unit="FLOP",
        null=True,
        gt=0,
    )
    log10_mean: Number = column("mean of log10 FLOP", unit="log10 FLOP", null=True)
    log10_sd: Number = column("sd of log10 FLOP", unit="log10 FLOP", null=True, ge=0)
    grade: Text = column(
        "by the 90% interval: confident within x/÷3, likely within x/÷10; speculative "
        "also where claims of equal standing deny each other",
        null=True,
        one_of=GRADES,
    )
    n_claims: Whole = column("claims that bear on the node, echoes included", ge=0)
    n_independent: Whole = column("claims that are fused, bounds included", ge=0)
    n_held_out: Whole = column("claims held out", ge=0)
    anchored: Flag = column("linked by equality claims to an absolute figure")
    derived: Flag = column(
        "from other stages of the model, not from claims; a total is then the sum of "
        "the known stages and counts an unknown one as zero"
    )
    usd_at_flat_rate: Number = column(
        "the median in money at one rate for all stages: about 5e23 FLOP per million "
        "USD, as of May 2025; not what the run cost",
        unit="USD",
        null=True,
        gt=0,
    )

    class Config:
        """Key and name."""

        name = "core.estimates"
        unique = ["model_id", "stage", "measure"]


class Calibrations(Table):
    """Constants that the record teaches: their range for one more run, by vintage.

    A row holds from its vintage until the next of its constant. Below three pairs the
    prior stands alone; a run's own pair is left out where its own estimate is made.
    """

    vintage: Day = column("first vintage at which the row holds", unit="date")
    constant: Text = column(
        "operations_per_accelerator_time: FLOP executed in a reasoning stage over what "
        "its chips would have done at the utilisation of pre-training; flop_per_usd: "
        "accelerator time bought per dollar of reasoning bills, at May 2025 prices",
        one_of=("operations_per_accelerator_time", "flop_per_usd"),
    )
    n_pairs: Whole = column("runs known by then that state both sides", ge=0)
    pairs: Text = column("their model/stage, comma-separated", null=True)
    prior_p05: Number = column(
        "5% point of the prior", unit="ratio or FLOP per USD", gt=0
    )
    prior_p50: Number = column(
        "median of the prior", unit="ratio or FLOP per USD", gt=0
    )
    prior_p95: Number = column(
        "95% point of the prior", unit="ratio or FLOP per USD", gt=0
    )
    p05: Number = column(
        "5% point for one more run", unit="ratio or FLOP per USD", gt=0
    )
    p50: Number = column("median for one more run", unit="ratio or FLOP per USD", gt=0)
    p95: Number = column(
        "95% point for one more run", unit="ratio or FLOP per USD", gt=0
    )

    class Config:
        """Key and name."""

        name = "core.calibrations"
        unique = ["vintage", "constant"]


class Conflicts(Table):
    """Claims that do not fit, from the vintage on at which they do not.

    A row holds from `vintage` until the vintage before `until`: a new one begins where
    the status changes or z moves by 0.1 or more. What conflicts at a day is `vintage <=
    day AND (until IS NULL OR until > day)`; at the newest vintage, `until IS NULL`. A
    claim about a class has a row per member that it misses.
    """

    claim_id: Text = column("claim", pattern=CLAIM, references="raw.claims.claim_id")
    vintage: Day = column("first vintage at which the row holds", unit="date")
    until: Day = column(
        "first later vintage at which it no longer does; NULL = holds at the newest",
        unit="date",
        null=True,
    )
    node: Text = column("model/stage that the claim misses", pattern=NODE)
    model_id: Text = _model()
    stage: Text = _stage()
    z: Number = column(
        "claim minus the estimate without it; one-sided for a bound; NULL = nothing "
        "else tells",
        unit="standard deviations",
        null=True,
    )
    weight: Number = column(
        "what fusion leaves of the claim; of a bound the chance that it is heeded; 0 = "
        "not fused",
        unit="fraction",
        ge=0,
        le=1,
    )
    status: Text = column(
        "fused, or why it has no weight; stage_sum: a total that is less than, or not, "
        "the sum of its stages",
        one_of=("fused", "held_out", "arithmetic", "test", "stage_sum"),
    )
    against: Text = column(
        "claims it is held against, comma-separated; NULL = there are none", null=True
    )
    explanation: Text = column("the conflict in one sentence")

    class Config:
        """Key and name."""

        name = "core.conflicts"
        unique = ["claim_id", "vintage", "node"]


class Influence(Table):
    """What leaving out a fused claim (with its echoes) does, at the newest vintage.

    Its component is solved again without it. The standing of all other claims stays as
    it is.
    """

    claim_id: Text = column("claim", pattern=CLAIM, references="raw.claims.claim_id")
    node: Text = column("model/stage observed", pattern=NODE)
    model_id: Text = _model()
    stage: Text = _stage()
    weight: Number = column(
        "its share in what is known of its own quantity; of a bound the chance that it "
        "is heeded",
        unit="fraction",
        ge=0,
        le=1,
    )
    shift_log10: Number = column(
        "median of the node without the claim minus with it: above 0, the claim holds "
        "the estimate down; NULL = without it the node has no level",
        unit="log10 FLOP",
        null=True,
    )
    share_shift: Number = column(
        "median of a flagship's typical share at the newest vintage, without the claim "
        "minus with it: above 0, the claim holds it down; NULL = no trend without it",
        unit="share",
        null=True,
    )
    convergence_shift_days: Number = column(
        "median date at which that share reaches 0.3, without the claim minus with it: "
        "above 0, the claim makes it earlier; NULL = without it there is none",
        unit="days",
        null=True,
    )

    class Config:
        """Key and name."""

        name = "core.influence"
        unique = ["claim_id"]
