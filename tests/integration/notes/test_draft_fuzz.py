"""No input raises and none hangs."""
# ruff: noqa: E501

import time
from datetime import date

from draft_scores import ARTICLES, registry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.notes.draft.candidates import extract
from pipeline.notes.draft.clean import main_text
from pipeline.notes.draft.draft import Head, draft_note

REGISTRY = registry()
SEEDS = [p.read_bytes() for p in sorted(ARTICLES.glob("*")) if p.suffix != ".yaml"]
PIECES = [
    "①", "⑳", "❶", "▓", "10", "1e", "e23", "^", "×10^", "亿", "万", "十", "百", "$", "%",
    "倍", "FLOP", " to ", "-", ",", ".", "<div>", "</p>", "<html>", "&#9312;", "&", "o3",
    "DeepSeek-R1", "低于", "的", "\n", " ", "times", "per year", "\x00", "9" * 400,
    "1e999", "10^999", "\ufeff", "每3-5个月", "\U0001f1e6", "%PDF-", "二〇",
]  # fmt: skip
noise = st.lists(st.sampled_from(PIECES), max_size=60).map(
    lambda p: "".join(p).encode()
)
mutated = st.tuples(
    st.sampled_from(SEEDS), st.integers(0, 4000), st.integers(0, 200), noise
).map(lambda t: t[0][: t[1]] + t[3] + t[0][t[1] + t[2] :])
repeated = st.tuples(st.sampled_from(PIECES), st.integers(1, 3000)).map(
    lambda t: (t[0] * t[1]).encode()
)
HEAD = Head("acme", "T", "https://example.org", date(2025, 1, 1), "en")


def holds(data: bytes) -> None:
    begun = time.perf_counter()
    found = extract(main_text(data), REGISTRY)
    draft_note(HEAD, found)
    assert time.perf_counter() - begun < 2


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.binary(max_size=2000), noise, mutated, repeated))
def test_anything(data):
    holds(data)


def test_long_lines():
    for piece in (
        "9",
        "1,000",
        "十",
        "o3 ",
        "x",
        "<div>",
        "低于的",
        "1-",
        "a.",
        "$1 to ",
    ):
        holds((piece * (5_000_000 // len(piece.encode()))).encode())
        holds(b"<html>" + (piece * 500_000).encode())
