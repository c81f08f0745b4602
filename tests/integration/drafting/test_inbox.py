"""The inbox, against loopback servers: what matters first, nothing twice."""

import json
import threading
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from draft_scores import ROOT, registry
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.inbox import box
from pipeline.inbox.box import Effect
from pipeline.inbox.web import Web, WebError
from pipeline.lake.errors import UsageError
from pipeline.settings import load
from tests import mini

REGISTRY = registry()
# What matters: (sentence, orders of magnitude that whatif says).
MATTER = [
    ("The RL of Grok 4 used 7e26 FLOP.", 0.8),
    ("Training Zorblax-7 cost $2.62M, all of it RL on rented GPUs.", 0.1),
    ("DeepSeek-R1's reinforcement learning took 9e23 FLOP.", 0.6),
    ("RL of Kimi K3 used 5e25 FLOP, its makers say.", 0.3),
]
ECHO = "The reinforcement learning of DeepSeek-R1 cost $294,000 in GPU time."
NOTHING = "A new office opened. The team grew by 20% and moved on 3 May."
KNOWN = [
    {"claim_id": "nature/r1-cost", "model_id": "deepseek-r1", "evidence": "cost",
     "value": 294_000.0, "inputs": None},
]  # fmt: skip


def texts():
    """30 entries, of which 4 matter and 6 repeat what is known."""
    found = [NOTHING] * 30
    for k, (sentence, _) in enumerate(MATTER):
        found[7 * k + 2] = sentence
    for k in (0, 5, 8, 13, 20, 29):
        found[k] = ECHO
    return found


class Site(BaseHTTPRequestHandler):
    """A feed of 30 entries, and feeds that misbehave."""

    entries: list[str] = texts()
    asked: ClassVar[list[str]] = []
    release = threading.Event()

    def do_GET(self):
        self.asked.append(self.path)
        answer = getattr(
            self, "_" + self.path.strip("/").split("/")[0].split(".")[0], None
        )
        if answer is None:
            return self._say(404, b"")
        return answer()

    def _say(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _robots(self):
        self._say(200, b"User-agent: *\nDisallow: /forbidden\n")

    def _feed(self):
        if self.headers["If-None-Match"] == '"v1"':
            return self._say(304, b"")
        host = self.headers["Host"]
        day = format_datetime(datetime(2026, 11, 20, tzinfo=UTC))
        listed = "".join(
            f"<item><title>Entry {k}</title><link>http://{host}/entry/{k}</link>"
            f"<pubDate>{day}</pubDate></item>"
            for k in range(len(self.entries))
        )
        body = f"<rss version='2.0'><channel><title>T</title>{listed}</channel></rss>"
        return self._say(200, body.encode(), ETag='"v1"')

    def _entry(self):
        text = self.entries[int(self.path.rsplit("/", 1)[1])]
        page = f"<html><body><article><p>{text}</p></article></body></html>"
        self._say(200, page.encode(), Content_Type="text/html")

    def _slow(self):
        self.release.wait(20)

    def _huge(self):
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(200):
                self.wfile.write(b"x" * 100_000)
        except OSError:
            pass

    def _loop(self):
        self._say(302, b"", Location="/loop")

    def _malformed(self):
        self._say(200, b"<rss><channel><item><title>never closed")

    def _forbidden(self):
        self._say(200, b"<rss version='2.0'><channel></channel></rss>")

    def _inward(self):
        self._say(302, b"", Location="http://127.0.0.1:1/")

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def site():
    Site.release.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        Site.release.set()
        serving.shutdown()
        thread.join()


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder with the shipped registry and no notes."""
    sources = tmp_path / "sources"
    (sources / "notes").mkdir(parents=True)
    for name in ("models.yaml", "hardware.csv", "assumptions.yaml"):
        (sources / name).write_bytes((ROOT / "sources" / name).read_bytes())
    monkeypatch.setenv("HEADROOM_PROJECT", str(tmp_path))
    monkeypatch.setenv("HEADROOM_INBOX_PRIVATE", "on")
    Site.asked.clear()
    return tmp_path


def listing(project, *feeds):
    lines = [f"- id: {i}\n  url: {url}\n  publisher: Acme\n" for i, url in feeds]
    (project / "sources/feeds.yaml").write_text("".join(lines))


def weigh(claim):
    """In the place of `whatif`: what the entries' order must follow."""
    for sentence, oom in MATTER:
        model = claim.split("/")[0]
        names = {
            "grok-4": "Grok 4",
            "zorblax-7": "Zorblax-7",
            "deepseek-r1": "DeepSeek-R1",
            "kimi-k3": "Kimi K3",
        }
        if names[model] in sentence:
            return Effect(oom=oom, claim=claim)
    return None


def visited(web=None):
    return box.visit(load(), REGISTRY, KNOWN, weigh, web)


def test_thirty_entries(site, project):
    listing(project, ("acme", f"{site}/feed"))
    found = visited()
    by_status = [e.status for e in found.new]
    assert {s: by_status.count(s) for s in set(by_status)} == {
        "proposed": 4, "echo": 6, "nothing": 20,
    }  # fmt: skip
    ranked = box.load(load()).ranked()
    assert [e.effect.oom for e in ranked] == [0.8, 0.6, 0.3, 0.1]
    assert all("nature/r1-cost" in e.reason for e in found.new if e.status == "echo")
    again = len(Site.asked)
    assert visited().new == ()
    # A second visit asks for robots.txt and, conditionally, for the feed; no entry.
    assert Site.asked[again:] == ["/robots.txt", "/feed"]


def test_list_show_accept_dismiss(site, project):
    listing(project, ("acme", f"{site}/feed"))
    visited()
    run = CliRunner().invoke
    first, second, *_ = json.loads(run(app, ["inbox", "list", "--json"]).output)
    shown = run(app, ["inbox", "show", first["id"]]).output
    assert "grok-4 reasoning flop: 7e26 FLOP" in shown
    assert "x6.3" in shown
    done = run(app, ["inbox", "accept", first["id"], "--claims", "1"])
    assert done.exit_code == 0, done.output
    (note,) = (project / "sources/notes").glob("*.md")
    assert "7e26" in note.read_text()
    assert run(app, ["note", "check", str(note)]).exit_code == 0
    assert run(app, ["inbox", "dismiss", second["id"], "--reason", " "]).exit_code == 2
    assert (
        run(app, ["inbox", "dismiss", second["id"], "--reason", "a rumour"]).exit_code
        == 0
    )
    visited()
    state = box.load(load())
    assert state.entries[first["id"]].status == "accepted"
    assert (state.entries[second["id"]].status, state.entries[second["id"]].reason) == (
        "dismissed",
        "a rumour",
    )
    assert run(app, ["inbox", "accept", second["id"], "--claims", "1"]).exit_code == 2
    assert run(app, ["inbox", "show", "nothing"]).exit_code == 2


def test_accepting_a_slip_warns_as_note_check_does(site, project, monkeypatch):
    monkeypatch.setattr(Site, "entries", ["The RL of DeepSeek-R1 took 9e30 FLOP."])
    note = "r1-estimate.md"
    (project / "sources/notes" / note).write_bytes(mini.files()[f"notes/{note}"])
    listing(project, ("acme", f"{site}/feed\n  kind: primary"))
    visited()
    (entry,) = box.load(load()).ranked()
    run = CliRunner().invoke
    done = run(app, ["inbox", "accept", entry.id, "--claims", "1"])
    assert done.exit_code == 0, done.output
    slip = "9e+30 FLOP on deepseek-r1/reasoning is"
    for said in (done.output, run(app, ["note", "check"]).output):
        assert slip in " ".join(said.split())


def test_a_claim_with_blanks_says_how_to_fill_them(site, project, monkeypatch):
    monkeypatch.setattr(
        Site, "entries", ["The RL of DeepSeek-R1 took 99,000 H800 hours."]
    )
    listing(project, ("acme", f"{site}/feed"))
    visited()
    (entry,) = box.load(load()).ranked()
    run = CliRunner().invoke
    done = run(app, ["inbox", "accept", entry.id, "--claims", "1"])
    assert "set precision" in done.output
    done = run(
        app, ["inbox", "accept", entry.id, "--claims", "1", "--set", "precision=bf16"]
    )
    assert done.exit_code == 0, done.output


def test_a_new_model_must_be_registered_first(site, project):
    listing(project, ("acme", f"{site}/feed"))
    visited()
    run = CliRunner().invoke
    entry = box.load(load()).ranked()[3]
    done = run(app, ["inbox", "accept", entry.id, "--claims", "1"])
    assert done.exit_code == 1
    assert "models.yaml" in done.output
    assert box.load(load()).entries[entry.id].status == "proposed"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/gone", "answers 404"),
        ("/slow", "cannot be fetched"),
        ("/huge", "holds more than 0.5 MB"),
        ("/loop", "more than 5 redirects"),
        ("/malformed", "no RSS or Atom feed"),
        ("/forbidden", "robots.txt"),
    ],
)
def test_a_feed_that_misbehaves_stops_no_other(site, project, path, why):
    listing(project, ("bad", site + path), ("acme", f"{site}/feed"))
    found = visited(Web(private=True, seconds=1, limit=500_000))
    assert why in found.dead["bad"]
    assert len(found.new) == 30


def test_a_dead_server_is_one_sentence(project):
    listing(project, ("dead", "http://127.0.0.1:9/feed"))
    found = visited()
    assert list(found.dead) == ["dead"]
    assert found.feeds == 1
    assert "\n" not in found.dead["dead"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/feed",
        "http://localhost:9/",
        "http://[::1]/",
        "http://169.254.1.1/",
    ],
)
def test_addresses_that_are_not_public(url):
    with pytest.raises(WebError, match="not public"):
        Web().get(url)


@pytest.mark.parametrize("url", ["file:///etc/hosts", "ftp://example.org/a", "nothing"])
def test_other_schemes(url):
    with pytest.raises(WebError, match="no http or https address"):
        Web().get(url)


def test_off_without_feeds_and_faults_are_told(project):
    with pytest.raises(UsageError, match=r"feeds\.yaml"):
        visited()
    (project / "sources/feeds.yaml").write_text("- id: A B\n  publisher: x\n")
    with pytest.raises(UsageError, match=r"feeds\.yaml:1: id"):
        visited()


def test_the_shipped_feeds_are_read_and_decide_no_table():
    from pipeline.inbox.feeds import read_feeds
    from pipeline.lake.inputs import read_inputs

    feeds, faults = read_feeds("feeds.yaml", (ROOT / "sources/feeds.yaml").read_bytes())
    assert feeds
    assert not faults
    assert "feeds.yaml" not in read_inputs(ROOT / "sources")
