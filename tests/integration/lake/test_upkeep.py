"""Compaction, backup and restore, room on the disk, and what the doctor sees."""

import shutil
import sqlite3
from collections import namedtuple
from contextlib import closing

import duckdb
import pytest
from synthetic import F1, F2, NOW, frames, stage

from pipeline.contracts import PUBLISHED, conform, content_sha256
from pipeline.lake import CatalogError, LakeError, head, publish, recover, upkeep
from pipeline.lake.backups import backup, restore
from pipeline.lake.connect import attached
from pipeline.lake.doctor import examine
from pipeline.lake.errors import UsageError
from pipeline.lake.heads import publications
from pipeline.lake.history import find, tables_of
from pipeline.lake.local import CATALOG
from pipeline.lake.upkeep import SpaceError
from pipeline.lake.verify import mismatches


def go(settings, fingerprint=F2):
    return publish(settings, run_id="r", fingerprint=fingerprint, now=NOW)


def whole(settings):
    with duckdb.connect(settings.plain, read_only=True) as con:
        return mismatches(con) == []


def varied(i):
    """Frames in which 58 of 60 estimates and one claim differ by i."""
    tables = frames(60)
    tables["core.estimates"] = tables["core.estimates"].copy()
    tables["core.estimates"].loc[:57, "log10_mean"] = float(i)
    tables["raw.claims"] = tables["raw.claims"].copy()
    tables["raw.claims"].loc[i, "value"] = 1000.0 + i
    return tables


def files_of_head(settings, table_name):
    schema, table = table_name.split(".")
    with attached(settings) as con:
        files = f"FROM ducklake_list_files('lake', '{table}', schema => '{schema}')"
        return len(con.execute(files).fetchall())


def contents(settings, release):
    return {
        name: content_sha256(PUBLISHED[name], conform(PUBLISHED[name], data))
        for name, data in tables_of(settings, release, PUBLISHED).items()
    }


def test_compaction_keeps_every_release(published, monkeypatch):
    monkeypatch.setattr(upkeep, "COMPACT_EVERY", 4)
    expected = {1: contents(published, find(published, 1))}
    for i in range(2, 6):
        tables = varied(i)
        stage(published, tables, f"{i:064x}")
        go(published, f"{i:064x}")
        expected[i] = {n: content_sha256(PUBLISHED[n], f) for n, f in tables.items()}
        if i == 3:
            before = files_of_head(published, "core.estimates")
        if i == 4:
            assert files_of_head(published, "core.estimates") == 1 < before
    assert [each.seq for each in publications(published)] == [1, 2, 3, 4, 5]
    for seq, sums in expected.items():
        assert contents(published, find(published, seq)) == sums, seq
    assert whole(published)


def test_backup_and_restore(published, tmp_path):
    first = head(published)
    assert backup(published, tmp_path / "copy") == first
    stage(published, frames(58), F2)
    assert go(published).head.seq == 2
    held, aside = restore(published, tmp_path / "copy")
    assert held == first == head(published)
    assert whole(published)
    with duckdb.connect(published.plain, read_only=True) as con:
        assert con.execute("SELECT count(*) FROM core.models").fetchone() == (60,)
    assert aside.name == "lake.replaced-1"  # with publication 2
    stage(published, frames(58), F2)
    assert go(published).head.seq == 2
    shutil.rmtree(tmp_path / "copy" / "data")  # the restored lake does not need it
    assert contents(published, first)


def test_backup_leaves_other_folders_alone(published, tmp_path):
    with pytest.raises(LakeError, match="name a new folder"):
        backup(published, tmp_path)
    with pytest.raises(LakeError, match="is no backup"):
        restore(published, tmp_path)
    assert head(published).seq == 1


def test_a_corrupted_catalog_says_what_to_do_and_is_restored(published, tmp_path):
    backup(published, tmp_path / "copy")
    catalog = published.lake / CATALOG
    catalog.write_bytes(b"garbage" * 1000)
    for ask in (lambda: head(published), lambda: go(published)):
        with pytest.raises(CatalogError, match="`headroom lake restore DIR`"):
            ask()
    assert not well(published)["lake"].ok
    assert whole(published)  # readers go on
    restore(published, tmp_path / "copy")
    assert all(each.ok for each in examine(published))
    stage(published, frames(58), F2)
    assert go(published).published


@pytest.mark.parametrize("catalog", ["missing", "empty", "older"])
def test_a_lost_history_stops_everything_with_a_sentence(published, tmp_path, catalog):
    backup(published, tmp_path / "copy")
    stage(published, frames(58), F2)
    go(published)
    (published.lake / CATALOG).unlink()
    if catalog == "empty":
        (published.lake / CATALOG).touch()
    elif catalog == "older":
        shutil.copy(tmp_path / "copy" / CATALOG, published.lake)
    with pytest.raises(CatalogError, match="lake restore DIR"):
        recover(published)
    assert "lake restore DIR" in well(published)["lake"].text
    if catalog != "older":
        published.plain.unlink()  # the data alone show it too
        with pytest.raises(CatalogError, match="data of publications"):
            recover(published)
    restore(published, tmp_path / "copy")
    assert head(published).seq == 1
    assert whole(published)
    assert all(each.ok for each in examine(published))


DELETES = """INSERT INTO ducklake_files_scheduled_for_deletion
(data_file_id, path, path_is_relative, schedule_start)
VALUES (999999, '{victim}', {relative}, '2020-01-01 00:00:00+00')"""


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        ("cut data", "missing or cut short"),
        ("cut catalog", "no whole backup"),
        ("foreign", "no whole backup"),
        ("link", "is a link"),
        ("absolute", "outside of it"),
        ("dots", "outside of it"),
        ("trigger", "trigger of its own"),
    ],
)
def test_a_backup_is_not_trusted_before_it_was_looked_at(
    published, tmp_path, damage, sentence
):
    copy, victim = tmp_path / "copy", tmp_path / "victim.txt"
    victim.write_text("mine")
    backup(published, copy)
    catalog, data = copy / "catalog.sqlite", next((copy / "data").rglob("*.parquet"))
    statements = {
        "foreign": "CREATE TABLE other (a)",
        "absolute": DELETES.format(victim=victim, relative=0),
        "dots": DELETES.format(victim="../../victim.txt", relative=1),
        "trigger": "CREATE TRIGGER t AFTER INSERT ON ducklake_snapshot "
        "BEGIN DELETE FROM ducklake_table; END",
    }
    if damage == "cut data":
        data.write_bytes(data.read_bytes()[:-100])
    elif damage == "cut catalog":
        catalog.write_bytes(catalog.read_bytes()[: catalog.stat().st_size // 2])
    elif damage == "link":
        data.unlink()
        data.symlink_to(victim)
    else:
        if damage == "foreign":
            catalog.unlink()
        with closing(sqlite3.connect(catalog)) as con:
            con.execute(statements[damage])
            con.commit()
    with pytest.raises(UsageError, match=sentence):
        restore(published, copy)
    assert head(published).seq == 1
    assert whole(published)
    assert victim.read_text() == "mine"


def test_a_catalog_that_someone_holds_is_not_called_damaged(published):
    with closing(sqlite3.connect(published.lake / CATALOG)) as con:
        con.execute("PRAGMA locking_mode = EXCLUSIVE")
        con.execute("BEGIN EXCLUSIVE")
        stage(published, frames(58), F2)
        with pytest.raises(CatalogError, match="that nobody else holds it"):
            go(published)
    assert go(published).published


def test_a_full_disk_is_noticed_before_work_starts(published, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(1, 1, 1_000_000))
    stage(published, frames(58), F2)
    with pytest.raises(SpaceError, match="only 1 MB are free"):
        go(published)
    assert not well(published)["disk"].ok


def well(settings):
    return {each.what: each for each in examine(settings)}


def test_the_doctor_finds_a_healthy_warehouse_healthy(published, settings):
    found = examine(published)
    assert [each.what for each in found] == [
        "versions", "disk", "dagster", "lock", "lake", "derived files", "runs",
    ]  # fmt: skip
    assert all(each.ok for each in found), found


def test_the_doctor_of_an_empty_project(settings):
    found = well(settings)
    assert found["lake"].ok
    assert "nothing has been published yet" in found["lake"].text


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_the_doctor_finds_damaged_data_files(published, damage):
    path = max(published.lake.rglob("*.parquet"), key=lambda p: p.stat().st_size)
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-100])
    found = well(published)["lake"]
    assert not found.ok
    assert path.name in found.text
    assert "headroom lake restore" in found.text


def test_the_doctor_finds_changed_bytes_in_a_data_file(published):
    path = max(published.lake.rglob("*.parquet"), key=lambda p: p.stat().st_size)
    content = bytearray(path.read_bytes())
    content[200:260] = bytes(60)
    path.write_bytes(content)
    assert not well(published)["lake"].ok


def test_the_doctor_repairs_a_plain_file_that_was_written_to(published):
    with duckdb.connect(published.plain) as con:
        con.execute("DELETE FROM core.estimates")
    found = well(published)["derived files"]
    assert found.ok
    assert "rebuilt headroom.duckdb: core.estimates is not" in found.text
    assert whole(published)


def test_other_versions_of_the_extensions_are_noticed(published, monkeypatch):
    monkeypatch.setattr("pipeline.lake.doctor.version", lambda name: name)
    assert "must agree" in well(published)["versions"].text


def test_a_warehouse_that_cannot_be_written_is_a_sentence(tmp_path, settings):
    settings.warehouse.write_text("a file where the folder should be")
    with pytest.raises(LakeError, match=r"cannot be written.*HEADROOM_WAREHOUSE"):
        go(settings, F1)
