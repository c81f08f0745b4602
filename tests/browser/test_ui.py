"""The Dagster UI as an operator sees it, started by `headroom ui`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.contracts import PUBLISHED, columns
from pipeline.lake import head
from pipeline.refresh import refresh
from pipeline.settings import Settings
from tests import mini
from tests.browser.conftest import ARTEFACTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    # The browser driver leaves an event loop's coroutine behind when it ends.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PUBLISH_SECONDS = 120  # 60 on an idle machine


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    found = mini.project(tmp_path_factory.mktemp("project"))
    assert refresh(found).published
    return found


@pytest.fixture(scope="module")
def address(settings: Settings) -> Iterator[str]:
    """The UI's address while `headroom ui` runs; it must end cleanly on SIGTERM."""
    port = _free_port()
    log = (settings.warehouse / "ui.log").open("w")
    env = os.environ | {
        "HEADROOM_SOURCES": str(settings.sources),
        "HEADROOM_WAREHOUSE": str(settings.warehouse),
        "DAGSTER_HOME": str(settings.home),
    }
    command = [Path(sys.executable).with_name("headroom"), "ui", "--port", str(port)]
    server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{url}/server_info", timeout=2).read()
                break
            except OSError:
                assert server.poll() is None, Path(log.name).read_text()
                time.sleep(0.5)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) == 0
        log.close()
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(url, timeout=2)


def _open(page: Page, url: str, wait_for: str) -> None:
    page.goto(url)
    skip = page.get_by_role("button", name="Skip")
    target = page.get_by_text(wait_for, exact=False).first
    for _ in range(120):
        if skip.count():
            skip.first.click()
        if target.is_visible():
            return
        page.wait_for_timeout(500)
    page.screenshot(path=ARTEFACTS / "ui-not-found.png")
    raise AssertionError(f"{wait_for!r} never appeared on {url}")


def test_the_graph_shows_every_asset(page: Page, address: str) -> None:
    _open(page, f"{address}/asset-groups", "Global asset lineage")
    page.get_by_text("publish", exact=True).last.wait_for()
    page.keyboard.press("Alt+e")  # Dagster's own shortcut: expand all groups
    page.get_by_text("frontier_trend", exact=True).first.wait_for(timeout=30_000)
    page.wait_for_timeout(1500)
    page.screenshot(path=ARTEFACTS / "ui-graph.png")
    # The canvas draws only what is in view: ask the server of the page for the rest.
    asked = "{ assetNodes { assetKey { path } description groupName } }"
    answer = page.request.post(f"{address}/graphql", data={"query": asked}).json()
    nodes = {".".join(n["assetKey"]["path"]): n for n in answer["data"]["assetNodes"]}
    assert set(nodes) == {*PUBLISHED, "publish.release"}
    assert all(node["description"] for node in nodes.values())
    assert {n["groupName"] for n in nodes.values()} == {"raw", "core", "out", "publish"}


def test_an_asset_page_lists_columns_with_units(page: Page, address: str) -> None:
    _open(page, f"{address}/assets/core/estimates?view=overview", "flop_p50")
    page.screenshot(path=ARTEFACTS / "ui-asset.png", full_page=True)
    shown = page.content()
    for column in columns(PUBLISHED["core.estimates"]):
        assert column.name in shown
    assert "[FLOP]" in shown
    assert "median and interval" in shown


def test_a_dropped_note_is_published_without_a_command(
    settings: Settings, address: str
) -> None:
    assert address
    before = head(settings).seq
    (settings.sources / "notes" / "o5.md").write_text(mini.note("o5", mini.O5))
    deadline = time.monotonic() + PUBLISH_SECONDS
    while head(settings).seq == before:
        assert time.monotonic() < deadline, "the sensor never published the note"
        time.sleep(1)
    assert head(settings).seq == before + 1
