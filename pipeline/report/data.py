"""What the page shows, read from a plain file as columns.

What belongs here: one query per part of the page. FLOP are log10 with so many decimals
that the page rounds once; lines of charts, which show no digits, have two. What does
not: wording and drawing. A table that a release does not have is left out.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Columns = dict[str, list[Any]]

_LOG = "round(log10({0}), 7) AS {1}"


def _three(stem: str = "flop") -> str:
    names = [("p05", "lo"), ("p50", "mid"), ("p95", "hi")]
    return ", ".join(_LOG.format(f"{stem}_{point}", short) for point, short in names)


QUERIES: dict[str, str] = {
    "release": "SELECT seq, release_id, kind, reason, vintage, published_at, n_rows "
    "FROM meta.releases ORDER BY seq DESC LIMIT 1",
    "models": "SELECT model_id, name, developer, released_on, is_reasoning "
    "FROM core.models ORDER BY model_id",
    "scenarios": "SELECT * FROM core.scenarios ORDER BY headline DESC, scenario",
    "estimates": f"SELECT model_id, stage, {_three()}, grade, n_claims, n_independent, "
    "n_held_out, anchored, derived, usd_at_flat_rate FROM core.estimates "
    "WHERE measure = 'accelerator_time' ORDER BY model_id, stage",
    "history": f"SELECT vintage, model_id, stage, {_three()}, change_log10, changed_by "
    "FROM out.estimate_history "
    "WHERE measure = 'accelerator_time' ORDER BY vintage, model_id, stage",
    "convergence": "SELECT vintage, scenario, threshold, leader_model_id, "
    "leader_probability, round(log10(leader_flop_p50), 2) AS leader, "
    "frontier_model_id, gap_oom_p50, date_p05, date_p50, date_p95, probability_past, "
    "status, stale, growth_before, growth_after, reason "
    # Vintages with months of their own, by quarters and where the answer moved.
    "FROM out.convergence WHERE threshold = 'scenario' AND (vintage IN "
    "(SELECT vintage FROM out.projections) OR vintage = (SELECT max(vintage) "
    "FROM out.convergence)) ORDER BY vintage, scenario",
    "observed": "SELECT model_id, share, released_on, reasoning_over_rest_p50, "
    "reasoning_over_frontier_p50, probability, state "
    "FROM out.observed_convergence ORDER BY released_on, model_id, share",
    "claims": "SELECT claim_id, source_id, model_id, applies_to, stage, evidence, "
    "value, unit, bound, disclosed_on, locator, summary, caveat, url, status "
    "FROM raw.claims ORDER BY disclosed_on, claim_id",
    "sources": "SELECT source_id, title, publisher, author, url, published_on, kind "
    "FROM raw.sources ORDER BY source_id",
    "observations": "SELECT claim_id, node, reference_node, kind, role, role_reason, "
    "formula FROM core.observations ORDER BY claim_id, node",
    "assumptions": "SELECT assumption_id, value, low, high, unit, description, source, "
    "checked_on FROM core.assumptions ORDER BY assumption_id",
    "trend": "SELECT series, since, until, n, growth_per_year_p05, "
    "growth_per_year_p50, growth_per_year_p95, method "
    "FROM out.frontier_trend ORDER BY series",
    "calibration": "SELECT scenario, target, n_origins, n_forecasts, "
    "n_distinct_records, mean_crps, mean_error, coverage_50, coverage_90, "
    "skill_persistence, skill_unbounded, verdict FROM out.calibration "
    "ORDER BY target, scenario",
    "backtests": "SELECT scenario, target, origin, horizon_months, target_on, "
    + _three("predicted_flop")
    + ", round(log10(realised_flop_p50), 7) AS came, realised_model_id, realised_kind "
    "FROM out.backtests ORDER BY target_on, origin, scenario, target",
    "shares": "SELECT model_id, basis, share_p05, share_p50, share_p95, "
    "claimed_least, claimed_most FROM out.shares ORDER BY model_id",
    "forecasts": "SELECT s.*, f.summary, f.url FROM out.forecast_scores s "
    "JOIN raw.forecasts f USING (forecast_id) WHERE s.kind = 'outside' "
    "ORDER BY s.status <> 'scored', s.status DESC, s.target_on, s.forecast_id",
    "scoreboard": "FROM out.scoreboard ORDER BY n_scored DESC, forecaster",
    "curves": "SELECT curve_id, benchmark, protocol, form, n, slope_per_oom_p05, "
    "slope_per_oom_p50, slope_per_oom_p95 FROM out.scaling_curves WHERE preferred "
    "ORDER BY benchmark, curve_id",
    "changes": 'SELECT "table", key, "column", change, old, new, ratio, changed_by '
    # The largest first; what moved by less than 2% stands with what was added.
    # A note that cannot be read is nobody's business but its author's.
    "FROM meta.changes WHERE \"table\" <> 'raw.rejected' "
    "ORDER BY round(abs(coalesce(log10(nullif(ratio, 0)), 0)), 2) "
    'DESC, "table", key, "column" LIMIT 400',
    "conflicts": "SELECT claim_id, vintage, until, node, z, weight, status, against, "
    "explanation FROM core.conflicts "
    "ORDER BY until DESC NULLS FIRST, abs(z) DESC NULLS LAST, claim_id",
    "influence": "SELECT claim_id, node, shift_log10, share_shift "
    "FROM core.influence ORDER BY abs(shift_log10) DESC, claim_id",
}

_PROJECTIONS = (
    "SELECT vintage, scenario, min(month) AS start, "
    + ", ".join(
        f"list(round({what}, 2) ORDER BY month) AS {short}"
        for what, short in (
            ("log10(reasoning_flop_p05)", "lo"),
            ("log10(reasoning_flop_p50)", "mid"),
            ("log10(reasoning_flop_p95)", "hi"),
            ("log10(frontier_flop_p50)", "frontier"),
            ("probability_converged", "probability"),
        )
    )
    + " FROM out.projections GROUP BY vintage, scenario ORDER BY vintage, scenario"
)


def read(path: Path) -> dict[str, Columns]:
    """All parts of the page, each a dictionary of columns.

    Args:
        path: a plain DuckDB file; opened read-only.
    """
    import duckdb

    with duckdb.connect(path, read_only=True) as con:
        queries = {**QUERIES, "projections": _PROJECTIONS}
        parts = {}
        for name, query in queries.items():
            try:
                parts[name] = _columns(con, query)
            except (duckdb.CatalogException, duckdb.BinderException):
                continue  # an older release without that table or column
        return parts


def rows(part: Columns) -> list[dict[str, Any]]:
    """A part as one dictionary per row."""
    lines = zip(*part.values(), strict=True)
    return [dict(zip(part, values, strict=True)) for values in lines]


def _columns(con: DuckDBPyConnection, query: str) -> Columns:
    found = con.execute(query)
    names = [column[0] for column in found.description or []]
    table = found.fetchall()
    return {name: [_plain(row[at]) for row in table] for at, name in enumerate(names)}


def _plain(value: Any) -> Any:
    """A value as JSON has it; NaN and infinity are unknown."""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, float):
        return float(f"{value:.6g}") if abs(value) < float("inf") else None
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
