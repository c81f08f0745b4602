"""Alerts are recorded whatever becomes of the webhook, and never repeat its address."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import synthetic

from pipeline.lake import alerts
from pipeline.lake.alerts import Alert, raise_alert

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
ALERT = Alert(AT, "1234567890", "refresh", ["notes/a.md is broken"], "notes/a.md")
SECRET = "/hook/s3cret"


class Hook(HTTPServer):
    """A listener that keeps what it hears."""

    answer = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[tuple[str, dict]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.heard.append((self.path, json.loads(body)))
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def serving() -> Iterator[Hook]:
    """A listener while it is wanted."""
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def hook() -> Iterator[Hook]:
    yield from serving()


@pytest.fixture
def settings(tmp_path):
    return synthetic.settings_in(tmp_path)


def _with(settings, hook: Hook):
    address = f"http://127.0.0.1:{hook.server_port}{SECRET}"
    return replace(settings, webhook=address)


def test_a_webhook_hears_of_it(settings, hook: Hook) -> None:
    recorded = raise_alert(_with(settings, hook), ALERT)
    assert recorded.webhook == "sent"
    ((path, body),) = hook.heard
    assert path == SECRET
    assert "notes/a.md is broken" in body["text"]
    assert body["alert"]["run_id"] == ALERT.run_id
    assert alerts.last(settings) == recorded
    odd = replace(ALERT, severity=alerts.WARNING, answer="Not shown: few say.")
    raise_alert(_with(settings, hook), odd)
    assert hook.heard[-1][1]["text"].endswith("\n\nNot shown: few say.")


@pytest.mark.parametrize("answer", [404, 500])
def test_a_refusing_webhook_is_recorded(settings, hook: Hook, answer: int) -> None:
    hook.answer = answer
    recorded = raise_alert(_with(settings, hook), ALERT)
    assert recorded.webhook == f"failed: it answered {answer}"
    assert alerts.last(settings) == recorded


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/s3cret", "file:///s3cret", "http://[s3cret"]
)
def test_a_dead_webhook_is_recorded_without_its_address(settings, address) -> None:
    recorded = raise_alert(replace(settings, webhook=address), ALERT)
    assert recorded.webhook.startswith("failed: ")
    assert "s3cret" not in alerts.path_of(settings).read_text()
    assert "s3cret" not in repr(replace(settings, webhook=address))


def test_without_a_webhook_it_is_recorded_all_the_same(settings) -> None:
    assert alerts.last(settings) is None
    raise_alert(settings, ALERT)
    newer = replace(ALERT, at=AT + timedelta(hours=1), run_id="2" * 10)
    raise_alert(settings, newer)
    assert alerts.last(settings) == newer
    assert len(alerts.path_of(settings).read_text().splitlines()) == 2
    assert "22222222" in newer.sentence()


def test_an_alert_is_over_when_something_is_published_after_it(settings) -> None:
    raise_alert(settings, ALERT)
    assert alerts.since(settings, AT - timedelta(seconds=1)) == ALERT
    assert alerts.since(settings, AT + timedelta(seconds=1)) is None


def test_a_cut_line_is_no_alert(settings) -> None:
    raise_alert(settings, ALERT)
    with alerts.path_of(settings).open("a") as file:
        file.write('{"at": "2026-')
    assert alerts.last(settings) is None
    raise_alert(settings, ALERT)
    assert alerts.last(settings) == ALERT
