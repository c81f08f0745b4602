"""The HTML page in a browser, from a file and without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import report_release

from pipeline.report.page import write

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LARGEST = 3_000_000


@pytest.fixture
def shown(page: Page, tmp_path: Path) -> Iterator[Page]:
    """The page of the hostile release; faults and requests are errors."""
    target = tmp_path / "report" / "index.html"
    write(report_release.make(tmp_path / "a.duckdb"), target)
    faults: list[str] = []

    def said(message: object) -> None:
        if message.type in ("error", "warning"):  # type: ignore[attr-defined]
            faults.append(message.text)  # type: ignore[attr-defined]

    def asked(request: object) -> None:
        if request.url != target.as_uri():  # type: ignore[attr-defined]
            faults.append(request.url)  # type: ignore[attr-defined]

    def broke(error: object) -> None:
        faults.append(str(error))

    handlers = {"console": said, "request": asked, "pageerror": broke}
    for event, handler in handlers.items():
        page.on(event, handler)
    page.goto(target.as_uri())
    yield page
    for event, handler in handlers.items():
        page.remove_listener(event, handler)
    assert faults == []


def test_every_chart_is_drawn(shown: Page):
    assert shown.locator("#fan .dot").count() == 1
    assert shown.locator("#fan .small").count() == 1
    assert shown.locator("#fan .fan").count() == 1
    assert shown.locator("#course .bar").count() == 2
    assert shown.locator("#table tbody tr").count() == 2


def test_slider_and_switch_move_the_projection(shown: Page):
    before = shown.locator("#verdict").inner_text()
    shown.locator("#vintage").focus()
    shown.keyboard.press("ArrowLeft")
    assert shown.locator("#known").inner_text() == "22 Jan 2025"
    assert shown.locator("#verdict").inner_text() != before
    shown.get_by_label("half").check()
    assert shown.locator("#fan .fan").count() == 1


def test_filter_and_sort(shown: Page):
    shown.locator("#stage").select_option("")
    assert shown.locator("#table tbody tr").count() == 3
    shown.locator("[data-key=name]").click()
    assert shown.locator("th[aria-sort=ascending]").inner_text().startswith("Model")
    shown.locator("#find").fill("r1")
    assert shown.locator("#table tbody tr").count() == 1


def test_drawer_opens_with_the_keyboard_and_closes(shown: Page):
    shown.locator("#fan .dot").focus()
    shown.keyboard.press("Enter")
    drawer = shown.locator("#drawer")
    assert drawer.is_visible()
    assert drawer.locator(".claim").count() == 1
    assert drawer.locator("a").count() == 0  # a javascript: address is no link
    shown.keyboard.press("Escape")
    assert not drawer.is_visible()


def test_hostile_text_stays_text(shown: Page):
    shown.locator("#table td button").first.click()
    assert report_release.EVIL in shown.locator("#drawer").inner_text()
    assert shown.evaluate("window.hacked") is None
    assert shown.locator("img").count() == 0


def test_a_phone_needs_no_sideways_scrolling(shown: Page):
    shown.set_viewport_size({"width": 390, "height": 800})
    shown.reload()
    assert shown.evaluate("document.documentElement.scrollWidth") <= 390
    shown.set_viewport_size({"width": 1440, "height": 1000})


def test_the_page_of_the_record_is_small(tmp_path: Path):
    plain = Path(__file__).parents[2] / "warehouse" / "headroom.duckdb"
    if not plain.exists():
        pytest.skip("there is no release here")
    write(plain, tmp_path / "index.html")
    assert (tmp_path / "index.html").stat().st_size <= LARGEST
