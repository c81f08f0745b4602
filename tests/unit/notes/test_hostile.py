"""One bad file stops no other, whatever is bad about it."""

from __future__ import annotations

import os
import random
import socket
from datetime import date
from pathlib import Path

import pytest

from pipeline.lake.inputs import read_inputs
from pipeline.notes.constants import Dates
from pipeline.notes.parse import read_notes
from pipeline.notes.record import read_record
from tests import mini
from tests.garbled import CASES, garble

TODAY = date(2026, 11, 24)
DATES = Dates.of((), TODAY)
CYCLE = "---\nsource: &a [*a]\nclaims: []\n---\n"
DEEP = "---\nsource: " + "[" * 500 + "\nclaims: []\n---\n"
CONTROL = mini.note("x", mini.LONE).replace("A disclosure", '"bad\\x07title"')
TURNED = mini.note("x", mini.LONE).replace("A disclosure", '"bad\\u202Etitle"')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (CYCLE, "alias"),
        (DEEP, "nested too deeply"),
        ("---\n? [a, b]\n: 1\n---\n", "key is a list"),
        (CONTROL, "control character \\x07"),
        (TURNED, "control character \\u202e"),
        (mini.note("x", mini.LONE.replace("3e26", "3,3e26")), "groups thousands"),
        (mini.note("x", mini.LONE, on="1735689600"), "not a date"),
        (mini.note("x", mini.LONE, on="0001-01-01"), "a slip"),
        (mini.note("x", mini.LONE, on="2020-06-01"), "before o5 was released"),
    ],
)
def test_a_note_is_refused_with_its_reason(text: str, problem: str) -> None:
    record = read_record(mini.files() | {"notes/x.md": text.encode()}, TODAY)
    assert {f.path for f in record.faults} == {"notes/x.md"}
    assert any(problem in f.problem for f in record.faults), record.faults


def test_all_faults_of_a_note_come_in_one_round() -> None:
    wrong = mini.LONE.replace("o5", "o55") + mini.O5.replace(
        "value: 10x", "value: ten\n    supersedes: [no/where]"
    ).replace("id: ratio", "id: other")
    echo = mini.LONE.replace("id: compute", "id: echo") + "    repeats: no/where\n"
    text = mini.note("x", wrong + echo, on="2031-01-01")
    record = read_record(mini.files() | {"notes/x.md": text.encode()}, TODAY)
    fields = {f.field for f in record.faults}
    assert {"model", "value", "repeats", "published_on"} <= fields


def test_names_are_the_same_in_any_typesetting() -> None:
    for spelled in ("O3\u2011mini", "o3\u2013MINI", " o3\u00a0mini"):
        text = mini.note("x", mini.LONE.replace("o5", f'"{spelled}"'))
        models = (mini.files()["models.yaml"].decode() + _entry()).encode()
        files = mini.files() | {"models.yaml": models, "notes/x.md": text.encode()}
        assert read_record(files, TODAY).faults == ()


def _entry() -> str:
    return (
        "\n- id: o3-mini-e\n  name: o3-mini\n  developer: OpenAI\n"
        "  released_on: 2026-06-01\n  aliases: [o3 mini]\n"
    )


def test_what_is_no_file_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    sources = mini.project(tmp_path).sources
    whole = read_record(read_inputs(sources), TODAY)
    notes = sources / "notes"
    os.mkfifo(notes / "pipe.md")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(notes / "socket.md"))
    (notes / "dangling.md").symlink_to("nowhere")
    (notes / "loop.md").symlink_to("loop.md")
    (notes / "outside.md").symlink_to("/etc/passwd")
    (notes / "folder.md").mkdir()
    (notes / "huge.md").touch()
    os.truncate(notes / "huge.md", 1_000_000_000)
    (notes / ".#editing.md").symlink_to("user@host.1234")
    (notes / "text.txt").write_text("no note")
    Path(os.fsdecode(os.fsencode(notes) + b"/\xff.md")).write_text("no note")
    record = read_record(read_inputs(sources), TODAY)
    server.close()
    assert {f.path.removeprefix("notes/"): f.problem for f in record.faults} == {
        "pipe.md": "it is a pipe, not a file",
        "socket.md": "it is a socket, not a file",
        "dangling.md": "it cannot be opened (no such file or directory)",
        "loop.md": "it cannot be opened (too many levels of symbolic links)",
        "outside.md": "it is a link that leads out of sources/",
        "folder.md": "it is a folder, not a file",
        "huge.md": "it has 1,000.0 MB, more than the 20 MB allowed",
        "text.txt": "the name does not end in .md",
        "\\xff.md": "the note does not start with `---`",
    }
    assert record.tables["raw.claims"].equals(whole.tables["raw.claims"])


def test_a_note_may_lie_in_a_subfolder_but_an_id_only_once(tmp_path: Path) -> None:
    sources = mini.project(tmp_path).sources
    first = next((sources / "notes").glob("*.md"))
    (sources / "notes" / "later").mkdir()
    first.rename(sources / "notes" / "later" / first.name)
    assert read_record(read_inputs(sources), TODAY).faults == ()
    first.write_bytes((sources / "notes" / "later" / first.name).read_bytes())
    (fault,) = read_record(read_inputs(sources), TODAY).faults
    assert "has the same id" in fault.problem


HARDWARE = mini.files()["hardware.csv"].decode()
H100 = next(line for line in HARDWARE.splitlines() if line.startswith("h100-sxm,"))


@pytest.mark.parametrize(
    ("text", "field", "problem"),
    [
        (HARDWARE.replace("9.89e14", "-9.89e14"), "bf16_flop_per_s", "greater"),
        (HARDWARE.replace("9.89e14", "989 TFLOP/s"), "bf16_flop_per_s", "number"),
        (HARDWARE.replace("9.89e14", '"9,89e14"'), "bf16_flop_per_s", "number"),
        (HARDWARE.replace("9.89e14", "nan"), "bf16_flop_per_s", "finite"),
        (HARDWARE.replace(H100, H100[:60]), "", "cells"),
        (HARDWARE + H100 + "\n", "hardware_id", "twice"),
        (HARDWARE.replace(",", ";"), "", "parted by"),
        (HARDWARE.replace("vendor", "maker"), "vendor", "missing"),
        (HARDWARE.replace("vendor", "name"), "", "stands twice"),
        (HARDWARE + '"open', "", "quote"),
    ],
)
def test_hardware_is_refused_by_line_and_field(
    text: str, field: str, problem: str
) -> None:
    record = read_record(mini.files() | {"hardware.csv": text.encode()}, TODAY)
    faults = [f for f in record.faults if f.path == "hardware.csv"]
    assert faults[0].field == field
    assert problem in faults[0].problem
    assert faults[0].line


def test_hardware_as_windows_saves_it_is_read() -> None:
    text = "\ufeff" + HARDWARE.replace("\n", "\r\n")
    assert (
        read_record(mini.files() | {"hardware.csv": text.encode()}, TODAY).faults == ()
    )


@pytest.mark.parametrize("name", ["models", "assumptions", "scenarios", "corrections"])
def test_a_wrapped_registry_is_a_fault(name: str) -> None:
    files = mini.files() | {f"{name}.yaml": f"{name}:\n  - id: a\n".encode()}
    faults = read_record(files, TODAY).faults
    assert any("no list" in f.problem or "not a list" in f.problem for f in faults)


def test_a_garbled_note_never_takes_another_with_it() -> None:
    random_ = random.Random(20261124)
    registry = read_record(mini.files(), TODAY).registry
    good = mini.note("good", mini.LONE).encode()
    note = mini.note("x", mini.LONE + mini.O5.replace("o5", "o3")).encode()
    for _ in range(CASES):
        data = garble(random_, note)
        checked = read_notes(
            {"notes/good.md": good, "notes/x.md": data}, registry, DATES
        )
        assert {f.path for f in checked.faults} <= {"notes/x.md"}, data
        assert "good" in {n.source.id for n in checked.notes}, data
