"""Old releases: which there are, what they held, what changed, and going back.

What belongs here: reading a release by id or number, comparing two, publishing an old
one again. What does not: the head (heads.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pandas as pd

from pipeline.contracts import (
    PUBLISHED,
    ContractError,
    conform,
    content_sha256,
    contract,
    key,
)
from pipeline.lake import plain, store
from pipeline.lake.causes import NEEDED, causes
from pipeline.lake.changes import behind
from pipeline.lake.connect import attached
from pipeline.lake.diff import compare
from pipeline.lake.errors import RefusedError, UsageError
from pipeline.lake.heads import Head, publications
from pipeline.lake.locks import writer
from pipeline.lake.publication import Publication
from pipeline.lake.recovery import recover
from pipeline.settings import Settings


class UnknownReleaseError(UsageError):
    """There is no release of that id or number."""


def releases(settings: Settings) -> list[Head]:
    """All publications, oldest first."""
    return publications(settings)


def find(settings: Settings, wanted: str | int) -> Head:
    """The publication of that number, or the newest one of that release id.

    Raises:
        UnknownReleaseError: if there is none.
    """
    text = str(wanted)
    for each in reversed(publications(settings)):
        if text in (str(each.seq), each.release_id):
            return each
    raise UnknownReleaseError(
        f"there is no release {text!r}: `headroom releases` lists them"
    )


def tables_of(
    settings: Settings, release: Head, table_names: Iterable[str]
) -> dict[str, pd.DataFrame]:
    """Tables as they were in a release, with the columns of today's contracts."""
    with attached(settings, snapshot=release.snapshot_id) as con:
        return store.read(con, table_names)


def plain_of(settings: Settings, release: Head) -> Path:
    """A plain DuckDB file of a release: the published one, or one built and kept."""
    holds = (release.seq, release.release_id)
    if plain.release_of(settings.plain) == holds:
        return settings.plain
    kept = settings.cache / "releases" / f"{release.seq}.duckdb"
    if plain.release_of(kept) != holds:
        plain.build(settings, target=kept, snapshot=release.snapshot_id)
    return kept


def diff(
    settings: Settings, old: Head, new: Head, *, table_name: str | None = None
) -> pd.DataFrame:
    """What differs between two releases, compared by key.

    Returns:
        One row per difference: table, key, column, change, old, new, ratio, and the
        claims behind it (changed_by).
    """
    recorded = _contents(settings)
    contents = [recorded[release.seq] for release in (old, new)]
    names = list(PUBLISHED) if table_name is None else [table_name]
    differing = [n for n in names if contents[0].get(n) != contents[1].get(n)]
    reading = [*dict.fromkeys([*differing, *NEEDED])] if differing else []
    before, now = (tables_of(settings, release, reading) for release in (old, new))
    found = [compare(n, key(contract(n)), before[n], now[n]) for n in differing]
    result = (
        pd.concat(found, ignore_index=True)
        if found
        else pd.DataFrame(
            columns=["table", "key", "column", "change", "old", "new", "ratio"]
        )
    )
    if differing:
        why = causes(before, now)
        result["changed_by"] = [
            behind(table, row_key, why)
            for table, row_key in zip(result["table"], result["key"], strict=True)
        ]
    return result


def rollback(
    settings: Settings, wanted: Head, *, reason: str | None, run_id: str, now: datetime
) -> Publication:
    """Publish the content of an old release again, and hold what it replaces.

    Raises:
        RefusedError: if it is the head's content, or can no longer be published.
    """
    with writer(settings, "rollback"):
        recover(settings)
        current = publications(settings)[-1]
        if current.fingerprint == wanted.fingerprint:
            raise RefusedError([f"{wanted.release_id} is the head already"])
        tables = _again(settings, wanted)
        facts = store.Facts(
            release_id=wanted.release_id,
            kind="rollback",
            reason=reason,
            vintage=wanted.vintage,
            fingerprint=wanted.fingerprint,
            published_at=now,
            run_id=run_id,
            method=wanted.method,
            # A second step back still holds what the first withdrew.
            held_fingerprint=current.held_fingerprint or current.fingerprint,
        )
        with attached(settings, write=True) as con:
            old = store.read_head(con, tables)
            head = store.commit(con, settings, old, tables, facts)
            plain.release(settings, con)
        return Publication(head, published=True)


def _again(settings: Settings, release: Head) -> store.Tables:
    """The tables of a release, if they are still what they were."""
    recorded = _contents(settings)[release.seq]
    tables, findings = {}, []
    for table_name, frame in tables_of(settings, release, PUBLISHED).items():
        table = contract(table_name)
        try:
            tables[table_name] = conform(table, frame)
        except ContractError as error:
            findings.append(str(error))
            continue
        if content_sha256(table, tables[table_name]) != recorded.get(table_name):
            findings.append(f"{table_name} has another schema now than in that release")
    if findings:
        raise RefusedError(
            [
                *findings,
                f"check out the code of {release.release_id} and run `headroom refresh`"
                " to publish it again",
            ]
        )
    return store.Tables(tables, {name: recorded[name] for name in tables})


def _contents(settings: Settings) -> dict[int, dict[str, str]]:
    """By number: the sha256 per table that each release recorded."""
    with attached(settings) as con:
        rows = store.read(con, [store.RELEASES])[store.RELEASES]
    return {
        int(seq): json.loads(text)
        for seq, text in zip(rows["seq"], rows["content"], strict=True)
    }
