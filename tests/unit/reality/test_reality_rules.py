"""Which rows of a table qualify for a method: every rule, on a table written here."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipeline.notes.registry import Registry, build
from tests.reality import rules
from tests.reality.rules import HardwareFacts, TokenFacts, select
from tests.reality.table import Row, read_peaks, read_rows

CHIPS = [
    {"hardware_id": "a100", "name": "NVIDIA A100", "aliases": "NVIDIA A100 SXM4",
     "fp8_flop_per_s": ""},
    {"hardware_id": "h100", "name": "NVIDIA H100", "fp8_flop_per_s": "2e15"},
]  # fmt: skip
BASE = {
    "Model": "Plain", "Publication date": "2023-05-01",
    "Training compute (FLOP)": "1e23", "Domain": "Language",
}  # fmt: skip
RUN = {
    "Training hardware": "NVIDIA A100", "Hardware quantity": "512",
    "Training time (hours)": "1000",
}  # fmt: skip
TEXT = {
    "Parameters": "7e10", "Training dataset size (total)": "1.4e12",
    "Dataset size notes": "trained on 1.4 trillion high-quality tokens",
}  # fmt: skip


def registry() -> Registry:
    return build([], CHIPS)[0]


def table(folder: Path, *rows: dict[str, str]) -> list[Row]:
    path = folder / "models.csv"
    columns = sorted({column for row in rows for column in row})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return read_rows(path)


def only(folder: Path, **changed: str) -> Row:
    """A row with all facts and the changed cells."""
    (row,) = table(folder, BASE | RUN | TEXT | changed)
    return row


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, ""),
        ({"Training compute (FLOP)": ""}, "no published compute"),
        ({"Training compute (FLOP)": "unknown"}, "no published compute"),
        ({"Publication date": ""}, "no publication date"),
        ({"Publication date": "soon"}, "no publication date"),
        ({"Publication date": "2019-12-31"}, "published before 2020"),
        ({"Base model": "Llama"}, "base model or fine-tune compute"),
        ({"Finetune compute (FLOP)": "1e20"}, "base model or fine-tune compute"),
    ],
)
def test_rows_out_of_scope(tmp_path, changed, reason):
    assert rules.out_of_scope(only(tmp_path, **changed)) == reason


def test_hardware_times_quantity_times_time(tmp_path):
    row = only(tmp_path, **{"Training hardware": " nvidia a100\u00a0SXM4\n"})
    assert rules.hardware_facts(row, registry()) == HardwareFacts(
        "a100", 512, 1000, None, "bf16"
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Training hardware": ""}, "no hardware, quantity or time"),
        ({"Hardware quantity": ""}, "no hardware, quantity or time"),
        ({"Training time (hours)": "weeks"}, "no hardware, quantity or time"),
        ({"Training hardware": "NVIDIA A100,NVIDIA H100"}, "several kinds of hardware"),
        ({"Training hardware": "Abacus"}, "hardware.csv lacks the chip"),
    ],
)
def test_rows_without_hardware_facts(tmp_path, changed, reason):
    assert rules.hardware_facts(only(tmp_path, **changed), registry()) == reason


@pytest.mark.parametrize(
    ("cells", "utilisation"),
    [
        ({"Hardware utilization (MFU)": "0.4"}, (0.4, 0.4)),
        ({"Hardware utilization": "40%"}, (0.4, 0.4)),
        ({"Hardware utilization (HFU)": "0.4"}, (0.3, 0.4)),
        (
            {"Hardware utilization (HFU)": "0.5", "Hardware utilization (MFU)": "0.4"},
            (0.4, 0.4),
        ),
        ({"Hardware utilization (MFU)": "0"}, None),
    ],
)
def test_utilisation_as_stated(tmp_path, cells, utilisation):
    found = rules.hardware_facts(only(tmp_path, **cells), registry())
    assert found.utilisation == pytest.approx(utilisation)


def test_eight_bit_counts_where_the_chip_has_it(tmp_path):
    cells = {"Numerical format": "FP8", "Training hardware": "NVIDIA H100"}
    assert rules.hardware_facts(only(tmp_path, **cells), registry()).precision == "fp8"
    cells["Training hardware"] = "NVIDIA A100"
    assert rules.hardware_facts(only(tmp_path, **cells), registry()).precision == "bf16"


def test_chip_hours_serve_where_quantity_or_time_is_missing(tmp_path):
    cells = {"Training chip-hours": "640,000"}
    whole = rules.hardware_facts(only(tmp_path, **cells), registry())
    assert (whole.chips, whole.hours) == (512, 1000)
    cells["Hardware quantity"] = ""
    hours = rules.hardware_facts(only(tmp_path, **cells), registry())
    assert (hours.chips, hours.hours) == (None, 640_000)


def test_parameters_times_tokens(tmp_path):
    plain = rules.token_facts(only(tmp_path))
    assert plain == TokenFacts((7e10, 7e10), 1.4e12, 1.0)
    twice = rules.token_facts(only(tmp_path, Epochs="2.5"))
    assert twice.epochs == 2.5


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"Parameters": ""}, "no language model with parameters and data"),
        ({"Domain": "Vision"}, "no language model with parameters and data"),
        ({"Domain": "Multimodal,Language,Vision"}, "other data than text"),
        ({"Dataset size notes": ""}, "the unit of the data is not stated"),
        (
            {"Dataset size notes": "1.05T words of dialogue"},
            "data in words, bytes, sentences or pairs",
        ),
        (
            {"Dataset size notes": "1.8B image-text pairs"},
            "data in words, bytes, sentences or pairs",
        ),
        (
            {"Dataset size notes": "sampled from 2 trillion tokens"},
            "another number of tokens in the notes than in the cell",
        ),
        (
            {"Parameters notes": "a mixture of experts with 70B parameters"},
            "sparse, active parameters not stated",
        ),
        (
            {"Abstract": "a sparsely activated model"},
            "sparse, active parameters not stated",
        ),
    ],
)
def test_rows_whose_data_are_no_tokens_or_whose_parameters_not_active(
    tmp_path, changed, reason
):
    assert rules.token_facts(only(tmp_path, **changed)) == reason


@pytest.mark.parametrize(
    "notes",
    [
        "1.4T tokens", "over 1.4 trillion+ diverse and high-quality tokens",
        "1,400,000,000,000 training tokens", "# Trained Tokens 1.4T",
        "a 1.4e12-token corpus; 1 token ~ 0.75 words", "1400B label BPE tokens",
    ],
)  # fmt: skip
def test_how_tokens_are_written(tmp_path, notes):
    row = only(tmp_path, **{"Dataset size notes": notes})
    assert isinstance(rules.token_facts(row), TokenFacts)


@pytest.mark.parametrize(
    ("cells", "active"),
    [
        (
            {"Parameters notes": "70B total, MoE with 7B activated per token"},
            (7e9, 7e9),
        ),
        ({"Parameters notes": "7 billion active parameters of 70"}, (7e9, 7e9)),
        ({"Parameters notes": "7B parameters active per pass"}, (7e9, 7e9)),
        ({"Abstract": "70B parameters, activating 7B of them"}, (7e9, 7e9)),
        ({"Parameters notes": "activates 5B∼9B parameters (MoE)"}, (5e9, 9e9)),
        ({"Model": "Plain-70B-A7B"}, (7e9, 7e9)),
        ({"Parameters notes": "dense; rivals a model with 900B active"}, (7e10, 7e10)),
    ],
)
def test_active_parameters(tmp_path, cells, active):
    assert rules.token_facts(only(tmp_path, **cells)).parameters == active


def test_every_row_is_counted_and_a_run_only_once(tmp_path):
    full = BASE | RUN | TEXT
    rows = table(
        tmp_path,
        full,
        full | {"Model": "Plain (new name)"},
        full | {"Model": "Other", "Training compute (FLOP)": "3e23"},
        full | {"Model": "Tuned", "Base model": "Plain"},
        BASE | RUN | {"Model": "No tokens", "Hardware quantity": "64"},
    )
    found = select(rows, registry())
    assert list(found.hardware) == [1, 3, 5]
    assert list(found.tokens) == [1, 3]
    assert found.left_out == {"base model or fine-tune compute": 1}
    assert found.no_hardware == {"the facts and compute of an earlier row": 1}
    assert found.no_tokens == {
        "the facts and compute of an earlier row": 1,
        "no language model with parameters and data": 1,
    }


def test_columns_may_be_missing_and_names_dirty(tmp_path):
    path = tmp_path / "models.csv"
    path.write_bytes(
        b"\xef\xbb\xbf Model ,Training compute (FLOP),Publication  date\r\n"
        b'" A\xc2\xa0model\n","1,000e20",2023\r\n,,\r\nshort\r\n'
    )
    first, last = read_rows(path)
    assert (first.name, first.flop) == ("A model", 1e23)
    assert rules.out_of_scope(last) == "no published compute"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "Model\nx\n"])
def test_another_table_is_refused_in_a_sentence(tmp_path, text):
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match="needs the columns"):
        read_rows(path)


def test_peaks_of_the_naive_reference(tmp_path):
    path = tmp_path / "hardware.csv"
    path.write_text(
        "Hardware name,Tensor-FP16/BF16 performance (FLOP/s),"
        "FP16 (half precision) performance (FLOP/s),"
        "FP32 (single precision) performance (FLOP/s)\n"
        "New,3e14,7e13,2e13\nOld,,2e13,1e13\nOlder,,,1e13\nUnknown,,,\n"
    )
    assert read_peaks(path) == {"new": 3e14, "old": 2e13, "older": 1e13}
