"""The labelled articles, the shared one, and the draft note."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from draft_scores import registry, score

from pipeline.notes.draft.candidates import extract
from pipeline.notes.draft.clean import main_text
from pipeline.notes.draft.draft import Head, accepted, conflict, draft_note
from pipeline.notes.frontmatter import split
from pipeline.notes.parse import read_note

REGISTRY = registry()
DAY = date(2025, 5, 14)
HEAD = Head("acme", "Title", "https://example.org/a", DAY, DAY, "en")
SHARED = Path(__file__).parents[5] / "shared/articles/qbitai-2025-05-14.txt"


def test_scores():
    result = score()
    told = f"{result}\n" + "\n".join(result.misses)
    assert result.precision >= 0.9, told
    assert result.recall >= 0.85, told
    assert result.subject >= 0.75, told


# value, unit, model, kind, reference, bound
WANTED = [
    (10, "x", "o3", "ratio", "o1", None),
    (6e23, "FLOP", "deepseek-r1", "flop", None, None),
    (2e13, "tokens", "deepseek-r1", "tokens_x_params", None, None),
    (20, "%", "deepseek-r1", "share_of_pretraining", "deepseek-v3", None),
    (140_000, "hours", "llama-nemotron-ultra-253b", "chip_hours", None, None),
    (1e23, "FLOP", "llama-nemotron-ultra-253b", "flop", None, None),
    (1, "%", "llama-nemotron-ultra-253b", "share_of_pretraining", "llama-3-1-405b",
     "upper"),
    (1e20, "FLOP", "phi-4-reasoning", "bound", None, "upper"),
    (0.01, "%", "phi-4-reasoning", "share_of_pretraining", "phi-4", None),
    (1e6, "USD", None, "cost", None, None),
    (1e26, "FLOP", None, "bound", None, "lower"),
    (4, "x", None, "growth_rate", None, None),
    (10, "x", None, "growth_rate", None, None),
    (4, "OOM", "o1", "ratio", "o3", None),
    (25, "%", "o1", "score", None, None),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_file(), reason="the shared article is not here")
def test_shared_article():
    found = extract(main_text(SHARED.read_bytes()), REGISTRY)
    got = [
        (c.value, c.unit, c.model, c.evidence, c.reference, c.bound)
        for c in found.candidates
    ]
    assert sorted(map(str, got)) == sorted(
        map(str, [(float(w[0]), *w[1:]) for w in WANTED])
    )
    by_kind = {(c.evidence, c.value): c for c in found.candidates}
    assert by_kind["bound", 1e26].flags[0] == "subject doubtful"
    assert (by_kind["cost", 1e6].low, by_kind["cost", 1e6].high) == (1e5, 1e6)
    assert by_kind["growth_rate", 10].per == (3, 5)
    assert by_kind["growth_rate", 4].per == "year"
    assert "advert" in {x.reason for x in found.left_out}


def test_draft_is_read_and_accepted():
    text = "Reasoning training of DeepSeek-R1 took about 6e23 FLOP on 2025-01-20."
    found = extract(text, REGISTRY)
    note = draft_note(HEAD, found)
    claims = yaml.safe_load(split("acme.md", note))["claims"]
    assert [c["status"] for c in claims] == ["draft"]
    assert "(date)" in note
    with pytest.raises(ValueError, match="publisher"):
        accepted("acme.md", note, [1])
    done = accepted("acme.md", note.replace("TO DO", "Acme", 1), [1])
    read, faults = read_note("notes/acme.md", done.encode(), REGISTRY, date(2026, 1, 1))
    assert not faults
    assert read is not None
    assert read.claims[0].status == "accepted"
    with pytest.raises(ValueError, match="numbered"):
        accepted("acme.md", note, [2])


def test_conflict_and_its_size():
    text = "Reasoning training of DeepSeek-R1 took about 6e25 FLOP."
    (claim,) = extract(text, REGISTRY).candidates
    record = {("deepseek-r1", "reasoning"): (1e23, 6e23)}
    assert "by 2.0 orders of magnitude" in str(conflict(claim, record))
    assert conflict(claim, {}) is None
    assert conflict(claim, {("deepseek-r1", "reasoning"): (1e25, 1e26)}) is None
