"""The main job on a small record: publish, repeat, add, break, hold, read on."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.refresh import refresh
from pipeline.settings import Settings
from tests import mini
from tests.unit.notes.test_broken import CASES


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A published project; tests run in order and leave it published."""
    return mini.project(tmp_path_factory.mktemp("project"))


def query(settings: Settings, sql: str) -> list[tuple]:
    with duckdb.connect(str(settings.plain), read_only=True) as con:
        return con.execute(sql).fetchall()


def environment(settings: Settings) -> dict[str, str]:
    return {
        "HEADROOM_SOURCES": str(settings.sources),
        "HEADROOM_WAREHOUSE": str(settings.warehouse),
        "DAGSTER_HOME": str(settings.home),
    }


def what_if(settings: Settings, claim: str) -> dict:
    """The facts of `headroom whatif`, and that it left every file alone."""

    def seen() -> dict:
        return {
            p: (p.stat().st_mtime_ns, hashlib.sha256(p.read_bytes()).digest())
            for p in settings.sources.parent.rglob("*")
            if p.is_file()
        }

    before = seen()
    assert len(before) > 40
    done = CliRunner().invoke(
        app, ["whatif", "--claim", claim, "--json"], env=environment(settings)
    )
    assert done.exit_code == 0, done.output
    assert seen() == before
    return json.loads(done.stdout)


def test_the_first_refresh_publishes_every_table(settings: Settings) -> None:
    outcome = refresh(settings)
    assert outcome.problems == []
    assert outcome.published
    assert outcome.head is not None
    assert outcome.head.seq == 1
    assert outcome.head.release_id.startswith("2025-09-17-")
    median = query(
        settings,
        "SELECT flop_p50 FROM core.estimates "
        "WHERE model_id = 'deepseek-r1' AND stage = 'reasoning'",
    )
    assert 5e22 < median[0][0] < 2.5e23
    uncommented = query(
        settings,
        "SELECT table_name FROM duckdb_columns() WHERE NOT internal "
        "AND schema_name IN ('raw','core','out','meta') AND comment IS NULL",
    )
    assert uncommented == []


def test_a_second_refresh_publishes_nothing_and_imports_no_dagster(
    settings: Settings,
) -> None:
    code = (
        "import sys; from pipeline.refresh import refresh;"
        "from pipeline.settings import Settings; from pathlib import Path;"
        f"s = Settings(Path({str(settings.sources)!r}),"
        f" Path({str(settings.warehouse)!r}), Path({str(settings.home)!r}));"
        "done = refresh(s); assert done.head.seq == 1 and not done.published;"
        "assert not {'dagster', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@contextmanager
def read_elsewhere(settings: Settings, stop: Path) -> Iterator[None]:
    """Processes that open and read the plain file over and over; none may fail."""
    reader = f"""
import duckdb, pathlib
n = 0
while not pathlib.Path({str(stop)!r}).exists() or n < 5:
    with duckdb.connect({str(settings.plain)!r}, read_only=True) as con:
        seq, = con.execute("SELECT max(seq) FROM meta.releases").fetchone()
        rows, = con.execute("SELECT count(*) FROM out.projections").fetchone()
        assert seq >= 1 and rows > 0
    n += 1
held = duckdb.connect({str(settings.plain)!r}, read_only=True)
assert held.execute("SELECT count(*) FROM core.estimates").fetchone()[0] > 0
print(n)
"""
    readers = [
        subprocess.Popen([sys.executable, "-c", reader], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    try:
        yield
    finally:
        stop.touch()
    for each in readers:
        each.communicate(timeout=60)
        assert each.returncode == 0


def test_a_new_disclosure_adds_a_vintage_and_leaves_old_ones(
    settings: Settings, tmp_path: Path
) -> None:
    old = "SELECT * FROM {} WHERE vintage < DATE '2026-06-01' ORDER BY ALL"
    tables = ("out.convergence", "out.projections", "out.estimate_history")
    before = {t: query(settings, old.format(t)) for t in tables}
    foreseen = what_if(settings, "o5: ratio 10 x o3, disclosed 2026-06-01")
    note = settings.sources / "notes" / "o5.md"
    note.write_text(mini.note("o5", mini.O5))
    with (
        duckdb.connect(str(settings.plain), read_only=True) as held,
        read_elsewhere(settings, tmp_path / "stop"),
    ):
        outcome = refresh(settings)
        assert held.execute("SELECT max(seq) FROM meta.releases").fetchone() == (1,)
    assert outcome.published
    for row in foreseen["estimates"]:
        key = (
            f"model_id = '{row['model_id']}' AND stage = '{row['stage']}' "
            f"AND measure = '{row['measure']}'"
        )
        sql = f"SELECT flop_p50, flop_p95 FROM core.estimates WHERE {key}"
        published = query(settings, sql)[0]
        assert published == pytest.approx(
            (row["flop_p50_after"], row["flop_p95_after"]), rel=1e-5
        )
    assert ("o5", "reasoning") in {
        (row["model_id"], row["stage"]) for row in foreseen["estimates"]
    }
    dates = query(
        settings,
        "SELECT scenario, date_p50::VARCHAR FROM out.convergence WHERE threshold = "
        "'scenario' AND vintage = DATE '2026-06-01'",
    )
    assert dict(dates) == {
        row["scenario"]: row["date_p50_after"] for row in foreseen["convergence"]
    }
    assert outcome.problems == []
    assert {t: query(settings, old.format(t)) for t in tables} == before
    new = query(
        settings, "SELECT DISTINCT vintage::VARCHAR FROM out.convergence ORDER BY 1"
    )
    assert new[-1] == ("2026-06-01",)
    leader = query(
        settings,
        "SELECT leader_model_id FROM out.convergence WHERE scenario = 'disclosed' "
        "AND threshold = 'scenario' ORDER BY vintage DESC LIMIT 1",
    )
    assert leader == [("o5",)]


def test_broken_new_notes_are_told_and_the_others_published(
    settings: Settings,
) -> None:
    folder = settings.sources / "notes"
    names = []
    for k, (data, _, _) in enumerate(CASES.values()):
        path = folder / f"broken-{k}.md"
        path.write_bytes(data)
        names.append(f"notes/{path.name}")
    outcome = refresh(settings)
    assert outcome.published
    told = query(settings, "SELECT path, line, problem, remedy FROM raw.rejected")
    assert {row[0] for row in told} == set(names)
    assert all(problem and remedy for _, _, problem, remedy in told)
    assert query(settings, "SELECT count(*) FROM raw.sources") == [(9,)]


def test_a_published_note_that_breaks_holds_the_release(settings: Settings) -> None:
    note = settings.sources / "notes" / "o5.md"
    good = note.read_text()
    before = query(settings, "SELECT max(seq) FROM meta.releases")
    note.write_text(good.replace("ratio\n", "flip\n"))
    outcome = refresh(settings)
    assert not outcome.published
    assert any("notes/o5.md" in p for p in outcome.problems)
    assert query(settings, "SELECT max(seq) FROM meta.releases") == before
    note.write_text(good)
    assert refresh(settings).problems == []
    assert query(settings, "SELECT max(seq) FROM meta.releases") == before
    for path in note.parent.glob("broken-*.md"):
        path.unlink()
    note.write_text(good.replace("ratio\n", "flip\n"))
    accepted = refresh(settings, accept="the lab withdrew it")
    assert accepted.published
    told = query(settings, "SELECT DISTINCT path FROM raw.rejected")
    assert told == [("notes/o5.md",)]
    assert query(
        settings, "SELECT kind, reason FROM meta.releases ORDER BY seq DESC LIMIT 1"
    ) == [("accepted", "the lab withdrew it")]


def test_two_refreshes_at_once_go_one_after_the_other(settings: Settings) -> None:
    note = settings.sources / "notes" / "o5.md"
    note.write_text(note.read_text().replace("flip\n", "ratio\n"))
    code = (
        "from pipeline.refresh import refresh; from pipeline.settings import Settings;"
        "from pathlib import Path;"
        f"s = Settings(Path({str(settings.sources)!r}),"
        f" Path({str(settings.warehouse)!r}), Path({str(settings.home)!r}));"
        "done = refresh(s); assert not done.problems; print(done.published)"
    )
    results: list[str] = []

    def run() -> None:
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        results.append(done.stdout.strip().splitlines()[-1])

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["False", "True"]
