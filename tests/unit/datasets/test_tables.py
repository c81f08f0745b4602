"""Tables as people save them: read where they are unambiguous, else refused whole."""

from __future__ import annotations

import io
import random
from datetime import date

import pandas as pd
import pytest

from pipeline.datasets import CONNECTORS
from pipeline.datasets.base import Limits, read_dataset
from pipeline.datasets.cells import StyleError, day, number, style_of
from pipeline.notes.record import Record, read_record
from tests import mini
from tests.garbled import CASES, garble

HEADER = (
    "Model,Organization,Publication date,Training compute (FLOP),Confidence,"
    "Notability criteria\n"
)
ROWS = (
    "Model A1,Lab A,2025-02-03,3.5e25,Confident,SOTA\n"
    "Model B1,Lab B,2025-03-04,1.25e24,Likely,SOTA\n"
    "Model C1,Lab C,2025-05-06,7e23,Speculative,SOTA\n"
)
PLAIN = HEADER + ROWS
VALUES = [3.5e25, 1.25e24, 7e23]


def _read(data: str | bytes, name: str = "notable_ai_models_2026-07.csv") -> Record:
    data = data.encode() if isinstance(data, str) else data
    return read_record(mini.files() | {f"datasets/{name}": data}, date(2026, 11, 24))


def _values(record: Record) -> list[float]:
    claims = record.tables["raw.claims"]
    return claims[claims["claim_id"].str.contains("/model-")]["value"].tolist()


SEMICOLON = PLAIN.replace(",", ";").replace(".5e25", ",5e25").replace("1.25", "1,25")
LARGE = PLAIN.replace("3.5e25", '"35,000,000,000,000,000,000,000,000"').replace(
    "1.25e24", "1 250 000 000 000 000 000 000 000"
)
READ = {
    "plain": PLAIN.encode(),
    "a mark and Windows line ends": b"\xef\xbb\xbf"
    + PLAIN.replace("\n", "\r\n").encode(),
    "UTF-16": PLAIN.encode("utf-16"),
    "tabs": PLAIN.replace(",", "\t").encode(),
    "semicolons and decimal commas": SEMICOLON.encode(),
    "quoted decimal commas": PLAIN.replace("3.5e25", '"3,5E+25"')
    .replace("1.25e24", '"1,25E+24"')
    .encode(),
    "grouped thousands": LARGE.encode(),
    "powers of ten": PLAIN.replace("7e23", "7.0 × 10^23").encode(),
    "an older header": PLAIN.replace("Model,", "System,").encode(),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_unambiguous_is_read(name: str) -> None:
    record = _read(READ[name])
    assert record.faults == ()
    assert _values(record) == pytest.approx(VALUES)


def test_parquet_is_read() -> None:
    frame = pd.read_csv(io.StringIO(PLAIN), parse_dates=["Publication date"])
    sink = io.BytesIO()
    frame.to_parquet(sink)
    record = _read(sink.getvalue(), "notable_ai_models_2026-07.parquet")
    assert record.faults == ()
    assert _values(record) == pytest.approx(VALUES)


REFUSED = {
    "header": (HEADER, "no rows"),
    "page": ("<!DOCTYPE html><html>403</html>", "web page"),
    "zip": ("PK\x03\x04", "zip archive"),
    "quote": (PLAIN + '"Model D1,Lab D,2025-06-07,2e24,Likely,SOTA\n', "quote"),
    "both signs": (PLAIN + 'Model D1,L,2025-06-07,"2,5e24",Likely,\n', "decimal comma"),
    "foreign": ("a,b\n1,2\n", "no connector knows"),
    "dates": (PLAIN.replace("2025-02-03", "03-02-2025").replace("2025-03-04",
              "04-03-2025").replace("2025-05-06", "06-05-2025"), "none of its 3 rows"),
    "latin": (PLAIN.encode().replace(b"Lab A", b"L\xe9b"), "not UTF-8"),
    "NUL": (PLAIN.replace("Lab A", "Lab\0A"), "NUL"),
    "column twice": (PLAIN.replace("Confidence", "Organization"), "stands twice"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_is_refused_whole_with_the_cause(name: str) -> None:
    data, cause = REFUSED[name]
    record = _read(data)
    assert len(record.faults) == 1
    assert cause in record.faults[0].problem
    assert record.faults[0].remedy
    assert _values(record) == []


def test_a_vintage_before_its_models_is_a_slip() -> None:
    (fault,) = _read(PLAIN, "models_2015-06-02.csv").faults
    assert "released after its vintage" in fault.problem


def test_a_control_character_in_a_name_costs_the_row() -> None:
    record = _read(PLAIN.replace("Model A1", "Mod\x01el A1"))
    assert record.faults == ()
    rows = record.tables["raw.bulk_rows"]
    assert rows["outcome"].tolist() == ["unreadable", "used", "used"]
    assert rows["name"].iloc[0] == "Mod\\x01el A1"


@pytest.mark.parametrize(
    "name", ["Models (1)_2026-07-01.csv", "AI models 2026-07 (2).CSV"]
)
def test_a_downloads_name_is_read(name: str) -> None:
    assert _values(_read(PLAIN, name)) == pytest.approx(VALUES)


def test_what_is_passed_on_is_an_echo_of_its_original() -> None:
    passed = (
        "Entity,Code,Day,Training computation (petaFLOP)\n"
        "Model A1,,2025-02-03,30000000000\n"  # an older edition's figure
        "Model Z9,,2025-02-03,8000000\n"
    )
    files = mini.files() | {
        "datasets/notable_ai_models_2026-07.csv": PLAIN.encode(),
        "datasets/training_2026-08-01.csv": passed.encode(),
        "datasets/notable_ai_models_2026-09.csv": (
            PLAIN + "Model Z9,Lab Z,2025-02-03,8.1e21,Likely,SOTA\n"
        ).encode(),
    }
    record = read_record(files, date(2026, 11, 24))
    assert record.faults == ()
    claims = record.tables["raw.claims"].set_index("claim_id")
    echo = claims.loc["owid-training-2026-08-01/model-a1"]
    assert echo["repeats"] == "epoch-notable-2026-07/model-a1"
    assert echo["value"] == pytest.approx(3e25)
    original = claims.loc["epoch-notable-2026-09/model-z9"]
    assert original["supersedes"] == "owid-training-2026-08-01/model-z9"
    assert pd.isna(original["repeats"])


@pytest.mark.parametrize(
    ("cells", "style"),
    [(["1,234", "7e23"], "."), (["1,234", "3,5"], ","), (["1.234,5"], ",")],
)
def test_the_decimal_sign_of_a_file(cells: list[str], style: str) -> None:
    assert style_of(cells) == style


def test_numbers_and_dates_that_are_none() -> None:
    with pytest.raises(StyleError):
        style_of(["3,5", "3.5"])
    for text in ("12 34", "1,23,456", "-1e20", "nan", "inf", "1e999", "6e23⑩", ""):
        assert number(text, ".") is None
    for text in ("03-02-2025", "0001-01-01", "20250203", "1735689600", "2025-13-01"):
        assert day(text) is None
    assert number("1.234.567,5", ",") == 1234567.5
    assert day("3 February 2025") == day("Feb 3, 2025") == date(2025, 2, 3)


def test_a_garbled_table_is_read_or_refused() -> None:
    random_ = random.Random(20261124)
    limits, seen = Limits(0.02, 1e14, 2015), set()
    for _ in range(CASES):
        data = garble(random_, PLAIN.encode())
        path = "datasets/notable_ai_models_2026-07.csv"
        dataset, faults = read_dataset(path, data, limits, date.max, CONNECTORS)
        assert (dataset is None) == bool(faults), data
        assert all(f.remedy and "\n" not in str(f) for f in faults), data
        for row in dataset.rows if dataset else ():
            assert row.outcome or (row.value or 0) > 0, data
        seen.add(dataset is None)
    assert seen == {True, False}
