"""What decides the tables, as one number, and the release id made of it.

What belongs here: hashing sources, method and library versions. It is asked on every
no-op refresh, so it imports nothing heavy. What does not: reading the sources.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from importlib.metadata import version
from pathlib import Path

# Packages and modules that decide the tables.
METHOD = (
    "vocabulary.py",
    "words",
    "contracts",
    "notes",
    "datasets",
    "estimation",
    "projection",
    "evidence",
    "scoreboard",
)
_PACKAGE = Path(__file__).resolve().parents[1]
_LIBRARIES = ("numpy", "scipy", "pandas", "duckdb")


def fingerprint(sources: Mapping[str, bytes]) -> str:
    """Sha256 over the sources' bytes, the method's modules and library versions.

    Args:
        sources: content of every file below sources/, by its relative path.
    """
    return of_digests({path: _digest(content) for path, content in sources.items()})


def of_digests(digests: Mapping[str, str]) -> str:
    """The same, from the sha256 of every file."""
    read = [("source", path, digest) for path, digest in digests.items()]
    return _combined([*read, ("method", "", method())])


def method() -> str:
    """Sha256 over the method alone: its modules and library versions."""
    return code(*METHOD)


def code(*places: str) -> str:
    """Sha256 over packages or modules below `pipeline/`, and the library versions.

    Args:
        places: paths such as 'estimation' or 'assets/core.py'; nothing is imported.
    """
    read = [("module", path, _digest(content)) for path, content in _modules(places)]
    return _combined([*read, *(("library", n, version(n)) for n in _LIBRARIES)])


def release_id(newest_disclosure: date, fingerprint: str) -> str:
    """The name of a content: date of the newest disclosure and eight digits."""
    return f"{newest_disclosure:%Y-%m-%d}-{fingerprint[:8]}"


def _modules(places: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    for place in places:
        found = _PACKAGE / place
        for path in sorted(found.rglob("*.py")) if found.is_dir() else [found]:
            yield path.relative_to(_PACKAGE).as_posix(), path.read_bytes()


def _combined(parts: Iterable[tuple[str, str, str]]) -> str:
    seen = hashlib.sha256()
    for part in sorted(parts):
        seen.update("\0".join(part).encode() + b"\n")
    return seen.hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
