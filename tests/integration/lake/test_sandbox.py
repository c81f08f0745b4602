"""`headroom sql` against everything that reads or writes outside of its one file.

Each attack is tried for itself: it must be refused, leave no file, and the warehouse
must be what it was. With the SQLite extension loaded several of these succeed whatever
the settings say, so the guard that no extension can be loaded matters most.
"""

import hashlib

import pandas as pd
import pytest

from pipeline.lake import UsageError
from pipeline.lake.sandbox import SqlError, run_sql

ATTACKS = {
    "read csv": "SELECT * FROM read_csv('{secret}')",
    "read text": "SELECT * FROM read_text('{secret}')",
    "read blob": "SELECT * FROM read_blob('{secret}')",
    "read json": "SELECT * FROM read_json('{secret}')",
    "read parquet": "SELECT * FROM read_parquet('{secret}')",
    "parquet metadata": "SELECT * FROM parquet_metadata('{secret}')",
    "sniff csv": "SELECT * FROM sniff_csv('{secret}')",
    "glob": "SELECT * FROM glob('{folder}/*')",
    "file as a table": "SELECT * FROM '{secret}'",
    "file as a table, from first": "FROM '{secret}'",
    "read through query()": "SELECT * FROM query('FROM read_text(''{secret}'')')",
    "read through query_table()": "SELECT * FROM query_table(['{secret}'])",
    "sqlite scan": "SELECT * FROM sqlite_scan('{catalog}', 'ducklake_snapshot')",
    "postgres scan": "SELECT * FROM postgres_scan('', 'public', 't')",
    "url": "SELECT * FROM 'https://example.org/x.parquet'",
    "copy out": "COPY core.models TO '{target}'",
    "copy query out": "COPY (SELECT 1) TO '{target}' (FORMAT parquet)",
    "copy in": "COPY core.models FROM '{secret}'",
    "explain analyze copy": "EXPLAIN ANALYZE COPY (SELECT 1) TO '{target}'",
    "export": "EXPORT DATABASE '{target}'",
    "import": "IMPORT DATABASE '{folder}'",
    "attach": "ATTACH '{target}' AS x",
    "attach sqlite": "ATTACH '{target}' AS x (TYPE sqlite)",
    "attach the catalog": "ATTACH '{catalog}' AS x (TYPE sqlite)",
    "attach the lake": "ATTACH 'ducklake:sqlite:{catalog}' AS x",
    "detach": "DETACH headroom",
    "install": "INSTALL sqlite",
    "install from a path": "INSTALL '{secret}'",
    "load": "LOAD sqlite_scanner",
    "load from a path": "LOAD '{extension}'",
    "set access": "SET enable_external_access = true",
    "set directory": "SET home_directory = '{folder}'",
    "set unsigned": "SET allow_unsigned_extensions = true",
    "set variable": "SET VARIABLE x = 1",
    "reset": "RESET lock_configuration",
    "unlock": "SET lock_configuration = false",
    "pragma": "PRAGMA enable_profiling",
    "pragma behind a comment": "/* a */ -- b\nPRAGMA database_size",
    "pragma that selects": "PRAGMA database_size",
    "profile to a file": "PRAGMA profiling_output = '{target}'",
    "insert": "INSERT INTO core.models SELECT * FROM core.models",
    "update": "UPDATE core.models SET name = 'x'",
    "delete": "DELETE FROM core.models",
    "create": "CREATE TABLE x (a INT)",
    "create temporary": "CREATE TEMP TABLE x (a INT)",
    "create macro": "CREATE TEMP MACRO f() AS TABLE FROM read_text('{secret}')",
    "create secret": "CREATE SECRET x (TYPE s3)",
    "drop": "DROP TABLE core.models",
    "checkpoint": "CHECKPOINT",
    "vacuum": "VACUUM",
    "transaction": "BEGIN",
    "prepare": "PREPARE x AS SELECT * FROM read_text('{secret}')",
    "call": "CALL pragma_version()",
    "use": "USE core",
    "two statements": "SELECT 1; SELECT 2",
    "hidden second": "SELECT 1; ATTACH '{target}' AS x",
    "after a comment": "SELECT 1 /* ; */; COPY (SELECT 1) TO '{target}'",
    "nothing": "",
    "only a comment": "-- nothing",
    "nonsense": "SELEKT 1",
    "python frame": "SELECT * FROM frame_of_ours",
    "environment": "SELECT getenv('HOME')",
    "log to a file": "CALL enable_logging(storage = 'file')",
    "copy in a cte": "WITH x AS (COPY (SELECT 1) TO '{target}') SELECT 1",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_refused(first, tmp_path, attack):
    frame_of_ours = pd.DataFrame({"secret": [1]})
    assert len(frame_of_ours) == 1
    from pipeline.lake.connect import packaged

    secret, target = tmp_path / "secret.csv", tmp_path / "target"
    secret.write_text("a,b\n1,hunter2\n")
    before = state(tmp_path) | state(first.warehouse)
    sql = ATTACKS[attack].format(
        secret=secret,
        folder=tmp_path,
        target=target,
        catalog=first.lake / "catalog.sqlite",
        extension=packaged("sqlite_scanner"),
    )
    with pytest.raises(SqlError) as caught:
        run_sql(first, sql)
    assert "hunter2" not in str(caught.value)
    assert state(tmp_path) | state(first.warehouse) == before


def state(folder):
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("sql", "answer"),
    [
        ("SELECT count(*) FROM core.models", (60,)),
        ("FROM core.models SELECT model_id ORDER BY ALL LIMIT 1;", ("m0",)),
        ("WITH x AS (SELECT 7 AS a) SELECT a FROM x -- a comment", (7,)),
        ("SELECT left(max(disclosed_on)::VARCHAR, 4) FROM raw.claims", ("2030",)),
        (
            "SELECT published_at::VARCHAR FROM meta.releases",
            ("2026-01-02 03:04:05+00",),
        ),
    ],
)
def test_queries_are_answered(first, sql, answer):
    assert run_sql(first, sql)[1][0] == answer


@pytest.mark.parametrize(
    "sql", ["DESCRIBE core.models", "SHOW ALL TABLES", "EXPLAIN SELECT 1",
            "SUMMARIZE core.estimates", "SHOW TABLES"]
)  # fmt: skip
def test_looking_around_is_allowed(first, sql):
    names, _ = run_sql(first, sql)
    assert names


def test_without_a_file_there_is_a_sentence(published):
    published.plain.unlink()
    with pytest.raises(UsageError, match="`headroom doctor`"):
        run_sql(published, "SELECT 1")
