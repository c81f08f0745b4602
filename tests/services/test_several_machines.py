"""One lake in PostgreSQL and S3, written from two working copies.

Each copy has its own sources, warehouse and processes; all they share is the two
servers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from synthetic import F1, F2, NOW, stage

from pipeline.lake import (
    LakeError,
    LockBusyError,
    connect,
    head,
    publish,
    recover,
    staging,
    writer,
)
from pipeline.lake.connect import load
from pipeline.lake.doctor import examine
from pipeline.lake.files import literal
from pipeline.lake.heads import publications
from pipeline.lake.remote import LOCK, Shared
from pipeline.lake.sandbox import run_sql
from pipeline.settings import Settings
from tests.services.conftest import SECRET
from tests.services.shared import copy, go, stored, tables
from tests.soak import tiny

pytestmark = pytest.mark.services
ROOT = Path(__file__).parents[2]
MODELS = "SELECT count(*) AS n FROM core.models"


def from_afar(settings: Settings, query: str) -> list:
    """What DuckDB reads from the stored file where it lies, as docs/deploy.md says."""
    remote = settings.remote
    with duckdb.connect() as con:
        load(con, "httpfs")
        Shared(remote).reach(con)
        con.execute(
            f"ATTACH {literal(f'{remote.data}/headroom.duckdb')} AS s (READ_ONLY)"
        )
        con.execute("USE s.core")
        return con.execute(query).fetchall()


def test_two_copies_publish_to_one_lake(tmp_path, remote):
    one, two = (copy(tmp_path / name, remote) for name in ("one", "two"))
    assert head(two) is None
    first = go(one, F1)
    assert head(two) == first
    assert recover(two) == ["rebuilt headroom.duckdb from the lake's head"]
    assert two.plain.read_bytes() == one.plain.read_bytes()
    second = go(two, F2, 58)
    assert [h.seq for h in publications(one)] == [1, 2] == [first.seq, second.seq]
    assert stored(one) == (2, [])
    assert from_afar(one, MODELS) == [(58,)]
    assert run_sql(one, MODELS)[1] == [(60,)]  # its own file is as it left it
    recover(one)
    assert run_sql(one, MODELS)[1] == [(58,)]
    for settings in (one, two):
        assert run_sql(settings, MODELS, release=1)[1] == [(60,)]
        assert run_sql(settings, MODELS, release=second.release_id)[1] == [(58,)]
    assert not one.lake.exists()  # nothing of the lake lies on the machine
    assert not list(one.staging.glob("*.parquet"))


def test_staged_tables_are_shared_and_a_mixture_is_refused(tmp_path, remote):
    one, two = (copy(tmp_path / name, remote) for name in ("one", "two"))
    stage(one, tables(60), F1)
    assert staging.read_provenance(two, "raw.claims").fingerprint == F1
    Shared(remote).put("staging/core.models.parquet", b"garbage")
    with pytest.raises(LakeError, match=r"core.models.parquet cannot be read"):
        publish(two, run_id="run", fingerprint=F1, now=NOW)
    assert head(one) is None


def test_one_writer_among_machines(tmp_path, remote):
    one, two = (copy(tmp_path / name, remote) for name in ("one", "two"))
    with writer(one, "refresh"), writer(one, "publish"):
        done = subprocess.run(
            [sys.executable, "-c", "from pipeline.lake import writer\n"
             "from pipeline.settings import load\n"
             "with writer(load(), 'publish', wait=0.5): pass"],
            cwd=ROOT, env=environment(two), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    assert "LockBusyError" in done.stderr
    assert f"headroom refresh, process {os.getpid()} on " in done.stderr
    assert SECRET not in done.stderr
    with writer(two, "publish"):
        pass


def test_a_lost_lock_publishes_nothing(tmp_path, remote, monkeypatch):
    one = copy(tmp_path, remote)
    stage(one, tables(60), F1)
    real = Shared.require_lock

    def cut(given):
        given.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE "
            f"locktype = 'advisory' AND classid = {LOCK[0]}",
        )
        real(given)

    monkeypatch.setattr(Shared, "require_lock", cut)
    with pytest.raises(LakeError, match="the catalog in PostgreSQL cannot be used"):
        publish(one, run_id="run", fingerprint=F1, now=NOW)
    monkeypatch.setattr(Shared, "require_lock", real)
    assert head(one) is None
    assert "cleaned the lake of an unfinished publication" in recover(one)
    assert publish(one, run_id="run", fingerprint=F1, now=NOW).published


def environment(settings: Settings) -> dict[str, str]:
    remote = settings.remote
    return os.environ | {
        "HEADROOM_SOURCES": str(settings.sources),
        "HEADROOM_WAREHOUSE": str(settings.warehouse),
        "HEADROOM_CATALOG": f"postgres:{remote.catalog}",
        "HEADROOM_DATA": remote.data,
        "HEADROOM_S3_ENDPOINT": remote.endpoint,
        "AWS_ACCESS_KEY_ID": remote.key,
        "AWS_SECRET_ACCESS_KEY": remote.secret,
    }


@pytest.mark.parametrize(
    "names", [["one"], pytest.param(["one", "two"], marks=pytest.mark.soak)]
)
def test_the_command_on_working_copies_at_once(tmp_path, remote, postgres, names):
    dagster_url = f"postgresql://headroom:{SECRET}@127.0.0.1:{postgres}/postgres"
    command = [Path(sys.executable).parent / "headroom", "refresh", "--json"]
    copies, running = [], []
    for number, name in enumerate(names):
        settings = replace(tiny.project(tmp_path / name), remote=remote)
        tiny.change(settings, number, tiny.FRONTIER)
        env = environment(settings) | {"HEADROOM_DAGSTER_URL": dagster_url}
        env["DAGSTER_HOME"] = str(settings.home)
        copies.append(settings)
        running.append(
            subprocess.Popen(
                command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                text=True,
            )
        )  # fmt: skip
    said = []
    for process in running:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        assert SECRET not in out + err
        said.append(json.loads(out))
    assert all(each["published"] for each in said)
    assert sorted(each["seq"] for each in said) == [*range(1, len(names) + 1)]
    assert stored(copies[0]) == (len(names), [])
    changed = "SELECT value FROM raw.claims WHERE claim_id = 'frontier-2025/grok-3'"
    values = [run_sql(copies[0], changed, release=e["seq"])[1] for e in said]
    expected = [4.64e26 * (1 + number / 1000) for number in range(len(names))]
    assert values == [[(pytest.approx(value, rel=1e-4),)] for value in expected]
    for settings in copies:
        assert SECRET not in (settings.home / "dagster.yaml").read_text()
        assert not list(settings.home.rglob("*.db"))  # the runs are in PostgreSQL


def test_garbage_in_the_storage_is_replaced(tmp_path, remote):
    one = copy(tmp_path, remote)
    go(one, F1)
    Shared(remote).put("headroom.duckdb", b"garbage" * 1000)
    assert recover(one) == [f"put headroom.duckdb into {remote.data}"]
    assert stored(one) == (1, [])


def test_the_doctor_misses_an_object(tmp_path, remote, monkeypatch):
    monkeypatch.setitem(connect._OPTIONS, "data_inlining_row_limit", "50")
    one = copy(tmp_path, remote)
    go(one, F1)
    name = next(iter(Shared(remote).sizes()))
    Shared(remote).remove(f"data/{name}")
    found = {each.what: each for each in examine(one)}["lake"]
    assert not found.ok
    assert name in found.text


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"catalog": f"host=127.0.0.1 port=1 user=u password={SECRET}"}, "PostgreSQL"),
        ({"endpoint": "http://127.0.0.1:1"}, "HEADROOM_S3_ENDPOINT"),
    ],
)
def test_a_server_that_is_away_is_one_sentence(tmp_path, remote, changed, said):
    one = copy(tmp_path, replace(remote, **changed))
    with pytest.raises(LakeError, match=said) as caught:
        go(one, F1)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(one)


def test_the_lock_is_the_databases_own(tmp_path, remote):
    with writer(copy(tmp_path, remote), "refresh"):
        held = Shared(remote).ask(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
            f"AND (classid, objid) = ({LOCK[0]}, {LOCK[1]})",
        )
    assert held == [(1,)]
    assert issubclass(LockBusyError, LakeError)
