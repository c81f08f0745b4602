"""Articles from an address, served on loopback."""

import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import yaml
from draft_scores import ROOT
from test_draft_pdf import ENGLISH, page
from typer.testing import CliRunner

import pipeline.cli.draft as command
from pipeline.cli.note import app

BODY = (
    "<p>Epoch AI says that reasoning training of DeepSeek-R1 took about 6e23 FLOP.</p>"
)
PAGE = f"""<!DOCTYPE html><html><head><title>What R1 took | The Paper</title>
<meta property="og:title" content="What R1 took">
<meta property="article:published_time" content="2025-05-14T08:00:00+08:00">
<link rel="canonical" href="https://paper.example.org/2025/r1"></head>
<body><article><h1>What R1 took</h1>{BODY * 3}</article></body></html>"""
ANSWERS = {
    "/page": (200, PAGE.encode()),
    "/文章": (200, PAGE.encode()),
    "/bare": (200, f"<html><body>{BODY * 3}</body></html>".encode()),
    "/paper.pdf": (200, page(ENGLISH)),
    "/empty": (200, b""),
    "/gone": (404, b"<html>not here</html>"),
}


class Handler(BaseHTTPRequestHandler):
    release = threading.Event()

    def do_GET(self):
        path = urllib.parse.unquote(self.path)
        if path == "/slow":
            self.release.wait(30)
            return
        if path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/bare")
            self.end_headers()
            return
        status, body = ANSWERS[path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def server():
    Handler.release.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        Handler.release.set()
        serving.shutdown()
        thread.join()


@pytest.fixture
def draft(tmp_path, monkeypatch):
    """Runs the command; its exit code, output and the source of the draft."""
    for name in ("models.yaml", "hardware.csv"):
        (tmp_path / name).write_bytes((ROOT / "sources" / name).read_bytes())
    monkeypatch.setenv("HEADROOM_SOURCES", str(tmp_path))
    monkeypatch.setenv("HEADROOM_WAREHOUSE", str(tmp_path / "none"))

    def run(*args):
        done = CliRunner().invoke(app, ["draft", *args])
        notes = list(tmp_path.glob("drafts/*.md"))
        front = notes[0].read_text().split("---\n")[1] if notes else "{}"
        return done.exit_code, " ".join(done.output.split()), yaml.safe_load(front)

    return run


@pytest.mark.parametrize("path", ["/page", "/文章"])
def test_page_with_its_metadata(server, draft, path):
    code, output, note = draft(f"{server}{path}")
    assert code == 0, output
    assert "deepseek-r1 reasoning flop: 6e23 FLOP" in output
    source = note["source"]
    assert source["title"] == "What R1 took"
    assert source["url"] == "https://paper.example.org/2025/r1"
    assert str(source["published_on"]) == "2025-05-14"
    assert source["publisher"] == "TO DO"


@pytest.mark.parametrize("path", ["/bare", "/moved"])
def test_page_that_tells_nothing(server, draft, path):
    code, output, note = draft(f"{server}{path}")
    assert code == 0, output
    assert note["source"]["url"] == f"{server}/bare"
    assert note["source"]["published_on"] == "TO DO"
    assert len(note["claims"]) == 1


def test_pdf(server, draft):
    code, output, note = draft(f"{server}/paper.pdf")
    assert code == 0, output
    assert [c["evidence"] for c in note["claims"]] == ["flop", "cost"]
    assert note["source"]["title"] == "Cheap reasoning"
    assert note["source"]["url"] == f"{server}/paper.pdf"


# urllib leaves the socket of an answer that never came to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/gone", "cannot be fetched (HTTP Error 404: Not Found); save the page"),
        ("/slow", "cannot be fetched (timed out); save the page"),
        ("/paper.pdf", "holds more than 0.001 MB; give the article as text"),
        ("/empty", "holds no text; give the article as text"),
    ],
)
def test_one_sentence(server, draft, monkeypatch, path, told):
    monkeypatch.setattr(command, "TIMEOUT", 0.3)
    monkeypatch.setattr(command, "LIMIT", 1_000)
    code, output, note = draft(f"{server}{path}")
    assert code == 1
    assert told in output
    assert "Traceback" not in output
    assert not note


@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1/a", "file:///etc/hosts", "javascript://x"]
)
def test_other_schemes(draft, address):
    code, output, _ = draft(address)
    assert code == 2
    assert "give a file, or an http or https address" in output


def test_json_of_an_address(server, draft):
    code, output, note = draft(f"{server}/page", "--json")
    assert code == 0
    assert [c["unit"] for c in json.loads(output)["candidates"]] == ["FLOP"]
    assert not note
