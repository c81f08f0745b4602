"""Intervals from facts, held against the published compute.

What belongs here: running the pipeline on the facts, the naive reference, figures of
merit. What does not: rules (rules.py) and thresholds (tests/bench/reality_bench.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import integrate, optimize, stats

from pipeline.estimation.forest import log_likelihood
from pipeline.estimation.graph import ABSOLUTE, Graph
from pipeline.estimation.method import Method, method_of
from pipeline.notes.registry import build, folded, read_hardware
from tests import loaded
from tests.mini import PROJECT
from tests.reality import record
from tests.reality.rules import Selection, out_of_scope, select
from tests.reality.table import Row, read_peaks, read_rows

NAIVE_UTILISATION = 0.35
FACTOR_3 = math.log10(3)


@dataclass(frozen=True)
class Result:
    """Scores of a file.

    Attributes:
        rows: the rows of the file by number.
        selection: what qualified, and what did not.
        ours: one row per model row and method (index), log10 FLOP: published, p05, p50,
            p95, log_score; `stated` where a utilisation is stated.
        naive_hours: log10 of the naive hardware estimate by row number.
        naive_tokens: the same for 6ND of every language row.
    """

    rows: dict[int, Row]
    selection: Selection
    ours: pd.DataFrame
    naive_hours: pd.Series
    naive_tokens: pd.Series

    def published(self, numbers: pd.Index) -> pd.Series:
        """log10 of the published compute of rows."""
        return pd.Series(
            {n: math.log10(self.rows[n].flop or math.nan) for n in numbers}
        )


def score(path: Path, peaks: Mapping[str, float]) -> Result:
    """Score a file.

    Args:
        path: the table of models.
        peaks: peaks for the naive reference, by name in lower case.

    Raises:
        ValueError: in one sentence, if the file is no table of models.
    """
    rows = {row.number: row for row in read_rows(path)}
    data = (PROJECT / "sources" / "hardware.csv").read_bytes()
    registry, _ = build([], read_hardware("hardware.csv", data)[0])
    selection = select(rows.values(), registry)
    return Result(
        rows,
        selection,
        _ours(rows, selection),
        pd.Series(_naive_hours(rows, peaks), dtype=float),
        pd.Series(_naive_tokens(rows), dtype=float),
    )


def peaks_for(hardware: Path | None) -> dict[str, float]:
    """Peaks for the naive reference: a table of hardware, else hardware.csv."""
    if hardware is not None:
        return read_peaks(hardware)
    data = (PROJECT / "sources" / "hardware.csv").read_bytes()
    registry, _ = build([], read_hardware("hardware.csv", data)[0])
    return {
        name: float(registry.hardware[chip]["bf16_flop_per_s"])
        for name, chip in registry.hardware_names.items()
    }


def _ours(rows: Mapping[int, Row], selection: Selection) -> pd.DataFrame:
    """The pipeline's estimates from the facts, and their log score."""
    if not selection.hardware and not selection.tokens:
        return pd.DataFrame()
    found = loaded.load(record.files(selection))
    estimates, method = found.estimates(), method_of(found.found.assumed)
    claims = dict(iter(found.found.prepared.groupby("node")))
    table = []
    for method_name, numbers in (
        (record.HARDWARE, selection.hardware.keys()),
        (record.TOKENS, selection.tokens.keys()),
        (record.FUSED, selection.hardware.keys() & selection.tokens.keys()),
    ):
        for number in sorted(numbers):
            model = record.model_id(number, method_name)
            level = estimates.loc[(model, record.STAGE)]
            row, published = rows[number], math.log10(rows[number].flop or math.nan)
            own = claims[f"{model}/{record.STAGE}"]
            p05, p50, p95 = np.log10(
                level[["flop_p05", "flop_p50", "flop_p95"]].astype(float)
            )
            table.append(
                {
                    "method": method_name, "row": number, "name": row.name,
                    "stated": bool(row.mfu or row.hfu), "published": published,
                    "p05": p05, "p50": p50, "p95": p95,
                    "log_score": log_density(own, method, published),
                    "formula": "; ".join(own["formula"]),
                }
            )  # fmt: skip
    return pd.DataFrame(table).set_index(["method", "row"])


def log_density(claims: pd.DataFrame, method: Method, at: float) -> float:
    """Natural log of the posterior density of one node, per order of magnitude."""
    m = len(claims)
    graph = Graph(
        1,
        np.zeros(m, dtype=np.int64),
        np.full(m, ABSOLUTE),
        claims["log10_value"].to_numpy(dtype=float),
        claims["half_width"].to_numpy(dtype=float),
        np.zeros(m, dtype=np.int64),
    )
    x = np.append(np.linspace(5.0, 35.0, 60_001), at)
    logs = stats.norm.logpdf(x, method.prior_mean, method.prior_sd)
    logs += log_likelihood(graph, method, x)
    top = logs.max()
    whole = integrate.trapezoid(np.exp(logs[:-1] - top), x[:-1])
    return float(logs[-1] - top - np.log(whole))


def _naive_hours(
    rows: Mapping[int, Row], peaks: Mapping[str, float]
) -> dict[int, float]:
    """Chips × time × 16-bit peak × (stated utilisation, else 35%)."""
    return {
        n: math.log10(r.chips * r.hours * 3600 * peak * (r.mfu or NAIVE_UTILISATION))
        for n, r in in_scope(rows).items()
        if r.chips and r.hours and (peak := peaks.get(folded(r.hardware)))
    }


def _naive_tokens(rows: Mapping[int, Row]) -> dict[int, float]:
    """6 × the cells: parameters, data, epochs; of every language row."""
    return {
        n: math.log10(6 * r.parameters * r.data * (r.epochs or 1.0))
        for n, r in in_scope(rows).items()
        if r.parameters and r.data and "language" in r.domains
    }


def in_scope(rows: Mapping[int, Row]) -> dict[int, Row]:
    """Rows that may be scored."""
    return {n: r for n, r in rows.items() if not out_of_scope(r)}


def points(off: pd.Series) -> dict[str, float]:
    """Figures of merit of point estimates; `off` is log10 of estimate ÷ published."""
    return {
        "n": len(off),
        "median": float(off.abs().median()),
        "within 3": float((off.abs() <= FACTOR_3).mean()),
    }


def intervals(ours: pd.DataFrame) -> dict[str, float]:
    """Figures of merit of our intervals, the band of their coverage included."""
    covered = ours["published"].between(ours["p05"], ours["p95"])
    low, high = band(len(ours))
    return points(ours["p50"] - ours["published"]) | {
        "covered": float(covered.mean()),
        "band low": low,
        "band high": high,
        "log score": float(ours["log_score"].mean()),
        "width": float((ours["p95"] - ours["p05"]).median()),
    }


def band(n: int) -> tuple[float, float]:
    """Share of n intervals of 90% that hold the truth, 99% of the time."""
    low, high = stats.binom.interval(0.99, n, 0.9) if n else (math.nan, math.nan)
    return float(low) / max(n, 1), float(high) / max(n, 1)


def best_log_score(off: pd.Series) -> float:
    """Mean log score of point estimates with the one spread that suits them best.

    The density is our own kind (Student-t, ν = 4) about each estimate; its scale is
    chosen with hindsight, on the very rows that are scored. No spread fixed beforehand
    could do better.
    """

    def loss(log_scale: float) -> float:
        return -float(stats.t.logpdf(off, df=4, scale=math.exp(log_scale)).mean())

    return -float(optimize.minimize_scalar(loss, bounds=(-8, 3), method="bounded").fun)
