"""The site: the documentation, and pages generated from a release. Static.

What belongs here: which pages there are and what stands on them; mkdocs-material does
the rest. What does not: the report (page.py), exports (lake/export.py), citing
(cite.py). Every figure is read from the release; every cell is escaped.
"""

from __future__ import annotations

import html
import json
import logging
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipeline.lake.errors import UsageError
from pipeline.lake.hub import slug
from pipeline.report import DOCS, cite
from pipeline.words import forecasts
from pipeline.words.answer import share_of

if TYPE_CHECKING:
    import duckdb

    from pipeline.lake import Head
    from pipeline.settings import Settings

Row = dict[str, Any]
_STAGES = {
    "pretraining": "pre-training", "sft": "supervised fine-tuning",
    "reasoning": "reasoning", "post_training": "post-training", "total": "whole run",
}  # fmt: skip
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")


def build(settings: Settings, release: Head, target: Path, url: str = "") -> Path:
    """Write the site of a release into a new folder.

    Args:
        settings: where the warehouse lies.
        release: which one.
        target: a folder that does not exist, or is empty.
        url: where the site will be published, for its feed; '' if not known.

    Returns:
        Its first page.

    Raises:
        UsageError: if the folder is not empty or mkdocs-material is missing.
    """
    try:
        from mkdocs.commands.build import build as render
        from mkdocs.config import load_config
    except ImportError as error:
        raise UsageError(
            "mkdocs-material is not installed: install Headroom with its extra `site`"
        ) from error
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not empty: name a new folder for the site")
    with tempfile.TemporaryDirectory(prefix="headroom-") as folder:
        source, theme = Path(folder) / "docs", Path(folder) / "theme"
        navigation = _write(settings, release, source, url)
        theme.mkdir()
        (theme / "main.html").write_text(_HEAD, encoding="utf-8")
        logging.getLogger("mkdocs").setLevel(logging.ERROR)
        # Its answer to what it does not know is a page; ours is a test of all links.
        render(
            load_config(
                config_file=_config(Path(folder), source, target, url, navigation)
            )
        )
    return target / "index.html"


def _config(
    folder: Path, source: Path, target: Path, url: str, navigation: list[Any]
) -> str:
    import yaml

    config = {
        "site_name": "Headroom",
        "site_description": cite.ABOUT,
        "site_url": url,
        "docs_dir": str(source),
        "site_dir": str(target),
        "use_directory_urls": False,  # so that it can be read without a server, too
        "theme": {
            "name": "material",
            "font": False,  # no request to anybody
            "custom_dir": str(folder / "theme"),
            "features": ["navigation.indexes", "navigation.top", "content.code.copy"],
            "palette": [
                {
                    "media": f"(prefers-color-scheme: {scheme})",
                    "scheme": name,
                    "primary": "indigo",
                    "toggle": {"icon": icon, "name": f"Switch to {other} mode"},
                }
                for scheme, name, icon, other in (
                    ("light", "default", "material/weather-night", "dark"),
                    ("dark", "slate", "material/weather-sunny", "light"),
                )
            ],
        },
        "plugins": ["search"],
        "markdown_extensions": [
            "admonition", "attr_list", "tables", "def_list", "footnotes",
            {"toc": {"permalink": True}},
        ],
        "validation": {"links": {"not_found": "info", "unrecognized_links": "info"}},
        "nav": navigation,
        "extra": {"generator": False},
    }  # fmt: skip
    path = folder / "mkdocs.yml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return str(path)


# JSON-LD on the first page, the feed on all; links that do not speak by colour alone,
# and wide tables, which the theme wraps when the page is open, within reach of keys.
_HEAD = """{% extends "base.html" %}
{% block extrahead %}
<link rel="alternate" type="application/atom+xml" title="Releases"
  href="{{ 'feed.xml' | url }}">
{% if page and page.is_homepage %}
<script type="application/ld+json">{{ page.meta.jsonld }}</script>
{% endif %}
<style>.md-typeset a:not(.headerlink){text-decoration:underline}</style>
{% endblock %}
{% block scripts %}
{{ super() }}
<script>document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
new MutationObserver(() => {
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap"))
    table.tabIndex = 0;
}).observe(document.body, { childList: true, subtree: true });</script>
{% endblock %}
"""


def _write(settings: Settings, release: Head, source: Path, url: str) -> list[Any]:
    """All pages as Markdown, and the navigation."""
    import duckdb

    from pipeline.lake.export import export
    from pipeline.lake.history import plain_of
    from pipeline.report.page import render

    docs = next((path for path in DOCS if path.is_dir()), source)
    source.mkdir(parents=True)
    written = [path.relative_to(docs) for path in docs.rglob("*.md")]
    for path in written:
        (source / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(docs / path, source / path)
    export(settings, release, source / "data")
    plain = plain_of(settings, release)
    report = render(plain, settings.report)
    report = report.replace('"../headroom.duckdb"', '"data/headroom.duckdb"')
    (source / "report.html").write_text(report, encoding="utf-8")
    with duckdb.connect(plain, read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        pages = _Pages(con, source)
        pages.models()
        pages.sources()
        pages.forecasters()
        pages.dictionary()
        pages.releases(url)
        pages.downloads()
        pages.home(plain, url)
    for path in written:
        (source / path).write_text(_links(source / path), encoding="utf-8")
    return _navigation(source)


def _links(path: Path) -> str:
    """A page's text; links to what the site has not lose their target."""

    def kept(found: re.Match[str]) -> str:
        text, link = found[1], found[2].partition("#")[0]
        if "://" in link or not link or link.startswith("mailto:"):
            return found[0]
        if (path.parent / link).resolve().is_file():
            return found[0]
        return text

    return _LINK.sub(kept, path.read_text(encoding="utf-8"))


def _navigation(source: Path) -> list[Any]:
    """First the answer, then the data, then the documentation by its kind."""

    def there(*names: str) -> list[str]:
        return [name for name in names if (source / name).is_file()]

    how_to = sorted(p.name for p in (source / "how-to").glob("*.md"))
    decisions = sorted(p.name for p in (source / "decisions").glob("*.md"))
    return [
        {"Answer": "index.md"},
        {"Data": [
            {"Models": "models/index.md"}, {"Sources": "sources/index.md"},
            *([{"Forecasters": "forecasters/index.md"}]
              if (source / "forecasters").is_dir() else []),
            {"Dictionary": "dictionary.md"}, {"Releases": "releases.md"},
            {"Downloads": "downloads.md"},
        ]},
        {"Learn": there("explained.md", "tutorial.md", "faq.md", "glossary.md")},
        {"How to": [f"how-to/{name}" for name in how_to]},
        {"Reference": there("cli.md", "method.md", "data.md", "operate.md",
                            "deploy.md", "discrepancies.md")},
        {"Decisions": [f"decisions/{name}" for name in decisions]},
    ]  # fmt: skip


class _Pages:
    """The generated pages of one release."""

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.con, self.folder = con, folder
        self.release = self.rows("SELECT * FROM meta.releases ORDER BY seq DESC")[0]
        self.tables = {
            f"{a}.{b}"
            for a, b in con.execute(
                "SELECT schema_name, table_name FROM duckdb_tables()"
            ).fetchall()
        }

    def rows(self, sql: str) -> list[Row]:
        result = self.con.execute(sql)
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def by(self, table: str, column: str, order: str) -> dict[str, list[Row]]:
        """Rows of a table by a column; none where a release has no such table."""
        grouped: dict[str, list[Row]] = defaultdict(list)
        if table in self.tables:
            for row in self.rows(f"SELECT * FROM {table} ORDER BY {order}"):
                grouped[row[column]].append(row)
        return grouped

    def page(self, name: str, title: str, *blocks: str, **meta: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # The theme writes this title as HTML; the text's own is Markdown.
        front = json.dumps({"title": html.escape(title), **meta}, ensure_ascii=False)
        text = "\n\n".join(block for block in blocks if block)
        path.write_text(
            f"---\n{front}\n---\n\n# {_text(title)}\n\n{text}\n", encoding="utf-8"
        )

    def models(self) -> None:
        estimates = self.by("core.estimates", "model_id", "stage")
        history = self.by("out.estimate_history", "model_id", "stage, vintage")
        claims = self.by("raw.claims", "model_id", "disclosed_on, claim_id")
        shares = self.by("out.shares", "model_id", "ALL")
        observed = {
            row["claim_id"]: row
            for row in self.rows("SELECT * FROM core.observations ORDER BY ALL")
        }
        listed = []
        for model in self.rows("SELECT * FROM core.models ORDER BY name"):
            key = model["model_id"]
            if not (claims[key] or estimates[key]):
                continue
            self.page(
                f"models/{key}.md",
                model["name"],
                _facts(model),
                _interval_chart(model["name"], estimates[key]),
                "## Estimates",
                _estimates(estimates[key]),
                _share(shares[key]),
                "## How they moved",
                _history(history[key]),
                "## Claims",
                _claims(claims[key], observed),
                "## Cite",
                self.cited(f"model {model['name']}"),
            )
            reasoning = [e for e in estimates[key] if e["stage"] == "reasoning"]
            listed.append((model, _range(reasoning[0]) if reasoning else "–"))
        self.page(
            "models/index.md",
            "Models",
            "Every model with a claim. Reasoning compute in FLOP, 90% interval.",
            _table(
                ("Model", "Developer", "Released", "Reasoning compute"),
                (
                    (
                        _Link(m["name"], f"{m['model_id']}.html"),
                        m["developer"], m["released_on"], compute,
                    )
                    for m, compute in listed
                ),
            ),
        )  # fmt: skip

    def sources(self) -> None:
        claims = self.by("raw.claims", "source_id", "claim_id")
        scores = self.by("raw.scores", "source_id", "score_id")
        there = {p.stem for p in (self.folder / "models").glob("*.md")}
        everything = self.rows("SELECT * FROM raw.sources ORDER BY published_on DESC")
        for source in everything:
            key = source["source_id"]
            url = source.get("url") or ""
            facts = [
                ("Publisher", source["publisher"]),
                ("Published", source["published_on"]),
                ("Standing", source["kind"]),
                ("Document", _Link(url, url) if _safe(url) else url),
            ]
            self.page(
                f"sources/{key}.md",
                source["title"],
                _table(("", ""), facts),
                f"## Claims ({len(claims[key])})",
                _table(
                    ("Claim", "About", "Says", "Where"),
                    (
                        (
                            c["claim_id"],
                            _Link(c["model_id"], f"../models/{c['model_id']}.html")
                            if c["model_id"] in there
                            else c["model_id"],
                            c["summary"], c["locator"],
                        )
                        for c in claims[key]
                    ),
                ),
                f"It also gives {len(scores[key])} benchmark scores."
                if scores[key]
                else "",
            )  # fmt: skip
        self.page(
            "sources/index.md",
            "Sources",
            "Every document that the record rests on, the newest first.",
            _table(
                ("Document", "Publisher", "Published", "Standing", "Claims"),
                (
                    (
                        _Link(s["title"], f"{s['source_id']}.html"), s["publisher"],
                        s["published_on"], s["kind"], len(claims[s["source_id"]]),
                    )
                    for s in everything
                ),
            ),
        )  # fmt: skip

    def forecasters(self) -> None:
        """A page for each forecaster, and who said what in one list."""
        if not {"out.scoreboard", "out.forecast_scores"} <= self.tables:
            return
        board = self.rows("FROM out.scoreboard ORDER BY forecaster")
        said = defaultdict(list)
        for row in self.rows(
            "SELECT s.*, f.summary, f.source_id, f.rule FROM out.forecast_scores s "
            "JOIN raw.forecasts f USING (forecast_id) ORDER BY s.target_on, forecast_id"
        ):
            said[row["forecaster"]].append(row)
        for row in board:
            who = row["forecaster"]
            self.page(
                f"forecasters/{slug(who)}.md",
                who,
                _text(_standing(row)),
                "## What was said, and what came",
                _forecasts(said[who]),
                "Scores are in orders of magnitude; lower is better. A forecast is "
                "scored by the record as it stands today; what the record cannot "
                "settle has no score. [All forecasters](index.md).",
            )
        self.page(
            "forecasters/index.md",
            "Forecasters",
            "Everybody's published forecasts of training compute, scored as they come "
            "due by the rules that score ours.",
            *(_text(sentence) for sentence in forecasts.ranking(board)),
            _table(
                ("Who", "Forecasts", "Settled", "Not settled", "Not due", "Verdict"),
                (
                    (
                        _Link(r["forecaster"], f"{slug(r['forecaster'])}.html"),
                        r["n_forecasts"], r["n_scored"], r["n_undecided"], r["n_open"],
                        r["verdict"],
                    )
                    for r in board
                ),
            ),
        )  # fmt: skip

    def dictionary(self) -> None:
        columns = self.rows("SELECT * FROM meta.columns ORDER BY ALL")
        name = next(k for k in columns[0] if k in ("table", "table_name"))
        column = next(k for k in columns[0] if k in ("column", "column_name"))
        comments = dict(
            self.con.execute(
                "SELECT schema_name || '.' || table_name, comment FROM duckdb_tables()"
            ).fetchall()
        )
        grouped: dict[str, list[Row]] = defaultdict(list)
        for row in columns:
            grouped[row[name]].append(row)
        blocks = []
        for table, described in grouped.items():
            example = self.rows(f"SELECT * FROM {table} LIMIT 1") or [{}]
            rest = [k for k in described[0] if k not in (name, column)]
            blocks += [
                f"## {table}",
                _text(comments.get(table) or ""),
                _table(
                    (column, *rest, "example"),
                    (
                        (r[column], *(r[k] for k in rest), example[0].get(r[column]))
                        for r in described
                    ),
                ),
            ]
        self.page("dictionary.md", "Data dictionary", *blocks)

    def releases(self, url: str) -> None:
        everything = self.rows("SELECT * FROM meta.releases ORDER BY seq DESC")
        changes = self.rows("SELECT * FROM meta.changes ORDER BY ALL LIMIT 200")
        changed = [k for k in (changes[0] if changes else {}) if k != "seq"]
        self.page(
            "releases.md",
            "Releases",
            "Each publication of the record; [as a feed](feed.xml).",
            _table(
                ("No.", "Release", "Published", "Kind", "Reason"),
                (
                    (r["seq"], r["release_id"], _minute(r), r["kind"], r["reason"])
                    for r in everything
                ),
            ),
            f"## What changed in no. {self.release['seq']}",
            _table(changed, ([row[k] for k in changed] for row in changes))
            if changes
            else "This is the first release, or it changed no published figure.",
        )
        (self.folder / "feed.xml").write_text(_feed(everything, url), encoding="utf-8")

    def downloads(self) -> None:
        folder = self.folder / "data"
        lines = (folder / "SHA256SUMS").read_text().splitlines()
        sums = {
            name: digest for digest, name in (line.split("  ", 1) for line in lines)
        }
        parquet = [
            (path.stem, path.name, sums[f"parquet/{path.name}"])
            for path in sorted((folder / "parquet").glob("*.parquet"))
        ]
        types = {
            (f"{a}.{b}", c): t
            for a, b, c, t in self.con.execute(
                "SELECT schema_name, table_name, column_name, data_type "
                "FROM duckdb_columns()"
            ).fetchall()
        }
        columns = [
            {
                "table": f"{a}.{b}", "column": c,
                "description": d or c,
            }
            for a, b, c, d in self.con.execute(
                "SELECT schema_name, table_name, column_name, comment "
                "FROM duckdb_columns() ORDER BY ALL"
            ).fetchall()
        ]  # fmt: skip
        described = cite.croissant(
            self.release,
            [(t, f"parquet/{n}", s) for t, n, s in parquet],
            columns,
            types,
        )
        (folder / "croissant.json").write_text(
            json.dumps(described, indent=1, ensure_ascii=False), encoding="utf-8"
        )
        files = ("headroom.duckdb", "datapackage.json", "croissant.json",
                 "CITATION.cff", "SHA256SUMS")  # fmt: skip
        self.page(
            "downloads.md",
            "Downloads",
            f"Release {self.release['release_id']}, under CC BY 4.0.",
            _table(
                ("File", ""),
                ((_Link(name, f"data/{name}"), _KINDS.get(name, "")) for name in files),
            ),
            "## Tables",
            _table(
                ("Table", "Parquet", "CSV"),
                (
                    (
                        table, _Link("Parquet", f"data/parquet/{name}"),
                        _Link("CSV", f"data/csv/{table}.csv"),
                    )
                    for table, name, _ in parquet
                ),
            ),
        )  # fmt: skip

    def home(self, plain: Path, url: str) -> None:
        from pipeline.report.answer import answer

        self.page(
            "index.md",
            "How much compute goes into reasoning training",
            *(_text(sentence) for sentence in answer(plain)),
            "[The report](report.html) has the charts, every estimate and the claims "
            "behind it. [Models](models/index.md), [sources](sources/index.md) and "
            "[downloads](downloads.md) have the data.",
            "## Cite",
            self.cited(),
            _text(cite.CREDIT),
            jsonld=json.dumps(
                cite.schema_org(self.release, url), ensure_ascii=False
            ).replace("<", "\\u003c"),
        )

    def cited(self, what: str = "") -> str:
        sentence = cite.citation(self.release)
        about = f" Used: {what}." if what else ""
        return (
            f"> {_text(sentence + about)}\n\n"
            f"<pre><code>{html.escape(cite.bibtex(self.release))}</code></pre>"
        )


_KINDS = {
    "headroom.duckdb": "all tables in one DuckDB file, with comments",
    "datapackage.json": "Frictionless description of the CSV and Parquet files",
    "croissant.json": "Croissant description of the Parquet files",
    "CITATION.cff": "how to cite",
    "SHA256SUMS": "checksums",
}


class _Link:
    """A cell that leads somewhere."""

    def __init__(self, text: object, target: str) -> None:
        self.text, self.target = text, target

    def html(self) -> str:
        return f'<a href="{html.escape(self.target)}">{_cell(self.text)}</a>'


def _table(head: Sequence[str], body: Iterable[Iterable[Any]]) -> str:
    """A table as HTML, so that no cell can be read as Markdown."""
    names = "".join(f"<th>{html.escape(str(name))}</th>" for name in head)
    lines = [
        "<tr>" + "".join(f"<td>{_cell(cell)}</td>" for cell in row) + "</tr>"
        for row in body
    ]
    if not lines:
        return "None."
    top = f"<thead><tr>{names}</tr></thead>" if any(head) else ""
    return f"<table>{top}<tbody>\n" + "\n".join(lines) + "\n</tbody></table>"


def _cell(value: Any) -> str:
    if isinstance(value, _Link):
        return value.html()
    if value is None or value != value:
        return "–"
    if isinstance(value, float):
        return f"{value:.3g}"
    # One line: a blank one would end the block, and the rest be read as Markdown.
    return html.escape(" ".join(str(value).split()))


def _text(value: str) -> str:
    """Running text in which no letter is Markdown."""
    plain = html.escape(" ".join(value.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]()#+!|~-])", r"\\\1", plain)


def _safe(url: str) -> bool:
    return url.startswith(("https://", "http://"))


def _minute(row: Mapping[str, Any]) -> str:
    return str(row["published_at"])[:16]


def _flop(value: float | None) -> str:
    return "–" if value is None or value != value else f"{value:.2g}"


def _range(row: Mapping[str, Any]) -> str:
    ends = f"{_flop(row['flop_p05'])} to {_flop(row['flop_p95'])}"
    return f"{_flop(row['flop_p50'])} ({ends})" if row["flop_p50"] else ends


def _facts(model: Mapping[str, Any]) -> str:
    named = ("developer", "released_on", "country", "openness", "role", "base_model_id")
    return _table(
        ("", ""),
        (
            (name.replace("_id", "").replace("_", " ").capitalize(), model[name])
            for name in named
            if model.get(name) is not None
        ),
    )


def _estimates(rows: Sequence[Row]) -> str:
    return _table(
        ("Stage", "Measure", "FLOP, median", "90% interval", "Grade", "Claims"),
        (
            (
                _STAGES.get(r["stage"], r["stage"]), r.get("measure"),
                _flop(r["flop_p50"]),
                f"{_flop(r['flop_p05'])} to {_flop(r['flop_p95'])}",
                r["grade"] or "bounds only", f"{r['n_independent']} of {r['n_claims']}",
            )
            for r in rows
        ),
    )  # fmt: skip


def _share(rows: Sequence[Row]) -> str:
    if not rows:
        return ""
    (row,) = rows
    return f"## Share of its run\n\n{_text(share_of(row))}."


def _history(rows: Sequence[Row]) -> str:
    return _table(
        ("Stage", "Known by", "FLOP", "Changed by"),
        (
            (
                _STAGES.get(r["stage"], r["stage"]),
                r["vintage"],
                _range(r),
                r["changed_by"],
            )
            for r in rows
        ),
    )


def _claims(rows: Sequence[Row], observed: Mapping[str, Row]) -> str:
    return _table(
        ("Disclosed", "Says", "Read as", "Weight", "Source"),
        (
            (
                c["disclosed_on"], c["summary"],
                observed.get(c["claim_id"], {}).get("formula"),
                observed.get(c["claim_id"], {}).get("role"),
                _Link(c["source_id"], f"../sources/{c['source_id']}.html"),
            )
            for c in rows
        ),
    )  # fmt: skip


def _standing(row: Row) -> str:
    """What a row of out.scoreboard allows one to say of a forecaster."""
    said = (
        f"{row['n_forecasts']} in the record: {row['n_scored']} due and settled, "
        f"{row['n_undecided']} due and not settled by the record, {row['n_open']} not "
        f"due. Against “no change”: {row['verdict']}"
    )
    if not row["n_paired_no_change"]:
        return f"{said}."
    return (
        f"{said}; on {row['n_paired_no_change']} targets in common the mean score was "
        f"{row['crps_paired_no_change']:.2f} against {row['crps_no_change']:.2f}."
    )


def _forecasts(rows: Sequence[Row]) -> str:
    """What one forecaster said, a line each."""
    return _table(
        ("Made", "About", "Said", "What came", "Outlook", "Score", "Source"),
        (
            (
                r["made_on"], r["target_on"], _said(r), forecasts.came(r),
                forecasts.outlook(r), r["crps"] if r["brier"] is None else r["brier"],
                _Link(r["source_id"], f"../sources/{r['source_id']}.html"),
            )
            for r in rows
        ),
    )  # fmt: skip


def _said(row: Row) -> str:
    """Its author's words; of another's answer to the question, the figure."""
    if row["kind"] == "outside":
        return str(row["summary"])
    chance = row["predicted_probability"]
    answer = (
        forecasts.figures(row, "predicted") if chance is None else f"{chance:.0%} yes"
    )
    return f"{answer}, to: {row['summary']}"


def _interval_chart(name: str, rows: Sequence[Row]) -> str:
    """90% intervals by stage on a logarithmic axis, as one small SVG."""
    import math

    known = [r for r in rows if r["flop_p05"] and r["flop_p95"]]
    if not known:
        return ""
    low = math.floor(min(math.log10(r["flop_p05"]) for r in known))
    high = math.ceil(max(math.log10(r["flop_p95"]) for r in known) + 1e-9)
    left, width, step = 150, 430, 28

    def x(flop: float) -> float:
        return round(left + width * (math.log10(flop) - low) / (high - low), 1)

    marks = []
    for k in range(low, high + 1):
        at = x(10.0**k)
        marks.append(
            f'<line x1="{at}" x2="{at}" y1="4" y2="{step * len(known)}" '
            'stroke="currentColor" opacity=".15"/>'
            f'<text x="{at}" y="{step * len(known) + 16}" '
            f'text-anchor="middle">1e{k}</text>'
        )
    for row, r in enumerate(known):
        y = step * row + 16
        stage = str(_STAGES.get(r["stage"], r["stage"]))
        label = html.escape(f"{stage}: {_range(r)} FLOP")
        marks.append(
            f'<g><title>{label}</title><text x="0" y="{y + 4}">'
            f"{html.escape(stage)}</text>"
            f'<line x1="{x(r["flop_p05"])}" x2="{x(r["flop_p95"])}" y1="{y}" y2="{y}" '
            'stroke="currentColor" stroke-width="3" opacity=".6"/>'
            + (
                f'<circle cx="{x(r["flop_p50"])}" cy="{y}" r="5" fill="currentColor"/>'
                if r["flop_p50"]
                else ""
            )
            + "</g>"
        )
    title = html.escape(f"Training compute of {name} in FLOP, 90% intervals")
    return (
        f'<svg role="img" aria-label="{title}" viewBox="-8 0 640 '
        f'{step * len(known) + 24}" font-size="13" fill="currentColor" '
        f'style="max-width:40rem;width:100%">{"".join(marks)}</svg>'
    )


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def _feed(releases: Sequence[Mapping[str, Any]], url: str) -> str:
    """An Atom feed of the publications, the newest first."""
    base = url.rstrip("/")
    page = f"{base}/releases.html" if base else "releases.html"

    def moment(row: Mapping[str, Any]) -> str:
        return html.escape(row["published_at"].isoformat())

    def tag(row: Mapping[str, Any]) -> str:
        return f"tag:headroom,2026:{quote(row['release_id'])}/{row['seq']}"

    entries = "".join(
        f"<entry><id>{tag(r)}</id><title>Release {html.escape(r['release_id'])} "
        f"(no. {r['seq']})</title><updated>{moment(r)}</updated>"
        f'<link href="{html.escape(page)}"/>'
        f"<summary>{html.escape(str(r['kind']))}"
        f"{html.escape(_because(r['reason']))}</summary></entry>\n"
        for r in releases
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Releases of Headroom</title>'
        f"<id>tag:headroom,2026:releases</id><updated>{moment(releases[0])}</updated>"
        f"<author><name>The Headroom project</name></author>"
        f'<link href="{html.escape(page)}"/>\n{entries}</feed>\n'
    )
