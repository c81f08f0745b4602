"""Which columns a computed column is made of.

What belongs here: the origins of every column of the computed tables, stated once. What
does not: tables read from `sources/`, which have no column before them.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from pipeline.contracts.derive import columns
from pipeline.contracts.registry import contract

_FIGURE = tuple(
    f"raw.claims.{name}"
    for name in ("evidence", "value", "unit", "low", "high", "bound", "inputs", "basis")
)
_NODE = ("raw.claims.model_id", "raw.claims.applies_to", "raw.claims.stage")
_OTHER = ("raw.claims.reference_model_id", "raw.claims.reference_stage")
_CHIPS = (
    "raw.claims.hardware_id",
    "raw.claims.precision",
    "core.hardware.bf16_flop_per_s",
    "core.hardware.fp8_flop_per_s",
)
_ROLE = (
    "raw.claims.status",
    "raw.claims.repeats",
    "raw.claims.supersedes",
    "raw.claims.withdrawn_on",
    "raw.sources.kind",
    "raw.corrections.action",
)
_ASSUMED = ("core.assumptions.value",)
_KNOWN = ("raw.claims.disclosed_on",)
_OBSERVED = (
    "core.observations.log10_value",
    "core.observations.log10_sd",
    "core.observations.node",
    "core.observations.reference_node",
    "core.observations.role",
)
_FITTED = (*_OBSERVED, *_ASSUMED)
_RELEASE = ("core.models.released_on",)
_PATH = (
    *_FITTED,
    *_RELEASE,
    "core.scenarios.pace_times",
    "core.scenarios.pace_months_low",
    "core.scenarios.pace_months_high",
    "core.scenarios.frontier_growth_low",
    "core.scenarios.frontier_growth_high",
    "core.scenarios.share_low",
    "core.scenarios.share_high",
)
_SCENARIO = ("core.scenarios.scenario",)
_SCORE = ("raw.scores.score", "raw.scores.stderr")
_X = ("raw.scores.reasoning_steps", "raw.scores.reasoning_flop", *_OBSERVED)
_FORECAST = tuple(
    f"out.backtests.{name}" for name in ("crps", "pit", "covered_50", "covered_90")
)
_PAIR = ("out.backtests.scenario", "out.backtests.target")

# By table: patterns of column names, the first that fits counts.
_ORIGINS: dict[str, dict[str, tuple[str, ...]]] = {
    "core.observations": {
        "claim_id": ("raw.claims.claim_id",),
        "node": _NODE,
        "reference_node": (*_OTHER, *_NODE),
        "kind": ("raw.claims.evidence", "raw.claims.bound"),
        "log10_*": (*_FIGURE, *_CHIPS, *_ASSUMED),
        "formula": (*_FIGURE, *_CHIPS, *_ASSUMED),
        "role*": _ROLE,
        "disclosed_on": _KNOWN,
    },
    "core.estimates": {
        "model_id": ("core.observations.node", "core.models.model_id"),
        "stage": ("core.observations.node",),
        "n_*": ("core.observations.claim_id", "core.observations.role"),
        "anchored": ("core.observations.kind", "core.observations.reference_node"),
        "usd_p50": (*_FITTED, *_RELEASE),
        "*": _FITTED,
    },
    "core.conflicts": {
        "claim_id": ("core.observations.claim_id",),
        "node": ("core.observations.node",),
        "vintage": _KNOWN,
        "until": _KNOWN,
        "status": ("core.observations.role", "core.observations.role_reason"),
        "explanation": (*_FITTED, "core.models.name"),
        "*": _FITTED,
    },
    "core.influence": {
        "claim_id": ("core.observations.claim_id",),
        "node": ("core.observations.node",),
        "convergence_shift_days": _PATH,
        "*": _FITTED,
    },
    "out.estimate_history": {
        "vintage": _KNOWN,
        "model_id": ("core.observations.node",),
        "stage": ("core.observations.node",),
        "changed_by": ("core.observations.claim_id", *_KNOWN),
        "*": _FITTED,
    },
    "out.projections": {
        "vintage": _KNOWN,
        "scenario": _SCENARIO,
        "month": (*_KNOWN, *_ASSUMED),
        "*": _PATH,
    },
    "out.convergence": {
        "vintage": _KNOWN,
        "scenario": _SCENARIO,
        "share": ("core.scenarios.share_low", "core.scenarios.share_high"),
        "leader*": (*_FITTED, *_RELEASE, "core.models.family"),
        "frontier_model_id": (*_FITTED, *_RELEASE),
        "stale": ("core.scenarios.pace_claim", *_KNOWN, *_ASSUMED),
        "*": _PATH,
    },
    "out.observed_convergence": {
        "model_id": ("core.models.model_id",),
        "share": _ASSUMED,
        "released_on": _RELEASE,
        "*": (*_FITTED, *_RELEASE),
    },
    "out.frontier_trend": {
        "series": ("core.models.is_notable", *_ASSUMED),
        "since": (*_RELEASE, *_ASSUMED),
        "until": _RELEASE,
        "method": _ASSUMED,
        "*": (*_FITTED, *_RELEASE),
    },
    "out.scaling_curves": {
        "curve_id": ("raw.scores.curve", "raw.scores.model_id"),
        "benchmark": ("raw.scores.benchmark",),
        "protocol": ("raw.scores.protocol", "raw.scores.effort"),
        "x_kind": _X[:2],
        "*": (*_SCORE, *_X),
    },
    "out.chart_axis_test": {
        "hypothesis": _ASSUMED,
        "evidence": _ASSUMED,
        "reading_error": _ASSUMED,
        "span_oom_observed": _FIGURE,
        "*": _FITTED,
    },
    "out.backtests": {
        "origin": _KNOWN,
        "scenario": _SCENARIO,
        "target": _ASSUMED,
        "horizon_months": _ASSUMED,
        "vintage": _KNOWN,
        "target_on": (*_KNOWN, *_ASSUMED),
        "realised*": (*_FITTED, *_RELEASE),
        "*": _PATH,
    },
    "out.calibration": {
        "scenario": _PAIR[:1],
        "target": _PAIR[1:],
        "n_origins": ("out.backtests.origin",),
        "n_forecasts": _PAIR,
        "n_lower_bounds": ("out.backtests.realised_kind",),
        "n_distinct_records": ("out.backtests.realised_model_id",),
        "brier*": ("out.backtests.brier",),
        "verdict": (*_FORECAST, "out.backtests.realised_model_id", *_ASSUMED),
        "mean_crps": ("out.backtests.crps",),
        "mean_pit": ("out.backtests.pit",),
        "coverage_50": ("out.backtests.covered_50",),
        "coverage_90": ("out.backtests.covered_90",),
        "mean_error": (
            "out.backtests.predicted_flop_p50",
            "out.backtests.realised_flop_p50",
        ),
        "skill_*": ("out.backtests.crps", "out.backtests.scenario"),
    },
}


def lineage(table_name: str) -> dict[str, tuple[str, ...]]:
    """Origins (`schema.table.column`) of each column; empty for tables of sources.

    Raises:
        LookupError: if the table is computed and a column has no stated origin.
    """
    patterns = _ORIGINS.get(table_name)
    if patterns is None:
        return {}
    found = {}
    for column in columns(contract(table_name)):
        fitting = (p for p in patterns if fnmatchcase(column.name, p))
        pattern = next(fitting, None)
        if pattern is None:
            raise LookupError(f"state what {table_name}.{column.name} is made of")
        found[column.name] = patterns[pattern]
    return found
