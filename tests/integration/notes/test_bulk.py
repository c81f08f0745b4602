"""Bulk datasets as claims: two small files of made-up rows beside the small record."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest

from pipeline.contracts import conform, contract
from pipeline.datasets.base import vintage_of
from pipeline.datasets.names import near, slug
from pipeline.notes.record import Record, read_record
from tests import loaded, mini

HERE = Path(__file__).parents[2] / "data" / "bulk"
TODAY = date(2026, 11, 24)
OLD, NEW = "all_ai_models_2025-04.csv", "notable_ai_models_2026-07-19.csv"
BEFORE, AFTER = "epoch-all-2025-04", "epoch-notable-2026-07-19"
HEADER = "Model,Publication date,Training compute (FLOP)\n"

HAND = """\
  - id: r1-total
    model: deepseek-r1
    stage: total
    evidence: flop
    value: {value}
    locator: text
    summary: A figure.
"""


def _files(*names: str, **notes: str) -> dict[str, bytes]:
    """The small record with some of the files, and notes by id."""
    return (
        mini.files()
        | {f"datasets/{name}": (HERE / name).read_bytes() for name in names}
        | {f"notes/{name}.md": text.encode() for name, text in notes.items()}
    )


@lru_cache
def _both() -> Record:
    return read_record(_files(OLD, NEW), TODAY)


def _table(record: Record, name: str) -> pd.DataFrame:
    return conform(contract(name), record.tables[name])


def _claims(record: Record) -> pd.DataFrame:
    return _table(record, "raw.claims").set_index("claim_id")


def _rows(record: Record, dataset: str) -> pd.DataFrame:
    rows = _table(record, "raw.bulk_rows")
    return rows[rows["dataset"] == dataset].set_index("row")


def test_every_row_is_used_or_has_a_reason() -> None:
    rows = _rows(_both(), BEFORE)
    assert len(rows) == 20
    assert rows["outcome"].value_counts().to_dict() == {
        "used": 11,
        "unreadable": 2,
        "bound_only": 1,
        "no_compute": 1,
        "no_date": 1,
        "implausible": 1,
        "marked_wrong": 1,
        "duplicate": 1,
        "no_name": 1,
    }
    unused = rows[rows["outcome"] != "used"]
    assert unused["reason"].notna().all()
    assert unused["claim_id"].isna().all()
    used = rows[rows["outcome"] == "used"]
    assert set(used["claim_id"]) <= set(_claims(_both()).index)
    assert _both().faults == ()


def test_a_cell_is_read_with_its_spread_and_its_caveats() -> None:
    claims = _claims(_both())
    large = claims.loc[f"{BEFORE}/acme-large"]
    assert large["value"] == 1e24
    assert large["stage"] == "total"
    assert large["inputs"] == '{"confidence": "confident"}'
    assert large["locator"] == "row 1 of the file (Acme Large)"
    assert large["url"] == "https://example.org/large"
    assert large["disclosed_on"] == pd.Timestamp("2025-04-30")
    ranged = claims.loc[f"{BEFORE}/acme-range"]
    assert (ranged["low"], ranged["high"]) == (1e24, 1e25)
    obscure = claims.loc[f"{BEFORE}/acme-obscure"]
    assert obscure["inputs"] == '{"confidence": "speculative"}'
    assert "Unverified" in obscure["caveat"]
    assert pd.isna(claims.loc[f"{AFTER}/acme-kept", "url"])


def test_the_floor_spares_early_runs() -> None:
    claims = _claims(_both())
    assert f"{BEFORE}/perceptron" in claims.index
    assert f"{BEFORE}/acme-tiny" not in claims.index


def test_unknown_names_become_models_and_known_ones_do_not() -> None:
    models = _table(_both(), "core.models").set_index("model_id")
    assert models.loc["acme-large", "name"] == "Acme Large"
    assert models.loc["acme-large", "released_on"] == pd.Timestamp("2024-01-05")
    rows = _rows(_both(), BEFORE)
    assert rows.loc[20, "model_id"] == "deepseek-r1"  # by its alias R1
    assert rows.loc[20, "registered"]
    assert models.index.is_unique


def test_models_are_notable_where_a_file_says_so() -> None:
    models = _table(_both(), "core.models").set_index("model_id")["is_notable"]
    assert models["acme-large"]  # by its criterion
    assert models["acme-new"]  # by the file's name
    assert not models["acme-obscure"]
    assert models["deepseek-r1"]
    assert pd.isna(models["o5"])  # no file lists it


def test_a_near_name_is_listed_and_not_matched() -> None:
    near_row = _rows(_both(), AFTER).loc[7]
    assert near_row["model_id"] == "deepseek-r11"
    assert near_row["near"] == "deepseek-r1"
    assert near(["Acme Large", "zebra"], ["acme largo"]) == {"Acme Large": "acme largo"}
    assert near([], ["x"]) == near(["x"], []) == {}


def test_a_slug_that_is_taken_gets_a_suffix_of_its_own_and_a_reason() -> None:
    rows = _rows(_both(), BEFORE)
    assert rows.loc[18, "model_id"] == "pan-alpha"
    assert rows.loc[19, "model_id"].startswith("pan-alpha-")
    assert "belongs to Pan-α" in rows.loc[19, "reason"]
    alone = read_record(_files(OLD), TODAY)
    assert _rows(alone, BEFORE).loc[19, "model_id"] == rows.loc[19, "model_id"]


def test_what_changed_between_the_files_is_listed() -> None:
    revised = _table(_both(), "raw.bulk_revisions")
    told = {(r.model_id, r.kind): r for r in revised.itertuples()}
    assert set(told) == {
        ("acme-large", "revised"),
        ("acme-kept", "relabelled"),
        ("acme-blanked", "withdrawn"),
        ("acme-gone", "gone"),
        ("perceptron", "gone"),
        ("acme-new", "added"),
        ("deepseek-r11", "added"),
        ("deepseek-r1", "renamed"),
    }
    assert told["acme-large", "revised"].ratio == pytest.approx(1.5)
    assert told["acme-kept", "relabelled"].ratio == pytest.approx(1)
    assert told["deepseek-r1", "renamed"].old == "R1"
    assert told["deepseek-r1", "renamed"].new == "DeepSeek-R1"
    assert told["acme-blanked", "withdrawn"].old == "4e+24 speculative"
    assert set(revised["dataset_before"]) == {BEFORE}


def test_later_values_supersede_echo_or_withdraw() -> None:
    claims = _claims(_both())
    assert claims.loc[f"{AFTER}/acme-large", "supersedes"] == f"{BEFORE}/acme-large"
    assert claims.loc[f"{AFTER}/acme-range", "repeats"] == f"{BEFORE}/acme-range"
    assert claims.loc[f"{AFTER}/deepseek-r1", "repeats"] == f"{BEFORE}/deepseek-r1"
    gone = claims.loc[f"{BEFORE}/acme-blanked"]
    assert gone["withdrawn_on"] == pd.Timestamp("2026-07-19")
    assert gone["status"] == "accepted"
    rows = _rows(_both(), AFTER)
    assert rows.loc[4, "outcome"] == "withdrawn"
    assert "2025-04 had 4e+24" in rows.loc[4, "reason"]


def test_vintages_keep_the_files_apart() -> None:
    found = loaded.load(_files(OLD, NEW))
    early, late = found.estimates("2026-07-18"), found.estimates()
    assert ("acme-large", "total") not in found.estimates("2025-04-29").index
    for then, value in ((early, 1e24), (late, 1.5e24)):
        large = then.loc[("acme-large", "total")]
        assert large["flop_p50"] == pytest.approx(value, rel=0.1)
    assert early.loc[("acme-blanked", "total"), "anchored"]
    assert ("acme-blanked", "total") not in late.index
    roles = found.observations()["role"]
    assert roles[f"{AFTER}/acme-range"] == "echo"
    assert roles[f"{BEFORE}/acme-gone"] == "fused"  # absence takes nothing back


def test_a_value_that_comes_back_is_new() -> None:
    third = (
        (HERE / NEW)
        .read_text()
        .replace("Acme Blanked,Acme,2024-04-01,,", "Acme Blanked,Acme,2024-04-01,4e24,")
    )
    name = "notable_ai_models_2026-09.csv"
    files = _files(OLD, NEW) | {f"datasets/{name}": third.encode()}
    claim = _claims(read_record(files, TODAY)).loc["epoch-notable-2026-09/acme-blanked"]
    assert pd.isna(claim["repeats"])
    assert pd.isna(claim["supersedes"])


@pytest.mark.parametrize(
    ("value", "status", "role"),
    [
        ("4.05e24", "accepted", "echo"),  # within two percent: the same evidence
        ("4.05e24", "doubtful", "echo"),  # judged by a person: it does not speak
        ("5e24", "accepted", "held_out"),  # another figure of better standing
        ("5e24", "doubtful", "fused"),  # nothing better is left
    ],
)
def test_a_note_about_the_same_run_comes_first(
    value: str, status: str, role: str
) -> None:
    claim = HAND.format(value=value) + f"    status: {status}\n"
    text = mini.note("hand", claim, on="2025-02-01")
    found = loaded.load(_files(OLD, hand=text))
    assert found.observations()["role"][f"{BEFORE}/deepseek-r1"] == role
    without = loaded.load(_files(hand=text)).estimates()
    if status == "accepted":
        column = found.estimates().loc[("deepseek-r1", "total")]
        alone = without.loc[("deepseek-r1", "total")]
        for point in ("flop_p05", "flop_p50", "flop_p95"):
            assert column[point] == alone[point]


def test_a_press_note_gives_way_to_the_dataset() -> None:
    claim = HAND.format(value="9e25")
    text = mini.note("press", claim, on="2025-02-01").replace("primary", "press")
    roles = loaded.load(_files(OLD, press=text)).observations()["role"]
    assert roles[f"{BEFORE}/deepseek-r1"] == "fused"
    assert roles["press/r1-total"] == "held_out"


def test_epochs_own_note_is_the_original_before_others() -> None:
    other = mini.note("a-lab", HAND.format(value="4e24"), on="2025-02-01")
    own = mini.note("epoch-note", HAND.format(value="4.07e24"), on="2025-02-01")
    record = read_record(_files(OLD, **{"a-lab": other, "epoch-note": own}), TODAY)
    assert _claims(record).loc[f"{BEFORE}/deepseek-r1", "repeats"] == (
        "epoch-note/r1-total"
    )


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("models.csv", HEADER, "carries no vintage"),
        ("models_2025-13.csv", HEADER, "carries no vintage"),
        ("models_2031-01.csv", HEADER, "lies in the future"),
        ("models_2025-04.csv", "Model,Publication date\n", "no connector knows"),
        ("models_2025-04.csv", "", "empty"),
        ("models_2025-04.csv", '"a', "quote"),
    ],
)
def test_a_file_that_is_no_dataset_is_a_fault_and_stops_nothing(
    name: str, text: str, problem: str
) -> None:
    files = _files(NEW) | {f"datasets/{name}": text.encode()}
    record = read_record(files, TODAY)
    (fault,) = record.faults
    assert fault.path == f"datasets/{name}"
    assert problem in fault.problem
    assert fault.remedy
    assert f"{AFTER}/acme-new" in _claims(record).index


def test_two_sources_of_one_id_are_a_fault() -> None:
    text = mini.note(BEFORE, HAND.format(value="4e24"), on="2025-02-01")
    record = read_record(_files(OLD, **{BEFORE: text}), TODAY)
    (fault,) = record.faults
    assert "id is that of another source" in fault.problem


def test_without_datasets_the_tables_are_there_and_empty() -> None:
    record = read_record(mini.files(), TODAY)
    assert _table(record, "raw.bulk_rows").empty
    assert _table(record, "raw.bulk_revisions").empty


def test_the_vintage_of_a_file_is_in_its_name() -> None:
    assert vintage_of("a_b_2025-02.csv") == ("a_b", "2025-02", date(2025, 2, 28))
    assert vintage_of("a_b_2025-02-03.csv") == ("a_b", "2025-02-03", date(2025, 2, 3))
    assert vintage_of("a_b_2025-02-30.csv") is None


def test_slugs_are_ids() -> None:
    assert slug("GPT-4o (Mar\u00a02023)") == "gpt-4o-mar-2023"
    assert slug("Tülu 3+") == "tulu-3-plus"
    assert slug("PanGu-Σ") == "pangu-sigma"
    assert slug("文心").startswith("model-")
