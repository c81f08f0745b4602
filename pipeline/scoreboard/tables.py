"""Forecasts and their scores as tables, and who did better than no change.

What belongs here: out.forecast_scores and out.scoreboard. What does not: reading,
settling or answering a question.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from pipeline.contracts import columns
from pipeline.contracts.out import ForecastScores, Scoreboard
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.projection.scores import brier, sample_scores
from pipeline.projection.shares import History
from pipeline.scoreboard.references import OURS, PERSISTENCE, References
from pipeline.scoreboard.said import Answer, Question, answer, question
from pipeline.scoreboard.settled import Came, Record

SCORED, UNDECIDED, WAITING = "scored", "undecided", "open"
OUTSIDE, OWN, REFERENCE = "outside", "ours", "reference"
_SURE = 0.95  # a question of yes or no is settled from this chance on
_POINTS = (0.05, 0.5, 0.95)
_NAMES = ("p05", "p50", "p95")
TOO_FEW = "too few to judge"


def score_table(
    forecasts: pd.DataFrame, history: History, models: pd.DataFrame, assumed: Assumed
) -> pd.DataFrame:
    """Rows of out.forecast_scores: each question with its author's answer and ours.

    Args:
        forecasts: raw.forecasts.
        history: posterior, splits and trend of every vintage.
        models: core.models.
        assumed: constants of the method.
    """
    newest = history.newest.state
    record, references = (
        Record(newest, models, assumed),
        References(history, models, assumed),
    )
    rows: list[dict[str, Any]] = []
    usable = (forecasts["status"] == "accepted") & forecasts["repeats"].isna()
    asked: list[dict[str, Any]] = [
        {str(k): v for k, v in row.items()}
        for row in forecasts[usable].to_dict("records")
    ]
    for raw in asked:
        q = question(raw)
        due = q.target_on <= newest.vintage
        came = record.at(q, min(q.target_on, newest.vintage))
        status = _status(q, came, due=due)
        shared = {
            "forecast_id": q.forecast_id,
            "quantity": q.quantity,
            "unit": raw["unit"],
            "made_on": q.made_on,
            "target_on": q.target_on,
            "status": status,
            "reason": _reason(came, status, q, raw) or None,
            **_came(came),
            **_outlook(references.ours(q, newest.vintage), status),
        }
        answers = [
            (raw["forecaster"], OUTSIDE, answer(raw)),
            (OURS, OWN, references.ours(q, q.made_on)),
            (PERSISTENCE, REFERENCE, references.persistence(q)),
        ]
        for who, kind, given in answers:
            if given is None:
                continue
            row = shared | {"forecaster": who, "kind": kind, "scored_as": given.kind}
            rows.append(row | _said(given) | _scores(given, came, q, status))
    return pd.DataFrame(rows, columns=[c.name for c in columns(ForecastScores)])


def board_table(scores: pd.DataFrame, assumed: Assumed) -> pd.DataFrame:
    """Rows of out.scoreboard: paired with no change and with ours on the same targets.

    Args:
        scores: rows of out.forecast_scores.
        assumed: constants of the method.
    """
    crps = scores.set_index(["forecast_id", "forecaster"])["crps"].unstack()  # noqa: PD010
    rows = []
    for (who, kind), group in scores.groupby(["forecaster", "kind"]):
        scored = group[group["status"] == SCORED]
        statements = scored[scored["scored_as"] == "statement"]
        row: dict[str, Any] = {
            "forecaster": who,
            "kind": kind,
            "n_forecasts": len(group),
            "n_scored": len(scored),
            "n_undecided": int((group["status"] == UNDECIDED).sum()),
            "n_open": int((group["status"] == WAITING).sum()),
            "n_statements": len(statements),
            "statements_true": statements["record_probability"].sum(),
            "mean_crps": scored["crps"].mean(),
            "mean_absolute_error": scored["error"].abs().mean(),
            "coverage_90": scored["covered_90"].mean(),
            "mean_brier": scored["brier"].mean(),
        }
        for name, other in (("no_change", PERSISTENCE), ("headroom", OURS)):
            both = crps.reindex(columns=[who, other]).dropna()
            row[f"n_paired_{name}"] = len(both) if who != other else 0
            if len(both) and who != other:
                row[f"crps_paired_{name}"] = both[who].mean()
                row[f"crps_{name}"] = both[other].mean()
        row["verdict"] = _verdict(row, assumed)
        rows.append(row)
    return pd.DataFrame(rows, columns=[c.name for c in columns(Scoreboard)])


def _verdict(row: dict[str, Any], assumed: Assumed) -> str:
    if row["n_paired_no_change"] < assumed["calibration.fewest_records"]:
        return TOO_FEW
    better = row["crps_paired_no_change"] < row["crps_no_change"]
    return "better than no change" if better else "no better than no change"


def _status(q: Question, came: Came, *, due: bool) -> str:
    chance = came.probability
    if chance is not None and chance >= _SURE and q.bound is None:
        return SCORED  # a level that has been reached stays reached
    if not due:
        return WAITING
    if came.reason or came.sample is None:
        return UNDECIDED
    torn = chance is not None and 1 - _SURE < chance < _SURE
    return UNDECIDED if torn else SCORED


def _reason(came: Came, status: str, q: Question, raw: dict[str, Any]) -> str:
    if came.reason:
        return came.reason
    if status == UNDECIDED:
        return "the record holds both answers possible"
    if q.quantity == "run_cost" and status == SCORED:
        return "cost read from compute at a flat rate, within a factor of three"
    caveat = raw["caveat"]
    return caveat if isinstance(caveat, str) else ""


def _points(name: str, sample: FloatArray) -> dict[str, float]:
    values = 10 ** np.quantile(sample, _POINTS)
    return {f"{name}_{point}": v for point, v in zip(_NAMES, values, strict=True)}


def _came(came: Came) -> dict[str, Any]:
    row: dict[str, Any] = {
        "record_model_id": came.model,
        "record_probability": came.probability,
    }
    if came.sample is not None:
        row |= _points("record", came.sample)
    return row


def _outlook(now: Answer | None, status: str) -> dict[str, Any]:
    """Where an open question stands: our newest answer to it."""
    if now is None or status != WAITING:
        return {}
    if now.probability is not None:
        return {"outlook_probability": now.probability}
    return {} if now.sample is None else _points("outlook", now.sample)


def _said(given: Answer) -> dict[str, Any]:
    if given.sample is None:
        return {"predicted_probability": given.probability}
    said = _points("predicted", given.sample)
    if len(given.sample) == 1:
        return {"predicted_p50": said["predicted_p50"]}
    return said


def _scores(given: Answer, came: Came, q: Question, status: str) -> dict[str, Any]:
    if status != SCORED:
        return {}
    if q.yes_or_no:
        if given.probability is None or came.probability is None:
            return {}
        return {"brier": brier(given.probability, came.probability)}
    if given.sample is None or came.sample is None:
        return {}
    scores = sample_scores(given.sample, came.sample)
    kept = (
        ("crps", "error")
        if len(given.sample) == 1
        else ("crps", "error", "pit", "covered_90")
    )
    return {name: scores[name] for name in kept}
