"""The HTML page in a browser, from a file and without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe

from pipeline.plots import PLOTS
from pipeline.refresh import refresh
from pipeline.report import PAGE
from tests import mini, read_back

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from pipeline.settings import Settings

pytestmark = pytest.mark.browser
EVIL = "</script><script>window.hacked=1</script><img src=x onerror=hacked=1>"
HOSTILE = f"""---
source:
  id: hostile
  title: {json.dumps(EVIL)}
  publisher: {json.dumps(EVIL)}
  author: {json.dumps(EVIL)}
  url: https://example.org/hostile
  published_on: 2026-06-01
  retrieved_on: 2026-11-24
  kind: primary
claims:
  - id: run
    model: deepseek-r1
    stage: reasoning
    evidence: flop
    value: 2e23
    locator: {json.dumps(EVIL)}
    summary: {json.dumps(EVIL)}
    caveat: {json.dumps(EVIL)}
---
{EVIL}
"""
DRAWN = "document.body.dataset.drawn === 'all'"


FORECASTS = """---
source:
  id: forecasts
  title: A forecast
  publisher: Someone
  url: https://example.org/forecasts
  published_on: 2024-06-01
  retrieved_on: 2026-11-24
  kind: analyst
claims:
"""
FORECAST = """\
  - id: {id}
    evidence: forecast
    forecaster: Someone
    quantity: largest_total
    value: {value}
    disclosed_on: 2024-06-01
    target_on: {due}
    rule: the largest run
    locator: text
    summary: The largest run takes {value} FLOP by {due}.
"""
NEW = replace(PLOTS["estimates"], section="method")
MONTHS = [f"{date(2000, m, 1):%b} {y}" for m in range(1, 13) for y in (2025, 2030)]


def _until(page: Page, expression: str, arg: object = None) -> None:
    """Wait until it is true; the page's policy forbids a script that waits inside."""
    for _ in range(300):
        if page.evaluate(expression, arg):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never true: {expression}")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The small record, and a note with markup in every text field, published."""
    settings = mini.project(tmp_path_factory.mktemp("page"))
    models = settings.sources / "models.yaml"
    text = models.read_text()
    models.write_text(text.replace("name: DeepSeek-R1,", f'name: "{EVIL}",'))
    (settings.sources / "notes/hostile.md").write_text(HOSTILE)
    said = (("due", "1e27", "2025-03-31"), ("ahead", "1e28", "2030-12-31"))
    (settings.sources / "notes/forecasts.md").write_text(
        FORECASTS
        + "".join(FORECAST.format(id=i, value=v, due=d) for i, v, d in said)
        + "---\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PLOTS, "new", NEW)
        refresh(settings)
    return settings


@pytest.fixture
def shown(release: Settings, page: Page) -> Iterator[Page]:
    """The page of that release; faults and requests are errors.

    The release comes first: Dagster starts no event loop inside Playwright's.
    """
    address = (release.report / PAGE).as_uri()
    faults: list[str] = []

    def said(message: object) -> None:
        if message.type in ("error", "warning"):  # type: ignore[attr-defined]
            faults.append(message.text)  # type: ignore[attr-defined]

    def asked(request: object) -> None:
        if request.url != address:  # type: ignore[attr-defined]
            faults.append(request.url)  # type: ignore[attr-defined]

    def broke(error: object) -> None:
        faults.append(str(error))

    handlers = {"console": said, "request": asked, "pageerror": broke}
    for event, handler in handlers.items():
        page.on(event, handler)
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.goto(address)
    _until(page, DRAWN)
    yield page
    for event, handler in handlers.items():
        page.remove_listener(event, handler)
    assert faults == []


def count(settings: Settings, query: str) -> int:
    with duckdb.connect(settings.plain, read_only=True) as con:
        return int(con.execute(query).fetchall()[0][0])


def test_every_chart_has_a_mark_for_every_row(release: Settings, shown: Page):
    scenario = shown.locator("[name=scenario]:checked").get_attribute("value")
    known = (
        "SELECT count(*) FROM (SELECT model_id, stage, arg_max(flop_p50, vintage) AS "
        "flop_p50 FROM out.estimate_history GROUP BY ALL) "
        "JOIN core.models USING (model_id) WHERE flop_p50 >= 1e18 "
        "AND released_on >= '2022-07-01' AND stage = "
    )
    wanted = {
        "#fan .record_marks path": known + "'reasoning'",
        "#fan .totals_marks path": known + "'total'",
        "#course .course_marks path": "SELECT count(*) FROM out.convergence WHERE "
        f"threshold = 'scenario' AND date_p50 IS NOT NULL AND scenario = '{scenario}' "
        "AND (vintage IN (SELECT vintage FROM out.projections) "
        "OR vintage = (SELECT max(vintage) FROM out.convergence))",
        "#forecasts .forecasts_marks path": "SELECT count(*) FROM out.backtests WHERE "
        f"horizon_months = 12 AND scenario = '{scenario}'",
        "#conflicts > div > .scroll tbody tr": "SELECT count(*) FROM core.conflicts "
        "WHERE until IS NULL",
        "#table tbody tr": "SELECT count(*) FROM core.estimates "
        "WHERE stage = 'reasoning' AND measure = 'accelerator_time'",
    }
    for marks, query in wanted.items():
        assert shown.locator(marks).count() == count(release, query), marks
    assert shown.locator("#fan .fan_marks path").count() == 1
    assert shown.locator("#largest .runs_marks path").count() > 0


def test_a_chart_that_names_a_section_is_drawn_there(shown: Page):
    assert shown.locator("#method h3").all_inner_texts() == [NEW.title]
    assert shown.locator("#method figure .mark-symbol path").count() > 0


def test_small_runs_are_shown_on_request(shown: Page):
    ticks = shown.locator("#fan .role-axis-label text")
    lowest = "10\u00b2\u00b9"
    assert lowest in ticks.all_text_contents()
    before = ticks.count()
    shown.get_by_label("runs below").check()
    _until(
        shown,
        "n => document.querySelectorAll('#fan .role-axis-label text').length > n",
        arg=before,
    )


def test_who_was_right_says_what_was_said_and_what_came(shown: Page, release: Settings):
    with duckdb.connect(release.plain, read_only=True) as con:
        rows = con.execute(
            "SELECT f.summary, s.status, s.record_p05, s.record_p50, s.record_p95, "
            "s.outlook_p05, s.outlook_p50, s.outlook_p95 FROM out.forecast_scores s "
            "JOIN raw.forecasts f USING (forecast_id) WHERE s.kind = 'outside'"
        ).fetchall()
    drawn = shown.locator("#board .board_marks path").count()
    assert drawn == sum(status == "scored" for _, status, *_ in rows) > 0
    shown.locator("#scoreboard tbody button").first.click()
    assert shown.locator("#drawer .claim").count() == len(rows)
    shown.keyboard.press("Escape")
    shown.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    told = shown.locator("#scoreboard tbody tr").all_inner_texts()
    assert len(told) == len(rows)
    for summary, _, *values in rows:
        (line,) = (text for text in told if summary in text)
        allowed = [v for v in values if v] + [2025, 2026, 2030, 1e27, 1e26]
        assert read_back.wrong(line.replace(summary, ""), allowed, MONTHS) == []


def test_slider_and_switch_move_the_projection(shown: Page):
    fan = shown.locator("#fan .fan_marks path")
    verdict, path = shown.locator("#verdict").inner_text(), fan.get_attribute("d")
    shown.locator("#vintage").focus()
    day = shown.locator("#known").inner_text()
    shown.keyboard.press("Home")
    _until(
        shown,
        "d => document.querySelector('#fan .fan_marks path').getAttribute('d') !== d",
        arg=path,
    )
    assert shown.locator("#known").inner_text() != day
    assert shown.locator("#verdict").inner_text() != verdict
    shown.keyboard.press("End")
    shown.get_by_role("radio", name="half").check()
    assert shown.locator("#verdict").inner_text() != verdict


def test_the_verdict_has_the_numbers_of_its_row(shown: Page, release: Settings):
    with duckdb.connect(release.plain, read_only=True) as con:
        rows = con.execute(
            "SELECT date_p05, date_p50, date_p95, probability_past, growth_before, "
            "growth_after, leader_probability FROM out.convergence "
            "WHERE threshold = 'scenario' AND scenario = $1 "
            "ORDER BY vintage DESC LIMIT 1",
            ["disclosed"],
        ).fetchone()
        known = read_back.names(con)
    shown.get_by_role("radio", name="disclosed").check()
    said = shown.locator("#verdict").inner_text()
    assert read_back.wrong(said, [v for v in rows if v is not None], known) == []
    assert any(mark in said for mark in ("%", "20"))


def test_hover_shows_the_claim_of_a_dot(shown: Page):
    shown.locator("#fan .record_marks path").last.hover(force=True)
    tip = shown.locator("#tip")
    assert tip.is_visible()
    assert "FLOP (90%" in tip.inner_text()
    assert len(tip.locator("div").all()) == 2  # the figure, and the claim


def test_filter_and_sort(shown: Page):
    shown.locator("#stage").select_option("")
    rows = shown.locator("#table tbody tr").count()
    shown.locator("[data-key=name]").click()
    assert shown.locator("th[aria-sort=ascending]").inner_text().startswith("Model")
    shown.locator("#find").fill("o3")
    assert 1 <= shown.locator("#table tbody tr").count() < rows


def test_the_keyboard_walks_the_dots_and_opens_the_drawer(shown: Page):
    stop = shown.locator("#fan .record_marks path[tabindex='0']")
    assert stop.count() == 1  # one stop for the whole chart
    stop.focus()
    first = shown.evaluate("document.activeElement.getAttribute('aria-label')")
    shown.keyboard.press("ArrowLeft")
    assert shown.evaluate("document.activeElement.getAttribute('aria-label')") != first
    shown.keyboard.press("Enter")
    drawer = shown.locator("#drawer")
    assert drawer.is_visible()
    assert drawer.locator(".claim").count() >= 1
    assert drawer.locator(".formula").count() >= 1
    assert drawer.locator("a[href^='https://example.org/']").count() >= 1
    shown.keyboard.press("Escape")
    assert not drawer.is_visible()


def test_the_answer_leads_to_its_claims(shown: Page):
    shown.locator("#evidence button").first.click()
    assert shown.locator("#drawer .claim").count() >= 1
    shown.keyboard.press("Escape")


def test_the_dates_lead_to_the_runs_they_rest_on(shown: Page):
    shown.get_by_role("radio", name="disclosed").check()
    shown.locator("#vintage").focus()
    shown.keyboard.press("Home")
    for button in shown.locator("#verdict button").all():
        button.click()
        assert shown.locator("#drawer .claim").count() >= 1
        shown.keyboard.press("Escape")
    assert shown.locator("#verdict button").count() == 2


def test_scores_lead_to_their_forecasts_and_those_to_claims(
    shown: Page, release: Settings
):
    row = shown.locator("#calibration tbody tr").first
    target, scenario = row.locator("td").all_inner_texts()[:2]
    row.locator("button").click()
    listed = shown.locator("#drawer tbody tr")
    query = (
        f"SELECT count(*) FROM out.backtests WHERE target = '{target}' "
        f"AND replace(scenario, '_', ' ') = '{scenario}'"
    )
    assert listed.count() == count(release, query)
    listed.first.locator("button").click()
    assert shown.locator("#drawer .claim").count() >= 1
    shown.keyboard.press("Escape")
    assert not shown.locator("#drawer").is_visible()


def test_hostile_text_stays_text(shown: Page):
    shown.locator("#table td button").filter(has_text="window.hacked").first.click()
    text = shown.locator("#drawer").inner_text()
    assert text.count(EVIL) >= 5  # name, summary, locator, caveat, title, publisher
    assert shown.evaluate("window.hacked") is None
    assert shown.locator("img").count() == 0
    assert shown.locator("script").count() == 4  # data, two of ours, JSON-LD


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(shown: Page, width: int, scheme: str):
    shown.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    shown.set_viewport_size({"width": width, "height": 900})
    shown.wait_for_timeout(200)
    _until(shown, DRAWN)
    only = {"resultTypes": ["violations"]}
    for opened in (False, True):
        if opened:
            shown.locator("#table td button").first.click()
        found = Axe().run(shown, options=only).response["violations"]
        bad = [
            (v["id"], v["impact"], [n["html"][:120] for n in v["nodes"][:3]])
            for v in found
            if v["impact"] in ("serious", "critical")
        ]
        assert bad == []
    shown.emulate_media(color_scheme="light")


def test_a_phone_needs_no_sideways_scrolling(shown: Page):
    shown.set_viewport_size({"width": 390, "height": 800})
    shown.wait_for_timeout(200)
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_policy_lets_nothing_in(shown: Page):
    policy = shown.locator("meta[http-equiv]").get_attribute("content") or ""
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_every_figure_has_the_digits_of_the_database(
    shown: Page, release: Settings
) -> None:
    """Rounded once: within half of the last digit shown of what is published."""
    with duckdb.connect(release.plain, read_only=True) as con:
        published = {
            (name, stage): flop
            for name, stage, flop in con.execute(
                "SELECT m.name, e.stage, e.flop_p50 FROM core.estimates e "
                "JOIN core.models m USING (model_id) WHERE flop_p50 IS NOT NULL "
                "AND measure = 'accelerator_time'"
            ).fetchall()
        }
    shown.select_option("#stage", "")
    seen = shown.eval_on_selector_all(
        "#table tbody tr",
        "rows => rows.map(r => [r.cells[0].querySelector('button').textContent,"
        " r.cells[1].textContent, r.cells[4].textContent])",
    )
    medians = {(n, s): t for n, s, t in seen if not t.startswith(("<", ">", "–"))}
    assert medians.keys() == published.keys()
    for key, text in medians.items():
        assert read_back.wrong(text, [published[key]]) == [], key
    labels = shown.eval_on_selector_all(
        "#fan .record_marks path, #largest .runs_marks path",
        "dots => dots.map(d => d.getAttribute('aria-label'))",
    )
    assert labels
    for label in labels:
        name, _, said = label.partition(", about ")
        model, _, stage = name.rpartition(", ")
        stages = (
            ("reasoning",)
            if stage == "reasoning training"
            else ("total", "pretraining")
        )
        values = [published[model, s] for s in stages if (model, s) in published]
        assert read_back.wrong(said, values) == [], label


def test_the_address_holds_what_is_shown(shown: Page, release: Settings) -> None:
    address = (release.report / PAGE).as_uri()
    shown.locator("#table td button").first.click()
    _until(shown, "location.hash.startsWith('#model=')")
    shown.keyboard.press("Escape")
    _until(shown, "location.hash === ''")
    shown.locator("input[name=scenario]:not(:checked)").first.check()
    other = shown.locator("input[name=scenario]:checked").get_attribute("value")
    _until(shown, "location.hash.startsWith('#scenario=')")
    shown.evaluate("location.hash = '#model=o3&known=2025-05-09'")
    _until(shown, "document.getElementById('drawer').open")
    assert shown.locator("#drawer-title").inner_text() == "o3"
    assert shown.locator("#known").inner_text() == "9 May 2025"
    shown.keyboard.press("Escape")
    _until(shown, "location.hash === '#known=2025-05-09'")
    assert shown.url == f"{address}#known=2025-05-09"
    assert other != shown.locator("input[name=scenario]:checked").get_attribute("value")


def test_each_chart_can_be_taken_along(shown: Page) -> None:
    begins = {"PNG": b"\x89PNG", "SVG": b"<svg", "CSV": b"part,"}
    takes = shown.locator(".take")
    assert takes.count() >= 3
    for kind, start in begins.items():
        for at in range(takes.count()):
            with shown.expect_download() as waited:
                takes.nth(at).get_by_text(kind, exact=True).click()
            taken = waited.value.path().read_bytes()
            assert taken.startswith(start)
            assert b"var(--" not in taken  # a colour of the page's style sheet
            if kind == "CSV":
                head, *rows = taken.splitlines()
                assert rows
                in_days = "convergence" in waited.value.suggested_filename
                assert in_days or b"mid_log10" in head


def test_the_page_says_how_to_cite_it_and_whom_to_credit(shown: Page) -> None:
    said = shown.locator("#downloads").inner_text()
    for word in ("CC BY 4.0", "Epoch AI", "Release 20", "MIT"):
        assert word in said
    told = json.loads(
        shown.locator("script[type='application/ld+json']").text_content() or ""
    )
    assert told["@type"] == "Dataset"
    assert shown.get_attribute("meta[name=description]", "content")
