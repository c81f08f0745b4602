"""Exports: readable by clients we did not write, and the same bytes every time."""

import hashlib
import json
import shutil
import subprocess

import duckdb
import frictionless
import ibis
import polars
import pyarrow.parquet as pq
import pytest
import yaml
from synthetic import F2, NOW, frames, stage

from pipeline.contracts import TABLES, arrow_schema, columns
from pipeline.lake import UsageError, head, publish
from pipeline.lake.export import export
from pipeline.lake.history import find
from pipeline.lake.pictures import draw
from pipeline.lake.verify import mismatches
from pipeline.plots import PLOTS


@pytest.fixture(scope="module")
def made(first, tmp_path_factory):
    """One export, only to be copied."""
    folder = tmp_path_factory.mktemp("made") / "export"
    return folder, export(first, head(first), folder)


@pytest.fixture
def exported(made, tmp_path):
    folder, files = made
    return shutil.copytree(folder, tmp_path / "export"), files


def test_frictionless_finds_no_fault(exported):
    folder, _ = exported
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.to_summary()
    pictures = {f"charts-{name}.{kind}" for name in PLOTS for kind in ("svg", "png")}
    forms = {f"{name}-parquet" for name in TABLES} | {"headroom-duckdb"}
    assert {task.name for task in report.tasks} == set(TABLES) | forms | pictures


def test_frictionless_finds_planted_faults(exported):
    folder, _ = exported
    path = folder / "csv/core.estimates.csv"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1], '"m1","sft"' + "," * 12 + "\n"]))
    report = frictionless.validate(str(folder / "datapackage.json"))
    found = {kind for _, kind in report.flatten(["title", "type"])}
    assert {"hash-count", "primary-key"} <= found


def test_units_keys_and_links_are_described(exported):
    folder, _ = exported
    package = json.loads((folder / "datapackage.json").read_text())
    resources = {r["name"]: r.get("schema") for r in package["resources"]}
    estimates = resources["core.estimates"]
    assert estimates["primaryKey"] == ["model_id", "stage", "measure"]
    assert estimates["foreignKeys"] == [
        {
            "fields": ["model_id"],
            "reference": {"resource": "core.models", "fields": ["model_id"]},
        }
    ]
    units = {f["name"]: f.get("unit") for f in estimates["fields"]}
    assert units["flop_p50"] == "FLOP"
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    assert len(package["sources"]) == 60


def test_checksums_hold_and_cover_every_file(exported):
    folder, files = exported
    command = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    lines = (folder / "SHA256SUMS").read_text().splitlines()
    listed = {line.split("  ")[1] for line in lines}
    assert listed == {str(f) for f in files if f.name != "SHA256SUMS"}
    assert len(files) == 2 * len(TABLES) + 2 * len(PLOTS) + 5


def test_parquet_csv_and_duckdb_hold_the_release(exported):
    folder, _ = exported
    with duckdb.connect(folder / "headroom.duckdb", read_only=True) as con:
        assert mismatches(con) == []
        row = con.execute("SELECT content FROM meta.releases").fetchone()
    for name, sha in json.loads(row[0]).items():
        csv = (folder / f"csv/{name}.csv").read_bytes()
        assert hashlib.sha256(csv).hexdigest() == sha, name
        data = pq.read_table(folder / f"parquet/{name}.parquet")
        assert data.schema.remove_metadata() == arrow_schema(TABLES[name])
        assert data.num_rows == csv.count(b"\n") - 1


def test_polars_reads_parquet_and_csv(exported):
    folder, _ = exported
    for name, table in TABLES.items():
        parquet = polars.read_parquet(folder / f"parquet/{name}.parquet")
        csv = polars.read_csv(folder / f"csv/{name}.csv", schema=parquet.schema)
        assert parquet.columns == [c.name for c in columns(table)]
        assert csv.shape == parquet.shape
    claims = polars.read_parquet(folder / "parquet/raw.claims.parquet")
    assert claims["disclosed_on"].dtype == polars.Date
    assert claims["value"].null_count() == 20


def test_ibis_reads_the_file(exported):
    folder, _ = exported
    con = ibis.duckdb.connect(folder / "headroom.duckdb", read_only=True)
    estimates = con.table("estimates", database="core")
    assert estimates.flop_p50.max().execute() > 0
    assert estimates.count().execute() == 60
    con.disconnect()


def test_charts_are_described_for_those_who_cannot_see_them(exported):
    folder, _ = exported
    package = json.loads((folder / "datapackage.json").read_text())
    told = {r["path"]: r["description"] for r in package["resources"]}
    for name, plot in PLOTS.items():
        assert told[f"charts/{name}.png"] == plot.alt
        assert (folder / f"charts/{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / f"charts/{name}.svg").read_text().startswith("<svg")


def test_a_chart_that_an_old_release_lacks_columns_for_is_left_out(published, tmp_path):
    with duckdb.connect(shutil.copy(published.plain, tmp_path / "old.duckdb")) as con:
        con.execute("DROP TABLE out.backtests")
        drawn = draw(con, tmp_path)
    assert {picture.path for picture in drawn} == {
        f"charts/{name}.{kind}"
        for name in PLOTS
        if name != "calibration"
        for kind in ("svg", "png")
    }


def test_citation_and_dictionary(exported, published):
    folder, _ = exported
    cited = yaml.safe_load((folder / "CITATION.cff").read_text())
    assert cited["version"] == head(published).release_id
    assert cited["cff-version"] == "1.2.0"
    assert cited["authors"]
    text = (folder / "DICTIONARY.md").read_text()
    assert all(f"\n## {name}\n" in text for name in TABLES)
    assert "| `flop_p50` | DOUBLE | FLOP | yes | median |" in text


def test_the_same_release_gives_the_same_bytes(published, exported, tmp_path):
    folder, files = exported
    release = head(published)
    published.plain.unlink()  # built anew, from the lake
    stage(published, frames(40), F2)
    publish(published, run_id="r", fingerprint=F2, kind="accepted", reason="x", now=NOW)
    again = export(published, find(published, release.seq), tmp_path / "again")
    assert again == files
    bytes_of = {f: ((tmp_path / "again" / f), (folder / f)) for f in files}
    other = [
        str(f) for f, (a, b) in bytes_of.items() if a.read_bytes() != b.read_bytes()
    ]
    assert other == []


def test_a_folder_with_content_is_left_alone(published, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="is not empty"):
        export(published, head(published), tmp_path / "mine")
    assert (tmp_path / "mine/thesis.tex").read_text() == "years of work"
    (tmp_path / "empty").mkdir()
    assert export(published, head(published), tmp_path / "empty")
