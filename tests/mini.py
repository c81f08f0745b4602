"""A small record for tests that refresh: nine notes, the real constants.

What belongs here: building its folder. What does not: assertions.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]  # this checkout
HERE = Path(__file__).parent / "data" / "mini"
SHIPPED = PROJECT / "sources"
CONSTANTS = ("hardware.csv", "assumptions.yaml", "scenarios.yaml")


def project(folder: Path) -> Settings:
    """Settings of a project of its own with the small record in `sources/`."""
    sources = folder / "sources"
    shutil.copytree(HERE, sources)
    for name in CONSTANTS:
        shutil.copy(SHIPPED / name, sources / name)
    return Settings(sources, folder / "warehouse", folder / "home")


def files() -> dict[str, bytes]:
    """The same record as bytes."""
    found = {
        path.relative_to(HERE).as_posix(): path.read_bytes()
        for path in sorted(HERE.rglob("*"))
        if path.is_file()
    }
    return found | {name: (SHIPPED / name).read_bytes() for name in CONSTANTS}


def note(source_id: str, claims: str, *, on: str = "2026-06-01") -> str:
    """The text of a note; `claims` is YAML, each line indented by two."""
    return (
        f"---\nsource:\n  id: {source_id}\n  title: A disclosure\n  publisher: Lab\n"
        f"  url: https://example.org/{source_id}\n  published_on: {on}\n"
        f"  retrieved_on: 2026-11-24\n  kind: primary\nclaims:\n{claims}---\n"
    )


O5 = """\
  - id: ratio
    model: o5
    stage: reasoning
    evidence: ratio
    value: 10x
    reference: o3
    locator: text
    summary: Ten times its predecessor.
"""

LONE = """\
  - id: compute
    model: o5
    stage: pretraining
    evidence: flop
    value: 3e26
    locator: text
    summary: Three times 1e26 FLOP.
"""

SCORE = """\
  - id: aime
    model: o3
    evidence: score
    benchmark: AIME 2024
    protocol: pass@1
    value: 91.6%
    locator: text
    summary: 91.6% on AIME 2024.
"""
