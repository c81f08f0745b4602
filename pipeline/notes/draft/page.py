"""What a web page says of itself: title, address, day of publication.

What belongs here: its metadata. What does not: its text (clean.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipeline.notes.draft.clean import MAX_BYTES, decoded, kind_of, one_line, too_deep


@dataclass(frozen=True)
class Page:
    """Each is None where the page does not say."""

    title: str | None = None
    url: str | None = None
    published_on: date | None = None


def page_of(data: bytes, url: str | None = None) -> Page:
    """Metadata of an HTML page, all None for other input.

    Args:
        data: the input's bytes.
        url: where it was fetched; the page's own canonical address comes first.
    """
    if kind_of(data) != "html":
        return Page(url=url)
    text = decoded(data[:MAX_BYTES])
    if too_deep(text):
        return Page(url=url)
    import trafilatura

    try:
        found = trafilatura.extract_metadata(
            text,
            default_url=url,
            # A day that the page marks as its own, not the first date of its text.
            date_config={"original_date": True, "extensive_search": False},
        )
    except Exception:  # noqa: BLE001 - its parsers raise whatever broken pages provoke
        return Page(url=url)
    own = str(found.url or "")
    return Page(
        one_line(found.title or "")[:200] or None,
        own if own.startswith(("http://", "https://")) else url,
        _day(found.date),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
