"""Cross-table rules: references, order of quantiles, coverage, monotony.

What belongs here: rules that hold whatever the numbers are. What does not: comparisons
with an earlier release (lake/holds.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.contracts import TABLES, columns
from pipeline.vocabulary import WITHOUT_NODE

Frames = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Check:
    """A rule: which table it is about, and the rows that break it."""

    name: str
    table: str
    needs: tuple[str, ...]
    about: str
    failures: Callable[[Frames], pd.DataFrame]

    def findings(self, frames: Frames) -> list[str]:
        """One sentence per rule broken, for publish."""
        rows = self.failures(frames)
        if rows.empty:
            return []
        first = ", ".join(f"{k}={v}" for k, v in rows.iloc[0].items())
        more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        return [f"{self.table}: {self.about} is broken by {first}{more}"]


# An echo or a superseding claim may name a claim of a note that cannot be read now.
_MAY_DANGLE = {("raw.claims", "repeats"), ("core.scenarios", "pace_claim")}


def _orphans(table: str) -> Callable[[Frames], pd.DataFrame]:
    def failures(frames: Frames) -> pd.DataFrame:
        found = []
        for column in columns(TABLES[table]):
            if not column.references or (table, column.name) in _MAY_DANGLE:
                continue
            schema, name, target = column.references.split(".")
            known = set(frames[f"{schema}.{name}"][target])
            values = frames[table][column.name].dropna()
            wrong = values[~values.isin(known)]
            found += [
                {"column": column.name, "value": value, "missing_in": column.references}
                for value in wrong.unique()
            ]
        return pd.DataFrame(found)

    return failures


def _referencing() -> list[Check]:
    checks = []
    for table, model in TABLES.items():
        targets = {
            ".".join(c.references.split(".")[:2])
            for c in columns(model)
            if c.references
        }
        if targets:
            checks.append(
                Check(
                    "references", table, (table, *sorted(targets - {table})),
                    "every reference leads to a row", _orphans(table),
                )
            )  # fmt: skip
    return checks


def _disordered(table: str, names: list[str], key: list[str]) -> Check:
    def failures(frames: Frames) -> pd.DataFrame:
        frame = frames[table]
        values = frame[names].apply(pd.to_numeric).to_numpy(dtype=float)
        if names[0].startswith("date_"):
            values = np.where(frame[names].isna(), np.inf, values)
        left, right = values[:, :-1], values[:, 1:]
        wrong = np.any(left > right, axis=1)  # NaN compares as false: unknown is fine
        return frame.loc[wrong, [*key, *names]]

    return Check("quantiles_ordered", table, (table,), "quantiles ascend", failures)


def _unanchored_median(frames: Frames) -> pd.DataFrame:
    frame = frames["core.estimates"]
    wrong = (~frame["anchored"].astype(bool)) & frame["flop_p50"].notna()
    missing = frame["anchored"].astype(bool) & frame["flop_p50"].isna()
    return frame.loc[wrong | missing, ["model_id", "stage", "anchored", "flop_p50"]]


def _falling_probability(frames: Frames) -> pd.DataFrame:
    frame = frames["out.projections"].sort_values(["vintage", "scenario", "month"])
    step = frame.groupby(["vintage", "scenario"])["probability_converged"].diff()
    return frame.loc[step < 0, ["vintage", "scenario", "month"]]


def _uncovered(frames: Frames) -> pd.DataFrame:
    """Courses without months that stand for them, and months without a course."""
    key = ["vintage", "scenario"]
    told = frames["out.convergence"]
    courses = told[told["status"] != "none"][key].drop_duplicates()
    have = frames["out.projections"][key].drop_duplicates()
    # The months of the last vintage that has some stand until those of the next.
    first = have.groupby("scenario")["vintage"].min().rename("first").reset_index()
    both = courses.merge(first, on="scenario", how="left")
    bare = both[both["first"].isna() | (both["first"] > both["vintage"])]
    orphans = have.merge(courses, on=key, how="left", indicator=True)
    return pd.concat([bare[key], orphans.loc[orphans["_merge"] == "left_only", key]])


def _unobserved(frames: Frames) -> pd.DataFrame:
    claims = frames["raw.claims"]
    told = claims[
        ~claims["evidence"].isin(WITHOUT_NODE) & (claims["status"] == "accepted")
    ]
    seen = set(frames["core.observations"]["claim_id"])
    return told.loc[~told["claim_id"].isin(seen), ["claim_id", "evidence"]]


def _not_one(frames: Frames) -> pd.DataFrame:
    """Probabilities of one set of readings that do not add up to 1."""
    key = ["evidence", "reading_error"]
    sums = frames["out.chart_axis_test"].groupby(key)[["prior", "posterior"]].sum()
    return sums[((sums - 1).abs() > _ROUNDING).any(axis=1)].reset_index()


def _miscounted(frames: Frames) -> pd.DataFrame:
    """Calibrations whose forecasts are not those of the backtests."""
    key = ["scenario", "target"]
    made = frames["out.backtests"].groupby(key).size().rename("n_backtests")
    both = frames["out.calibration"].merge(made.reset_index(), on=key, how="outer")
    told = both["n_forecasts"].fillna(0) + both["n_lower_bounds"].fillna(0)
    wrong = told != both["n_backtests"].fillna(0)
    return both.loc[wrong, [*key, "n_forecasts", "n_lower_bounds", "n_backtests"]]


_ROUNDING = 1e-5  # published probabilities have six digits
_POINTS = ["p05", "p25", "p50", "p75", "p95"]
CHECKS: tuple[Check, ...] = (
    *_referencing(),
    _disordered(
        "core.estimates", [f"flop_{p}" for p in ("p05", "p50", "p95")],
        ["model_id", "stage", "measure"],
    ),
    _disordered(
        "out.estimate_history", [f"flop_{p}" for p in ("p05", "p50", "p95")],
        ["vintage", "model_id", "stage", "measure"],
    ),
    _disordered(
        "out.projections", [f"reasoning_flop_{p}" for p in _POINTS],
        ["vintage", "scenario", "month"],
    ),
    _disordered(
        "out.convergence", [f"date_{p}" for p in _POINTS],
        ["vintage", "scenario", "threshold"],
    ),
    Check(
        "median_only_if_anchored", "core.estimates", ("core.estimates",),
        "a node has a median exactly if it is anchored", _unanchored_median,
    ),
    Check(
        "probability_grows", "out.projections", ("out.projections",),
        "the chance of convergence never falls with time", _falling_probability,
    ),
    Check(
        "covers_convergence", "out.projections", ("out.convergence", "out.projections"),
        "every course has its months", _uncovered,
    ),
    Check(
        "adds_up", "out.chart_axis_test", ("out.chart_axis_test",),
        "the probabilities of the readings add up to one", _not_one,
    ),
    Check(
        "adds_up", "out.calibration", ("out.backtests", "out.calibration"),
        "every backtest is scored or a lower bound", _miscounted,
    ),
    Check(
        "covers_claims", "core.observations", ("raw.claims", "core.observations"),
        "every accepted claim is observed", _unobserved,
    ),
)  # fmt: skip
