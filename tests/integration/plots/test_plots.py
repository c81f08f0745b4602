"""Charts: the rows they draw, from the tables they name."""

import subprocess
import sys

import numpy as np
import pytest
from integration.plots.tables import tables

from pipeline.contracts import PUBLISHED
from pipeline.plots import PLOTS


@pytest.mark.parametrize("name", PLOTS)
def test_a_chart_reads_published_tables_and_says_what_it_shows(name):
    plot = PLOTS[name]
    assert set(plot.tables) <= set(PUBLISHED)
    assert plot.title
    spec = plot.build(tables()).to_dict()  # Altair holds it against Vega-Lite's schema
    assert spec["description"] == plot.alt
    assert len(plot.alt) > 80


def test_the_projection_shows_the_newest_vintage_as_log10():
    rows = PLOTS["projection"].data(tables())
    assert len(rows["fan"]) == 6
    assert list(rows["fan"].iloc[0][["lo", "mid", "hi", "frontier"]]) == [
        23,
        24,
        25,
        26,
    ]
    known = rows["record"].set_index("name")["mid"]
    assert known["Leader"] == pytest.approx(24)  # not its first estimate, 1e23
    assert list(rows["record"].query("documented")["name"]) == ["Small"]
    assert rows["path"]["mid"].tolist() == [24, 24]


def test_an_early_vintage_shows_what_was_known_then():
    from pipeline.plots import projection

    frames = tables()
    sets = {
        "fan": projection.fan(frames),
        "record": projection.record(frames),
        "start": projection.start(frames),
    }
    rows = projection.at(sets, int(sets["fan"]["vintage"].min()), "disclosed")
    known = rows["record"].set_index("name")["mid"]
    assert known.to_dict() == pytest.approx({"Leader": 23, "Giant": 26})


def test_what_moved_the_date_is_named_and_an_open_interval_has_no_end():
    rows = PLOTS["convergence"].data(tables())["course"]
    assert rows["event"].tolist() == [None, "Leader revised up"]
    assert rows["hi"].iloc[0] is None
    assert rows["hi"].iloc[1] > rows["mid"].iloc[1]


def test_shares_are_known_bounded_or_of_a_silent_frontier_run():
    rows = PLOTS["share"].data(tables())
    basis = rows["runs"].set_index("name")["basis"].to_dict()
    assert basis == {"Leader": "known", "Small": "at most", "Giant": "nowcast"}
    runs = rows["runs"].set_index("name")
    assert runs.loc["Leader", "mid"] == pytest.approx(np.log10(0.25))
    assert runs.loc["Small", "share"] == 0.05  # the bound, not the trend's middle
    assert len(rows["band"]) == 8
    assert rows["marked"]["label"].tolist() == ["10%", "30%", "50%"]


def test_a_forecast_stands_over_what_came_or_has_come_so_far():
    rows = PLOTS["scoreboard"].data(tables())["board"].set_index("forecast")
    assert list(rows.index) == ["s/ahead", "s/point", "s/bound"]  # no record of a fleet
    assert rows["mid"].tolist() == pytest.approx([2, 1, -1])
    assert rows["ours"].iloc[0] == pytest.approx(1)
    assert rows["side"].isna().tolist() == [True, True, False]
    assert rows["row"].str.strip().tolist() == ["A", "", "B"]  # a name stands once
    assert rows["row"].is_unique


def test_estimates_stand_largest_first_and_bounds_last():
    rows = PLOTS["estimates"].data(tables())["estimates"]
    assert rows["name"].tolist() == ["Leader", "Small", "Giant"]
    assert rows["bound"].tolist() == [None, None, "at most"]
    assert rows["edge"].iloc[2] == 25


def test_only_the_preferred_form_and_the_year_ahead_are_drawn():
    assert len(PLOTS["scaling"].data(tables())["slopes"]) == 1
    assert len(PLOTS["calibration"].data(tables())["forecasts"]) == 2


def test_the_trend_has_the_slope_of_its_growth():
    trend = PLOTS["frontier"].data(tables())["trend"]
    years = np.diff(trend["t"])[0] / (365.25 * 86_400_000)
    assert np.diff(trend["mid"])[0] / years == pytest.approx(1.0)


def test_importing_the_charts_imports_no_altair():
    code = "import sys, pipeline.plots; print('altair' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"
