"""A withdrawn note stays, counts no longer, and takes no echo with it."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.notes.constants import Dates
from pipeline.notes.parse import read_notes
from pipeline.notes.record import read_record
from pipeline.notes.withdraw import withdrawn
from tests import mini

TODAY = date(2026, 11, 24)
DATES = Dates.of((), TODAY)
REGISTRY = read_record(mini.files(), TODAY).registry
ECHO = mini.LONE + "    repeats: first/compute\n"


def test_every_claim_is_marked_and_nothing_else_changes() -> None:
    text = mini.note("first", mini.LONE + mini.O5 + "    status: doubtful\n")
    echo = mini.note("second", ECHO).encode()
    files = {"notes/first.md": text.encode(), "notes/second.md": echo}
    note = read_notes(files, REGISTRY, DATES).notes[0]
    after = withdrawn(text, note)
    checked = read_notes(files | {"notes/first.md": after.encode()}, REGISTRY, DATES)
    assert checked.faults == ()
    assert [c.status for c in checked.notes[0].claims] == ["withdrawn"] * 2
    kept = [line for line in after.splitlines() if "status:" not in line]
    assert kept == [line for line in text.splitlines() if "status:" not in line]


def test_a_claim_on_one_line_is_left_to_its_writer() -> None:
    line = (
        "  - {id: a, model: o5, stage: total, evidence: flop, value: 1e25, "
        "locator: x, summary: y}\n"
    )
    text = mini.note("first", line)
    note = read_notes({"notes/first.md": text.encode()}, REGISTRY, DATES).notes[0]
    with pytest.raises(ValueError, match="by hand"):
        withdrawn(text, note)
