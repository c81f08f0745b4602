"""The record as it was known on a date, in one line of SQL."""

import duckdb
import pytest


@pytest.fixture
def con(published):
    """The plain file of a small release."""
    with duckdb.connect(published.plain, read_only=True) as opened:
        yield opened


def test_estimates_of_a_date_are_the_last_that_were_published_by_then(con):
    (day,) = con.execute("SELECT median(vintage) FROM out.estimate_history").fetchone()
    told = con.execute("SELECT count(*), max(vintage) FROM estimates_as_of(?)", [day])
    rows, newest = told.fetchone()
    nodes = con.execute(
        "SELECT count(DISTINCT (model_id, stage, measure)) FROM out.estimate_history "
        "WHERE vintage <= ?",
        [day],
    ).fetchone()
    assert (rows,) == nodes
    assert rows and newest <= day.date() if hasattr(day, "date") else newest <= day


def test_convergence_of_a_date_is_one_vintage(con):
    (day,) = con.execute("SELECT max(vintage) FROM out.convergence").fetchone()
    found = con.execute(
        "SELECT DISTINCT vintage FROM convergence_as_of(?)", [day]
    ).fetchall()
    assert found == [(day,)]


def test_claims_of_a_date_were_disclosed_by_then(con):
    (day,) = con.execute("SELECT median(disclosed_on) FROM raw.claims").fetchone()
    (late,) = con.execute(
        "SELECT count(*) FROM claims_as_of(CAST(? AS DATE)) "
        "WHERE disclosed_on > CAST(? AS DATE)",
        [day, day],
    ).fetchone()
    assert late == 0


def test_an_estimate_ends_the_day_before_the_next_one_begins(con):
    gaps = con.execute(
        """
        SELECT count(*) FROM estimates_over_time a JOIN estimates_over_time b
        USING (model_id, stage, measure)
        WHERE b.realtime_start > a.realtime_start AND a.realtime_end >= b.realtime_start
        """
    ).fetchone()
    assert gaps == (0,)


def test_months_of_a_date_are_those_of_the_last_vintage_that_has_some(con):
    (day,) = con.execute("SELECT max(vintage) FROM out.convergence").fetchone()
    found = con.execute(
        "SELECT scenario, min(vintage), max(vintage), count(*) "
        "FROM projections_as_of(?) GROUP BY scenario ORDER BY scenario",
        [day],
    ).fetchall()
    courses = con.execute(
        "SELECT DISTINCT scenario FROM convergence_as_of(?) WHERE status <> 'none' "
        "ORDER BY scenario",
        [day],
    ).fetchall()
    assert [(scenario,) for scenario, *_ in found] == courses
    assert courses
    for scenario, first, last, months in found:
        stands = con.execute(
            "SELECT vintage, count(*) FROM out.projections WHERE scenario = ? "
            "GROUP BY vintage ORDER BY vintage DESC LIMIT 1",
            [scenario],
        ).fetchone()
        assert first == last
        assert (last, months) == stands


def test_a_date_before_any_course_has_no_months(con):
    for macro in ("projections_as_of", "share_trend_as_of"):
        rows = con.execute(f"SELECT count(*) FROM {macro}('1999-01-01')").fetchone()
        assert rows == (0,)
