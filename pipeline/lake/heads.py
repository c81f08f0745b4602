"""The newest publication, read straight from the lake's catalog in a millisecond.

What belongs here: the facts of a publication as they lie in a snapshot's extra_info.
What does not: DuckDB; a refresh that finds nothing to do must not pay for it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime

from pipeline.lake.place import Place, place_of
from pipeline.settings import Settings

AUTHOR = "headroom"  # marks the snapshots that are publications
_QUERY = (
    "SELECT commit_extra_info FROM ducklake_snapshot_changes "
    f"WHERE author = '{AUTHOR}' AND commit_extra_info IS NOT NULL "
)


@dataclass(frozen=True)
class Head:
    """The facts of one publication.

    Attributes:
        method: what decided the tables besides the sources ('' in older releases).
        held_fingerprint: what a rollback withdrew; not published again while this is
            the head, unless a person accepts it.
        warnings: what a person should look at, a sentence each.
    """

    seq: int
    release_id: str
    kind: str
    reason: str | None
    snapshot_id: int
    vintage: date
    fingerprint: str
    published_at: datetime
    run_id: str
    method: str = ""
    held_fingerprint: str | None = None
    warnings: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As a snapshot's extra_info."""
        return json.dumps(asdict(self), default=lambda value: value.isoformat())

    @classmethod
    def from_json(cls, text: str) -> Head:
        """From a snapshot's extra_info."""
        facts = json.loads(text)
        facts["vintage"] = date.fromisoformat(facts["vintage"])
        facts["published_at"] = datetime.fromisoformat(facts["published_at"])
        facts["warnings"] = tuple(facts.get("warnings", ()))
        return cls(**facts)


def head(settings: Settings) -> Head | None:
    """The newest publication, or None before the first.

    Raises:
        CatalogError: if the catalog cannot be read.
    """
    return head_at(place_of(settings))


def head_at(place: Place) -> Head | None:
    """The newest publication that the catalog of a place knows."""
    found = _publications(place, "ORDER BY snapshot_id DESC LIMIT 1")
    return found[0] if found else None


def publications(settings: Settings) -> list[Head]:
    """All publications, oldest first.

    Raises:
        CatalogError: if the catalog cannot be read.
    """
    return _publications(place_of(settings), "ORDER BY snapshot_id")


def _publications(place: Place, order: str) -> list[Head]:
    rows = place.ask(_QUERY + order) if place.has_lake() else []
    return [Head.from_json(text) for (text,) in rows]
