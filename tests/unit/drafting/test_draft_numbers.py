"""Figures in running text, one line per rule of the grammar."""

import pytest

from pipeline.drafting.numbers import figures
from pipeline.drafting.numerals import chinese


@pytest.mark.parametrize(
    ("text", "value", "unit", "bound"),
    [
        ("took 6e23 FLOP", 6e23, "FLOP", None),
        ("about 6×10^23 FLOPs", 6e23, "FLOP", None),
        ("1.5 x 10^24 floating-point operations", 1.5e24, "FLOP", None),
        ("more than 10^26 FLOP", 1e26, "FLOP", "lower"),
        ("less than 1e20 FLOP", 1e20, "FLOP", "upper"),
        ("成本低于1e20 FLOP", 1e20, "FLOP", "upper"),
        ("大于1e26 FLOP", 1e26, "FLOP", "lower"),
        ("1e20 FLOP以下", 1e20, "FLOP", "upper"),
        ("不超过0.01%", 0.01, "%", "upper"),
        ("不低于3倍", 3, "x", "lower"),
        ("低于它的原始基础模型预训练成本的1%", 1, "%", "upper"),
        ("no more than 5%", 5, "%", "upper"),
        ("at least 20 per cent", 20, "%", "lower"),
        ("140,000 H100-hours", 140_000, "hours", None),
        ("140000 H100小时", 140_000, "hours", None),
        ("2.788 million H800 GPU hours", 2.788e6, "hours", None),
        ("278.8万H800 GPU小时", 2.788e6, "hours", None),
        ("20万亿个tokens", 2e13, "tokens", None),
        ("14.8 trillion tokens", 14.8e12, "tokens", None),
        ("14.8T tokens", 14.8e12, "tokens", None),
        ("10万美元", 1e5, "USD", None),
        ("5亿美元", 5e8, "USD", None),
        ("$1.5M", 1.5e6, "USD", None),
        ("$490 million", 4.9e8, "USD", None),
        ("US$ 3bn", 3e9, "USD", None),
        ("€60 million", 6e7, "money", None),
        ("30亿元", 3e9, "money", None),
        ("四个数量级", 4, "OOM", None),
        ("four orders of magnitude", 4, "OOM", None),
        ("10x", 10, "x", None),
        ("ten times", 10, "x", None),
        ("a 10-fold increase", 10, "x", None),
        ("十倍", 10, "x", None),
        ("1.5倍", 1.5, "x", None),
    ],
)
def test_one_figure(text, value, unit, bound):
    (figure,) = figures(text)
    assert figure.value == pytest.approx(value, rel=1e-9)
    assert (figure.unit, figure.bound) == (unit, bound)
    assert text[figure.start : figure.end] == figure.text


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("3-5倍", 3, 5, "x"),
        ("between 3 and 5 times", 3, 5, "x"),
        ("$1-2 million", 1e6, 2e6, "USD"),
        ("1e23 to 3e23 FLOP", 1e23, 3e23, "FLOP"),
        ("10–20%", 10, 20, "%"),
        ("100万到200万美元", 1e6, 2e6, "USD"),
    ],
)
def test_a_range(text, low, high, unit):
    (figure,) = figures(text)
    assert (figure.low, figure.high) == pytest.approx((low, high))
    assert figure.unit == unit


@pytest.mark.parametrize("text", ["DeepSeek-R1", "GPT-4o", "o3", "a thing", "第一次"])
def test_no_figure_with_a_unit(text):
    assert not [f for f in figures(text) if f.unit]


def test_vague():
    assert figures("数十亿美元")[0].vague


@pytest.mark.parametrize(
    ("numeral", "value"),
    [("四", 4), ("十二", 12), ("两百", 200), ("一千零五", 1005), ("百千", None)],
)
def test_chinese_numerals(numeral, value):
    assert chinese(numeral) == value
