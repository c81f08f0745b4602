"""Old releases: read, compared, published again, and held."""

import json
from dataclasses import replace

import duckdb
import pytest
from synthetic import F1, F2, F3, NOW, frames, stage

from pipeline.contracts import PUBLISHED
from pipeline.lake import HeldError, RefusedError, head, publish
from pipeline.lake.connect import attached
from pipeline.lake.history import (
    UnknownReleaseError,
    diff,
    find,
    plain_of,
    releases,
    rollback,
)
from pipeline.lake.sandbox import run_sql
from pipeline.lake.verify import mismatches


def go(settings, fingerprint, **more):
    return publish(settings, run_id="r", fingerprint=fingerprint, now=NOW, **more).head


def revised():
    tables = frames(60)
    tables["core.estimates"] = tables["core.estimates"].copy()
    tables["core.estimates"].loc[7, "flop_p50"] *= 2
    tables["raw.claims"] = tables["raw.claims"].copy()
    tables["raw.claims"].loc[7, "value"] = 123.0
    return tables


@pytest.fixture
def two(published):
    """F1, then F2 with one estimate doubled by one claim."""
    stage(published, revised(), F2)
    go(published, F2)
    return published


def content(path):
    with duckdb.connect(path, read_only=True) as con:
        row = con.execute("SELECT content FROM meta.releases ORDER BY seq DESC LIMIT 1")
        found = json.loads(row.fetchone()[0])
    return {name: found[name] for name in PUBLISHED}


def test_releases_are_found_by_number_and_id(two):
    first, second = releases(two)
    assert find(two, 1) == find(two, "1") == find(two, first.release_id) == first
    assert find(two, second.release_id) == second == head(two)
    with pytest.raises(UnknownReleaseError, match="`headroom releases` lists them"):
        find(two, "2020-01-01-00000000")


def test_diff_names_rows_values_ratio_and_claims(two):
    found = diff(two, find(two, 1), find(two, 2))
    changed = found.set_index(["table", "column"])
    assert set(changed.index) == {
        ("core.estimates", "flop_p50"),
        ("raw.claims", "value"),
    }
    row = changed.loc[("core.estimates", "flop_p50")]
    assert row["ratio"] == 2
    assert float(row["new"]) == 2 * float(row["old"])
    claim = changed.loc[("raw.claims", "value"), "key"]
    assert claim in row["changed_by"].split(", ")
    back = diff(two, find(two, 2), find(two, 1), table_name="core.estimates")
    assert back["ratio"].tolist() == [0.5]
    assert diff(two, find(two, 1), find(two, 1)).empty


def test_diff_and_sql_work_across_a_changed_schema(published):
    with attached(published, write=True) as con:  # as an older contract had it
        con.execute("ALTER TABLE lake.core.models DROP COLUMN family")
        con.execute("ALTER TABLE lake.core.models ADD COLUMN licence VARCHAR")
        con.execute("UPDATE lake.core.models SET licence = 'open'")
        snapshot = con.execute("SELECT id FROM lake.current_snapshot()").fetchone()[0]
    old = replace(find(published, 1), snapshot_id=snapshot)
    tables = frames(60)
    tables["core.models"] = tables["core.models"].copy()
    tables["core.models"].loc[3, "developer"] = "someone else"
    stage(published, tables, F2)
    go(published, F2)
    found = diff(published, old, head(published), table_name="core.models")
    assert found["column"].value_counts().to_dict() == {"family": 60, "developer": 1}
    assert found.loc[found["column"] == "family", "old"].isna().all()
    kept = plain_of(published, old)
    with duckdb.connect(kept, read_only=True) as con:
        assert con.execute("SELECT DISTINCT licence FROM core.models").fetchall() == [
            ("open",)
        ]
        with pytest.raises(duckdb.BinderException):
            con.execute("SELECT family FROM core.models")
    assert run_sql(published, "SELECT count(family) FROM core.models")[1] == [(60,)]


def test_an_old_release_is_whole_and_built_once(two):
    path = plain_of(two, find(two, 1))
    assert path != two.plain
    with duckdb.connect(path, read_only=True) as con:
        assert mismatches(con) == []
    built = path.stat().st_mtime_ns
    assert plain_of(two, find(two, 1)) == path
    assert path.stat().st_mtime_ns == built
    path.write_bytes(b"garbage")
    assert plain_of(two, find(two, 1)).stat().st_mtime_ns != built
    assert plain_of(two, find(two, 2)) == two.plain


def test_sql_on_an_old_release(two):
    query = "SELECT max(seq), count(*) FROM meta.releases"
    assert run_sql(two, query) == (["max(seq)", "count_star()"], [(2, 2)])
    assert run_sql(two, query, release=1)[1] == [(1, 1)]


def test_rollback_holds_until_something_changes(two):
    first, second = releases(two)
    done = rollback(two, first, reason="wrong unit", run_id="r", now=NOW).head
    assert (done.seq, done.kind, done.reason) == (3, "rollback", "wrong unit")
    assert done.release_id == first.release_id
    assert done.held_fingerprint == second.fingerprint
    assert content(two.plain) == content(plain_of(two, first))
    stage(two, revised(), F2)
    with pytest.raises(HeldError, match=r"withdrawn by the rollback.*--accept"):
        go(two, F2)
    assert head(two) == done
    stage(two, frames(60), F3)
    assert go(two, F3).seq == 4  # something changed
    assert head(two).held_fingerprint is None


def test_a_rollback_is_overruled_by_a_person(two):
    rollback(two, find(two, 1), reason=None, run_id="r", now=NOW)
    accepted = go(two, F2, kind="accepted", reason="it was right after all")
    assert (accepted.kind, accepted.reason) == ("accepted", "it was right after all")
    assert not publish(two, run_id="r", fingerprint=F2, now=NOW).published


def test_rolling_back_to_the_head_is_refused(two):
    with pytest.raises(RefusedError, match="is the head already"):
        rollback(two, find(two, 2), reason=None, run_id="r", now=NOW)


def test_a_content_that_no_longer_fits_is_not_rolled_back(two):
    with attached(two, write=True) as con:
        con.execute("ALTER TABLE lake.core.models DROP COLUMN family")
        snapshot = con.execute("SELECT id FROM lake.current_snapshot()").fetchone()[0]
    old = replace(find(two, 1), snapshot_id=snapshot)
    with pytest.raises(RefusedError, match="check out the code"):
        rollback(two, old, reason=None, run_id="r", now=NOW)
    assert head(two).seq == 2


def test_a_hold_waits_for_acceptance(published):
    tables = frames(60)
    tables["core.estimates"] = tables["core.estimates"].head(40)
    stage(published, tables, F2)
    with pytest.raises(HeldError, match=r"core\.estimates would lose 20 of 60"):
        go(published, F2)
    assert head(published).fingerprint == F1
    assert go(published, F2, kind="accepted", reason="merged duplicates").seq == 2
