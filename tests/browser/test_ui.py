"""A day of an operator with the Dagster UI, started by `headroom ui`.

The tests run in order in one session: starting it costs 16 s, a run some twenty.
Those of `make soak` need more runs of what others test without a browser: holds
(test_refresh), several at once, a killed run.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import duckdb
import pytest

from pipeline.assets import runs
from pipeline.contracts import PUBLISHED, columns
from pipeline.lake import alerts, head
from pipeline.lake.verify import mismatches
from pipeline.settings import Settings
from tests import mini
from tests.browser.conftest import ARTEFACTS
from tests.browser.session import Session
from tests.unit.lake.test_alerts import Hook, serving

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

pytestmark = [
    pytest.mark.browser,
    # The browser driver leaves an event loop's coroutine behind when it ends.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
PUBLISH_SECONDS = 300  # 60 on an idle machine; the other core tests, too
NOTES = 20
# What the button "Materialize all" sends.
LAUNCH = """mutation { launchRun(executionParams: { mode: "default", selector: {
    repositoryName: "__repository__", repositoryLocationName: "headroom",
    jobName: "refresh" } }) { __typename } }"""


CHECKS = """{ assetNodeOrError(assetKey: {path: ["publish", "release"]}) {
    ... on AssetNode { assetChecksOrError { ... on AssetChecks { checks { name
    executionForLatestMaterialization { evaluation { success severity metadataEntries {
    ... on TableMetadataEntry { table { records } } } } } } } } } } }"""


@pytest.fixture(scope="module")
def settings(
    tmp_path_factory: pytest.TempPathFactory, small_release: Callable[[Path], Settings]
) -> Settings:
    return small_release(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def hook() -> Iterator[Hook]:
    yield from serving()


@pytest.fixture(scope="module")
def ui(settings: Settings, hook: Hook) -> Iterator[Session]:
    """The session; it must end cleanly on SIGTERM."""
    address = f"http://127.0.0.1:{hook.server_port}/hook"
    session = Session(settings, HEADROOM_WEBHOOK=address)
    try:
        yield session
    finally:
        assert session.stop() == 0
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen(session.url, timeout=2)


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


def _headroom(settings: Settings, *arguments: str) -> str:
    env = os.environ | {
        "HEADROOM_SOURCES": str(settings.sources),
        "HEADROOM_WAREHOUSE": str(settings.warehouse),
        "DAGSTER_HOME": str(settings.home),
    }
    command = [Path(sys.executable).with_name("headroom"), *arguments]
    done = subprocess.run(command, env=env, check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


def test_a_second_one_on_the_same_home_is_refused(
    settings: Settings, ui: Session
) -> None:
    assert f"runs already on {settings.home}" in _headroom(
        settings, "ui", "--port", "1"
    )


# What a page of somebody else would try; the first two are written as links of a mail.
FOREIGN = """<!doctype html><title>elsewhere</title>
<img src='{ui}/graphql?query={launch}'>
<iframe src='{ui}/runs'></iframe>
<iframe name=sink></iframe>
<form method=post action='{ui}/graphql?query={launch}' target=sink></form>
<script>
const body = JSON.stringify({{query: decodeURIComponent('{launch}')}});
Promise.allSettled([
  fetch('{ui}/graphql', {{method: 'POST', mode: 'no-cors', body}}),
  fetch('{ui}/graphql', {{method: 'POST', body,
    headers: {{'Content-Type': 'application/json'}}}}),
  new Promise((good, bad) => {{
    const socket = new WebSocket('{ui}/graphql'.replace('http', 'ws'), 'graphql-ws');
    socket.onopen = () => good('open'); socket.onerror = () => bad('refused');
  }}),
]).then((all) => {{
  document.title = 'tried ' + all[2].status; document.forms[0].submit();
}});
</script>"""


class _Elsewhere(BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_page_of_somebody_else_does_nothing(
    page: Page, ui: Session, name: str
) -> None:
    body = FOREIGN.format(ui=ui.url, launch=quote(LAUNCH)).encode()
    answers: list[tuple[str, int]] = []
    browser = page.context.browser
    assert browser is not None
    tab = browser.new_page()
    tab.on("response", lambda r: answers.append((r.request.method, r.status)))
    known = {run["runId"] for run in ui.runs()}
    handler = type("Here", (_Elsewhere,), {"body": body})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            tab.goto(f"http://{name}:{server.server_port}/")
            tab.wait_for_function("document.title.startsWith('tried')")
            tab.wait_for_timeout(1500)
        finally:
            server.shutdown()
    assert tab.title() == "tried rejected"  # no websocket opened
    assert ("GET", 405) in answers
    assert answers.count(("POST", 403)) >= 2, answers
    assert not [a for a in answers if a[0] == "POST" and a[1] < 400], answers
    assert {run["runId"] for run in ui.runs()} == known
    assert not any("Overview" in frame.content() for frame in tab.frames[1:])
    tab.close()


def test_the_graph_shows_every_asset(page: Page, ui: Session) -> None:
    # Only what is in view is drawn: one group at a time, in a window that holds it.
    page.set_viewport_size({"width": 1800, "height": 12_000})
    for group in ("raw", "core", "out", "publish"):
        at = f"{ui.url}/locations/headroom/asset-groups/{group}/lineage"
        _open(page, at, "View lineage")
        for table in (*PUBLISHED, "publish.release"):
            schema, name = table.split(".")
            if schema == group:
                page.get_by_text(name, exact=True).last.wait_for(timeout=30_000)
        page.screenshot(path=ARTEFACTS / f"ui-graph-{group}.png")
    # What the nodes of the graph leave out.
    asked = """{ assetNodes { assetKey { path } description groupName kinds
        owners { ... on TeamAssetOwner { team } } metadataEntries { label } } }"""
    found = ui.ask(asked)["assetNodes"]
    nodes = {".".join(n["assetKey"]["path"]): n for n in found}
    assert {*PUBLISHED, "publish.release", "sources.notes"} <= set(nodes)
    for node in nodes.values():
        assert node["description"]
        assert node["kinds"]
        assert node["owners"] == [{"team": "headroom"}]
    groups = {"sources", "inbox", "raw", "core", "out", "publish"}
    assert {n["groupName"] for n in nodes.values()} == groups


def test_an_asset_page_lists_columns_with_units(page: Page, ui: Session) -> None:
    _open(page, f"{ui.url}/assets/core/estimates?view=overview", "median [FLOP]")
    page.screenshot(path=ARTEFACTS / "ui-asset.png", full_page=True)
    shown = page.content()
    for column in columns(PUBLISHED["core.estimates"]):
        assert column.name in shown
    assert "[FLOP]" in shown
    assert "median and interval" in shown


def test_an_asset_shows_preview_and_plot(page: Page, ui: Session) -> None:
    asked = """{ assetNodeOrError(assetKey: {path: ["out", "shares"]}) {
        ... on AssetNode { assetMaterializations(limit: 1) { metadataEntries {
        label __typename } } } } }"""
    (made,) = ui.ask(asked)["assetNodeOrError"]["assetMaterializations"]
    told = {entry["label"]: entry["__typename"] for entry in made["metadataEntries"]}
    assert {"plot", "dagster/row_count"} <= set(told)
    assert told["preview"] == "TableMetadataEntry"
    _open(page, f"{ui.url}/assets/out/shares?view=events", "Show Markdown")
    page.get_by_text("Show Markdown").first.click()
    page.locator("img[src^='data:image/png']").first.wait_for()
    page.screenshot(path=ARTEFACTS / "ui-plot.png")


def test_notes_dropped_together_are_published_and_a_broken_one_is_told(
    page: Page, settings: Settings, ui: Session, hook: Hook
) -> None:
    """Twenty notes within five seconds, the last of them broken: at most two runs."""
    before, so_far = head(settings).seq, len(ui.runs())
    for k in range(NOTES - 1):
        claims = mini.O5.replace("10x", f"{k + 2}x").replace("ratio\n", f"r{k}\n", 1)
        (settings.sources / "notes" / f"o5-{k}.md").write_text(
            mini.note(f"o5-{k}", claims)
        )
        time.sleep(0.2)
    broken = mini.note("broken", mini.O5.replace("10x", "ten"))
    (settings.sources / "notes" / "broken.md").write_text(broken)
    line = broken.splitlines().index("    value: ten") + 1
    dropped = time.monotonic()
    ui.wait(
        lambda: head(settings).seq > before and ui.idle(),
        PUBLISH_SECONDS,
        "the sensor never published the notes",
    )
    print(f"\npublished {time.monotonic() - dropped:.0f} s after the last was dropped")
    new = ui.runs()[: len(ui.runs()) - so_far]
    assert 1 <= len(new) <= 2
    assert all(run["status"] == "SUCCESS" for run in new)
    assert "+notes/broken.md" in new[0]["tags"][runs.CHANGED]
    told = _headroom(
        settings, "sql", "SELECT count(*) AS n FROM raw.sources WHERE title LIKE 'A d%'"
    )
    assert str(NOTES - 1) in told
    _is_told_everywhere(settings, hook, ui, line)
    _open(page, f"{ui.url}/assets/publish/release?view=checks", "every_note_read")
    page.get_by_text("every_note_read").first.click()
    page.get_by_text("notes/broken.md").first.wait_for()
    page.screenshot(path=ARTEFACTS / "ui-check.png")


def _is_told_everywhere(settings: Settings, hook: Hook, ui: Session, line: int) -> None:
    """A broken private note: to whoever operates, and to no reader of the page."""
    assert any("notes/broken.md" in str(body) for _, body in hook.heard)
    hook.heard.clear()
    assert "notes/broken.md" in alerts.path_of(settings).read_text()
    assert "notes/broken.md" in _headroom(settings, "status")
    assert "broken.md" not in (settings.report / "index.html").read_text()
    (check,) = (
        each["executionForLatestMaterialization"]["evaluation"]
        for each in ui.ask(CHECKS)["assetNodeOrError"]["assetChecksOrError"]["checks"]
        if each["name"] == "every_note_read"
    )
    assert (check["success"], check["severity"]) == (False, "WARN")
    assert "notes/broken.md" in str(check["metadataEntries"])
    (rows,) = (each["table"]["records"] for each in check["metadataEntries"] if each)
    assert [json.loads(row)["line"] for row in rows] == [line]


@pytest.mark.soak
def test_a_published_note_that_breaks_holds_the_release(
    page: Page, settings: Settings, ui: Session, hook: Hook
) -> None:
    notes = settings.sources / "notes"
    (notes / "broken.md").unlink(missing_ok=True)
    note = next(p for p in notes.glob("*.md") if "evidence: ratio" in p.read_text())
    good, before = note.read_text(), head(settings).seq
    note.write_text(good.replace("evidence: ratio", "evidence: none"))
    ui.wait(lambda: hook.heard, PUBLISH_SECONDS, "the webhook never heard of the hold")
    assert head(settings).seq == before
    failed = ui.runs()[0]
    assert failed["status"] == "FAILURE"
    assert failed["tags"][runs.REFUSED] == "held"
    alert = alerts.last(settings)
    assert alert.run_id == failed["runId"]
    assert alert.webhook == "sent"
    assert any(f"notes/{note.name}" in each for each in alert.problems)
    assert f"notes/{note.name}" in _headroom(settings, "status")
    _open(page, f"{ui.url}/runs/{failed['runId']}", "nothing was published")
    page.screenshot(path=ARTEFACTS / "ui-held.png")
    time.sleep(20)  # at least one more look: the sensor does not repeat it
    assert len([r for r in ui.runs() if r["status"] == "FAILURE"]) == 1
    known = len(ui.runs())
    told = _headroom(settings, "refresh", "--accept", "the note is lost")
    assert head(settings).seq == before + 1, told
    time.sleep(20)  # the sensor knows these sources now
    assert len(ui.runs()) == known + 1  # the command, and no other
    before += 1
    note.write_text(good)
    ui.wait(
        lambda: head(settings).seq > before and ui.idle(),
        PUBLISH_SECONDS,
        "the mended note was never published",
    )


def test_materialize_in_the_browser_ends_in_a_release(
    page: Page, settings: Settings, ui: Session
) -> None:
    _sensor(ui, run=False)
    before = head(settings).seq
    dropped = [*(settings.sources / "notes").glob("o5-*.md")]
    for note in dropped:
        note.unlink()
    (settings.sources / "notes" / "o6.md").write_text(mini.note("o6", mini.O5))
    _open(page, f"{ui.url}/locations/headroom/jobs/refresh", "Materialize all")
    page.get_by_text("Materialize all").first.click()
    ui.wait(
        lambda: head(settings).seq > before and ui.idle(),
        PUBLISH_SECONDS,
        "nothing was published",
    )
    _open(page, f"{ui.url}/assets/publish/release?view=events", str(before + 1))
    page.screenshot(path=ARTEFACTS / "ui-release.png")
    removed = _headroom(settings, "diff", str(before), str(before + 1))
    assert f"raw.sources: 1 added, {len(dropped)} removed" in removed
    stale = ui.ask("{ assetNodes { assetKey { path } staleStatus } }")["assetNodes"]
    stale = {".".join(n["assetKey"]["path"]): n["staleStatus"] for n in stale}
    assert {stale[name] for name in (*PUBLISHED, "publish.release")} == {"FRESH"}
    _sensor(ui, run=True)


@pytest.mark.soak
def test_command_sensor_and_button_at_once_make_one_release(
    settings: Settings, ui: Session
) -> None:
    before, known = head(settings).seq, {run["runId"] for run in ui.runs()}
    _drop_and_wait_for_its_run(settings, ui, "o6", "15x")
    launched = ui.ask(LAUNCH)["launchRun"]
    assert launched["__typename"] == "LaunchRunSuccess", launched
    said = _headroom(settings, "refresh")
    assert head(settings).seq == before + 1, said
    ui.wait(ui.idle, PUBLISH_SECONDS, "a run never ended")
    assert head(settings).seq == before + 1
    with duckdb.connect(settings.plain, read_only=True) as con:
        assert mismatches(con) == []
    new = [run for run in ui.runs() if run["runId"] not in known]
    assert {run["status"] for run in new} == {"SUCCESS"}
    assert len(new) >= 2
    assert sum(runs.CHANGED in run["tags"] for run in new) == 1  # the sensor's


@pytest.mark.soak
def test_a_daemon_killed_in_a_run_loses_and_doubles_nothing(
    settings: Settings, ui: Session, hook: Hook
) -> None:
    before, known = head(settings).seq, {run["runId"] for run in ui.runs()}
    _drop_and_wait_for_its_run(settings, ui, "o7", "40x")
    os.kill(ui.daemon(), signal.SIGKILL)
    assert ui.process.wait(30) == 1  # a service manager starts it again
    address = f"http://127.0.0.1:{hook.server_port}/hook"
    again = Session(settings, HEADROOM_WEBHOOK=address)
    ui.process, ui.url, ui.log = again.process, again.url, again.log
    ui.wait(
        lambda: head(settings).seq > before and ui.idle(),
        PUBLISH_SECONDS,
        "the killed run was never caught up with",
    )
    time.sleep(20)  # at least one more look
    assert ui.idle()
    assert head(settings).seq == before + 1
    now = ui.runs()
    assert known < {run["runId"] for run in now}  # the history survives a restart
    new = [run["status"] for run in now if run["runId"] not in known]
    assert sorted(new) == ["FAILURE", "SUCCESS"]


def _drop_and_wait_for_its_run(
    settings: Settings, ui: Session, name: str, ratio: str
) -> None:
    """Write a note, and return while the run that the sensor asked for goes on."""
    (settings.sources / "notes" / f"{name}.md").write_text(
        mini.note(name, mini.O5.replace("10x", ratio))
    )
    ui.wait(
        lambda: any(run["status"] == "STARTED" for run in ui.runs()),
        PUBLISH_SECONDS,
        "the sensor asked for no run",
    )


def _sensor(ui: Session, *, run: bool) -> None:
    """Switch the sensor on sources/ on or off, as the switch on its page does."""
    of = 'repositoryName: "__repository__", repositoryLocationName: "headroom"'
    selector = f'{{ {of}, sensorName: "sources_changed" }}'
    if run:
        ui.ask(
            f"mutation {{ startSensor(sensorSelector: {selector}) {{ __typename }} }}"
        )
        return
    asked = f"""{{ sensorOrError(sensorSelector: {selector}) {{
        ... on Sensor {{ sensorState {{ id }} }} }} }}"""
    state = ui.ask(asked)["sensorOrError"]["sensorState"]["id"]
    ui.ask(f'mutation {{ stopSensor(id: "{state}") {{ __typename }} }}')
    ui.wait(ui.idle, 60, "a run goes on")
