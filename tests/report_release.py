"""A small plain file for tests of the page, with hostile text in every text field."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

EVIL = "</script><script>window.hacked=1</script><img src=x onerror=hacked=1>"
DAYS = [date(2025, 1, 22), date(2025, 5, 9)]


def make(path: Path, *, text: str = EVIL) -> Path:
    """Write the tables that the page reads; every free text holds `text`."""
    with duckdb.connect(path) as con:
        con.execute("CREATE SCHEMA raw; CREATE SCHEMA core; CREATE SCHEMA out")
        con.execute("CREATE SCHEMA meta")
        t = text.replace("'", "''")
        con.execute(f"""
CREATE TABLE meta.releases AS SELECT 3 AS seq, '2025-05-09-abcdef12' AS release_id,
  'refresh' AS kind, '{t}' AS reason, DATE '2025-05-09' AS vintage, 9 AS n_rows,
  TIMESTAMP '2025-05-09 12:00' AS published_at;
CREATE TABLE core.models AS SELECT * FROM (VALUES
  ('r1', 'R1 {t}', '{t}', DATE '2025-01-20', true, 'flagship'),
  ('big', 'Big {t}', '{t}', DATE '2024-12-01', false, 'flagship'))
  v(model_id, name, developer, released_on, is_reasoning, role);
CREATE TABLE core.scenarios AS SELECT * FROM (VALUES
  ('disclosed', '{t}', '{t}', true, 's/one'), ('half', '{t}', '{t}', false, 's/one'))
  v(scenario, description, source, headline, pace_claim);
CREATE TABLE out.shares AS SELECT 'r1' AS model_id, 'known' AS basis,
  0.01 AS share_p05, 0.05 AS share_p50, 0.2 AS share_p95, NULL AS claimed_least,
  NULL AS claimed_most, 0.3 AS probability_10, 0.1 AS probability_30,
  0.0 AS probability_50, 0.9 AS run_over_frontier_p50;
CREATE TABLE out.share_trend AS SELECT DATE '2025-05-09' AS vintage,
  DATE '2025-05-01' AS month, 0.02 AS share_p05, 0.17 AS share_p50, 0.8 AS share_p95,
  0.1 AS typical_p05, 0.16 AS typical_p50, 0.3 AS typical_p95,
  0.61 AS probability_10, 0.33 AS probability_30, 0.19 AS probability_50;
CREATE TABLE out.share_scores AS SELECT 'published' AS variant, 21 AS n,
  0.5 AS mean_crps, 0.86 AS coverage_90, 0.7 AS mean_abs_error;
CREATE TABLE out.backtests AS SELECT 'share' AS scenario, 'frontier' AS target,
  DATE '2025-01-01' AS origin, 3 AS horizon_months, DATE '2025-04-01' AS target_on,
  1e25 AS predicted_flop_p05, 2e25 AS predicted_flop_p50, 9e25 AS predicted_flop_p95,
  3e25 AS realised_flop_p50, 'big' AS realised_model_id,
  'measured' AS realised_kind, 0.2 AS crps, 1.0 AS covered_90;
CREATE TABLE core.estimates AS SELECT * FROM (VALUES
  ('r1', 'reasoning', 1e22, 3e22, 9e22, 'likely', 1, 1, 0, true, false, 1e5,
    'accelerator_time'),
  ('big', 'total', 1e25, 3e25, 9e25, 'confident', 1, 1, 0, true, false, NULL,
    'accelerator_time'),
  ('big', 'reasoning', NULL, NULL, 1e24, NULL, 1, 1, 0, false, false, NULL,
    'accelerator_time'))
  v(model_id, stage, flop_p05, flop_p50, flop_p95, grade, n_claims, n_independent,
    n_held_out, anchored, derived, usd_at_flat_rate, measure);
CREATE TABLE raw.sources AS SELECT 's' AS source_id, '{t}' AS title, '{t}' AS publisher,
  '{t}' AS author, 'javascript:hacked=1' AS url, DATE '2025-01-22' AS published_on,
  'primary' AS kind;
CREATE TABLE raw.claims AS SELECT 's/one' AS claim_id, 's' AS source_id,
  'r1' AS model_id, NULL AS applies_to, 'reasoning' AS stage, 'flop' AS evidence,
  3e22::DOUBLE AS value, '{t}' AS unit, NULL AS bound,
  DATE '2025-01-22' AS disclosed_on, '{t}' AS locator, '{t}' AS summary,
  '{t}' AS caveat, 'javascript:hacked=1' AS url, 'accepted' AS status;
CREATE TABLE core.observations AS SELECT 's/one' AS claim_id, 'r1/reasoning' AS node,
  NULL AS reference_node, 'equality' AS kind, 'fused' AS role, '{t}' AS role_reason,
  '{t}' AS formula;
CREATE TABLE core.assumptions AS SELECT 'a' AS assumption_id, 1.5::DOUBLE AS value,
  NULL::DOUBLE AS low, NULL::DOUBLE AS high, '{t}' AS unit, '{t}' AS description,
  '{t}' AS source, DATE '2025-01-01' AS checked_on;
CREATE TABLE core.conflicts AS SELECT 's/one' AS claim_id, DATE '2025-05-09' AS vintage,
  NULL::DATE AS until, 'r1/reasoning' AS node, 3.0::DOUBLE AS z, 0.0::DOUBLE AS weight,
  'held_out' AS status, NULL AS against, '{t}' AS explanation;
CREATE TABLE core.influence AS SELECT 's/one' AS claim_id, 'r1/reasoning' AS node,
  0.3::DOUBLE AS shift_log10, -0.04::DOUBLE AS share_shift,
  12.0::DOUBLE AS convergence_shift_days;
CREATE TABLE meta.changes AS SELECT * FROM (VALUES
  ('core.estimates', 'r1 / reasoning / accelerator_time', 'flop_p50', 'revised',
    '1.5e22', '3e22', 2.0::DOUBLE, 's/one'),
  ('raw.claims', '{t}', '{t}', 'revised', '{t}', '{t}', NULL, 's/one'))
  v("table", key, "column", change, old, "new", ratio, changed_by);
""")
        con.execute(
            "CREATE TABLE out.estimate_history AS SELECT d::DATE AS vintage, model_id, "
            "stage, measure, flop_p05, flop_p50, flop_p95, 0.1 AS change_log10, "
            "'s/one' AS changed_by FROM core.estimates, unnest(?) u(d)",
            [DAYS],
        )
        con.execute(
            "CREATE TABLE out.projections AS SELECT d::DATE AS vintage, scenario, "
            "(date_trunc('month', d) + to_months(i::INT))::DATE AS month, "
            "1e22*2^i AS reasoning_flop_p05, 3e22*2^i AS reasoning_flop_p50, "
            "9e22*2^i AS reasoning_flop_p95, 1e25 AS frontier_flop_p50, "
            "0.5 AS probability_converged "
            "FROM core.scenarios, unnest(?) u(d), range(12) r(i)",
            [DAYS],
        )
        con.execute(
            "CREATE TABLE out.convergence AS SELECT d::DATE AS vintage, scenario, "
            "'scenario' AS threshold, 'r1' AS leader_model_id, "
            "1.0 AS leader_probability, "
            "3e22 AS leader_flop_p50, 'big' AS frontier_model_id, 3.0 AS gap_oom_p50, "
            "d::DATE + 100 AS date_p05, d::DATE + 200 AS date_p50, "
            "d::DATE + 400 AS date_p95, 0.0 AS probability_past, 'open' AS status, "
            "false AS stale, 1000.0 AS growth_before, 4.0 AS growth_after, "
            "NULL::VARCHAR AS reason FROM core.scenarios, unnest(?) u(d)",
            [DAYS],
        )
    return path
