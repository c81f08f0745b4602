"""The shipped record through the whole job: it is published, and says what it did."""

import difflib

import duckdb
import pytest

from pipeline.contracts import PUBLISHED
from pipeline.lake.verify import mismatches
from pipeline.settings import Settings
from tests.record.says import ACCEPTED, published, says


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return published(tmp_path_factory.mktemp("shipped"))


def test_the_shipped_record_is_published(settings: Settings) -> None:
    with duckdb.connect(str(settings.plain), read_only=True) as con:
        assert mismatches(con) == []
        used = {
            segment
            for table in PUBLISHED
            for (segment,) in con.execute(
                f"SELECT DISTINCT compression FROM pragma_storage_info('{table}')"
            ).fetchall()
        }
    assert "BitPacking" not in used  # it leaves uninitialised memory in the file


def test_it_says_what_was_reviewed(settings: Settings) -> None:
    before, now = ACCEPTED.read_text(encoding="utf-8"), says(settings.plain)
    diff = difflib.unified_diff(
        before.splitlines(), now.splitlines(), "accepted", "now", n=0, lineterm=""
    )
    changed = "\n".join(diff)
    assert not changed, (
        f"What the record says has changed:\n{changed}\n"
        "If that is right, run `make accept-record` and commit tests/record/says.txt."
    )
