"""Published tables of a tiny record, for the tests of charts."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pyarrow as pa

from pipeline.contracts import TABLES
from pipeline.contracts.derive import arrow_schema

LEADER, SMALL, GIANT = "leader", "small", "giant"
POINTS, SHARES = ("p05", "p50", "p95"), (0.05, 0.2, 0.6)


def tables() -> dict[str, pd.DataFrame]:
    """One leader, one small run, one giant; two vintages, one scenario."""
    rows = {
        "core.models": [
            _model(LEADER, "2024-12-05"),
            _model(SMALL, "2025-01-20"),
            _model(GIANT, "2024-10-01"),
        ],
        "core.scenarios": [{"scenario": "disclosed", "headline": True}],
        "core.estimates": [
            _estimate(LEADER, "reasoning", 1e24, 3, grade="likely", claims=2),
            _estimate(SMALL, "reasoning", 1e22, 3, grade="speculative", claims=5),
            _estimate(GIANT, "total", 1e26, 3, grade="confident", claims=1),
            {
                "model_id": GIANT,
                "stage": "reasoning",
                "measure": "accelerator_time",
                "flop_p95": 1e25,
                "n_claims": 1,
            },
        ],
        "out.estimate_history": [
            _history("2025-01-01", LEADER, "reasoning", 1e23),
            _history("2025-02-01", LEADER, "reasoning", 1e24, change=1.0),
            _history("2025-02-01", SMALL, "reasoning", 1e22),
            _history("2025-01-01", GIANT, "total", 1e26),
        ],
        "out.projections": [
            {
                "vintage": vintage,
                "scenario": "disclosed",
                "month": f"2025-{month:02}-01",
                "reasoning_flop_p05": 1e23,
                "reasoning_flop_p50": 1e24,
                "reasoning_flop_p95": 1e25,
                "frontier_flop_p50": 1e26,
            }
            for vintage in ("2025-01-01", "2025-02-01")
            for month in range(3, 9)
        ],
        "out.convergence": [
            {
                "vintage": vintage,
                "scenario": "disclosed",
                "threshold": "scenario",
                "share": None,
                "leader_model_id": LEADER,
                "leader_flop_p50": 1e24,
                "date_p05": "2025-04-01",
                "date_p50": middle,
                "date_p95": late,
            }
            for vintage, middle, late in (
                ("2025-01-01", "2026-01-01", None),
                ("2025-02-01", "2025-06-01", "2026-05-01"),
            )
        ],
        "out.shares": [
            _share(LEADER, "known", 0.2, over=0.9),
            _share(SMALL, "bounded", 0.01, claimed_most=0.05),
            _share(GIANT, "nowcast", 0.3, over=1.0),
        ],
        "out.share_trend": [
            {
                "vintage": vintage,
                "month": f"2025-{month:02}-01",
                **{f"share_{p}": s for p, s in zip(POINTS, SHARES, strict=True)},
                **{f"typical_{p}": s for p, s in zip(POINTS, SHARES, strict=True)},
            }
            for vintage in ("2025-01-01", "2025-02-01")
            for month in range(1, 9)
        ],
        "out.frontier_trend": [
            {
                "series": "record since 2020",
                "method": "ols",
                "since": "2020-01-01",
                "until": "2025-01-01",
                "level_on": "2025-01-01",
                "level_flop": 1e26,
                "growth_per_year_p50": 10.0,
            }
        ],
        "out.backtests": [
            {
                "scenario": "disclosed",
                "target": target,
                "horizon_months": horizon,
                "target_on": "2025-06-01",
                "predicted_flop_p05": 1e23,
                "predicted_flop_p50": 1e24,
                "predicted_flop_p95": 1e25,
                "realised_flop_p50": 1e25,
                "realised_kind": kind,
            }
            for target, kind in (
                ("reasoning", "lower bound"),
                ("frontier", "measured"),
            )
            for horizon in (3, 12)
        ],
        "raw.forecasts": [
            {"forecast_id": "s/point"},
            {"forecast_id": "s/ahead"},
            {"forecast_id": "s/bound", "threshold": 1e25},
            {"forecast_id": "s/cluster"},
        ],
        "out.forecast_scores": [
            _forecast("s/point", "scored", predicted=1e27, record=1e26),
            _forecast("s/ahead", "open", predicted=1e28, record=1e26, outlook=1e27),
            _forecast("s/bound", "undecided", record=1e26)
            | {"quantity": "threshold_by_date", "forecaster": "B"},
            _forecast("s/cluster", "open", predicted=1e5) | {"forecaster": "C"},
        ],
        "out.scaling_curves": [
            {
                "curve_id": "r1",
                "benchmark": "AIME",
                "protocol": "pass@1",
                "x_kind": "steps",
                "slope_per_oom_p05": 1.0,
                "slope_per_oom_p50": 2.0,
                "slope_per_oom_p95": 3.0,
                "preferred": preferred,
            }
            for preferred in (True, False)
        ],
    }
    return {table: _frame(table, found) for table, found in rows.items()}


def empty() -> dict[str, pd.DataFrame]:
    """The same tables with no row but a scenario and a vintage without projection."""
    none = {name: frame.iloc[:0] for name, frame in tables().items()}
    blank = {"vintage": "2025-01-01", "scenario": "disclosed", "threshold": "scenario"}
    return none | {
        "core.scenarios": tables()["core.scenarios"],
        "out.convergence": _frame("out.convergence", [blank]),
    }


def _frame(table: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """Rows with the columns and types of the contract; what is not told is unknown."""
    schema = arrow_schema(TABLES[table])
    schema = pa.schema([field.with_nullable(True) for field in schema])
    days = {field.name for field in schema if pa.types.is_date(field.type)}
    typed = [
        {
            name: date.fromisoformat(str(value)) if name in days and value else value
            for name, value in row.items()
        }
        for row in rows
    ]
    data = pa.Table.from_pylist(typed, schema=schema)
    return data.to_pandas(date_as_object=False, timestamp_as_object=False)


def _model(model: str, day: str) -> dict[str, object]:
    return {
        "model_id": model,
        "name": model.title(),
        "role": "flagship",
        "released_on": day,
    }


def _share(
    model: str, basis: str, share: float, over: float | None = None, **more: float
) -> dict[str, object]:
    return {
        "model_id": model,
        "basis": basis,
        "share_p05": share / 2,
        "share_p50": share,
        "share_p95": share * 2,
        "run_over_frontier_p50": over,
        **more,
    }


def _forecast(name: str, status: str, **medians: float) -> dict[str, object]:
    ends = {f"record_{p}": medians.get("record") for p in ("p05", "p95")}
    return {
        "forecast_id": name,
        "forecaster": "A",
        "kind": "outside",
        "quantity": "largest_total",
        "status": status,
        "target_on": "2025-06-01",
        **{f"{what}_p50": value for what, value in medians.items()},
        **ends,
    }


def _estimate(
    model: str, stage: str, flop: float, factor: float, *, grade: str, claims: int
) -> dict[str, object]:
    return {
        "model_id": model,
        "stage": stage,
        "measure": "accelerator_time",
        "flop_p05": flop / factor,
        "flop_p50": flop,
        "flop_p95": flop * factor,
        "grade": grade,
        "n_claims": claims,
        "anchored": True,
    }


def _history(
    vintage: str, model: str, stage: str, flop: float, change: float | None = None
) -> dict[str, object]:
    return {
        "vintage": vintage,
        "model_id": model,
        "stage": stage,
        "measure": "accelerator_time",
        "flop_p05": flop / 3,
        "flop_p50": flop,
        "flop_p95": flop * 3,
        "change_log10": change,
    }
