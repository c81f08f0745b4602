"""Broken notes: one clear line each, with file, line and field; the others flow."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.notes.constants import ASKED_FOR, read_assumptions
from pipeline.notes.record import read_record
from tests import mini

TODAY = date(2026, 11, 24)
BROKEN = "notes/broken.md"


def _claim(**fields: str) -> str:
    given = {
        "id": "one",
        "model": "o3",
        "stage": "reasoning",
        "evidence": "flop",
        "value": "1e24",
        "locator": "text",
        "summary": "words",
    } | fields
    lines = [f"{name}: {value}" for name, value in given.items() if value]
    return "  - " + "\n    ".join(lines) + "\n"


def _note(*claims: str, on: str = "2026-01-01") -> bytes:
    return mini.note("broken", "".join(claims), on=on).encode()


CASES = {
    "bad YAML": (b"---\nsource: [a\n---\n", 3, "not valid YAML"),
    "unknown model": (_note(_claim(model="o33")), 12, "not in models.yaml"),
    "negative FLOP": (_note(_claim(value="-1e24")), 15, "positive"),
    "low above high": (_note(_claim(value="", low="3e24", high="1e24")), 11, "low is"),
    "unknown unit": (_note(_claim(value="3 apples")), 15, "unit 'apples'"),
    "future date": (_note(_claim(), on="2031-01-01"), 7, "future"),
    "duplicate claim id": (_note(_claim(), _claim()), 18, "stands twice"),
    "missing reference": (
        _note(_claim(evidence="ratio", value="10x")),
        11,
        "field is missing",
    ),
    "self-reference": (
        _note(_claim(evidence="ratio", value="10x", reference="o3")),
        18,
        "with itself",
    ),
    "claim names itself": (_note(_claim(repeats="one")), 18, "names itself"),
    "not UTF-8": (b"---\nsource:\n  id: \xff\n", 3, "not UTF-8"),
    "empty file": (b"", 0, "empty"),
    "10 MB file": (b"x" * 10_000_000, 0, "10.0 MB"),
    "no front matter": (b"hello", 1, "does not start"),
    "unclosed front matter": (b"---\nsource: 1\n", 1, "never closed"),
    "unknown field": (_note(_claim(precison="bf16")), 18, "no such field"),
    "unknown kind": (_note(_claim(evidence="flip")), 14, "no such kind"),
    "key twice": (_note(_claim() + "    id: two\n"), 18, "stands twice"),
    "echo of nothing": (_note(_claim(repeats="nowhere/none")), 18, "no such claim"),
    "derived from nothing": (
        _note(_claim(derived_from="[nowhere/none]")),
        18,
        "no such claim",
    ),
    "echo of another stage": (
        _note(_claim(), _claim(id="two", stage="total", repeats="one")),
        25,
        "another quantity (stage total against reasoning)",
    ),
    "echo of another model": (
        _note(_claim(), _claim(id="two", model="o1", repeats="one")),
        25,
        "another quantity (o1 against o3)",
    ),
    "what a missing range covers": (
        _note(_claim(range_covers="split")),
        11,
        "goes with `low`",
    ),
    "rollouts counted twice": (
        _note(
            _claim(
                evidence="rollouts",
                value="",
                parameters="1e9",
                tokens="1e12",
                rollouts="1e8",
            )
        ),
        11,
        "give `steps`",
    ),
    "inputs that are opposite bounds": (
        _note(
            _claim(
                evidence="rollouts",
                value="",
                parameters="at most 1e9",
                tokens="at least 1e12",
            )
        ),
        11,
        "no bound",
    ),
    "more than the whole": (
        _note(_claim(evidence="share_of_run", value="110%", of="total", basis="cost")),
        11,
        "at most 100%",
    ),
    "file name differs": (mini.note("other", _claim()).encode(), 3, "file name"),
    "share of a class without reference": (
        _note(
            _claim(
                model="",
                applies_to="[o1, o3]",
                evidence="share_of_pretraining",
                value="10%",
                basis="flop",
            )
        ),
        11,
        "reference model is missing",
    ),
    "precision without a peak": (
        _note(
            _claim(
                evidence="chip_hours", value="1000", hardware="a100", precision="fp8"
            )
        ),
        19,
        "states no fp8 peak",
    ),
    "value outside range": (
        _note(_claim(value="9e24", low="1e24", high="2e24")),
        11,
        "above high",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_clear_line_and_the_others_flow(name: str) -> None:
    data, line, problem = CASES[name]
    record = read_record(mini.files() | {BROKEN: data}, TODAY)
    faults = [f for f in record.faults if f.path == BROKEN]
    assert len(faults) == 1, [str(f) for f in faults]
    assert len(record.faults) == 1
    assert problem in faults[0].problem
    assert faults[0].line == line
    assert faults[0].remedy
    assert "\n" not in str(faults[0])
    whole = read_record(mini.files(), TODAY)
    assert whole.faults == ()
    for table in ("raw.claims", "raw.sources", "raw.scores"):
        assert record.tables[table].equals(whole.tables[table])
    assert record.tables["raw.rejected"]["path"].tolist() == [BROKEN]


def test_a_typo_gets_the_nearest_known_name() -> None:
    data = _note(_claim(model="deepseek-r2"))
    (fault,) = read_record(mini.files() | {BROKEN: data}, TODAY).faults
    assert "Did you mean 'deepseek-r1'?" in str(fault)
    data = _note(_claim(precison="bf16", evidence="chip_hours", hardware="h800"))
    faults = read_record(mini.files() | {BROKEN: data}, TODAY).faults
    assert any("Did you mean 'precision'?" in str(f) for f in faults)


def test_a_fallen_note_takes_no_echo_of_its_claims_with_it() -> None:
    files = mini.files() | {"notes/r1-estimate.md": b"---\nsource: [\n---\n"}
    record = read_record(files, TODAY)
    assert {f.path for f in record.faults} == {"notes/r1-estimate.md"}
    kept = record.tables["raw.claims"].set_index("claim_id")["repeats"]
    echo = "epoch-how-far-can-reasoning-models-scale/again"
    assert kept[echo] == "r1-estimate/rl"


def test_a_month_of_embargo_is_allowed_and_no_more() -> None:
    near = _note(_claim(), on="2026-12-20")
    assert read_record(mini.files() | {BROKEN: near}, TODAY).faults == ()
    far = _note(_claim(), on="2027-01-20")
    assert len(read_record(mini.files() | {BROKEN: far}, TODAY).faults) == 1


def test_aliases_resolve_and_circled_digits_are_no_numbers() -> None:
    data = _note(_claim(model='"O3  (HIGH)"'))
    claims = read_record(mini.files() | {BROKEN: data}, TODAY).tables["raw.claims"]
    assert claims.set_index("claim_id").loc["broken/one", "model_id"] == "o3"
    noisy = _note(_claim(value="6e23⑩"))
    assert len(read_record(mini.files() | {BROKEN: noisy}, TODAY).faults) == 1


def test_the_template_passes_once_filled() -> None:
    from pipeline.notes.template import template

    text = template("broken", TODAY)
    filled = text.replace("OTHER_MODEL", "o1").replace("MODEL", "o3")
    record = read_record(mini.files() | {BROKEN: filled.encode()}, TODAY)
    assert record.faults == ()
    assert (record.tables["raw.claims"]["source_id"] == "broken").sum() == 3


def test_a_stale_correction_is_a_fault() -> None:
    entry = (
        "- {claim: r1-estimate/rl, problem: wrong, correct: null, action: hold_out, "
        "expect: %s, source: here}\n"
    )
    good = mini.files() | {"corrections.yaml": (entry % "6.1e+23").encode()}
    assert read_record(good, TODAY).faults == ()
    stale = mini.files() | {"corrections.yaml": (entry % "5e+23").encode()}
    (fault,) = read_record(stale, TODAY).faults
    assert "stale" in fault.problem


def test_corrections_of_claims_that_are_gone_are_told_each_with_its_line() -> None:
    entry = (
        "- {claim: %s, problem: wrong, correct: null, action: hold_out, "
        "expect: 6.1e+23, source: here}\n"
    )
    named = ("gone/one", "r1-estimate/rl", "gone/two")
    data = "".join(entry % name for name in named).encode()
    record = read_record(mini.files() | {"corrections.yaml": data}, TODAY)
    assert [(f.line, f.found) for f in record.faults] == [
        (1, "gone/one"),
        (3, "gone/two"),
    ]
    assert record.tables["raw.rejected"]["line"].tolist() == [1, 3]
    assert record.tables["raw.corrections"]["claim_id"].tolist() == ["r1-estimate/rl"]


def test_what_a_claim_counts_covers_and_rests_on() -> None:
    data = _note(
        _claim(low="1e23", high="1e25", range_covers="split", basis="gpu_hours"),
        _claim(id="run", stage="total", value="9e25", derived_from="[one]"),
        _claim(id="part", stage="post_training", evidence="share_of_run",
               value="85%", of="total", basis="flop", basis_reason="a bill in FLOP"),
        _claim(id="counted", evidence="rollouts", value="", parameters="23e9",
               rollouts="at least 1e8", mean_tokens="{low: 1e4, high: 6e4}"),
        _claim(id="rate", evidence="throughput", value="", parameters="49e9",
               tokens_per_day="33e9", trained_per_day="16e9", chips="3000",
               hardware="h800", precision="bf16"),
    )  # fmt: skip
    record = read_record(mini.files() | {BROKEN: data}, TODAY)
    assert record.faults == ()
    claims = record.tables["raw.claims"].set_index("claim_id")
    columns = ["range_covers", "basis", "derived_from", "reference_stage", "bound"]
    told = claims.loc[claims["source_id"] == "broken", columns]
    told = told.astype(object).where(told.notna(), None)
    assert {i: tuple(row) for i, row in told.T.to_dict("list").items()} == {
        "broken/one": ("split", "accelerator_time", None, None, None),
        "broken/run": ("all", None, "broken/one", None, None),
        "broken/part": ("all", "operations", None, "total", None),
        "broken/counted": ("all", "operations", None, None, "lower"),
        "broken/rate": ("all", None, None, None, None),
    }


def test_a_constant_that_is_missing_is_named() -> None:
    name = "assumptions.yaml"
    whole = (mini.SHIPPED / name).read_bytes()
    kept, faults = read_assumptions(name, whole)
    assert not faults
    optional = {each.id for each in kept if each.id.startswith("trend.left_out.")}
    assert {each.id for each in kept} - optional == set(ASKED_FOR)
    lines = [s for s in whole.splitlines() if b"id: fusion.draws" not in s]
    _, (fault,) = read_assumptions(name, b"\n".join(lines))
    assert "fusion.draws" in fault.problem
