"""`headroom explain` on the small record: what it says, and as of when."""

from __future__ import annotations

import json
from collections.abc import Callable

import duckdb
import pandas as pd
import pytest
from click.testing import Result
from typer.testing import CliRunner

from pipeline.assets.computed import core_tables
from pipeline.cli import app
from pipeline.contracts import TABLES, conform
from pipeline.estimation.influence import effects, influence_table
from tests import loaded

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a plain file with the tables that the command reads."""
    small = loaded.small()
    found = effects(small.found.states[-1], small.found.assumed)
    tables = small.tables | core_tables(small.tables, small.found)
    tables |= {
        "core.influence": influence_table(found).assign(
            share_shift=0.0, convergence_shift_days=0.0
        ),
        "out.convergence": small.project().convergence[["vintage"]].assign(),
    }
    folder = tmp_path_factory.mktemp("warehouse")
    with duckdb.connect(str(folder / "headroom.duckdb")) as con:
        for schema in ("raw", "core", "out"):
            con.execute(f"CREATE SCHEMA {schema}")
        for name, table in tables.items():
            frame = table if name == "out.convergence" else conform(TABLES[name], table)
            for column in frame.select_dtypes("datetime"):
                frame = frame.assign(**{column: frame[column].dt.date})
            con.register("frame", frame)
            con.execute(f"CREATE TABLE {name} AS FROM frame")
            con.unregister("frame")
    return str(folder)


@pytest.fixture
def run(plain: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command on that file."""
    monkeypatch.setenv("HEADROOM_WAREHOUSE", plain)
    return lambda *words: CliRunner().invoke(app, ["explain", *words])


def _stage(result: Result, name: str) -> dict[str, object]:
    assert result.exit_code == 0, result.output
    stages = json.loads(result.stdout)["stages"]
    return next(s for s in stages if s["stage"] == name)  # the first is in time


def test_claims_come_by_weight_with_arithmetic_and_source(run: Run) -> None:
    stage = _stage(run("deepseek-r1", "--json"), "reasoning")
    fused = [c for c in stage["claims"] if c["role"] == "fused"]
    assert fused[0]["claim_id"] == "r1-nature/hours"
    assert [c["weight"] for c in fused] == sorted(
        (c["weight"] for c in fused), reverse=True
    )
    assert stage["claims"][: len(fused)] == fused
    assert "3600 s" in fused[0]["formula"]
    assert fused[0]["url"].startswith("https://")
    median = loaded.small().estimates().loc[("deepseek-r1", "reasoning"), "flop_p50"]
    assert stage["estimate"]["flop_p50"] == median


def test_an_old_vintage_has_its_own_roles_and_figures(run: Run) -> None:
    then = _stage(run("deepseek-r1", "--vintage", "2025-05-14", "--json"), "reasoning")
    roles = {c["claim_id"]: c["role"] for c in then["claims"]}
    assert roles["r1-estimate/rl"] == "fused"
    assert "r1-nature/hours" not in roles
    now = _stage(run("deepseek-r1", "--json"), "reasoning")
    roles = {c["claim_id"]: c["role"] for c in now["claims"]}
    assert roles["r1-estimate/rl"] == "unused"
    assert then["estimate"]["flop_p50"] != now["estimate"]["flop_p50"]


def test_conflicts_stand_beside_the_stage(run: Run) -> None:
    conflicts = _stage(run("o3", "--json"), "reasoning")["conflicts"]
    assert [c["claim_id"] for c in conflicts] == ["scrape/garbled"]
    text = run("o3").stdout
    assert conflicts[0]["explanation"] in " ".join(text.split())
    assert "what would change it most" in text


def test_text_has_no_gaps_and_unknown_models_are_told(run: Run) -> None:
    text = run("o3", "--vintage", "2025-05-14").stdout
    assert "nan" not in text.lower().replace("finance", "")
    assert run("no-such-model").exit_code == 2
    early = pd.Timestamp(loaded.small().found.states[0].vintage) - pd.Timedelta(days=9)
    assert run("o3", "--vintage", str(early.date())).exit_code == 2
