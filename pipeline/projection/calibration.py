"""How the forecasts of each scenario scored, with a verdict only where one is due.

What belongs here: means over out.backtests. What does not: single scores (backtest.py).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from pipeline.estimation.assumed import LEVEL, Assumed
from pipeline.projection.backtest import BRIER_HORIZON, PERSISTENCE, UNBOUNDED

TOO_FEW = "too few to judge"
TOO_NARROW, TOO_WIDE = "intervals too narrow", "intervals too wide"
CONSISTENT = "consistent"
_PAIR = ["target", "origin", "horizon_months"]


def calibration_table(backtests: pd.DataFrame, assumed: Assumed) -> pd.DataFrame:
    """Rows of out.calibration.

    Args:
        backtests: rows of out.backtests.
        assumed: constants of the method.
    """
    if backtests.empty:
        return pd.DataFrame()
    rows = []
    for (scenario, target), group in backtests.groupby(["scenario", "target"]):
        scored = group.dropna(subset=["crps"])
        n_records = int(scored["realised_model_id"].nunique())
        within = scored[scored["horizon_months"] == BRIER_HORIZON]
        row: dict[str, Any] = {
            "scenario": scenario,
            "target": target,
            "n_origins": scored["origin"].nunique(),
            "n_forecasts": len(scored),
            "n_lower_bounds": len(group) - len(scored),
            "n_distinct_records": n_records,
            "mean_crps": scored["crps"].mean(),
            "mean_error": np.log10(
                scored["predicted_flop_p50"] / scored["realised_flop_p50"]
            ).mean(),
            "coverage_50": scored["covered_50"].mean(),
            "coverage_90": scored["covered_90"].mean(),
            "mean_pit": scored["pit"].mean(),
            "brier_12_months": within["brier"].mean(),
        }
        for name in (PERSISTENCE, UNBOUNDED):
            row[f"skill_{name}"] = skill(scored, _of(backtests, name))
        row["verdict"] = verdict(
            n_records, row["coverage_50"], row["coverage_90"], assumed
        )
        rows.append(row)
    return pd.DataFrame(rows)


def skill(scored: pd.DataFrame, reference: pd.DataFrame) -> float:
    """1 − CRPS ÷ CRPS of the reference over the same origins and horizons."""
    both = scored.merge(reference, on=_PAIR, suffixes=("", "_reference"))
    base = both["crps_reference"].sum()
    return float(1 - both["crps"].sum() / base) if base > 0 else float("nan")


def verdict(
    n_records: int, coverage_50: float, coverage_90: float, assumed: Assumed
) -> str:
    """Whether the intervals cover as often as they say, judged by distinct records.

    Overlapping forecasts of one record are no independent trials. Coverage must lie
    inside the central 90% of a binomial with one trial per record.
    """
    if n_records < assumed["calibration.fewest_records"]:
        return TOO_FEW
    low_50, high_50 = (
        x / n_records for x in stats.binom.interval(LEVEL, n_records, 0.5)
    )
    low_90, _ = (x / n_records for x in stats.binom.interval(LEVEL, n_records, LEVEL))
    if coverage_50 < low_50 or coverage_90 < low_90:
        return TOO_NARROW
    return TOO_WIDE if coverage_50 > high_50 else CONSISTENT


def _of(backtests: pd.DataFrame, scenario: str) -> pd.DataFrame:
    return backtests.loc[backtests["scenario"] == scenario, [*_PAIR, "crps"]]
