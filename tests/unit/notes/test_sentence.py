"""Claims in one line: what they stand for, and what is said of a bad one."""

import re
from datetime import date

import pytest

from pipeline.notes.constants import Dates
from pipeline.notes.parse import read_note
from pipeline.notes.registry import Model, build
from pipeline.notes.sentence import SOURCE, SentenceError, read_sentence

TODAY = date(2026, 11, 24)
MODELS = [
    Model(id=i, name=n, developer="a lab", released_on=date(2025, 1, 1))
    for i, n in (("o3", "o3"), ("grok-3", "Grok 3"), ("gpt-6-astra", "GPT-6 Astra"))
]
CHIPS = [
    {"hardware_id": "h100-sxm", "name": "H100 SXM", "aliases": "",
     "bf16_flop_per_s": "9.89e14", "fp8_flop_per_s": "1.979e15"}
]  # fmt: skip
REGISTRY, _ = build(MODELS, CHIPS)


def claim(text):
    read = read_sentence(text, REGISTRY, TODAY)
    models = [*MODELS, read.model] if read.model else MODELS
    registry, dates = build(models, CHIPS)[0], Dates.of((), read.disclosed)
    note, faults = read_note(f"{SOURCE}.md", read.note, registry, dates)
    assert faults == []
    return note, note.claims[0], read


def test_the_claim_of_the_manual():
    note, found, read = claim("o5: ratio 10 x o3, disclosed 2026-12-01")
    assert (found.evidence, found.value.value, found.reference) == ("ratio", 10, "o3")
    assert (found.model, found.stage) == ("o5", "reasoning")
    assert note.source.published_on == date(2026, 12, 1) == read.disclosed
    assert read.model.released_on == date(2026, 12, 1)
    assert read.model.is_reasoning


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("o3: flop 6e25", {"value": 6e25}),
        ("o3: flop 140,000", {"value": 140_000}),
        ("Grok 3/total: flop about 3e26 FLOP", {"model": "grok-3", "stage": "total"}),
        ("o3: flop 6e25, low 2e25, high 2e26", {"low": 2e25, "high": 2e26}),
        ("o3: ratio 10x Grok 3/pretraining",
         {"value": 10, "reference": "grok-3", "reference_stage": "pretraining"}),
        ("o3: ratio at least 2.5 times GPT-6 Astra",
         {"value": 2.5, "reference": "gpt-6-astra"}),
        ("o3: share 20% of grok-3, basis flop",
         {"value": 0.2, "reference": "grok-3", "basis": "operations"}),
        ("o3: bound at most 1e25", {"value": 1e25}),
        ("o3: cost $300M", {"value": 3e8}),
        ("o3: chip_hours 140k, hardware H100 SXM, precision bf16",
         {"value": 140_000, "hardware": "h100-sxm"}),
        ("o3: tokens_x_params, tokens 1e13 to 2e13, parameters 4e10", {}),
        ("o3: parity with grok-3", {"reference": "grok-3"}),
        ("reasoning: growth_rate 10x per 3 to 5 months", {"of": "reasoning"}),
        ("frontier: growth_rate 4x per year, low 3, high 5", {"per": "year"}),
    ],
)  # fmt: skip
def test_every_kind_is_read(text, expected):
    _, found, read = claim(text)
    assert read.model is None
    for name, value in expected.items():
        have = getattr(found, name)
        assert getattr(have, "value", have) == value


def test_a_new_model_has_its_own_date_and_base():
    _, found, read = claim(
        "Acme O5 Pro/total: flop 1e27, released 2026-11-20, base Grok 3, kind press"
    )
    assert found.model == "acme-o5-pro"
    assert read.model.released_on == date(2026, 11, 20)
    assert (read.model.base_model, read.model.is_reasoning) == ("grok-3", False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ten times o3", "write it as `o5: ratio 10 x o3"),
        (
            "o5: guess 10x o3",
            "there is no kind 'guess'; use one of share, parity, flop",
        ),
        ("o5: flop 1e25, colour red", "'colour red' is not a field of flop; use"),
        ("o5: ratio many o3", "'many o3' has no number"),
        ("o5: flop 1e25, disclosed soon", "write it as 2026-12-01"),
        ("reasoning: growth_rate fast", "write `10x per 3 to 5 months`"),
        ("o3: flop 1e25, released 2026-01-01", "leave `released` and `base` out"),
        ("o5: flop 1e25, base nobody", "the base model 'nobody' is not in models.yaml"),
        ("%: flop 1e25", "'%' is not a name"),
    ],
)
def test_a_bad_line_is_answered_with_what_is_allowed(text, said):
    with pytest.raises(SentenceError, match=re.escape(said)) as caught:
        read_sentence(text, REGISTRY, TODAY)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("o3: ratio 10x nobody", "reference"),
        ("o3: share 20% of grok-3", "basis"),
        ("o3: flop 6 tokens", "value"),
        ("o3: chip_hours 5k, hardware abacus, precision bf16", "hardware"),
        ("o3/rl: flop 1e25", "stage"),
    ],
)
def test_other_faults_are_those_of_a_note(text, field):
    read = read_sentence(text, REGISTRY, TODAY)
    dates = Dates.of((), read.disclosed)
    note, faults = read_note(f"{SOURCE}.md", read.note, REGISTRY, dates)
    assert note is None
    assert faults[0].field == field
