"""The forecasts of a release as a hub, opened by a client that we did not write."""

import csv
from pathlib import Path

import duckdb
import hubdata
import numpy as np
import pandas as pd
import pytest
import yaml

from pipeline.contracts import conform, contract
from pipeline.lake import publish
from pipeline.lake.errors import UsageError
from pipeline.lake.history import find
from pipeline.lake.hub import export_hub, note_of, slug
from pipeline.notes.constants import Dates
from pipeline.notes.frames import forecasts
from pipeline.notes.parse import read_note
from pipeline.notes.registry import build, read_models
from pipeline.projection.shares import History
from pipeline.scoreboard.tables import score_table
from tests import mini
from tests.loaded import record, small, today
from tests.synthetic import F1, NOW, frames, stage

QUESTION = {
    "forecast_id": "a/b", "quantity": "largest_total", "model_id": None, "among": None,
    "unit": "FLOP", "bound": None, "value": 1e26, "threshold": None,
    "target_on": "2030-01-01", "rule": "the largest run", "summary": "About 1e26.",
}  # fmt: skip
HEAD = "origin_date,target,question,target_end_date,output_type,output_type_id,value\n"
TASK = "2026-01-01,largest_total,a/b,2030-01-01,"
DATES = Dates.of((), today())


@pytest.fixture
def hub(published, tmp_path):
    """The hub of a small release."""
    folder = tmp_path / "hub"
    return folder, export_hub(published, find(published, "1"), folder)


def test_a_hub_client_opens_it_and_counts_the_same(hub, published):
    folder, files = hub
    opened = hubdata.connect_hub(folder).to_table().to_pandas()
    with duckdb.connect(published.plain, read_only=True) as con:
        scores = con.execute("FROM out.forecast_scores").df()
    counted = 0
    for row in scores.itertuples():
        one = row.scored_as in ("probability", "statement")
        counted += 1 if one or row.predicted_p05 != row.predicted_p05 else 3
    assert len(opened) == counted > 0
    assert set(opened["question"]) == set(scores["forecast_id"])
    assert Path("target-data/oracle-output.csv") in files


def test_the_folder_must_be_new(hub, published):
    with pytest.raises(UsageError):
        export_hub(published, find(published, "1"), hub[0])


def written(tmp_path: Path, rows: str) -> Path:
    path = tmp_path / "2026-01-01-us.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    return path


def test_a_file_becomes_a_note_that_says_the_same(tmp_path):
    rows = "".join(
        f"{TASK}quantile,{level},{value}\n"
        for level, value in (("0.05", "1e26"), ("0.5", "3e26"), ("0.95", "2e27"))
    )
    text = note_of(written(tmp_path, rows), "Us", "https://a.b", {"a/b": QUESTION})
    registry, _ = build([], [])
    path = "notes/forecast-us-2026-01-01.md"
    note, faults = read_note(path, text.encode(), registry, DATES)
    assert faults == []
    (row,) = forecasts([note]).to_dict("records")
    assert (row["low"], row["value"], row["high"]) == (1e26, 3e26, 2e27)
    assert (row["level"], row["forecaster"]) == (0.9, "Us")
    assert str(row["target_on"]) == "2030-01-01"


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (f"{TASK.replace('a/b', 'a/c')}median,NA,1e26\n", "no question"),
        (f"{TASK}quantile,0.3,1e26\n", "not used"),
        (f"{TASK}median,NA,1\n{TASK.replace('2026', '2025')}median,NA,1\n", "holds"),
    ],
)
def test_what_cannot_be_an_answer_is_refused_with_its_reason(tmp_path, rows, what):
    with pytest.raises(UsageError, match=what):
        note_of(written(tmp_path, rows), "Us", "https://a.b", {"a/b": QUESTION})


def test_no_forecast_moves_an_estimate():
    assert not (set(record()["raw.claims"]["evidence"]) & {"forecast", "score"})


def test_oracle_values_are_those_of_the_scored(hub, published):
    with (hub[0] / "target-data/oracle-output.csv").open(encoding="utf-8") as file:
        oracle = {row["question"] for row in csv.DictReader(file)}
    with duckdb.connect(published.plain, read_only=True) as con:
        scored = con.execute(
            "SELECT forecast_id FROM out.forecast_scores "
            "WHERE kind = 'outside' AND status = 'scored'"
        ).fetchall()
    assert oracle == {name for (name,) in scored}


# One of each kind that a note can state: an interval at another level than 90%, a
# range, a point, a bound, a statement and a chance; due and not due; two authors.
SAID = [
    {"quantity": "largest_total", "value": "3e25", "low": "1e25", "high": "2e26",
     "level": "80%", "target_on": "2025-02-28"},
    {"quantity": "largest_total", "low": "1e27", "high": "3e28",
     "target_on": "2030-12-31"},
    {"quantity": "growth_of_largest", "value": "5", "target_on": "2025-03-31"},
    {"quantity": "run_cost", "value": "4e8", "target_on": "2025-03-31"},
    {"quantity": "largest_reasoning", "value": "at least 1e23",
     "target_on": "2025-05-01"},
    {"quantity": "threshold_by_date", "threshold": "1e26", "target_on": "2025-04-30"},
    {"quantity": "threshold_by_date", "threshold": "1e24", "probability": "0.7",
     "target_on": "2025-04-30"},
    {"quantity": "run_total", "model": "grok-3", "value": "1e26",
     "target_on": "2025-04-30"},
]  # fmt: skip


def _note(claims: list[dict[str, str]]) -> str:
    head = {"id": "forecasts", "title": "Forecasts", "publisher": "A", "url": "https://a.b",
            "kind": "analyst", "published_on": "2024-06-01"}  # fmt: skip
    shared = {"evidence": "forecast", "disclosed_on": "2024-06-01", "locator": "text",
              "summary": "A forecast.", "rule": "the record"}  # fmt: skip
    listed = [
        {"id": f"f{k}", "forecaster": ("A", "B & sons")[k % 2]} | shared | claim
        for k, claim in enumerate(claims)
    ]
    return f"---\n{yaml.safe_dump({'source': head, 'claims': listed})}---\nText.\n"


def test_the_import_of_a_whole_export_has_the_same_scores(settings, tmp_path):
    world = small()
    models, assumed = world.tables["core.models"], world.found.assumed
    known, _ = read_models("models.yaml", mini.files()["models.yaml"])
    registry, _ = build(known, [])
    history = History.of(world.found, models)

    def read(text: str) -> pd.DataFrame:
        name = yaml.safe_load(text.split("---")[1])["source"]["id"]
        note, faults = read_note(f"notes/{name}.md", text.encode(), registry, DATES)
        assert faults == []
        found = forecasts([note])
        return conform(contract("raw.forecasts"), found)

    asked = read(_note(SAID))
    scores = conform(
        contract("out.forecast_scores"), score_table(asked, history, models, assumed)
    )
    stage(settings, frames(6) | {"raw.forecasts": asked, "out.forecast_scores": scores})
    publish(settings, run_id="run", fingerprint=F1, now=NOW)
    folder = tmp_path / "hub"
    files = export_hub(settings, find(settings, "1"), folder)
    known = asked.astype(object).where(asked.notna(), None).to_dict("records")
    questions = {row["forecast_id"]: row for row in known}
    names = {slug(who): who for who in asked["forecaster"]}
    again = pd.concat(
        read(note_of(folder / path, names[path.parent.name], "https://a.b",
                                questions))
        for path in files if path.parent.name in names
    )  # fmt: skip
    rescored = score_table(again, history, models, assumed)
    rescored = rescored[rescored["kind"] == "outside"].merge(
        again[["forecast_id", "locator"]], on="forecast_id"
    )
    rescored["forecast_id"] = rescored["locator"].str.removeprefix("question ")
    before = scores[scores["kind"] == "outside"].set_index("forecast_id").sort_index()
    after = rescored.set_index("forecast_id").sort_index()
    assert list(after.index) == list(before.index)
    assert len(after) == len(SAID)
    assert set(before["status"]) >= {"scored", "open"}
    assert list(after["status"]) == list(before["status"])
    for name in ("crps", "error", "covered_90", "brier", "record_p50"):
        left, right = (t[name].astype(float).to_numpy() for t in (before, after))
        np.testing.assert_allclose(right, left, atol=5e-3, rtol=1e-3, err_msg=name)
    assert before["crps"].notna().sum() >= 4
