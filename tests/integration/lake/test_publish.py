"""Publications into a real lake: one snapshot each, changed rows only, never a mixture.

DuckLake enforces no keys and answers count(*) from metadata, so everything here is
checked by reading rows.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from synthetic import F1, F2, F3, NOW, frame, frames, settings_in, stage

from pipeline.contracts import PUBLISHED, TABLES, content_sha256
from pipeline.contracts.conform import from_arrow
from pipeline.contracts.derive import columns, comment, description
from pipeline.lake import (
    CatalogError,
    RefusedError,
    head,
    publish,
    recover,
    staging,
    upkeep,
    verify,
)
from pipeline.lake.connect import attached
from pipeline.lake.publication import Rules
from pipeline.lake.staging import Provenance
from pipeline.lake.verify import every_release, mismatches


def go(settings, fingerprint=F1, **more):
    return publish(settings, run_id="run", fingerprint=fingerprint, now=NOW, **more)


def plain_tables(path):
    with duckdb.connect(path, read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        return {
            name: from_arrow(table, con.execute(f"FROM {name}").to_arrow_table())
            for name, table in TABLES.items()
        }


def assert_whole(path):
    """The checksums in the newest release agree with the tables beside them."""
    with duckdb.connect(path, read_only=True) as con:
        assert mismatches(con) == []
        newest = con.execute("FROM meta.releases ORDER BY seq DESC LIMIT 1").df()
    return newest.iloc[0]


def test_first_publication(settings):
    tables = frames()
    stage(settings, tables)
    done = go(settings)
    assert done.published
    assert done.head == head(settings)
    assert (done.head.seq, done.head.kind, done.head.run_id) == (1, "refresh", "run")
    assert done.head.release_id == "2025-06-05-11111111"
    newest = assert_whole(settings.plain)
    assert newest["release_id"] == done.head.release_id
    found = plain_tables(settings.plain)
    contents = json.loads(newest["content"])
    assert contents.keys() == TABLES.keys() - {"meta.releases"}
    for name, sha in contents.items():
        assert content_sha256(TABLES[name], found[name]) == sha, name
    counts = json.loads(newest["row_counts"])
    assert counts == {name: len(found[name]) for name in contents}
    assert newest["n_rows"] == sum(counts.values())
    for name, data in tables.items():
        pd.testing.assert_frame_equal(found[name], data)
    assert found["meta.changes"].empty
    with attached(settings) as con:
        snapshots = con.execute("SELECT snapshot_id FROM lake.snapshots()").fetchall()
        assert snapshots == [(0,), (done.head.snapshot_id,)]


def test_comments_and_keys_stand_in_the_plain_file(published):
    with duckdb.connect(published.plain, read_only=True) as con:
        for name, table in TABLES.items():
            schema, short = name.split(".")
            where = f"schema_name = '{schema}' AND table_name = '{short}'"
            said = con.execute(f"SELECT comment FROM duckdb_tables() WHERE {where}")
            assert said.fetchone() == (description(table),)
            said = con.execute(
                "SELECT column_name, comment FROM duckdb_columns() "
                f"WHERE {where} ORDER BY column_index"
            )
            assert said.fetchall() == [(c.name, comment(c)) for c in columns(table)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            con.execute("INSERT INTO meta.columns SELECT * FROM meta.columns")
    again = "INSERT INTO core.models SELECT * FROM core.models LIMIT 1"
    with (
        duckdb.connect(published.plain) as con,
        pytest.raises(duckdb.ConstraintException),
    ):
        con.execute(again)


def test_same_fingerprint_publishes_nothing(published):
    first = head(published)
    before = published.plain.stat().st_mtime_ns
    again = go(published)
    assert not again.published
    assert again.head == first
    assert published.plain.stat().st_mtime_ns == before
    with attached(published) as con:
        assert con.execute("SELECT max(snapshot_id) FROM lake.snapshots()").fetchone() \
            == (first.snapshot_id,)  # fmt: skip


def test_only_changed_rows_are_written(published):
    tables = frames(60)
    first = head(published)
    tables["core.estimates"] = tables["core.estimates"].copy()
    row = tables["core.estimates"].iloc[7]
    tables["core.estimates"].loc[7, "flop_p50"] = 42.0
    stage(published, tables, F2)
    second = go(published, F2)
    assert second.head.snapshot_id == first.snapshot_id + 1
    with attached(published) as con:
        for name in PUBLISHED:
            schema, short = name.split(".")
            changed = con.execute(
                f"SELECT count(*) FROM ducklake_table_insertions('lake', '{schema}', "
                f"'{short}', {second.head.snapshot_id}, {second.head.snapshot_id})"
            ).fetchone()[0]
            assert changed == (1 if name == "core.estimates" else 0), name
        old = con.execute(
            f"SELECT flop_p50 FROM lake.core.estimates AT (VERSION => "
            f"{first.snapshot_id}) WHERE model_id = ? AND stage = ?",
            [row["model_id"], row["stage"]],
        ).fetchone()[0]
        assert old == row["flop_p50"] or pd.isna(row["flop_p50"])
    assert_whole(published.plain)
    reported = plain_tables(published.plain)["meta.changes"]
    assert reported["column"].tolist() == ["flop_p50"]
    assert reported["new"].tolist() == ["42"]


def test_rows_that_are_gone_go_and_renamed_keys_move(published):
    tables = frames(60)
    tables["core.models"] = frame(PUBLISHED["core.models"], 40)
    tables["out.projections"] = frame(PUBLISHED["out.projections"], 0)
    stage(published, tables, F2)
    go(published, F2, kind="accepted", reason="a test")
    assert_whole(published.plain)
    found = plain_tables(published.plain)
    assert len(found["core.models"]) == 40
    assert found["out.projections"].empty
    assert (found["meta.changes"]["change"] == "removed").sum() == 20


def test_back_to_the_first_content_is_a_third_publication(settings):
    for fingerprint in (F1, F2, F1):
        stage(settings, frames(60 if fingerprint == F1 else 58), fingerprint)
        assert go(settings, fingerprint).published
    releases = plain_tables(settings.plain)["meta.releases"]
    assert releases["seq"].tolist() == [1, 2, 3]
    one, two, three = releases["release_id"]
    assert one == three != two
    contents = [json.loads(c) for c in releases["content"]]
    assert all(contents[0][n] == contents[2][n] for n in PUBLISHED)


def test_missing_and_broken_tables_are_all_named(settings):
    tables = frames()
    del tables["core.estimates"]
    stage(settings, tables)
    staging.path_of(settings, "core.models").write_bytes(b"garbage")
    with pytest.raises(RefusedError) as caught:
        go(settings)
    text = str(caught.value)
    assert "core.estimates has not been computed: run `headroom refresh`" in text
    assert "core.models.parquet cannot be read" in text
    assert not settings.plain.exists()
    assert head(settings) is None


def test_a_mixture_of_runs_is_refused(published):
    tables = frames(60)
    claims = frame(PUBLISHED["raw.claims"], 55)
    staging.write(published, "raw.claims", claims, Provenance("single", F2))
    with pytest.raises(RefusedError, match=r"core\.estimates was computed from other"):
        go(published, F2)
    stage(published, tables, F2)
    staging.write(published, "raw.claims", claims, Provenance("single", F2))
    sentence = r"core\.estimates was computed from an older raw\.claims: run `headroom"
    with pytest.raises(RefusedError, match=sentence):
        go(published, F2)
    assert head(published).seq == 1


def test_findings_of_checks_refuse(settings):
    stage(settings, frames())
    seen = []

    def implausible(tables):
        seen.append(set(tables))
        return ["o3 is heavier than the Earth"]

    with pytest.raises(RefusedError, match="heavier than the Earth"):
        go(settings, rules=Rules(implausible))
    assert seen == [set(PUBLISHED)]
    assert head(settings) is None


def test_no_claim_at_all_is_a_sentence(settings):
    stage(settings, frames(rows=0))
    with pytest.raises(RefusedError, match="add a note first"):
        go(settings)


def test_a_reader_keeps_reading_the_old_file(published):
    with duckdb.connect(published.plain, read_only=True) as reader:
        count = (
            "SELECT count(DISTINCT model_id), max(seq) FROM core.models, meta.releases"
        )
        assert reader.execute(count).fetchone() == (60, 1)
        stage(published, frames(58), F2)
        assert go(published, F2).published
        assert reader.execute(count).fetchone() == (60, 1)
    with duckdb.connect(published.plain, read_only=True) as reader:
        assert reader.execute(count).fetchone() == (58, 2)


def test_a_moved_warehouse_still_reads_its_rows(published, tmp_path):
    shutil.move(published.warehouse, tmp_path / "elsewhere" / "warehouse")
    moved = settings_in(tmp_path / "elsewhere")
    moved.plain.unlink()
    assert recover(moved) == ["rebuilt headroom.duckdb from the lake's head"]
    assert_whole(moved.plain)
    stage(moved, frames(rows=100), F2)
    assert go(moved, F2).published
    assert_whole(moved.plain)


KILLED = """
import os, sys
from pathlib import Path
import synthetic
from pipeline.lake import plain, publish
from pipeline.lake.local import Local
settings = synthetic.settings_in(Path(sys.argv[1]))
where = sys.argv[2]
die = lambda *a, **k: os._exit(9)
if where == "before commit":
    Local.sync = die
elif where == "before replace":
    plain.build_from = die
elif where == "while building":
    plain._copy = lambda con: (con.execute("CREATE TABLE plain.t(a INT)"), die())
publish(settings, run_id="killed", fingerprint=synthetic.F2, now=synthetic.NOW)
"""


@pytest.mark.parametrize("where", ["before commit", "before replace", "while building"])
def test_killed_publications_are_repaired(published, where):
    stage(published, frames(rows=100), F2)
    command = [sys.executable, "-c", KILLED, str(published.sources.parent), where]
    tests = Path(__file__).parents[2]
    assert subprocess.run(command, check=False, cwd=tests).returncode == 9
    assert assert_whole(published.plain)["seq"] == 1  # readers see the old one, whole
    done = recover(published)
    committed = where != "before commit"
    assert assert_whole(published.plain)["seq"] == (2 if committed else 1)
    assert ("rebuilt headroom.duckdb from the lake's head" in done) == committed
    assert recover(published) == []
    assert go(published, F2).published != committed
    assert assert_whole(published.plain)["seq"] == 2
    assert leftovers(published) == []


LIMITED = """
import resource, signal, sys
from pathlib import Path
import synthetic
from pipeline.lake import LakeError, head, publish
settings = synthetic.settings_in(Path(sys.argv[1]))
head(settings)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    publish(settings, run_id="full", fingerprint=synthetic.F2, now=synthetic.NOW)
except LakeError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [(3_000, "make room on the disk"), (300_000, "the release stands in the lake")],
)
def test_a_disk_that_fills_up_meanwhile(published, limit, sentence):
    """No file may grow beyond the limit, as on a full disk."""
    stage(published, frames(58), F2)
    command = [sys.executable, "-c", LIMITED, published.sources.parent, str(limit)]
    tests = Path(__file__).parents[2]
    done = subprocess.run(
        command, check=True, cwd=tests, capture_output=True, text=True
    )
    assert sentence in done.stdout, done
    assert len(done.stdout.splitlines()) == 1
    assert assert_whole(published.plain)["seq"] == 1
    go(published, F2)
    assert assert_whole(published.plain)["seq"] == 2
    assert leftovers(published) == []


DYING = """
import resource, signal, sys, time
from pathlib import Path
import synthetic
from pipeline.lake import LakeError, head, publish, upkeep
settings = synthetic.settings_in(Path(sys.argv[1]))
how, much = sys.argv[2], float(sys.argv[3])
upkeep.COMPACT_EVERY = 2  # the second publication compacts, too
head(settings)
if how == "killed":  # by the alarm's default action: no cleaning up
    signal.setitimer(signal.ITIMER_REAL, much)
elif how == "full":  # as on a full disk, no file grows beyond the limit
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(much), resource.RLIM_INFINITY))
began = time.monotonic()
try:
    publish(settings, run_id="dies", fingerprint=synthetic.F2, now=synthetic.NOW)
except LakeError as error:
    print(error)
else:
    print(time.monotonic() - began)
"""


def _dies(settings, how, much=0.0):
    command = [sys.executable, "-c", DYING, settings.sources.parent, how, str(much)]
    tests = Path(__file__).parents[2]
    done = subprocess.run(
        command, check=False, cwd=tests, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    return done


def _stands_and_goes_on(settings):
    """Readers have the old or the new release, whole; the next publication is no. 2."""
    assert assert_whole(settings.plain)["seq"] in (1, 2)
    recover(settings)
    go(settings, F2)
    assert assert_whole(settings.plain)["seq"] == 2
    with attached(settings) as con:
        assert every_release(con) == []
    assert leftovers(settings) == []


@pytest.mark.soak
@pytest.mark.parametrize("how", ["killed", "full"])
def test_forty_instants_of_a_publication(published, tmp_path, how, measured):
    """Twenty kills spread over its length, twenty sizes that no file may pass."""
    stage(published, frames(58), F2)
    start = tmp_path / "start"
    shutil.copytree(published.warehouse, start)
    length = float(_dies(published, "not at all").stdout)
    stopped, landed = 0, 0
    for k in range(20):
        shutil.rmtree(published.warehouse)
        shutil.copytree(start, published.warehouse)
        much = length * (k + 0.5) / 20 if how == "killed" else 2000 * 1.45**k
        done = _dies(published, how, much)
        if done.returncode != 0 or not done.stdout[:1].isdigit():
            stopped += 1
            landed += head(published).seq == 2
        _stands_and_goes_on(published)
    assert stopped >= 12  # the others were over before
    what = {
        "killed": "Killed at twenty instants spread over its length",
        "full": "With twenty sizes that no file may pass, from 2 kB to 2.3 MB",
    }[how]
    measured(
        f"A publication with compaction, {how}",
        f"""
{what}: {stopped} of the publications did not end, {landed} of those were in the lake
all the same. After each, readers had the old or the new release whole, and the next
publication was no. 2, with nothing lost, doubled or left behind.
""",
    )


def test_a_file_that_reads_back_otherwise_does_not_replace(published, monkeypatch):
    stage(published, frames(58), F2)
    with monkeypatch.context() as broken:
        broken.setattr(verify, "mismatches", lambda _: ["core.models is not"])
        with pytest.raises(CatalogError, match=r"core\.models"):
            go(published, F2)
    assert assert_whole(published.plain)["seq"] == 1
    recover(published)  # the release stands in the lake
    assert assert_whole(published.plain)["seq"] == 2


def test_a_compaction_that_loses_something_removes_no_file(published, monkeypatch):
    monkeypatch.setattr(upkeep, "COMPACT_EVERY", 2)
    monkeypatch.setattr(verify, "every_release", lambda _: ["core.models of release 1"])
    before = set((published.lake / "data").rglob("*.parquet"))
    stage(published, frames(58), F2)
    with pytest.raises(CatalogError, match="of release 1"):
        go(published, F2)
    assert before <= set((published.lake / "data").rglob("*.parquet"))
    assert assert_whole(published.plain)["seq"] == 2


def test_a_lake_that_was_never_finished_is_no_obstacle(settings):
    settings.lake.mkdir(parents=True)
    (settings.lake / "catalog.sqlite").touch()
    assert head(settings) is None
    stage(settings, frames())
    assert go(settings).head.seq == 1


def test_a_changed_row_is_noticed(published):
    with duckdb.connect(published.plain) as con:
        con.execute("UPDATE core.models SET developer = 'someone else' WHERE rowid = 3")
        assert mismatches(con) == ["core.models is not what its release says"]


def leftovers(settings):
    """Temporary files, marks, and Parquet files that the catalog does not know."""
    found = [p for p in settings.warehouse.rglob("*") if ".tmp-" in p.name]
    found += [p for p in settings.lake.iterdir() if p.name == ".unfinished"]
    with attached(settings, write=True) as con:
        orphans = "CALL ducklake_delete_orphaned_files('lake', cleanup_all => true, " \
            "dry_run => true)"  # fmt: skip
        return found + con.execute(orphans).fetchall()


@pytest.mark.parametrize("damage", ["missing", "garbage", "half", "other"])
def test_a_damaged_plain_file_is_rebuilt(published, damage):
    content = published.plain.read_bytes()
    published.plain.unlink()
    if damage == "other":
        duckdb.connect(published.plain).close()
    elif damage != "missing":
        published.plain.write_bytes(
            b"garbage" * 999 if damage == "garbage" else content[: len(content) // 2]
        )
    assert recover(published) == ["rebuilt headroom.duckdb from the lake's head"]
    assert_whole(published.plain)


def retype(con, table, column, sql_type):
    con.execute(
        f'CREATE TABLE lake.{table}_old AS SELECT * REPLACE ("{column}"::{sql_type} '
        f'AS "{column}") FROM lake.{table}'
    )
    con.execute(f"DROP TABLE lake.{table}")
    con.execute(f"ALTER TABLE lake.{table}_old RENAME TO {table.split('.')[1]}")


def test_a_changed_contract_migrates_and_history_stays(published):
    first = head(published)
    with attached(published, write=True) as con:  # as an older contract had it
        con.execute("ALTER TABLE lake.core.models DROP COLUMN family")
        con.execute("ALTER TABLE lake.core.models ADD COLUMN gone BIGINT")
        con.execute("ALTER TABLE lake.core.hardware RENAME COLUMN vendor TO maker")
        con.execute("CREATE TABLE lake.core.dropped (a BIGINT)")
        con.execute("DROP TABLE lake.out.convergence")
        retype(con, "core.estimates", "n_claims", "DOUBLE")  # must be made anew
        retype(con, "core.assumptions", "value", "BIGINT")  # is widened in place
    stage(published, frames(rows=90), F2)
    go(published, F2)
    assert_whole(published.plain)
    with attached(published) as con:
        names = [r[0] for r in con.execute("DESCRIBE lake.core.models").fetchall()]
        assert "family" in names
        assert "gone" not in names
        types = {
            column: con.execute(f"SELECT typeof({column}) FROM lake.{table}").fetchone()
            for table, column in (
                ("core.estimates", "n_claims"),
                ("core.assumptions", "value"),
            )
        }
        assert types == {"n_claims": ("BIGINT",), "value": ("DOUBLE",)}
        old = con.execute(
            f"SELECT count(family), count(*) FROM lake.core.models "
            f"AT (VERSION => {first.snapshot_id})"
        )
        assert old.fetchone() == (60, 60)


def test_facts_survive_the_catalog(settings):
    stage(settings, frames(), F3)
    done = go(settings, F3, kind="accepted", reason='he said "it\'s fine" – yes')
    assert head(settings) == done.head
    assert head(settings).reason == 'he said "it\'s fine" – yes'
    assert head(settings).published_at == NOW
    assert plain_tables(settings.plain)["meta.releases"]["reason"].tolist() == [
        'he said "it\'s fine" – yes'
    ]
