"""Contracts of the out layer: trends, projections, their history and their scores.

What belongs here: tables that answer the question. What does not: evidence.
"""

from __future__ import annotations

from pipeline.contracts.core import MEASURE
from pipeline.contracts.table import (
    CLAIM,
    Day,
    Flag,
    Number,
    Table,
    Text,
    Whole,
    column,
)
from pipeline.vocabulary import FORECAST_QUANTITIES, MEASURES, STAGES

SHARES = ("0.1", "0.3", "0.5", "1")  # of the largest run's total compute


class FrontierTrend(Table):
    """Growth of total training compute, by series: OLS of log10 FLOP on date.

    The interval of `ols` takes the runs for independent; records and top-n runs, chosen
    for beating others, are not, and it is too narrow. `bootstrap` resamples blocks of
    all runs and chooses again.
    """

    series: Text = column("which runs are fitted")
    since: Day = column("start of the window", unit="date")
    until: Day = column("newest run in the window", unit="date")
    n: Whole = column("runs fitted", ge=2)
    growth_per_year_p05: Number = column("5% point of growth", unit="x per year", gt=0)
    growth_per_year_p50: Number = column("growth", unit="x per year", gt=0)
    growth_per_year_p95: Number = column("95% point of growth", unit="x per year", gt=0)
    level_flop: Number = column("fitted level at `level_on`", unit="FLOP", gt=0)
    level_on: Day = column("date of the level", unit="date")
    method: Text = column("how the interval was made", one_of=("ols", "bootstrap"))

    class Config:
        """Key and name."""

        name = "out.frontier_trend"
        unique = ["series", "method"]


class Projections(Table):
    """Reasoning and frontier compute month by month, per vintage and scenario.

    A vintage has months of a scenario only where it moved a level, and the first of
    each quarter; they stand until the next. `FROM projections_as_of(day)` finds them.
    """

    vintage: Day = column("only claims disclosed by then are used", unit="date")
    scenario: Text = column("scenario of scenarios.yaml")
    month: Day = column("first day of the month", unit="date")
    reasoning_flop_p05: Number = column("5% point", unit="FLOP", gt=0)
    reasoning_flop_p25: Number = column("25% point", unit="FLOP", gt=0)
    reasoning_flop_p50: Number = column("median", unit="FLOP", gt=0)
    reasoning_flop_p75: Number = column("75% point", unit="FLOP", gt=0)
    reasoning_flop_p95: Number = column("95% point", unit="FLOP", gt=0)
    frontier_flop_p50: Number = column(
        "median of the largest run's total compute", unit="FLOP", gt=0
    )
    growth_per_year_p50: Number = column(
        "median growth of reasoning compute at that date", unit="x per year", gt=0
    )
    usd_at_trend_price: Number = column(
        "the median in money at the trend price of that date; not a forecast of what a "
        "run will cost",
        unit="USD",
        gt=0,
    )
    probability_converged: Number = column(
        "chance that the ceiling is reached by then", unit="probability", ge=0, le=1
    )

    class Config:
        """Key and name."""

        name = "out.projections"
        unique = ["vintage", "scenario", "month"]


class Convergence(Table):
    """When reasoning compute meets its ceiling, per vintage, scenario and threshold.

    A vintage that allows no projection keeps its row, with NULLs and a reason.
    """

    vintage: Day = column("only claims disclosed by then are used", unit="date")
    scenario: Text = column("scenario of scenarios.yaml")
    threshold: Text = column(
        "the share to be met: that of the scenario itself, or a fixed one",
        one_of=("scenario", *SHARES),
    )
    share: Number = column(
        "the fixed share as a number; NULL for the scenario's own, whose range stands "
        "in core.scenarios",
        unit="share of the largest run",
        null=True,
        gt=0,
    )
    leader_model_id: Text = column(
        "model most often the largest", null=True, references="core.models.model_id"
    )
    leader_probability: Number = column(
        "how often it is the largest", unit="probability", null=True, ge=0, le=1
    )
    leader_flop_p50: Number = column(
        "median reasoning compute of the largest", unit="FLOP", null=True, gt=0
    )
    frontier_model_id: Text = column(
        "last record of total compute", null=True, references="core.models.model_id"
    )
    gap_oom_p50: Number = column(
        "log10 of ceiling over reasoning compute at the leader's release",
        unit="orders of magnitude",
        null=True,
    )
    date_p05: Day = column("5% point of the convergence date", unit="date", null=True)
    date_p25: Day = column("25% point of the convergence date", unit="date", null=True)
    date_p50: Day = column(
        "median convergence date; NULL where later than the horizon or never",
        unit="date",
        null=True,
    )
    date_p75: Day = column("75% point of the convergence date", unit="date", null=True)
    date_p95: Day = column("95% point of the convergence date", unit="date", null=True)
    probability_within_12_months: Number = column(
        "chance of convergence by 12 months after the vintage",
        unit="probability",
        null=True,
        ge=0,
        le=1,
    )
    probability_past: Number = column(
        "chance that it lies before the vintage",
        unit="probability",
        null=True,
        ge=0,
        le=1,
    )
    status: Text = column(
        "met, unclear or open at the vintage; stale where the path is too old to "
        "judge; none without a projection",
        one_of=("met", "unclear", "open", "stale", "none"),
    )
    stale: Flag = column(
        "the pace claim or the leader's release is older than 12 months"
    )
    growth_before: Number = column(
        "median growth before the ceiling", unit="x per year", null=True, gt=0
    )
    growth_after: Number = column(
        "median growth at the ceiling", unit="x per year", null=True, gt=0
    )
    reason: Text = column("why there is no projection", null=True)

    class Config:
        """Key and name."""

        name = "out.convergence"
        unique = ["vintage", "scenario", "threshold"]


class Shares(Table):
    """The share of its own run that is reasoning, for every reasoning model.

    In accelerator time; the run includes its base model's training. `known` shares come
    from what was disclosed, `bounded` and `nowcast` ones from the trend of the others.
    """

    model_id: Text = column("model", references="core.models.model_id")
    basis: Text = column(
        "known; bounded: the trend, within claimed bounds; nowcast: the trend alone",
        one_of=("known", "bounded", "nowcast"),
    )
    share_p05: Number = column("5% point of the share", unit="share", ge=0, le=1)
    share_p50: Number = column("median share", unit="share", ge=0, le=1)
    share_p95: Number = column("95% point of the share", unit="share", ge=0, le=1)
    claimed_least: Number = column(
        "largest lower bound claimed", unit="share", null=True, ge=0, le=1
    )
    claimed_most: Number = column(
        "smallest upper bound claimed", unit="share", null=True, ge=0, le=1
    )
    probability_10: Number = column(
        "chance of a share of at least 0.1", unit="probability", ge=0, le=1
    )
    probability_30: Number = column(
        "chance of a share of at least 0.3", unit="probability", ge=0, le=1
    )
    probability_50: Number = column(
        "chance of a share of at least 0.5", unit="probability", ge=0, le=1
    )
    reasoning_flop_p05: Number = column(
        "5% point of reasoning compute, where the run has a level",
        unit="FLOP", null=True, gt=0,
    )  # fmt: skip
    reasoning_flop_p50: Number = column(
        "median of the same", unit="FLOP", null=True, gt=0
    )
    reasoning_flop_p95: Number = column(
        "95% point of the same", unit="FLOP", null=True, gt=0
    )
    run_over_frontier_p50: Number = column(
        "the whole run over the largest known one at its release",
        unit="ratio", null=True, gt=0,
    )  # fmt: skip
    known_since: Day = column(
        "first vintage that knew the share", unit="date", null=True
    )
    predicted_on: Day = column(
        "the vintage before it, whose trend predicts it", unit="date", null=True
    )
    predicted_share_p05: Number = column(
        "5% point predicted then", unit="share", null=True, ge=0, le=1
    )
    predicted_share_p50: Number = column(
        "median predicted then", unit="share", null=True, ge=0, le=1
    )
    predicted_share_p95: Number = column(
        "95% point predicted then", unit="share", null=True, ge=0, le=1
    )
    error: Number = column(
        "median predicted minus known, log10 odds",
        unit="orders of magnitude", null=True,
    )  # fmt: skip
    pit: Number = column(
        "chance that the prediction lies below the known, whose own error is part of "
        "the prediction",
        unit="probability", null=True, ge=0, le=1,
    )  # fmt: skip
    crps: Number = column(
        "continuous ranked probability score, log10 odds",
        unit="orders of magnitude", null=True, ge=0,
    )  # fmt: skip
    log_score: Number = column(
        "natural log of the predicted density at the known", unit="nat", null=True
    )
    covered_50: Flag = column("known inside the predicted 50% interval", null=True)
    covered_90: Flag = column("known inside the predicted 90% interval", null=True)

    class Config:
        """Key and name."""

        name = "out.shares"
        unique = ["model_id"]


class ShareTrend(Table):
    """The share of a flagship released in a month, as each vintage sees it.

    `share_` is that of a single flagship, scatter between runs included; `typical_`
    that of the middle one. Months up to the vintage are the fit, later ones a forecast.
    Only vintages that moved a share have months: `FROM share_trend_as_of(day)`.
    """

    vintage: Day = column("only claims disclosed by then are used", unit="date")
    month: Day = column("first day of the month", unit="date")
    share_p05: Number = column("5% point", unit="share", ge=0, le=1)
    share_p25: Number = column("25% point", unit="share", ge=0, le=1)
    share_p50: Number = column("median", unit="share", ge=0, le=1)
    share_p75: Number = column("75% point", unit="share", ge=0, le=1)
    share_p95: Number = column("95% point", unit="share", ge=0, le=1)
    typical_p05: Number = column("5% point of the typical", unit="share", ge=0, le=1)
    typical_p50: Number = column("median of the typical", unit="share", ge=0, le=1)
    typical_p95: Number = column("95% point of the typical", unit="share", ge=0, le=1)
    probability_10: Number = column(
        "chance of a share of at least 0.1", unit="probability", ge=0, le=1
    )
    probability_30: Number = column(
        "chance of a share of at least 0.3", unit="probability", ge=0, le=1
    )
    probability_50: Number = column(
        "chance of a share of at least 0.5", unit="probability", ge=0, le=1
    )

    class Config:
        """Key and name."""

        name = "out.share_trend"
        unique = ["vintage", "month"]


class ShareScores(Table):
    """Ways to predict a share, scored on every share that became known.

    Each is predicted at the vintage before. `persistence` is the last flagship's share
    with the scatter between runs, `article` the path of May 2025.
    """

    variant: Text = column("the published trend, a variant of it, or a reference")
    n: Whole = column("shares predicted", ge=1)
    n_distinct_days: Whole = column("days on which they became known", ge=1)
    mean_crps: Number = column(
        "mean score, lower is better", unit="orders of magnitude", ge=0
    )
    mean_log_score: Number = column("mean log score, higher is better", unit="nat")
    mean_abs_error: Number = column(
        "mean distance of the median from the known, log10 odds",
        unit="orders of magnitude", ge=0,
    )  # fmt: skip
    coverage_50: Number = column("known in the 50% interval", unit="share", ge=0, le=1)
    coverage_90: Number = column("known in the 90% interval", unit="share", ge=0, le=1)
    mean_pit: Number = column(
        "mean of pit; 0.5 = no lean", unit="probability", ge=0, le=1
    )
    verdict: Text = column(
        "on the intervals; too few to judge below 8 distinct days",
        one_of=(
            "too few to judge",
            "intervals too narrow",
            "intervals too wide",
            "consistent",
        ),
    )

    class Config:
        """Key and name."""

        name = "out.share_scores"
        unique = ["variant"]


class EstimateHistory(Table):
    """How each estimate moved as disclosures arrived: one row per change."""

    vintage: Day = column("date of the disclosure that moved it", unit="date")
    model_id: Text = column("model", references="core.models.model_id")
    stage: Text = column("stage of training", one_of=STAGES)
    measure: Text = column(MEASURE, one_of=MEASURES)
    flop_p05: Number = column("5% point at that vintage", unit="FLOP", null=True, gt=0)
    flop_p50: Number = column("median at that vintage", unit="FLOP", null=True, gt=0)
    flop_p95: Number = column("95% point at that vintage", unit="FLOP", null=True, gt=0)
    change_log10: Number = column(
        "shift of the median since the vintage before",
        unit="orders of magnitude",
        null=True,
    )
    changed_by: Text = column(
        "claims disclosed then that bear on the node, comma-separated, or "
        "`core.calibrations` where a constant was learned anew",
        null=True,
    )

    class Config:
        """Key and name."""

        name = "out.estimate_history"
        unique = ["vintage", "model_id", "stage", "measure"]


class ObservedConvergence(Table):
    """What single runs show: reasoning against other stages and the frontier."""

    model_id: Text = column("model", references="core.models.model_id")
    share: Number = column("share of the frontier asked for", unit="share", gt=0, le=1)
    released_on: Day = column("release date", unit="date")
    reasoning_over_rest_p50: Number = column(
        "reasoning over the model's other stages", unit="ratio", null=True, gt=0
    )
    reasoning_over_frontier_p50: Number = column(
        "reasoning over the frontier at release", unit="ratio", null=True, gt=0
    )
    probability: Number = column(
        "chance that reasoning is at least the share of the frontier",
        unit="probability",
        null=True,
        ge=0,
        le=1,
    )
    state: Text = column(
        "met (>= 0.9), not met (<= 0.1), undecided, or unknown where undisclosed",
        one_of=("met", "not met", "undecided", "unknown"),
    )

    class Config:
        """Key and name."""

        name = "out.observed_convergence"
        unique = ["model_id", "share"]


class ScalingCurves(Table):
    """Score against log10 of reasoning compute, per curve, protocol and form.

    Curves compare only within a benchmark and protocol. Over steps the slope is per
    tenfold steps: the compute of a step is not constant along a run.
    """

    curve_id: Text = column("training curve, or pair of models")
    benchmark: Text = column("benchmark")
    protocol: Text = column("protocol, with the effort setting where there is one")
    form: Text = column("form fitted", one_of=("log-linear", "sigmoid", "two-point"))
    x_kind: Text = column(
        "what is counted: RL steps, or FLOP (of a pair: its ratio)",
        one_of=("steps", "flop"),
    )
    n: Whole = column("points used; a point before any training has no logarithm", ge=2)
    slope_per_oom_p05: Number = column(
        "5% point of the slope", unit="points per tenfold"
    )
    slope_per_oom_p50: Number = column(
        "slope; of a sigmoid at the middle of its points", unit="points per tenfold"
    )
    slope_per_oom_p95: Number = column(
        "95% point of the slope", unit="points per tenfold"
    )
    criterion: Text = column(
        "how the forms are compared: AICc, leave-one-out (points) below five points",
        null=True,
        one_of=("aicc", "leave-one-out"),
    )
    criterion_value: Number = column(
        "its value; lower is better", unit="of the criterion", null=True
    )
    preferred: Flag = column("whether this form has the lower value on its curve")

    class Config:
        """Key and name."""

        name = "out.scaling_curves"
        unique = ["curve_id", "benchmark", "protocol", "form", "x_kind"]


class ChartAxisTest(Table):
    """What the x-axis of OpenAI's chart from o1 to o3 counts: three readings, weighed.

    Odds and posterior are cut at 1,000 to 1: the readings are not sure beyond that.
    """

    hypothesis: Text = column(
        "reading of the axis",
        one_of=(
            "reasoning compute",
            "total compute, base paid in full",
            "total compute, pre-training cut short",
        ),
    )
    evidence: Text = column(
        "with or without the first point's score", one_of=("span", "span and score")
    )
    reading_error: Number = column(
        "scale of the error in reading the chart", unit="orders of magnitude", gt=0
    )
    span_oom_observed: Number = column(
        "span between the first point and o3", unit="orders of magnitude"
    )
    span_oom_p05: Number = column(
        "5% point of the predicted span", unit="orders of magnitude"
    )
    span_oom_p50: Number = column(
        "median of the predicted span", unit="orders of magnitude"
    )
    span_oom_p95: Number = column(
        "95% point of the predicted span", unit="orders of magnitude"
    )
    prior: Number = column("before the chart", unit="probability", ge=0, le=1)
    likelihood: Number = column(
        "density of the observed span, times the chance of the score where used",
        unit="per order of magnitude",
        ge=0,
    )
    posterior: Number = column("after it", unit="probability", ge=0, le=1)
    odds: Text = column("odds to one against the other two readings")

    class Config:
        """Key and name."""

        name = "out.chart_axis_test"
        unique = ["hypothesis", "evidence", "reading_error"]


class Backtests(Table):
    """Each forecast made at a quarter's start, beside what the record says today.

    A forecast uses the last vintage by its origin. What is realised is the record at
    the target date as known at the newest vintage, with its own uncertainty. Scenarios
    count from the date on which their pace was disclosed. `persistence` (no growth) and
    `unbounded` (the headline's growth, no ceiling) are references, at all origins.
    """

    origin: Day = column(
        "start of the quarter at which the forecast is made", unit="date"
    )
    scenario: Text = column("scenario of scenarios.yaml, or a reference")
    target: Text = column(
        "largest reasoning stage, or largest total", one_of=("reasoning", "frontier")
    )
    horizon_months: Whole = column("months ahead", unit="months", gt=0)
    vintage: Day = column("last disclosure the forecast knew", unit="date")
    target_on: Day = column("date forecast", unit="date")
    predicted_flop_p05: Number = column("5% point forecast", unit="FLOP", gt=0)
    predicted_flop_p25: Number = column("25% point forecast", unit="FLOP", gt=0)
    predicted_flop_p50: Number = column("median forecast", unit="FLOP", gt=0)
    predicted_flop_p75: Number = column("75% point forecast", unit="FLOP", gt=0)
    predicted_flop_p95: Number = column("95% point forecast", unit="FLOP", gt=0)
    realised_flop_p05: Number = column("5% point of the record", unit="FLOP", gt=0)
    realised_flop_p50: Number = column("median of the record", unit="FLOP", gt=0)
    realised_flop_p95: Number = column("95% point of the record", unit="FLOP", gt=0)
    realised_model_id: Text = column(
        "model that holds the record then", references="core.models.model_id"
    )
    realised_kind: Text = column(
        "a lower bound where a later frontier run does not disclose its split",
        one_of=("measured", "lower bound"),
    )
    crps: Number = column(
        "integral of (F − G)² between forecast and realised; NULL for a lower bound",
        unit="orders of magnitude",
        null=True,
        ge=0,
    )
    pit: Number = column(
        "chance that the forecast lies below the realised",
        unit="probability",
        null=True,
        ge=0,
        le=1,
    )
    covered_50: Number = column(
        "share of the realised inside the forecast's 50% interval",
        unit="share",
        null=True,
        ge=0,
        le=1,
    )
    covered_90: Number = column(
        "share of the realised inside the forecast's 90% interval",
        unit="share",
        null=True,
        ge=0,
        le=1,
    )
    probability_met: Number = column(
        "forecast chance that the ceiling is reached by the target date",
        unit="probability",
        null=True,
        ge=0,
        le=1,
    )
    realised_met: Number = column(
        "chance that it was, by single runs against the frontier at their release",
        unit="probability",
        null=True,
        ge=0,
        le=1,
    )
    brier: Number = column(
        "mean squared error of probability_met",
        unit="squared probability",
        null=True,
        ge=0,
        le=1,
    )

    class Config:
        """Key and name."""

        name = "out.backtests"
        unique = ["origin", "scenario", "target", "horizon_months"]


class Calibration(Table):
    """How the forecasts of a scenario scored; bad scores are published.

    Origins overlap and records repeat, so that the verdict counts distinct records, not
    forecasts.
    """

    scenario: Text = column("scenario of scenarios.yaml, or a reference")
    target: Text = column(
        "largest reasoning stage, or largest total", one_of=("reasoning", "frontier")
    )
    n_origins: Whole = column("origins with a scored forecast", ge=0)
    n_forecasts: Whole = column("scored pairs of origin and horizon", ge=0)
    n_lower_bounds: Whole = column("forecasts whose outcome is only a bound", ge=0)
    n_distinct_records: Whole = column("records among the outcomes", ge=0)
    mean_crps: Number = column(
        "mean score, lower is better", unit="orders of magnitude", null=True, ge=0
    )
    mean_error: Number = column(
        "mean of median forecast minus median outcome; above 0 = forecast too high",
        unit="orders of magnitude",
        null=True,
    )
    coverage_50: Number = column(
        "mean of covered_50", unit="share", null=True, ge=0, le=1
    )
    coverage_90: Number = column(
        "mean of covered_90", unit="share", null=True, ge=0, le=1
    )
    mean_pit: Number = column(
        "mean of pit; 0.5 = no lean", unit="probability", null=True, ge=0, le=1
    )
    skill_persistence: Number = column(
        "1 − score ÷ score of no growth, same forecasts", unit="share", null=True, le=1
    )
    skill_unbounded: Number = column(
        "1 − score ÷ score of growth without ceiling, same forecasts",
        unit="share",
        null=True,
        le=1,
    )
    brier_12_months: Number = column(
        "mean Brier score of the ceiling being reached within 12 months",
        unit="squared probability",
        null=True,
        ge=0,
        le=1,
    )
    verdict: Text = column(
        "on the intervals; too few to judge below 8 distinct records",
        one_of=(
            "too few to judge",
            "intervals too narrow",
            "intervals too wide",
            "consistent",
        ),
    )

    class Config:
        """Key and name."""

        name = "out.calibration"
        unique = ["scenario", "target"]


class ForecastScores(Table):
    """Everybody's forecasts with what came, and what we and no change would have said.

    A row per question and forecaster: its author, Headroom as of the same day, and "No
    change". A figure is in the question's unit; scores of figures are in log10.
    """

    forecast_id: Text = column(
        "the question", pattern=CLAIM, references="raw.forecasts.forecast_id"
    )
    forecaster: Text = column("who answers")
    kind: Text = column(
        "outside: its author; ours; reference: the answer that nothing changes",
        one_of=("outside", "ours", "reference"),
    )
    quantity: Text = column("what it is about", one_of=FORECAST_QUANTITIES)
    unit: Text = column("unit of predicted, record and outlook")
    made_on: Day = column("when it was made", unit="date")
    target_on: Day = column("the date that it is about", unit="date")
    status: Text = column(
        "scored; undecided: due, and the record cannot settle it; open: not due",
        one_of=("scored", "undecided", "open"),
    )
    scored_as: Text = column(
        "distribution; interval with a level; range or point, scored as a point; "
        "probability; statement: comes true or not, without a score",
        one_of=(
            "distribution", "interval", "range", "point", "probability", "statement",
        ),
    )  # fmt: skip
    predicted_p05: Number = column(
        "5% point of the answer", unit="as `unit` says", null=True, gt=0
    )
    predicted_p50: Number = column("its middle", unit="as `unit` says", null=True, gt=0)
    predicted_p95: Number = column(
        "95% point of the answer", unit="as `unit` says", null=True, gt=0
    )
    predicted_probability: Number = column(
        "chance that it comes true", unit="probability", null=True, ge=0, le=1
    )
    record_p05: Number = column(
        "5% point of what came by target_on, or has come so far",
        unit="as `unit` says",
        null=True,
        gt=0,
    )
    record_p50: Number = column(
        "median of the same", unit="as `unit` says", null=True, gt=0
    )
    record_p95: Number = column(
        "95% point of the same", unit="as `unit` says", null=True, gt=0
    )
    record_model_id: Text = column(
        "the run behind it", null=True, references="core.models.model_id"
    )
    record_probability: Number = column(
        "chance, as the record stands, that it came true",
        unit="probability", null=True, ge=0, le=1,
    )  # fmt: skip
    outlook_p05: Number = column(
        "open: 5% point of our newest forecast of it",
        unit="as `unit` says",
        null=True,
        gt=0,
    )
    outlook_p50: Number = column(
        "median of the same", unit="as `unit` says", null=True, gt=0
    )
    outlook_p95: Number = column(
        "95% point of the same", unit="as `unit` says", null=True, gt=0
    )
    outlook_probability: Number = column(
        "open: our newest chance that it comes true",
        unit="probability", null=True, ge=0, le=1,
    )  # fmt: skip
    crps: Number = column(
        "continuous ranked probability score; of a point the distance",
        unit="orders of magnitude", null=True, ge=0,
    )  # fmt: skip
    error: Number = column(
        "log10 of middle over record", unit="orders of magnitude", null=True
    )
    pit: Number = column(
        "chance given to what came or less", unit="probability", null=True, ge=0, le=1
    )
    covered_90: Number = column(
        "share of what came inside the 90% interval",
        unit="share", null=True, ge=0, le=1,
    )  # fmt: skip
    brier: Number = column(
        "squared error of a probability", unit="score", null=True, ge=0, le=1
    )
    reason: Text = column("why undecided, or what to know of the score", null=True)

    class Config:
        """Key and name."""

        name = "out.forecast_scores"
        unique = ["forecast_id", "forecaster"]


class Scoreboard(Table):
    """How each forecaster did, beside no change and Headroom on the same targets.

    Means over what is scored. Only paired columns compare: other means are of other
    targets.
    """

    forecaster: Text = column("who forecast")
    kind: Text = column(
        "outside, ours or reference", one_of=("outside", "ours", "reference")
    )
    n_forecasts: Whole = column("answers in the record", ge=0)
    n_scored: Whole = column("settled by the record", ge=0)
    n_undecided: Whole = column("due, and not settled by the record", ge=0)
    n_open: Whole = column("not due", ge=0)
    n_statements: Whole = column("of the scored: yes without a probability", ge=0)
    statements_true: Number = column(
        "how many of these came true (a sum of chances)", unit="forecasts", ge=0
    )
    mean_crps: Number = column(
        "of figures", unit="orders of magnitude", null=True, ge=0
    )
    mean_absolute_error: Number = column(
        "of middles", unit="orders of magnitude", null=True, ge=0
    )
    coverage_90: Number = column(
        "of 90% intervals", unit="share", null=True, ge=0, le=1
    )
    mean_brier: Number = column("of probabilities", unit="score", null=True, ge=0, le=1)
    n_paired_no_change: Whole = column("targets in common with no change", ge=0)
    crps_paired_no_change: Number = column(
        "own mean on these", unit="orders of magnitude", null=True, ge=0
    )
    crps_no_change: Number = column(
        "mean of no change on these", unit="orders of magnitude", null=True, ge=0
    )
    n_paired_headroom: Whole = column("targets in common with Headroom", ge=0)
    crps_paired_headroom: Number = column(
        "own mean on these", unit="orders of magnitude", null=True, ge=0
    )
    crps_headroom: Number = column(
        "Headroom's mean on these", unit="orders of magnitude", null=True, ge=0
    )
    verdict: Text = column(
        "against no change on common targets; below eight of them no verdict",
        one_of=(
            "too few to judge", "better than no change", "no better than no change",
        ),
    )  # fmt: skip

    class Config:
        """Key and name."""

        name = "out.scoreboard"
        unique = ["forecaster"]
