"""Names, roles and the direction of ratios."""

import pytest
from draft_scores import registry

from pipeline.drafting.names import Names
from pipeline.drafting.rules import extract

REGISTRY = registry()


@pytest.mark.parametrize(
    ("text", "models"),
    [
        ("DeepSeek-R1和o1", ["deepseek-r1", "o1"]),
        ("o3-mini is not o3", ["o3-mini", "o3"]),
        ("an o3-zzz of somebody", ["o3-zzz"]),
        ("R1-style training", []),
        ("Phi-4-reasoning beside Phi-4", ["phi-4-reasoning", "phi-4"]),
        ("foo3 and proto1", []),
    ],
)
def test_names(text, models):
    mentions = Names(REGISTRY, text).mentions(text)
    assert [m.subject.id for m in mentions] == models


@pytest.mark.parametrize(
    "text",
    [
        "训练o3所用的算力是o1的10倍。",
        "与o1相比,训练o3所需的算力提升了10倍。",
        "o3的训练算力比o1高10倍。",
        "o3 used ten times the training compute of o1.",
        "Training o3 took 10x o1's compute.",
        "Compared with o1, training o3 took 10 times the compute.",
        "o3 was trained with 10x more compute than o1.",
    ],
)
def test_direction(text):
    (claim,) = extract(text, REGISTRY).candidates
    assert (claim.value, claim.model, claim.reference) == (10, "o3", "o1")


def test_generated_data_is_no_subject():
    text = "Phi-4-reasoning是微软的。它在o3-mini生成的数据上训练,算力低于1e20 FLOP。"
    (claim,) = extract(text, REGISTRY).candidates
    assert claim.model == "phi-4-reasoning"
