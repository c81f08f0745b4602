"""The commands around releases: what they print, their JSON and their exit codes."""

import json

import pytest
import typer
from synthetic import F2, NOW, frames, stage
from typer.testing import CliRunner

from pipeline import report
from pipeline.cli import releases
from pipeline.lake import head, publish


@pytest.fixture
def run(published, monkeypatch):
    """Two releases; the second doubles one estimate."""
    tables = frames(60)
    tables["core.estimates"] = tables["core.estimates"].copy()
    tables["core.estimates"].loc[7, "flop_p50"] *= 2
    stage(published, tables, F2)
    publish(published, run_id="r", fingerprint=F2, now=NOW)
    monkeypatch.setenv("HEADROOM_WAREHOUSE", str(published.warehouse))
    app = typer.Typer()
    releases.register(app)

    def invoke(*words):
        return CliRunner().invoke(app, [str(w) for w in words])

    return invoke


def test_releases_and_rollback(run, published):
    done = run("releases", "--json")
    found = json.loads(done.stdout)
    assert [each["seq"] for each in found] == [2, 1]
    assert run("rollback", 1, "--reason", "unit").exit_code == 0
    assert head(published).kind == "rollback"
    assert run("rollback", 1, "--reason", "unit").exit_code == 1
    text = run("releases").stdout
    assert "rollback" in text
    assert "2026-01-02 03:04 UTC" in text
    assert run("rollback", 1).exit_code == 2  # a reason is asked for


def test_diff(run, published):
    text = run("diff", 1, 2).stdout
    assert "core.estimates: 1 revised" in text
    assert "flop_p50" in text
    found = json.loads(run("diff", 2, 1, "--json").stdout)
    assert found["summary"] == [
        {"table": "core.estimates", "added": 0, "removed": 0, "revised": 1}
    ]
    assert found["changes"][0]["ratio"] == 0.5
    assert "hold the same" in run("diff", 1, 2, "--table", "core.models").stdout
    assert run("diff", 1, 2, "--table", "core.nothing").exit_code == 2
    done = run("diff", 1, 99)
    assert done.exit_code == 2
    assert "`headroom releases` lists them" in done.stderr


def test_export_backup_restore(run, published, tmp_path):
    done = run("export", head(published).release_id, tmp_path / "out", "--json")
    assert "datapackage.json" in json.loads(done.stdout)["files"]
    assert run("export", 1, tmp_path / "out").exit_code == 2
    assert run("lake", "backup", tmp_path / "copy").exit_code == 0
    assert run("lake", "backup", tmp_path / "copy").exit_code == 2
    assert run("lake", "restore", tmp_path / "nowhere").exit_code == 2
    done = run("lake", "restore", tmp_path / "copy", "--json")
    assert json.loads(done.stdout)["kept"].endswith("lake.replaced-1")


def test_doctor(run, published):
    assert run("doctor").exit_code == 0
    published.plain.write_bytes(b"garbage")
    assert "rebuilt" in run("doctor").stdout
    (published.lake / "catalog.sqlite").write_bytes(b"garbage" * 99)
    done = run("doctor", "--json")
    assert done.exit_code == 1
    bad = [each for each in json.loads(done.stdout) if not each["ok"]]
    assert [each["what"] for each in bad] == ["lake"]


def test_the_doctor_rebuilds_the_page(tmp_path, monkeypatch, small_release):
    settings = small_release(tmp_path)
    page = settings.report / report.PAGE
    good = page.read_bytes()
    monkeypatch.setenv("HEADROOM_WAREHOUSE", str(settings.warehouse))
    app = typer.Typer()
    releases.register(app)
    for damage in (page.unlink, lambda: page.write_bytes(b"garbage")):
        damage()
        done = CliRunner().invoke(app, ["doctor", "--json"])
        assert done.exit_code == 0
        found = {each["what"]: each for each in json.loads(done.stdout)}
        assert found["page"]["text"] == "rebuilt the page from the release"
        assert page.read_bytes() == good
