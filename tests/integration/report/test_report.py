"""Data and escaping of the page."""

import json
from pathlib import Path

import duckdb
import report_release

from pipeline import report
from pipeline.report.answer import answer, chosen
from pipeline.report.charts import library
from pipeline.report.data import read, rows
from pipeline.report.page import embed, render, write
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
