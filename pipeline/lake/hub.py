"""A release's forecasts in the format of the forecast hubs (hubverse), out and in.

What belongs here: the folders that hub clients open, and reading one model-output file
of an outsider as a note. What does not: scores (scoreboard/).

The task columns are `origin_date`, `target`, `question` and `target_end_date`; a
forecast is `quantile` or `median` rows of the quantity, or a `pmf` row of `yes`.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pipeline.lake.errors import UsageError
from pipeline.lake.files import files_in, new_folder
from pipeline.lake.heads import Head
from pipeline.lake.history import plain_of
from pipeline.lake.reading import records
from pipeline.settings import Settings

_COLUMNS = (
    "origin_date", "target", "question", "target_end_date", "output_type",
    "output_type_id", "value",
)  # fmt: skip
_LEVELS = {"0.05": "predicted_p05", "0.5": "predicted_p50", "0.95": "predicted_p95"}
_ORACLE = ("target", "question", "target_end_date", "oracle_value", "low", "high")
_SCHEMA = "https://hubverse.io/schemas/v5.1.0"


def export_hub(settings: Settings, release: Head, folder: Path) -> list[Path]:
    """Write the forecasts of a release as a hub into a new folder.

    Returns:
        The files, relative to the folder.

    Raises:
        UsageError: if the folder has content already.
    """
    import duckdb

    with (
        duckdb.connect(plain_of(settings, release), read_only=True) as con,
        new_folder(folder, "hub") as temporary,
    ):
        scores = records(con, "FROM out.forecast_scores ORDER BY ALL")
        asked = records(con, "FROM raw.forecasts ORDER BY forecast_id")
        whose = itemgetter("forecaster", "made_on")
        for (who, origin), rows in groupby(sorted(scores, key=whose), whose):
            model = slug(who)
            path = temporary / "model-output" / model / f"{origin}-{model}.csv"
            _write(path, _COLUMNS, (r for row in rows for r in _output(row)))
        targets = temporary / "target-data"
        came = [s for s in scores if (s["kind"], s["status"]) == ("outside", "scored")]
        _write(targets / "oracle-output.csv", _ORACLE, map(_oracle, came))
        _write(targets / "questions.csv", tuple(asked[0]) if asked else (), asked)
        config = temporary / "hub-config"
        config.mkdir(parents=True)
        for name, content in (("admin", _admin()), ("tasks", _tasks(scores))):
            text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
            (config / f"{name}.json").write_text(text, encoding="utf-8")
    return files_in(folder)


def note_of(
    path: Path, forecaster: str, url: str, questions: Mapping[str, Mapping[str, Any]]
) -> str:
    """A model-output file as a note.

    Args:
        path: a CSV file with the hub's columns.
        forecaster: who made the forecasts.
        url: where they can be read.
        questions: rows of raw.forecasts by id; only these can be answered.

    Raises:
        UsageError: names the line and what is wrong there.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    if not rows or set(_COLUMNS) - set(rows[0]):
        raise UsageError(f"{path}: the columns must be {', '.join(_COLUMNS)}")
    origins = {row["origin_date"] for row in rows}
    if len(origins) != 1:
        raise UsageError(f"{path}: a file holds one origin_date, not {len(origins)}")
    (origin,) = origins
    claims: dict[str, dict[str, str]] = {}
    for line, row in enumerate(rows, 2):
        name = row["question"]
        if name not in questions:
            raise UsageError(
                f"{path}:{line}: there is no question {name!r}; "
                "target-data/questions.csv of the export lists them"
            )
        claims.setdefault(name, {})[_field(path, line, row)] = row["value"]
    identity = f"forecast-{slug(forecaster)}-{origin}"
    head = {
        "id": identity,
        "title": f"Forecasts of {forecaster}, {origin}",
        "publisher": forecaster,
        "url": url,
        "published_on": origin,
        "kind": "analyst",
    }
    listed = [
        _claim(k, questions[name], said, forecaster, origin)
        for k, (name, said) in enumerate(claims.items(), 1)
    ]
    import yaml

    front = yaml.safe_dump(
        {"source": head, "claims": listed}, sort_keys=False, allow_unicode=True
    )
    return f"---\n{front}---\nRead in from a file in the format of the forecast hubs.\n"


def slug(name: str) -> str:
    """A name for folders: letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _field(path: Path, line: int, row: Mapping[str, str]) -> str:
    kind, level = row["output_type"], row["output_type_id"]
    fields = {
        ("median", ""): "value",
        ("median", "NA"): "value",
        ("quantile", "0.05"): "low",
        ("quantile", "0.5"): "value",
        ("quantile", "0.95"): "high",
        ("pmf", "yes"): "probability",
    }
    if (kind, level) not in fields:
        raise UsageError(
            f"{path}:{line}: {kind} {level} is not used here; give quantiles 0.05, "
            "0.5 and 0.95, a median, or the pmf of `yes`"
        )
    return fields[kind, level]


def _claim(
    k: int,
    asked: Mapping[str, Any],
    said: Mapping[str, str],
    forecaster: str,
    origin: str,
) -> dict[str, str]:
    unit = asked["unit"] if asked["quantity"] == "cluster" else None
    bound = {"lower": "at least ", "upper": "at most "}.get(asked["bound"] or "")
    same = {
        "id": f"answer-{k}",
        "evidence": "forecast",
        "forecaster": forecaster,
        "quantity": asked["quantity"],
        "model": asked["model_id"],
        "among": asked["among"],
        "threshold": asked["threshold"],
        "unit": unit,
        "disclosed_on": origin,
        "target_on": asked["target_on"],
        "rule": asked["rule"],
        "locator": f"question {asked['forecast_id']}",
        "summary": f"An answer to: {asked['summary']}",
    }
    level = {"level": "90%"} if "low" in said else {}
    stated = {"value": f"{bound}{asked['value']:g}"} if bound else {}
    claim = same | {n: v for n, v in said.items() if v not in ("", "NA")} | level
    return {n: str(v) for n, v in (claim | stated).items() if v is not None}


def _output(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    task = {
        "origin_date": row["made_on"],
        "target": row["quantity"],
        "question": row["forecast_id"],
        "target_end_date": row["target_on"],
    }
    if row["scored_as"] in ("probability", "statement"):
        return [
            task
            | {
                "output_type": "pmf",
                "output_type_id": "yes",
                "value": row["predicted_probability"],
            }
        ]
    if row["predicted_p05"] is None:
        middle = {"output_type": "median", "output_type_id": "NA"}
        return [task | middle | {"value": row["predicted_p50"]}]
    return [
        task | {"output_type": "quantile", "output_type_id": level, "value": row[name]}
        for level, name in _LEVELS.items()
    ]


def _oracle(row: Mapping[str, Any]) -> dict[str, Any]:
    settled = row["record_probability"]
    return {
        "target": row["quantity"],
        "question": row["forecast_id"],
        "target_end_date": row["target_on"],
        "oracle_value": row["record_p50"] if settled is None else settled,
        "low": row["record_p05"] if settled is None else None,
        "high": row["record_p95"] if settled is None else None,
    }


def _admin() -> dict[str, Any]:
    return {
        "schema_version": f"{_SCHEMA}/admin-schema.json",
        "name": "Headroom: training compute of AI models",
        "maintainer": "Headroom",
        "contact": {"name": "Headroom", "email": ""},
        "repository": {"host": "", "owner": "", "name": ""},
        "file_format": ["csv"],
        "timezone": "UTC",
        "model_output_dir": "model-output",
    }


def _tasks(scores: list[dict[str, Any]]) -> dict[str, Any]:
    def listed(column: str) -> dict[str, Any]:
        values = sorted({str(row[column]) for row in scores})
        return {"required": None, "optional": values}

    number = {"type": "double"}
    task = {
        "task_ids": {
            "origin_date": listed("made_on"),
            "target": listed("quantity"),
            "question": listed("forecast_id"),
            "target_end_date": listed("target_on"),
        },
        "output_type": {
            "quantile": {
                "output_type_id": {"required": [0.05, 0.5, 0.95]},
                "is_required": False,
                "value": number,
            },
            "median": {
                "output_type_id": {"required": None},
                "is_required": False,
                "value": number,
            },
            "pmf": {
                "output_type_id": {"required": ["yes"]},
                "is_required": False,
                "value": number | {"minimum": 0, "maximum": 1},
            },
        },
        "target_metadata": [
            {
                "target_id": name,
                "target_name": name.replace("_", " "),
                "target_units": "see target-data/questions.csv",
                "target_keys": {"target": name},
                "target_type": "continuous",
                "is_step_ahead": False,
            }
            for name in sorted({row["quantity"] for row in scores})
        ],
    }
    return {
        "schema_version": f"{_SCHEMA}/tasks-schema.json",
        "rounds": [
            {
                "round_id_from_variable": True,
                "round_id": "origin_date",
                "model_tasks": [task],
                "submissions_due": {"start": "2018-01-01", "end": "2099-12-31"},
            }
        ],
        "output_type_id_datatype": "character",
    }


def _write(
    path: Path, columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
