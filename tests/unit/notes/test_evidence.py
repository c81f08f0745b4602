"""The registry of kinds of evidence is complete and is what the README prints."""

from __future__ import annotations

from pipeline.notes.evidence import KINDS, table
from pipeline.vocabulary import EVIDENCE
from tests.mini import PROJECT


def test_every_kind_has_a_class_and_words() -> None:
    assert tuple(KINDS) == EVIDENCE
    assert all(kind.words for kind in KINDS.values())


def test_the_readme_prints_the_registry() -> None:
    assert table() in (PROJECT / "sources" / "README.md").read_text(encoding="utf-8")
