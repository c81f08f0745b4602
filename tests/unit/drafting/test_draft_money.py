"""A sum counts only as the cost of training; others are left out with the reason."""

import pytest
from draft_scores import registry

from pipeline.drafting.rules import extract

REGISTRY = registry()
EN = "DeepSeek-R1 was trained with reinforcement learning on 512 GPUs."
ZH = "DeepSeek-R1用强化学习训练。"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("The company later raised $500 million.", "funding"),
        ("It closed a $2 billion round in May.", "funding"),
        ("It is now valued at $3.4 billion.", "funding"),
        ("Its founder sold a yacht for $27 million.", "no word of training"),
        ("It manages $8 billion for clients.", "no word of training"),
        ("Annual revenue reached $10 billion.", "revenue"),
        ("It reported losses of $5 billion.", "revenue"),
        ("Its researchers get a salary of $1.2 million.", "pay"),
        ("Signing bonuses of $100 million cost Meta dearly.", "pay"),
        ("It was fined $20 million.", "fine"),
        ("The lawsuit cost it $1.5 billion.", "fine"),
        ("A bank lent it $150 million.", "loan"),
        ("The striker's transfer fee was $220 million.", "transfer"),
        ("It acquired io for $6.5 billion.", "transfer"),
        ("The share price rose to $140.", "shares"),
        ("The API costs $2.19 per million tokens.", "price"),
        ("A plan costs $200 a month.", "price"),
        ("Renting costs $2 per GPU hour.", "price per hour"),
        ("Its capex budget is $80 billion.", "capital"),
        ("The headquarters cost $80 million.", "another purchase"),
        ("It bought servers for $1.6 billion.", "another purchase"),
        ("Its maker spends $7 million each year on training.", "price or rate"),
        ("Training it took a team that had $30 million.", "no cost of training"),
        ("公司随后融资5亿美元。", "funding"),
        ("其估值达到34亿美元。", "funding"),
        ("公司年收入达100亿美元。", "revenue"),
        ("亏损50亿美元。", "revenue"),
        ("研究员年薪120万美元。", "pay"),
        ("它被罚款2000万美元。", "fine"),
        ("银行向其贷款1.5亿美元。", "loan"),
        ("该球员的转会费为2.2亿美元。", "transfer"),
        ("公司以65亿美元收购了io。", "transfer"),
        ("股价涨到140美元。", "shares"),
        ("每百万tokens的价格为2.19美元。", "price"),
        ("API定价为60美元。", "price"),
        ("每GPU小时2美元。", "price"),
        ("新总部花费8000万美元。", "another purchase"),
        ("服务器采购花费16亿美元。", "another purchase"),
    ],
)
def test_other_money_after_a_sentence_on_training(text, reason):
    found = extract(f"{EN if text.isascii() else ZH}\n{text}", REGISTRY)
    assert not [c for c in found.candidates if c.unit == "USD"]
    assert [x.reason for x in found.left_out if reason in x.reason], found.left_out


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("That cost $294,000.", 294_000),
        ("The bill came to only $294K.", 294_000),
        ("DeepSeek trained it for $5.6 million.", 5.6e6),
        ("The $6 million training run surprised many.", 6e6),
        ("At two dollars an hour its training cost $5.576 million.", 5.576e6),
        ("Fine-tuning cost $450.", 450),
        ("The compute was worth $3 million.", 3e6),
        ("这一阶段的成本仅为29.4万美元。", 294_000),
        ("训练它折合花费29.4万美元。", 294_000),
        ("强化学习耗资约100万美元。", 1e6),
    ],
)
def test_cost_of_training(text, value):
    found = extract(f"{EN if text.isascii() else ZH}\n{text}", REGISTRY)
    (claim,) = [c for c in found.candidates if c.unit == "USD"]
    assert (claim.value, claim.model, claim.evidence) == (
        pytest.approx(value), "deepseek-r1", "cost"
    )  # fmt: skip


def test_both_in_one_sentence():
    text = "DeepSeek, which raised $500 million, spent $6 million on training R1."
    found = extract(text, REGISTRY)
    assert [c.value for c in found.candidates] == [6e6]
    assert [x.reason for x in found.left_out] == [
        "money unrelated: funding or valuation"
    ]


def test_a_sum_ends_a_sentence():
    text = "The training of DeepSeek-R1 cost $294K. Later its maker raised $50 million."
    assert [c.value for c in extract(text, REGISTRY).candidates] == [294e3]
