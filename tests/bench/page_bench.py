"""How soon a reader sees the first chart, and how heavy the page is."""

import shutil
import time

import pytest

from pipeline.report.page import write
from tests.mini import PROJECT

pytestmark = [pytest.mark.bench, pytest.mark.browser]


def test_first_chart(tmp_path):
    from playwright.sync_api import sync_playwright

    chromium, plain = shutil.which("chromium"), PROJECT / "warehouse/headroom.duckdb"
    if chromium is None or not plain.exists():
        pytest.skip("needs chromium and a release of the record: `make refresh`")
    start = time.perf_counter()
    write(plain, tmp_path / "index.html")
    print(f"page written in {time.perf_counter() - start:.1f} s, ", end="")
    print(f"{(tmp_path / 'index.html').stat().st_size / 1e6:.2f} MB")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for width in (1440, 390):
            page = browser.new_page(viewport={"width": width, "height": 900})
            start = time.perf_counter()
            page.goto((tmp_path / "index.html").as_uri(), wait_until="commit")
            page.locator("#fan .record_marks path").first.wait_for(state="visible")
            print(f"{width} px: first chart after {time.perf_counter() - start:.2f} s")
        browser.close()
