"""The forecasts of a release as a hub, opened by a client that we did not write."""

import csv
from pathlib import Path

import duckdb
import hubdata
import pytest

from pipeline.lake.errors import UsageError
from pipeline.lake.history import find
from pipeline.lake.hub import HubError, export_hub, note_of
from pipeline.notes.frames import forecasts
from pipeline.notes.parse import read_note
from tests.loaded import record, today

QUESTION = {
    "forecast_id": "a/b", "quantity": "largest_total", "model_id": None, "among": None,
    "unit": "FLOP", "bound": None, "value": 1e26, "threshold": None,
    "target_on": "2030-01-01", "rule": "the largest run", "summary": "About 1e26.",
}  # fmt: skip
HEAD = "origin_date,target,question,target_end_date,output_type,output_type_id,value\n"
TASK = "2026-01-01,largest_total,a/b,2030-01-01,"


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
    from pipeline.notes.registry import build

    registry, _ = build([], [])
    path = "notes/forecast-us-2026-01-01.md"
    note, faults = read_note(path, text.encode(), registry, today())
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
    with pytest.raises(HubError, match=what):
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
