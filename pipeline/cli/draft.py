"""`headroom note draft` and `headroom note accept`: from an article to a note.

What belongs here: fetching, files and printing. What does not: rules (drafting).
"""

from __future__ import annotations

import http.client
import logging
import re
import urllib.parse
import urllib.request
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import api
from pipeline import settings as environment
from pipeline.cli.console import WRONG_USAGE, Json, as_json, out, red, stop, yellow
from pipeline.settings import Settings

TIMEOUT = 20  # seconds
LIMIT = 40_000_000  # bytes of a page, file or PDF
_NEEDED = ("trafilatura", "ftfy", "pypdf", "feedparser", "httpx", "openai")


def draft(
    article: Annotated[str, typer.Argument(help="A file or an http(s) address.")],
    lang: Annotated[str, typer.Option(help="auto, en or zh.")] = "auto",
    json: Json = False,
) -> None:
    """Draft a note from an article; nothing counts before it is accepted."""
    needs_extra()
    from pipeline.drafting.clean import kind_of, main_text
    from pipeline.drafting.draft import Head, draft_note, language_of, marked, stanza
    from pipeline.drafting.page import page_of
    from pipeline.drafting.pdf import why_empty
    from pipeline.drafting.rules import extract

    if lang not in ("auto", "en", "zh"):
        stop(f"there is no language {lang!r}; use auto, en or zh", WRONG_USAGE)
    settings = environment.load()
    # pypdf and trafilatura tell of each flaw of a file; here one sentence does.
    for library in ("pypdf", "trafilatura", "htmldate"):
        logging.getLogger(library).setLevel(logging.CRITICAL)
    data, url = _bytes(article)
    text = main_text(data)
    if not text.strip():
        why = why_empty(data) if kind_of(data) == "pdf" else "holds no text"
        stop(f"{article} {why}; give the article as text instead")
    known = api.registry(settings.sources)
    found, unhelped = extract(text, known), None
    if settings.language_model:
        from pipeline.inbox.language_model import helped

        found, unhelped = helped(found, text, known, settings.language_model)
        if unhelped:
            red(f"The language model did not help ({unhelped}).")
    found = marked(found, _estimates(settings))
    page = page_of(data, url, text)
    if json:
        as_json(asdict(page) | asdict(found))
        return
    language = language_of(text) if lang == "auto" else lang
    title = page.title or _slug(article)
    today = datetime.now(UTC).date()
    head = Head(
        _slug(article), title, page.url, page.published_on, today, language,
        page.publisher,
    )  # fmt: skip
    path = settings.sources / "drafts" / f"{head.source_id}.md"
    if path.exists():
        stop(f"{path} exists; accept it, or delete it first", WRONG_USAGE)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(draft_note(head, found), encoding="utf-8")
    for number, c in enumerate(found.candidates, 1):
        about = f"{c.model or c.of or '?'} {c.stage or ''} {c.evidence}"
        notes = [*c.flags, *([f"repeats {c.repeats}"] if c.repeats else [])]
        notes += [c.source] if c.source != "rules" else []
        flags = f"  [{'; '.join(notes)}]" if notes else ""
        out.print(f"{number:3} {about}: {c.text}{flags}", markup=False)
    for model in found.new_models:
        out.print(
            f"New, for models.yaml:\n{stanza(model, page.published_on)}", markup=False
        )
    left = len(found.left_out) + found.unlisted
    out.print(f"Left out: {left} figures, with the reasons in the draft.")
    out.print(f"Wrote {path}.", markup=False, soft_wrap=True)


def needs_extra() -> None:
    """Stop where the libraries of the extra `draft` are not installed."""
    from importlib.util import find_spec

    missing = [m for m in _NEEDED if find_spec(m) is None]
    if missing:
        stop(
            f"drafting needs {', '.join(missing)}; install them with "
            "`pip install 'headroom[draft]'`"
        )


def accept(
    path: Annotated[
        Path, typer.Argument(metavar="DRAFT", help="A file of drafts/, or its id.")
    ],
    claims: Annotated[str, typer.Option(help="Numbers of the claims: 1,3,4.")],
    given: Annotated[
        list[str] | None,
        typer.Option("--set", help="What the text does not say: precision=bf16."),
    ] = None,
) -> None:
    """Move chosen claims of a draft into sources/notes."""
    settings = environment.load()
    if not path.is_file():
        path = settings.sources / "drafts" / f"{path.name.removesuffix('.md')}.md"
    if not path.is_file():
        ids = sorted(p.stem for p in path.parent.glob("*.md"))
        has = f"; there are {', '.join(ids[:10])}" if ids else "; there are none"
        stop(f"{path}: there is no such draft{has}", WRONG_USAGE)
    move(settings, path, path.name, claims, given or [])


def move(
    settings: Settings, path: Path, name: str, claims: str, given: list[str]
) -> None:
    """Chosen claims of a draft as a note of that name; the draft goes."""
    from pipeline.cli.note import odd_claims_of
    from pipeline.drafting.draft import accepted
    from pipeline.lake.files import replacing
    from pipeline.lake.inputs import read_inputs
    from pipeline.notes.frontmatter import Unreadable
    from pipeline.notes.parse import read_note
    from pipeline.notes.record import read_record

    target = settings.sources / "notes" / name
    if target.exists():
        stop(f"{target} exists; merge the claims by hand", WRONG_USAGE)
    try:
        numbers = [int(n) for n in claims.split(",")]
        values = dict(_pair(each) for each in given)
        text = accepted(name, path.read_text(encoding="utf-8"), numbers, values)
    except (ValueError, Unreadable) as error:
        stop(f"{error}, or give `--set FIELD=VALUE`", WRONG_USAGE)
    note, faults = read_note(
        f"notes/{name}", text.encode(), api.registry(settings.sources),
        api.dates(settings.sources),
    )  # fmt: skip
    if faults:
        for fault in faults:
            red(str(fault))
        stop(
            "Mend the draft first; nothing was moved. A new model goes into "
            f"models.yaml: {path} has its lines."
        )
    for claim in note.claims if note else ():
        if claim.caveat and "contradicts the record" in claim.caveat:
            out.print(f"Note: {claim.id} {claim.caveat}.", markup=False)
    with replacing(target) as temporary:
        temporary.write_text(text, encoding="utf-8")
    path.unlink()
    out.print(f"Wrote {target}. Run `headroom note check`.", markup=False)
    record = read_record(read_inputs(settings.sources), datetime.now(UTC).date())
    for each in odd_claims_of(record, {f"notes/{name}"}):
        yellow(f"To look at: {each['claim_id']}: {each['problem']}")


def _pair(text: str) -> tuple[str, str]:
    field, found, value = text.partition("=")
    if not found or not value:
        raise ValueError(f"{text!r} is not FIELD=VALUE")
    return field.strip(), value.strip()


def _bytes(article: str) -> tuple[bytes, str | None]:
    """An article's bytes and, for a page, the address that answered."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", article)
    if scheme is None:
        if not Path(article).is_file():
            stop(f"{article}: there is no such file", WRONG_USAGE)
        with Path(article).open("rb") as file:
            return _whole(article, file.read(LIMIT + 1)), None
    if scheme[1].lower() not in ("http", "https"):
        stop(f"{article}: give a file, or an http or https address", WRONG_USAGE)
    request = urllib.request.Request(  # noqa: S310 - http(s) only, see above
        urllib.parse.quote(article, safe=":/?#[]@!$&'()*+,;=%~"),
        headers={"User-Agent": "headroom (note draft)"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            return _whole(article, answer.read(LIMIT + 1)), str(answer.geturl())
    except (OSError, ValueError, http.client.HTTPException) as error:
        stop(f"{article} cannot be fetched ({error}); save the page and give the file")


def _whole(article: str, data: bytes) -> bytes:
    if len(data) > LIMIT:
        stop(f"{article} holds more than {LIMIT / 1e6:g} MB; give the article as text")
    return data


def _slug(article: str) -> str:
    name = article.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()
    slug = re.sub(r"[^a-z0-9]+", "-", name).strip("-")
    return slug[:80] or "draft"


def _estimates(settings: Any) -> dict[tuple[str, str], tuple[float, float]]:
    """90% intervals of the current release, or nothing if there is none."""
    if not settings.plain.is_file():
        return {}
    import duckdb

    try:
        with duckdb.connect(settings.plain, read_only=True) as con:
            rows = con.execute(
                "SELECT model_id, stage, flop_p05, flop_p95 FROM core.estimates "
                "WHERE flop_p05 IS NOT NULL AND flop_p95 IS NOT NULL "
                "AND measure = 'accelerator_time'"
            ).fetchall()
    except duckdb.Error as error:
        red(f"The record's estimates cannot be read ({error}); no conflict is marked.")
        return {}
    return {(model, stage): (low, high) for model, stage, low, high in rows}
