"""What lies in `sources/` now, without reading again what did not change.

What belongs here: the digest of every input file, remembered by what stat says of it,
and how long ago anything was touched. What does not: what decides a run (assets/), and
reading for a run, which always reads the bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.lake.files import replacing
from pipeline.lake.inputs import input_files, read_input
from pipeline.settings import Settings

MEMORY = ".digests.json"


@dataclass(frozen=True)
class Look:
    """One look at the sources.

    Attributes:
        digests: sha256 of every input file by its path below `sources/`.
        touched: when the newest change of a file or folder was made, in seconds of the
            kernel's clock; copying with old times or setting them does not hide it.
        read: how many files had to be read.
    """

    digests: Mapping[str, str]
    touched: float
    read: int


def look(settings: Settings) -> Look:
    """Digest every input, reading only what stat says changed since the last look."""
    memory = settings.warehouse / MEMORY
    known = _remembered(settings)
    seen: dict[str, list[int | str]] = {}
    folder, read = settings.sources, 0
    paths = input_files(folder)
    touched = 0
    for name, path in paths.items():
        try:
            stat = path.stat()
        except OSError:  # a link to nowhere; it has a place and a time of its own
            stat = path.lstat()
        touched = max(touched, stat.st_ctime_ns)
        facts = [stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino]
        before = known.get(name)
        if before is not None and before[:-1] == facts:
            seen[name] = before
        else:
            seen[name] = [*facts, hashlib.sha256(read_input(folder, path)).hexdigest()]
            read += 1
    for each in {
        folder,
        *(path.parent for path in paths.values()),
    }:  # a removal shows here
        touched = max(touched, each.stat().st_ctime_ns)
    if seen != known:
        with replacing(memory) as temporary:
            temporary.write_text(json.dumps(seen), encoding="utf-8")
    digests = {name: str(facts[-1]) for name, facts in seen.items()}
    return Look(digests, touched / 1e9, read)


def _remembered(settings: Settings) -> dict[str, list[int | str]]:
    try:
        found = json.loads((settings.warehouse / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # a lost memory costs one reading
    return found if isinstance(found, dict) else {}
