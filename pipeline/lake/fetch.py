"""Fetching a published table into `sources/datasets/`.

What belongs here: one download, polite (conditional, with pauses between tries) and
whole (checked, then moved into place). What does not: what the rows mean (datasets/).

The stored file is named after the day from which its content was public as far as we
know: the server's Last-Modified, else the day of the download. Validators of the last
answer lie in a sidecar beside the files, which is no input of the pipeline.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from pipeline.datasets import CONNECTORS
from pipeline.datasets.base import Dataset, Limits, read_dataset, vintage_of
from pipeline.lake.errors import FetchError, UsageError
from pipeline.lake.files import move, replacing
from pipeline.notes.frontmatter import escaped

SIDECAR = ".fetched.json"
_COPY = re.compile(r"\s*\(\d+\)$")
TRIES = 4
FIRST_PAUSE = 1.0  # seconds; doubles with each try
TIMEOUT = 30.0  # seconds without a byte
_MAX_BYTES = 500_000_000
_CHUNK = 1 << 16
_WORTH_ANOTHER_TRY = {408, 425, 429, 500, 502, 503, 504}
_ANY = Limits(same_value=0.0, floor=0.0, floor_since=0.0)  # only the shape is checked

Watch = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Fetched:
    """The stored file, whether it is new, and its number of rows."""

    path: Path
    is_new: bool
    rows: int
    with_compute: int


@dataclass(frozen=True)
class _Answer:
    """A body, or None where the server says that it is as it was."""

    body: bytes | None
    etag: str | None = None
    last_modified: str | None = None


def fetch(
    url: str,
    folder: Path,
    today: date,
    *,
    pause: Callable[[float], None] = time.sleep,
    watch: Watch = lambda _done, _total: None,
) -> Fetched:
    """Download a dataset unless the stored file is still what the server has.

    Args:
        url: address of the CSV file, http or https.
        folder: `sources/datasets`.
        today: names the file if the server does not date it.
        pause: waits that many seconds between tries.
        watch: called with bytes so far and in all, if known.

    Raises:
        UsageError: if the address is none that can be fetched.
        FetchError: if the server cannot be reached, or sends something else.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise UsageError(
            f"{url!r} is no http or https address; give a local file with --file"
        )
    known = _remembered(folder).get(url, {})
    stored = folder / known["file"] if known else None
    if stored is None or not stored.is_file():
        known, stored = {}, None
    answer = _patiently(Request(url, headers=_headers(known)), pause, watch)  # noqa: S310
    if answer.body is None:
        if stored is None:
            raise FetchError(f"{url} says that nothing changed, but nothing is stored")
        return _fetched(stored, is_new=False)
    stem = PurePosixPath(parts.path).stem or "dataset"
    day = min(_day(answer.last_modified) or today, today)
    name = _tidy(f"{stem}_{day.isoformat()}.csv")
    done = _keep(answer.body, folder, name, url)
    _remember(
        folder,
        url,
        {
            "etag": answer.etag,
            "last_modified": answer.last_modified,
            "file": done.path.name,
        },
    )
    return done


def take(path: Path, folder: Path, vintage: date | None) -> Fetched:
    """Store a local file as a dataset.

    Args:
        path: the file.
        folder: `sources/datasets`.
        vintage: the day from which its content was public; None if its name says it.

    Raises:
        UsageError: if there is no such file, or nobody says its vintage.
        FetchError: if it is no dataset.
    """
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    name = path.name
    if vintage is not None:
        named = vintage_of(name)
        stem = named[0] if named else _COPY.sub("", path.stem)
        name = f"{stem}_{vintage.isoformat()}{path.suffix or '.csv'}"
    if vintage_of(name) is None:
        raise UsageError(
            f"{name}: the name carries no vintage; give --vintage with the day from "
            "which the file was public"
        )
    return _keep(path.read_bytes(), folder, _tidy(name), str(path), vintage)


def _tidy(name: str) -> str:
    """A file's name without blanks and capitals, or a browser's `(1)`."""
    named = vintage_of(name)
    stem, edition = (named[0], named[1]) if named else (PurePosixPath(name).stem, "")
    plain = re.sub(r"[^a-z0-9_]+", "-", _COPY.sub("", stem).lower()).strip("-_")
    ending = PurePosixPath(name).suffix.lower()
    return f"{plain or 'dataset'}_{edition}{ending}" if edition else name


def _patiently(
    request: Request, pause: Callable[[float], None], watch: Watch
) -> _Answer:
    """The answer, after as many tries as make sense."""
    url = request.full_url
    for tried in range(1, TRIES + 1):
        try:
            return _ask(request, watch)
        except HTTPError as error:
            error.close()
            if error.code == 304:
                return _Answer(None)
            why = escaped(f"answered {error.code} {error.reason}")
            if error.code not in _WORTH_ANOTHER_TRY:
                raise FetchError(f"{url} {why}; check the address") from error
            last: Exception = error
        except (OSError, HTTPException) as error:
            why = f"could not be read ({getattr(error, 'reason', error)})"
            last = error
        if tried < TRIES:
            pause(FIRST_PAUSE * 2 ** (tried - 1))
    raise FetchError(
        f"{url} {why}, {TRIES} times; try again later, or download the file and use "
        "--file"
    ) from last


def _ask(request: Request, watch: Watch) -> _Answer:
    with urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
        return _Answer(
            _body(response, watch),
            response.headers.get("ETag"),
            response.headers.get("Last-Modified"),
        )


def _body(response: HTTPResponse, watch: Watch) -> bytes:
    stated = response.headers.get("Content-Length")
    total = int(stated) if stated and stated.isdigit() else None
    body = bytearray()
    while chunk := response.read(_CHUNK):
        body += chunk
        watch(len(body), total)
        if len(body) > _MAX_BYTES:
            raise FetchError(f"the answer is larger than {_MAX_BYTES:,} bytes")
    if total is not None and len(body) != total:
        raise HTTPException(f"cut off after {len(body):,} of {total:,} bytes")
    return bytes(body)


def _headers(known: dict[str, Any]) -> dict[str, str]:
    headers = {"User-Agent": "headroom", "Accept": "text/csv, */*;q=0.5"}
    if known.get("etag"):
        headers["If-None-Match"] = known["etag"]
    if known.get("last_modified"):
        headers["If-Modified-Since"] = known["last_modified"]
    return headers


def _day(last_modified: str | None) -> date | None:
    try:
        return parsedate_to_datetime(last_modified or "").astimezone(UTC).date()
    except ValueError:
        return None


def _keep(
    body: bytes, folder: Path, name: str, origin: str, vintage: date | None = None
) -> Fetched:
    """Store a body that is a dataset, unless the same content is stored already."""
    dataset, faults = read_dataset(name, body, _ANY, date.max, CONNECTORS)
    if dataset is None:
        why = escaped(f"{faults[0].problem}. {faults[0].remedy}")
        raise FetchError(f"{escaped(origin)} is not stored: {why}")
    if (note := folder.parent / "notes" / f"{dataset.source_id}.md").exists():
        raise FetchError(
            f"{origin} is not stored: its id would be that of {note.name}; rename the "
            "note or the file"
        )
    for other in sorted(folder.glob("*.*")):
        if other.name[0] == "." or other.read_bytes() != body:
            continue
        if vintage is None or vintage_of(other.name) == vintage_of(name):
            return _counted(other, dataset, is_new=False)
        move(other, folder / name)  # the same content with its vintage put right
        return _counted(folder / name, dataset, is_new=True)
    with replacing(folder / name) as temporary:
        temporary.write_bytes(body)
    return _counted(folder / name, dataset, is_new=True)


def _fetched(path: Path, *, is_new: bool) -> Fetched:
    dataset, faults = read_dataset(
        path.name, path.read_bytes(), _ANY, date.max, CONNECTORS
    )
    if dataset is None:
        raise FetchError(f"{faults[0]}; delete the file and fetch it again")
    return _counted(path, dataset, is_new=is_new)


def _counted(path: Path, dataset: Dataset, *, is_new: bool) -> Fetched:
    stated = sum(row.value is not None for row in dataset.rows)
    return Fetched(path, is_new, len(dataset.rows), stated)


def _remembered(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads((folder / SIDECAR).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # a lost sidecar costs one download
    return found if isinstance(found, dict) else {}


def _remember(folder: Path, url: str, entry: dict[str, Any]) -> None:
    told = json.dumps(_remembered(folder) | {url: entry}, indent=2, sort_keys=True)
    with replacing(folder / SIDECAR) as temporary:
        temporary.write_text(told + "\n", encoding="utf-8")
