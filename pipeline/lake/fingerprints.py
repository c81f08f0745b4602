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

import pipeline

_METHOD = ("contracts", "notes", "estimation", "projection")
_LIBRARIES = ("numpy", "scipy", "pandas", "duckdb")


def fingerprint(sources: Mapping[str, bytes]) -> str:
    """Sha256 over the sources' bytes, the method's modules and library versions.

    Args:
        sources: content of every file below sources/, by its relative path.
    """
    read = [("source", path, _digest(content)) for path, content in sources.items()]
    return _combined([*read, ("method", "", method())])


def method() -> str:
    """Sha256 over the method alone: its modules and library versions."""
    code = [("module", path, _digest(content)) for path, content in _modules()]
    return _combined([*code, *(("library", n, version(n)) for n in _LIBRARIES)])


def release_id(newest_disclosure: date, fingerprint: str) -> str:
    """The name of a content: date of the newest disclosure and eight digits."""
    return f"{newest_disclosure:%Y-%m-%d}-{fingerprint[:8]}"


def _modules() -> Iterable[tuple[str, bytes]]:
    root = Path(pipeline.__file__).parent
    for package in _METHOD:
        for path in sorted((root / package).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path.read_bytes()


def _combined(parts: Iterable[tuple[str, str, str]]) -> str:
    seen = hashlib.sha256()
    for part in sorted(parts):
        seen.update("\0".join(part).encode() + b"\n")
    return seen.hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
