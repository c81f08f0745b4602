"""The shipped record through the whole job: every contract and check, and publish."""

import shutil
from pathlib import Path

import duckdb

from pipeline.contracts import PUBLISHED
from pipeline.lake.verify import mismatches
from pipeline.refresh import refresh
from pipeline.settings import Settings
from tests.mini import PROJECT


def test_the_shipped_record_is_published(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "sources", tmp_path / "warehouse", tmp_path / "home")
    shutil.copytree(
        PROJECT / "sources",
        settings.sources,
        ignore=shutil.ignore_patterns("notable*.csv", "all_ai*.csv"),
    )
    outcome = refresh(settings)
    assert outcome.problems == []
    assert outcome.published
    with duckdb.connect(str(settings.plain), read_only=True) as con:
        assert mismatches(con) == []
        axis = "SELECT count(*) FROM out.chart_axis_test"
        assert con.execute(axis).fetchone() == (18,)
        used = {
            segment
            for table in PUBLISHED
            for (segment,) in con.execute(
                f"SELECT DISTINCT compression FROM pragma_storage_info('{table}')"
            ).fetchall()
        }
    assert "BitPacking" not in used  # it leaves uninitialised memory in the file
