"""sources/feeds.yaml, and what a feed lists.

What belongs here: the file's fields and faults; RSS, Atom, arXiv's answers and pages
that change, as entries. What does not: fetching (web.py), drafting an entry (box.py).
"""

from __future__ import annotations

import calendar
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.notes.faults import Fault, short
from pipeline.notes.frontmatter import Unreadable, decode, load
from pipeline.notes.registry import SLUG
from pipeline.vocabulary import SourceKind

ARXIV = (
    "https://export.arxiv.org/api/query?sortBy=submittedDate&sortOrder=descending"
    "&max_results=50&search_query="
)
MOST = 200  # entries of one feed


class Feed(BaseModel):
    """One entry of feeds.yaml: the address of a feed or page, or a query to arXiv."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=SLUG)
    form: Literal["feed", "page"] = "feed"
    url: str | None = Field(default=None, pattern=r"^https?://\S+$")
    arxiv: str | None = None
    publisher: str
    kind: SourceKind = "press"

    @model_validator(mode="after")
    def _one_place(self) -> Feed:
        if (self.url is None) == (self.arxiv is None):
            raise ValueError("give either `url` or `arxiv` (a query)")
        return self

    @property
    def address(self) -> str:
        """Where it is fetched."""
        return self.url or ARXIV + quote(self.arxiv or "")


@dataclass(frozen=True)
class Item:
    """What a feed lists."""

    id: str
    feed: str
    title: str
    link: str
    published_on: date | None


def read_feeds(path: str, data: bytes) -> tuple[list[Feed], list[Fault]]:
    """The feeds of feeds.yaml; a faulty one is left out and reported."""
    try:
        raw, lines = load(path, decode(path, data))
    except Unreadable as unreadable:
        return [], [unreadable.fault]
    feeds: list[Feed] = []
    faults: list[Fault] = []
    for k, entry in enumerate(raw if isinstance(raw, list) else [raw] if raw else []):
        try:
            feeds.append(Feed.model_validate(entry))
        except ValidationError as error:
            faults += [
                Fault(
                    path, lines.near((k, *d["loc"])), ".".join(map(str, d["loc"])),
                    d["msg"], "See the head of feeds.yaml", short(d.get("input")),
                )
                for d in error.errors()
            ]  # fmt: skip
    seen: set[str] = set()
    for feed in feeds:
        if feed.id in seen:
            faults.append(
                Fault(path, 0, "id", "the id stands twice", "Rename one", feed.id)
            )
        seen.add(feed.id)
    return feeds, faults


def items(feed: Feed, body: bytes) -> list[Item]:
    """What the answer of a feed lists, at most MOST entries.

    Raises:
        ValueError: if it is no feed.
    """
    if feed.form == "page":
        digest = hashlib.sha256(body).hexdigest()[:12]
        return [Item(f"{feed.id}-{digest[:8]}", feed.id, feed.id, feed.address, None)]
    import feedparser

    found: Any = feedparser.parse(body)
    out = []
    for entry in found.entries[:MOST]:
        link = str(entry.get("link") or "")
        if link.startswith(("http://", "https://")):
            title = " ".join(str(entry.get("title") or link).split())[:200]
            out.append(Item(identity(link), feed.id, title, link, _day(entry)))
    if not out and (found.bozo or not found.get("version")):
        raise ValueError("it is no RSS or Atom feed")
    return out


def identity(link: str) -> str:
    """A short id of an address; two feeds that list it list one entry."""
    return hashlib.sha256(link.partition("#")[0].encode()).hexdigest()[:8]


def _day(entry: Any) -> date | None:
    moment = entry.get("published_parsed") or entry.get("updated_parsed")
    try:
        return (
            datetime.fromtimestamp(calendar.timegm(moment), UTC).date()
            if moment
            else None
        )
    except (ValueError, OverflowError, TypeError):
        return None
