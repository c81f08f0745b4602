"""Charts as pictures: the same every time, a mark for a row, text that stays text."""

import sys
from xml.etree import ElementTree

import pytest
from integration.plots.tables import empty, tables

from pipeline.assets import shown
from pipeline.plots import PLOTS
from pipeline.plots.image import png, svg

EVIL = '</script><script>hacked</script> & "quoted" \''
NAMED = ("projection", "convergence", "estimates", "frontier")
SVG = "{http://www.w3.org/2000/svg}"


def marks(picture: str, kind: str) -> int:
    """Shapes inside the marks of a name, anywhere in a picture."""
    tree = ElementTree.fromstring(picture)
    groups = [g for g in tree.iter(f"{SVG}g") if kind in g.get("class", "").split()]
    return sum(len(list(group)) for group in groups)


@pytest.mark.parametrize("name", PLOTS)
def test_the_same_rows_give_the_same_picture_in_any_order(name):
    plot = PLOTS[name]
    picture = svg(plot.build(tables()))
    mixed = {n: f.sample(frac=1, random_state=3) for n, f in tables().items()}
    assert svg(plot.build(mixed)) == picture


def test_a_picture_is_the_same_bytes_twice():
    once, again = (png(PLOTS["scaling"].build(tables())) for _ in range(2))
    assert once == again
    assert once.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", PLOTS)
def test_a_release_without_rows_still_has_a_chart(name):
    assert "<svg" in svg(PLOTS[name].build(empty()))


def test_a_renderer_that_crashes_costs_the_picture_alone(tmp_path, monkeypatch):
    assert shown.plots(["out.shares"], tables())["out.shares"]["plot"].value
    crash = tmp_path / "python"
    crash.write_text("#!/bin/sh\nkill -9 $$\n")
    crash.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(crash))
    told = shown.plots(["out.shares"], tables())["out.shares"]["plot"]
    assert told.startswith("could not be drawn")


def test_every_row_is_a_mark():
    made = {name: svg(plot.build(tables())) for name, plot in PLOTS.items()}
    assert marks(made["projection"], "record_marks") == 2
    assert marks(made["projection"], "totals_marks") == 1
    assert marks(made["projection"], "fan_marks") == 1
    assert marks(made["convergence"], "course_marks") == 2
    assert marks(made["calibration"], "forecasts_marks") == 2
    assert marks(made["frontier"], "runs_marks") == 1


@pytest.mark.parametrize("name", NAMED)
def test_text_of_the_record_stays_text(name):
    frames = tables()
    frames["core.models"]["name"] = EVIL
    tree = ElementTree.fromstring(svg(PLOTS[name].build(frames)))
    assert {node.tag for node in tree.iter()} & {f"{SVG}script", f"{SVG}img"} == set()
    told = [node.get("aria-label", "") for node in tree.iter()]
    assert any(EVIL in text for text in [*told, *tree.itertext()])
