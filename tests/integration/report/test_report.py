"""Data and escaping of the page."""

import json
from pathlib import Path

import report_release

from pipeline import report
from pipeline.report.answer import answer, chosen
from pipeline.report.charts import library
from pipeline.report.data import read, rows
from pipeline.report.page import embed, render, write
from pipeline.words.numbers import scientific


def test_flop_are_log10_with_two_decimals(tmp_path: Path):
    parts = read(report_release.make(tmp_path / "a.duckdb"))
    assert rows(parts["estimates"])[2]["mid"] == 22.48
    assert parts["projections"]["mid"][0][:2] == [22.48, 22.78]


def test_a_table_that_is_not_there_is_left_out(tmp_path: Path):
    parts = read(report_release.make(tmp_path / "a.duckdb"))
    assert "calibration" not in parts
    assert "conflicts" in parts


def test_the_answer_is_two_sentences_from_the_newest_headline_row(tmp_path: Path):
    parts = read(report_release.make(tmp_path / "a.duckdb", text="plain"))
    row = chosen(parts)
    assert row is not None
    assert (row["vintage"], row["scenario"]) == ("2025-05-09", "disclosed")
    first, second = answer(parts)
    assert "November 2025" in first
    assert "R1 plain, used about 3 × 10²² FLOP" in second


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
