"""The shipped record through the whole job: it is published, and says what it did."""

import difflib

import duckdb
import pytest

from pipeline.contracts import PUBLISHED
from pipeline.lake.verify import mismatches
from pipeline.report import PAGE
from pipeline.report.answer import answer, facts_of
from pipeline.settings import Settings
from pipeline.words.answer import lines
from tests import read_back
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


def test_every_number_it_says_is_one_of_its_tables(settings: Settings) -> None:
    said = answer(settings.plain)
    with duckdb.connect(str(settings.plain), read_only=True) as con:
        known = read_back.names(con)
        for label, text in lines(facts_of(con)):
            allowed = read_back.values(con, [label])
            assert read_back.wrong(text, allowed, known) == [], text
        for parts, text in zip(read_back.PARAGRAPHS, said, strict=True):
            allowed = read_back.values(con, parts)
            assert read_back.wrong(text, allowed, known) == [], text


def test_its_page_is_small(settings: Settings) -> None:
    assert (settings.report / PAGE).stat().st_size <= 2_500_000


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
