"""Data and escaping of the page."""

import json
from datetime import date
from pathlib import Path

import duckdb
import read_back
import report_release

from pipeline import report
from pipeline.report.answer import answer, chosen, facts_of
from pipeline.report.charts import library
from pipeline.report.data import read, rows
from pipeline.report.page import embed, render, write
from pipeline.words.answer import effect, lines, share_of
from pipeline.words.changes import sentences
from pipeline.words.numbers import scientific


def test_flop_are_log10_with_enough_decimals_for_two_digits(tmp_path: Path):
    parts = read(report_release.make(tmp_path / "a.duckdb"))
    assert rows(parts["estimates"])[2]["mid"] == 22.4771
    assert parts["projections"]["mid"][0][:2] == [22.48, 22.78]


def test_a_table_that_is_not_there_is_left_out(tmp_path: Path):
    parts = read(report_release.make(tmp_path / "a.duckdb"))
    assert "calibration" not in parts
    assert "conflicts" in parts


def test_the_answer_is_fact_condition_and_caveat(tmp_path: Path):
    path = report_release.make(tmp_path / "a.duckdb", text="plain")
    row = chosen(read(path))
    assert row is not None
    assert (row["vintage"], row["scenario"]) == ("2025-05-09", "disclosed")
    fact, condition, caveat = answer(path)
    assert "R1 plain (plain, Jan 2025)" in fact
    assert "5% (90%: 1% to 20%)" in fact
    assert "17% (90%: 2% to 80%)" in condition
    assert "tenth is 61%, of half 19%" in condition
    assert "4 points lower" in caveat
    assert "Of 21 shares predicted before they were known 86%" in caveat
    assert "Aug 2025, is neither confirmed nor refuted" in caveat


def test_a_release_without_shares_says_so(tmp_path: Path):
    path = report_release.make(tmp_path / "a.duckdb")
    with duckdb.connect(str(path)) as con:
        con.execute("DROP TABLE out.shares")
    (said,) = answer(path)
    assert "older than the answer" in said


def test_a_number_rounds_into_the_next_power():
    assert scientific(23.999) == "1 × 10²⁴"


def test_embedded_data_cannot_leave_its_element():
    value = {"text": "</script><!-- & \u2028"}
    text = embed(value)
    assert "<" not in text
    assert json.loads(text) == value


def test_no_markup_of_the_data_reaches_the_page(tmp_path: Path):
    text = render(report_release.make(tmp_path / "a.duckdb"))
    text = text.replace(library(), "")  # Vega's own text holds markup
    assert "<script>window.hacked" not in text
    assert "<img" not in text
    assert "http-equiv" in text


def test_the_page_carries_its_release(tmp_path: Path):
    target = tmp_path / "report" / "index.html"
    assert report.release_of(target) is None
    write(report_release.make(tmp_path / "a.duckdb"), target)
    assert report.release_of(target) == "3 2025-05-09-abcdef12"


def test_every_number_of_the_answer_is_one_of_the_release(tmp_path: Path):
    path = report_release.make(tmp_path / "a.duckdb", text="plain")
    with duckdb.connect(str(path), read_only=True) as con:
        known = read_back.names(con)
        for label, text in lines(facts_of(con)):
            allowed = read_back.values(con, [label])
            assert read_back.wrong(text, allowed, known) == [], text
        for parts, text in zip(read_back.PARAGRAPHS, answer(path), strict=True):
            allowed = read_back.values(con, parts)
            assert read_back.wrong(text, allowed, known) == [], text


def test_a_number_that_no_table_holds_is_noticed():
    assert read_back.wrong("about 53% (90%: 3% to 98%)", [0.53, 0.03, 0.98]) == []
    assert read_back.wrong("about 54% in Aug 2025", [0.53, date(2025, 8, 3)]) == ["54%"]
    assert read_back.wrong("in Sep 2025", [date(2025, 8, 3)]) == ["Sep 2025"]
    assert read_back.wrong("1.9 × 10²³ FLOP, 1300-fold", [1.8e23, 1254.0]) == [
        "1.9 × 10²³"
    ]
    assert read_back.wrong("over 99%", [0.98]) == ["over 99%"]


def test_what_a_disclosure_does_is_said_with_its_own_numbers():
    today = {"share_p50_before": 0.404, "share_p50_after": 0.456}
    run = {"model_id": "o5", "basis_after": "known", "share_p05_after": 0.21,
           "share_p50_after": 0.333, "share_p95_after": 0.47}  # fmt: skip
    said = effect(today, [run], {"o5": "o five"})
    assert read_back.wrong(said, [*today.values(), *list(run.values())[2:]]) == []
    assert "33%" in said
    bound = effect(today, [run | {"basis_after": "bounded"}], {})
    assert "33%" not in bound  # a bound has no middle
    assert "21%" in bound


def test_a_bound_is_said_as_a_bound():
    row = {"share_p05": 0.001, "share_p50": 0.03, "share_p95": 0.43,
           "claimed_least": None, "claimed_most": 0.75}  # fmt: skip
    said = share_of(row | {"basis": "bounded"})
    assert "75%" in said
    assert "3%" not in said.replace("43%", "")
    assert "3% (90%" in share_of(row | {"basis": "known"})


def test_what_changed_is_said_with_the_numbers_of_the_change():
    rows = [
        {"table": "raw.claims", "change": "added", "key": "s/a", "column": None,
         "ratio": None, "changed_by": None, "old": None, "new": None},
        {"table": "core.estimates", "change": "revised", "column": "flop_p50",
         "key": "r1 / reasoning / accelerator_time", "old": "6e23", "new": "1.8e23",
         "ratio": 0.3, "changed_by": "s/a, s/b"},
        {"table": "out.convergence", "change": "revised", "column": "date_p50",
         "key": "2026-10-07 / share / 0.3", "old": "2026-05-01", "new": "2026-02-03",
         "ratio": None, "changed_by": "s/a"},
    ]  # fmt: skip
    added, passes, moved = sentences(rows, {"r1": "R-one"})
    assert read_back.wrong(added, [1]) == []
    allowed = [date(2026, 5, 1), date(2026, 2, 3)]
    assert read_back.wrong(passes, allowed) == []
    assert read_back.wrong(moved, [6e23, 1.8e23, 0.3, 1]) == []
    assert "R-one" in moved
    assert sentences([], {}) == []
