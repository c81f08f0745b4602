"""The site of a small record: links, escaping, feed and descriptions hold."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import duckdb
import pytest
import rdflib
from axe_playwright_python.sync_playwright import Axe
from browser.conftest import CHROMIUM, page  # noqa: F401

from pipeline.lake import head
from pipeline.refresh import refresh
from pipeline.report import site
from pipeline.settings import Settings
from tests import mini

if TYPE_CHECKING:
    from playwright.sync_api import Page as Browsed

HOSTILE = "**bold** <b>x</b> | [a](javascript:alert(1)) `c`"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    found = mini.project(tmp_path_factory.mktemp("project"))
    claims = mini.O5.replace("Ten times its predecessor.", f"'{HOSTILE}'")
    note = mini.note("o5", claims).replace("A disclosure", f"'{HOSTILE}'")
    (found.sources / "notes" / "o5.md").write_text(note)
    assert refresh(found).published
    return found


@pytest.fixture(scope="module")
def folder(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    release = head(settings)
    assert release is not None
    target = tmp_path_factory.mktemp("site") / "out"
    site.build(settings, release, target, "https://example.org/headroom/")
    return target


class Page(HTMLParser):
    """Ids, links and requests of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.requests: list[str] = []
        self.elements: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        self.elements.append(tag)
        self.ids |= {given[k] for k in ("id", "name") if k in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in ("canonical", "alternate"):
            self.requests += [given["href"]] if "href" in given else []
        elif "src" in given:
            self.requests.append(given["src"])


def pages(folder: Path) -> Iterator[tuple[Path, Page]]:
    for path in folder.rglob("*.html"):
        if path.name not in ("404.html", "report.html"):
            yield path, Page(path.read_text(encoding="utf-8"))


def test_no_link_is_dead_and_nothing_is_asked_of_others(folder: Path) -> None:
    parsed = dict(pages(folder))
    assert len(parsed) > 30
    dead = []
    for path, read in parsed.items():
        assert not [r for r in read.requests if "://" in r or r.startswith("//")], path
        for link in [*read.links, *read.requests]:
            place, _, anchor = unquote(link).partition("#")
            if "://" in place or place.startswith(("mailto:", "data:")):
                continue
            target = (path.parent / place).resolve() if place else path
            target = target / "index.html" if target.is_dir() else target
            known = parsed.get(target)
            missing = known is not None and anchor and anchor not in known.ids
            if not target.is_file() or missing:
                dead.append(f"{path.relative_to(folder)} -> {link}")
    report = Page((folder / "report.html").read_text(encoding="utf-8"))
    files = [each for each in report.links if "://" not in each and each[0] != "#"]
    assert files
    dead += [
        f"report.html -> {each}" for each in files if not (folder / each).is_file()
    ]
    assert dead == []


def test_every_model_and_source_with_a_claim_has_a_page(
    settings: Settings, folder: Path
) -> None:
    with duckdb.connect(settings.plain, read_only=True) as con:
        estimates = con.execute(
            "SELECT model_id, flop_p50 FROM core.estimates WHERE flop_p50 IS NOT NULL"
        ).fetchall()
        sources = con.execute("SELECT source_id FROM raw.sources").fetchall()
        tables = con.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
    assert estimates
    for model, flop in estimates:
        assert f"{flop:.2g}" in (folder / "models" / f"{model}.html").read_text()
    for (source,) in sources:
        assert (folder / "sources" / f"{source}.html").is_file()
    assert len(list((folder / "data" / "parquet").iterdir())) == tables[0]


def test_text_of_a_note_is_text(folder: Path) -> None:
    for name in ("sources/o5.html", "models/o5.html", "sources/index.html"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "**bold** &lt;b&gt;x&lt;/b&gt; | [a](javascript" in text
        assert "<b>" not in text
        assert not [x for x in Page(text).links if x.startswith("javascript")]


def test_the_feed_is_one(folder: Path) -> None:
    feedparser = pytest.importorskip("feedparser")
    found = feedparser.parse((folder / "feed.xml").read_bytes())
    assert not found.bozo, found
    assert found.version == "atom10"
    assert [e.id for e in found.entries]
    assert found.entries[0].link == "https://example.org/headroom/releases.html"


def test_machines_can_read_what_it_is(folder: Path) -> None:
    start = '<script type="application/ld+json">'
    text = (folder / "index.html").read_text(encoding="utf-8").partition(start)[2]
    told = json.loads(text.partition("</script>")[0])
    # Its context lies at schema.org, which nobody is asked for here.
    assert told.pop("@context") == "https://schema.org/"
    vocabulary = {"@context": {"@vocab": "https://schema.org/"}}
    graph = rdflib.Graph().parse(data=json.dumps(vocabulary | told), format="json-ld")
    schema = rdflib.Namespace("https://schema.org/")
    (dataset,) = graph.subjects(rdflib.RDF.type, schema.Dataset)
    licence = str(graph.value(dataset, schema.license))
    assert licence.startswith("https://creativecommons.org/licenses/by/")
    assert graph.value(dataset, schema.version)


def test_croissant_is_read_by_its_own_library(folder: Path) -> None:
    croissant = pytest.importorskip("mlcroissant")
    path = folder / "data" / "croissant.json"
    data = croissant.Dataset(jsonld=path)
    assert not data.metadata.ctx.issues.errors
    rows = list(data.records(record_set="core.models"))
    with duckdb.connect(folder / "data" / "headroom.duckdb", read_only=True) as con:
        n = con.execute("SELECT count(*) FROM core.models").fetchone()
    assert len(rows) == n[0]


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    """The site as others have it: from a server."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="Debian's chromium is not here")
@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
def test_axe_finds_no_serious_fault_and_nobody_is_asked(
    served: str,
    page: Browsed,  # noqa: F811
    scheme: str,
    width: int,
) -> None:
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on(
        "request",
        lambda asked: asked.url.startswith(served) or heard.append(asked.url),
    )
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for name in ("index", "models/index", "models/deepseek-r1", "releases", "cli"):
        page.goto(f"{served}/{name}.html", wait_until="networkidle")
        page.wait_for_function(
            "[...document.querySelectorAll('.md-typeset__scrollwrap')]"
            ".every(t => t.tabIndex === 0)"
        )
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        bad = [
            (v["id"], v["nodes"][0]["html"][:120])
            for v in found.response["violations"]
            if v["impact"] in ("serious", "critical")
        ]
        assert bad == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert heard == []


def test_a_folder_in_use_is_refused(settings: Settings, folder: Path) -> None:
    with pytest.raises(site.UsageError, match="not empty"):
        site.build(settings, head(settings), folder)
