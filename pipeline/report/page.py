"""Data, template, style and script in one file.

What belongs here: escaping, the content security policy and the atomic write. What does
not: the data (data.py) and the words (answer.py, template.html).
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from pipeline.lake.files import replacing
from pipeline.report import DOCS, cite
from pipeline.report.answer import answer, chosen, ledgers
from pipeline.report.charts import charts, library
from pipeline.report.data import read, rows
from pipeline.words import forecasts
from pipeline.words.answer import share_of
from pipeline.words.changes import sentences

# The words of the page that a newcomer asks about, explained where they first stand.
TERMS = (
    "90% interval", "accelerator time", "flagship", "FLOP", "frontier", "pre-training",
    "scenario", "claim",
)  # fmt: skip
SCRIPTS = ("tools.js", "charts.js", "tables.js", "page.js")


def write(source: Path, target: Path) -> None:
    """Write the page of a plain file, whole or not at all."""
    text = render(source, target.parent)
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8")


def render(source: Path, keep: Path | None = None) -> str:
    """The page of a plain file, as text; `keep` is the folder of Vega's bundle."""
    parts: dict[str, Any] = dict(read(source))
    release = {name: column[0] for name, column in parts["release"].items()}
    row = chosen(parts)
    parts["shown"] = row["scenario"] if row else None
    style = _asset("page.css")
    parts["glossary"] = glossary()
    parts["charts"] = charts(source)
    parts |= _forecasts(parts) | _said(parts)
    vega = library(keep)
    script = "\n".join(_asset(name) for name in SCRIPTS)
    sentences = answer(source)
    answered = "\n".join(f"<p>{html.escape(each)}</p>" for each in sentences)
    template = _asset("template.html").replace("$answer", answered.replace("$", "$$"))
    return Template(tipped(template, parts["glossary"])).substitute(
        policy=(
            f"default-src 'none'; script-src {_hash(vega)} {_hash(script)}; "
            f"style-src {_hash(style)}; "
            "base-uri 'none'; form-action 'none'"
        ),
        release=html.escape(release["release_id"]),
        seq=release["seq"],
        vintage=html.escape(release["vintage"]),
        summary=html.escape(" ".join(sentences)[:300]),
        citation=html.escape(cite.citation(release)),
        bibtex=html.escape(cite.bibtex(release)),
        credit=html.escape(cite.CREDIT),
        jsonld=embed(cite.schema_org(release)),
        ledgers=html.escape(ledgers(source)),
        style=style,
        data=embed(parts),
        vega=vega,
        script=script,
    )


def glossary() -> dict[str, str]:
    """The page's terms as docs/glossary.md explains them; none without the docs."""
    text = next(
        (
            (folder / "glossary.md").read_text(encoding="utf-8")
            for folder in DOCS
            if (folder / "glossary.md").is_file()
        ),
        "",
    )
    told = {
        term.rstrip(".").lower(): " ".join(said.split())
        for term, said in re.findall(r"^\*\*(.+?)\*\* ((?:.+\n?)+)", text, re.M)
    }
    return {term: told[term.lower()] for term in TERMS if term.lower() in told}


def tipped(page: str, terms: Iterable[str]) -> str:
    """The page with the first use of each term, in a paragraph, marked."""
    parts, inside, left = re.split(r"(<[^>]+>)", page), False, set(terms)
    for at, part in enumerate(parts):
        if part.startswith("<"):
            inside = part.startswith("<p") or (inside and part != "</p>")
            continue
        for term in sorted(left, key=len, reverse=True) if inside else ():
            found = re.search(rf"\b{re.escape(term)}s?\b", parts[at], re.I)
            if found and "<span" not in parts[at][: found.start()]:
                button = (
                    f'<span class="term" role="button" tabindex="0" data-term="{term}">'
                )
                start, end = found.span()
                parts[at] = (
                    f"{parts[at][:start]}{button}{found[0]}</span>{parts[at][end:]}"
                )
                left.discard(term)
    return "".join(parts)


def _forecasts(parts: dict[str, Any]) -> dict[str, Any]:
    """What was forecast and what came as words, the same as everywhere else."""
    told = [
        {
            "id": row["forecast_id"],
            "who": row["forecaster"],
            "made": row["made_on"],
            "due": row["target_on"],
            "said": row["summary"],
            "url": row["url"],
            "state": forecasts.STATES[row["status"]],
            "came": forecasts.came(row),
            "outlook": forecasts.outlook(row),
            "note": row["reason"],
        }
        for row in rows(parts.get("forecasts", {}))
    ]
    columns = {name: [row[name] for row in told] for name in (told or [{}])[0]}
    board = rows(parts.get("scoreboard", {}))
    return {"forecasts": columns, "scoreboard": forecasts.ranking(board)}


def _said(parts: dict[str, Any]) -> dict[str, Any]:
    """The share of each run, and what the release changed, in words."""
    names = dict(zip(*(parts["models"][n] for n in ("model_id", "name")), strict=True))
    return {
        "shares": {row["model_id"]: share_of(row) for row in rows(parts["shares"])}
        if "shares" in parts
        else {},
        "moved": sentences(rows(parts.get("changes", {})), names),
    }


def embed(value: Any) -> str:
    """JSON that may stand in a script element: no `<` of the data is left in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return (files("pipeline.report") / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
