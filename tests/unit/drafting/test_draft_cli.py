"""`headroom note draft` and `headroom note accept` on files."""

import json
import shutil

import duckdb
import pytest
from draft_scores import ARTICLES, ROOT
from typer.testing import CliRunner

from pipeline.cli.note import app

run = CliRunner().invoke


@pytest.fixture
def sources(tmp_path, monkeypatch):
    for name in ("models.yaml", "hardware.csv", "assumptions.yaml"):
        shutil.copy(ROOT / "sources" / name, tmp_path)
    (tmp_path / "notes").mkdir()
    monkeypatch.setenv("HEADROOM_SOURCES", str(tmp_path))
    monkeypatch.setenv("HEADROOM_WAREHOUSE", str(tmp_path / "none"))
    return tmp_path


def test_draft_then_accept(sources):
    done = run(app, ["draft", str(ARTICLES / "en-ultra.txt")])
    assert done.exit_code == 0, done.output
    draft = sources / "drafts" / "en-ultra.md"
    text = draft.read_text()
    assert text.count("status: draft") == 3
    assert run(app, ["accept", str(draft), "--claims", "2,9"]).exit_code == 2
    assert run(app, ["accept", str(draft), "--claims", "x"]).exit_code == 2
    assert "publisher, url" in run(
        app, ["accept", str(draft), "--claims", "2"]
    ).output.replace("\n", " ")
    for field, value in (
        ("publisher", "Acme"),
        ("url", "https://example.org/a"),
        ("published_on", "2025-05-14"),
        ("basis", "accelerator_time"),
    ):
        text = text.replace(f"{field}: TO DO", f"{field}: {value}")
    draft.write_text(text)
    done = run(app, ["accept", str(draft), "--claims", "2,3"])
    assert done.exit_code == 0, done.output
    note = (sources / "notes" / "en-ultra.md").read_text()
    assert note.count("status: accepted") == 2
    assert not draft.exists()


def test_json_writes_nothing(sources):
    done = run(app, ["draft", str(ARTICLES / "zh-ultra.txt"), "--json"])
    assert len(json.loads(done.output)["candidates"]) == 3
    assert not (sources / "drafts").exists()


def test_offline(sources):
    done = run(app, ["draft", "http://127.0.0.1:9/article"])
    assert done.exit_code == 1
    assert run(app, ["draft", str(sources / "none.txt")]).exit_code == 2


def test_a_contradiction_is_told_with_its_size(sources, monkeypatch):
    record = sources / "record"
    record.mkdir()
    monkeypatch.setenv("HEADROOM_WAREHOUSE", str(record))
    with duckdb.connect(record / "headroom.duckdb") as con:
        con.execute(
            "CREATE SCHEMA core; CREATE TABLE core.estimates AS SELECT 'deepseek-r1' "
            "AS model_id, 'reasoning' AS stage, 'accelerator_time' AS measure, "
            "1e22 AS flop_p05, 6e23 AS flop_p95"
        )
    article = sources / "r1.txt"
    article.write_text("Reasoning training of DeepSeek-R1 took about 6e26 FLOP.")
    told = "contradicts the record by 3.0 orders of magnitude: 1e+22 to 6e+23 FLOP"
    done = run(app, ["draft", str(article)])
    assert f"6e26 FLOP [{told}]" in " ".join(done.output.split())
    draft = sources / "drafts" / "r1.md"
    text = draft.read_text().replace("published_on: TO DO", "published_on: 2025-05-14")
    draft.write_text(
        text.replace("url: TO DO", "url: https://example.org").replace(
            "publisher: TO DO", "publisher: Acme"
        )
    )
    done = run(app, ["accept", str(draft), "--claims", "1"])
    assert done.exit_code == 0, done.output
    assert f"Note: c1 {told}." in " ".join(done.output.split())
