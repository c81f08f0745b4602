"""Fetching a table from a server on this machine, which the test starts."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.lake.errors import FetchError, UsageError
from pipeline.lake.fetch import SIDECAR, TRIES, fetch, take
from pipeline.lake.inputs import read_inputs
from pipeline.settings import EPOCH_URL, load

TODAY = date(2026, 11, 24)
BODY = (
    b"Model,Publication date,Training compute (FLOP)\n"
    b"Acme Large,2024-01-05,1e24\nAcme Silent,2024-02-01,\n"
)
MODIFIED = "Sun, 19 Jul 2026 12:00:00 GMT"


@dataclass
class Server:
    """Answers from a list, the last one for ever; remembers what was asked."""

    answers: list[Callable[[BaseHTTPRequestHandler], None]]
    asked: list[dict[str, str]] = field(default_factory=list)
    url: str = ""

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(dict(handler.headers))
        first = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        first(handler)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "*")
    state = Server([_whole()])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        state.url = f"http://127.0.0.1:{running.server_port}/data/notable_ai_models.csv"
        yield state
        running.shutdown()


def _whole(body: bytes = BODY, **headers: str) -> Callable[..., None]:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def _status(code: int) -> Callable[..., None]:
    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return send


def _cut_off(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(BODY)))
    handler.end_headers()
    handler.wfile.write(BODY[:-20])


def _unasked(_: float) -> None:
    raise AssertionError("no second try was expected")


def _left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_a_table_is_stored_under_the_day_that_the_server_gives(
    server: Server, tmp_path: Path
) -> None:
    server.answers = [_whole(Last_Modified=MODIFIED, ETag='"a"')]
    seen: list[tuple[int, int | None]] = []
    found = fetch(
        server.url, tmp_path, TODAY, pause=_unasked,
        watch=lambda done, total: seen.append((done, total)),
    )  # fmt: skip
    assert found.path.name == "notable_ai_models_2026-07-19.csv"
    assert found.path.read_bytes() == BODY
    assert (found.is_new, found.rows, found.with_compute) == (True, 2, 1)
    assert seen[-1] == (len(BODY), len(BODY))
    assert _left(tmp_path) == {found.path.name, SIDECAR}


def test_without_a_date_of_the_server_the_day_of_the_download_counts(
    server: Server, tmp_path: Path
) -> None:
    found = fetch(server.url, tmp_path, TODAY, pause=_unasked)
    assert found.path.name == "notable_ai_models_2026-11-24.csv"


def test_an_unchanged_table_is_not_sent_again(server: Server, tmp_path: Path) -> None:
    server.answers = [_whole(Last_Modified=MODIFIED, ETag='"a"'), _status(304)]
    first = fetch(server.url, tmp_path, TODAY, pause=_unasked)
    again = fetch(server.url, tmp_path, TODAY, pause=_unasked)
    assert (again.path, again.is_new, again.rows) == (first.path, False, 2)
    assert server.asked[1]["If-None-Match"] == '"a"'
    assert server.asked[1]["If-Modified-Since"] == MODIFIED


def test_a_deleted_file_is_asked_for_in_full(server: Server, tmp_path: Path) -> None:
    server.answers = [_whole(Last_Modified=MODIFIED, ETag='"a"')]
    fetch(server.url, tmp_path, TODAY, pause=_unasked).path.unlink()
    assert fetch(server.url, tmp_path, TODAY, pause=_unasked).is_new
    assert "If-None-Match" not in server.asked[1]


def test_the_same_content_is_not_stored_under_a_second_name(
    server: Server, tmp_path: Path
) -> None:
    first = fetch(server.url, tmp_path, date(2026, 11, 1), pause=_unasked)
    again = fetch(server.url, tmp_path, TODAY, pause=_unasked)
    assert (again.path, again.is_new) == (first.path, False)


def test_a_later_table_lies_beside_the_earlier(server: Server, tmp_path: Path) -> None:
    fetch(server.url, tmp_path, date(2026, 11, 1), pause=_unasked)
    server.answers = [_whole(BODY + b"Acme New,2026-01-01,1e26\n")]
    fetch(server.url, tmp_path, TODAY, pause=_unasked)
    assert _left(tmp_path) == {
        "notable_ai_models_2026-11-01.csv",
        "notable_ai_models_2026-11-24.csv",
        SIDECAR,
    }


@pytest.mark.parametrize("trouble", [_status(500), _status(429), _cut_off])
def test_trouble_is_tried_again_after_a_pause(
    server: Server, tmp_path: Path, trouble: Callable[..., None]
) -> None:
    server.answers = [trouble, trouble, _whole()]
    pauses: list[float] = []
    assert fetch(server.url, tmp_path, TODAY, pause=pauses.append).is_new
    assert pauses == [1.0, 2.0]


def test_lasting_trouble_is_told_and_leaves_nothing(
    server: Server, tmp_path: Path
) -> None:
    server.answers = [_cut_off]
    with pytest.raises(FetchError, match=r"cut off after \d+ of \d+ bytes.*--file"):
        fetch(server.url, tmp_path, TODAY, pause=lambda _: None)
    assert len(server.asked) == TRIES
    assert _left(tmp_path) == set()


def test_a_wrong_address_is_not_tried_again(server: Server, tmp_path: Path) -> None:
    server.answers = [_status(404)]
    with pytest.raises(FetchError, match=r"answered 404.*check the address"):
        fetch(server.url, tmp_path, TODAY, pause=_unasked)


@pytest.mark.parametrize("page", [b"<!DOCTYPE html>\n<p>Soon</p>\n", b"", b"\xff\xfe"])
def test_a_page_instead_of_a_table_is_refused(
    server: Server, tmp_path: Path, page: bytes
) -> None:
    fetch(server.url, tmp_path, date(2026, 11, 1), pause=_unasked)
    before = _left(tmp_path)
    server.answers = [_whole(page)]
    with pytest.raises(FetchError, match="is not stored"):
        fetch(server.url, tmp_path, TODAY, pause=_unasked)
    assert _left(tmp_path) == before


def test_nobody_there_is_one_sentence(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pipeline.lake.fetch as module

    monkeypatch.setattr(module, "FIRST_PAUSE", 0.0)
    monkeypatch.setenv("HEADROOM_SOURCES", str(tmp_path))
    monkeypatch.setenv("HEADROOM_EPOCH_URL", "http://127.0.0.1:9/table.csv")
    said = CliRunner().invoke(app, ["fetch", "epoch"])
    assert said.exit_code == 1
    assert "could not be read" in said.output
    assert "refused" in said.output
    assert said.output.count("\n") == 1


@pytest.mark.parametrize("url", ["file:///etc/hosts", "epoch.ai/data.csv", ""])
def test_only_web_addresses_are_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(UsageError, match="--file"):
        fetch(url, tmp_path, TODAY, pause=_unasked)


def test_a_local_file_needs_a_vintage_in_its_name_or_beside_it(tmp_path: Path) -> None:
    local, folder = tmp_path / "models.csv", tmp_path / "datasets"
    local.write_bytes(BODY)
    with pytest.raises(UsageError, match="--vintage"):
        take(local, folder, None)
    found = take(local, folder, date(2026, 7, 19))
    assert found.path == folder / "models_2026-07-19.csv"
    dated = tmp_path / "notable_ai_models_2026-07.csv"
    dated.write_bytes(BODY + b"Acme New,2026-01-01,1e26\n")
    assert take(dated, folder, None).path.name == dated.name
    with pytest.raises(UsageError, match="no such file"):
        take(tmp_path / "nothing.csv", folder, None)


def test_the_command_stores_inputs_and_its_sidecar_is_none(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_SOURCES", str(tmp_path))
    server.answers = [_whole(Last_Modified=MODIFIED)]
    said = CliRunner().invoke(app, ["fetch", "epoch", "--url", server.url, "--json"])
    assert said.exit_code == 0
    assert json.loads(said.output) == {
        "file": "notable_ai_models_2026-07-19.csv",
        "new": True,
        "rows": 2,
        "with_compute": 1,
    }
    assert set(read_inputs(tmp_path)) == {"datasets/notable_ai_models_2026-07-19.csv"}
    both = ["fetch", "epoch", "--url", server.url, "--file", "x.csv"]
    assert CliRunner().invoke(app, both).exit_code == 2


def test_the_address_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEADROOM_EPOCH_URL", raising=False)
    assert load().epoch_url == EPOCH_URL
    monkeypatch.setenv("HEADROOM_EPOCH_URL", "https://example.org/models.csv")
    assert load().epoch_url == "https://example.org/models.csv"
