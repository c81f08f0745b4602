"""No input raises and none hangs."""
# ruff: noqa: E501

import signal
from datetime import date

import pytest
from draft_scores import ARTICLES, registry
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.drafting.clean import main_text
from pipeline.drafting.draft import Head, draft_note
from pipeline.drafting.page import page_of
from pipeline.drafting.rules import extract

REGISTRY = registry()
SEEDS = [p.read_bytes() for p in sorted(ARTICLES.glob("*")) if p.suffix != ".yaml"]
PIECES = [
    "①", "⑳", "❶", "▓", "10", "1e", "e23", "^", "×10^", "亿", "万", "十", "百", "$", "%",
    "倍", "FLOP", " to ", "-", ",", ".", "<div>", "</p>", "<html>", "&#9312;", "&", "o3",
    "DeepSeek-R1", "低于", "的", "\n", " ", "times", "per year", "\x00", "9" * 400,
    "1e999", "10^999", "\ufeff", "每3-5个月", "\U0001f1e6", "%PDF-", "二〇", "$1 to ",
    "训练花费", "training cost ", "1,000", "a.", '<meta property="article:published_time"',
]  # fmt: skip
TAGS = [
    "div",
    "p",
    "table",
    "td",
    "sup",
    "script",
    "a",
    "b",
    "article",
    "!--",
    "svg",
    "li",
]
seeds = st.sampled_from(SEEDS)
noise = st.lists(st.sampled_from(PIECES), max_size=60).map(
    lambda p: "".join(p).encode()
)
mutated = st.tuples(seeds, st.integers(0, 4000), st.integers(0, 200), noise).map(
    lambda t: t[0][: t[1]] + t[3] + t[0][t[1] + t[2] :]
)
cut = st.tuples(seeds, st.integers(1, 800), st.booleans()).map(
    lambda t: t[0][: -t[1]] if t[2] else t[0][t[1] :]  # within a character of UTF-8
)
repeated = st.tuples(st.sampled_from(PIECES), st.integers(1, 3000)).map(
    lambda t: (t[0] * t[1]).encode()
)
nested = st.tuples(
    st.lists(st.sampled_from(TAGS), min_size=1, max_size=6),
    st.integers(1, 400), seeds, st.booleans(),
).map(
    lambda t: b"<html><body>" + "".join(f"<{x}>" for x in t[0]).encode() * t[1] + t[2]
    + "".join(f"</{x}>" for x in reversed(t[0])).encode() * t[1] * t[3]
)  # fmt: skip
long_line = st.tuples(
    st.sampled_from(PIECES), noise, st.sampled_from([b"", b"<html>"])
).map(
    lambda t: t[2] + (t[0].encode() + t[1]) * (5_000_000 // len(t[0].encode() + t[1]))
)


class Input(bytes):
    """Bytes that a failure shows by their beginning: megabytes help nobody."""

    def __repr__(self) -> str:
        return f"{bytes(self[:300])!r} … {len(self)} bytes"


# One of 50 is a line of 5 MB.
anything = st.integers(0, 49).flatmap(
    lambda k: long_line if k == 49
    else st.one_of(st.binary(max_size=2000), noise, mutated, cut, repeated, nested)
).map(Input)  # fmt: skip
HEAD = Head(
    "acme", "T", "https://example.org", date(2025, 1, 1), date(2025, 1, 1), "en"
)


@pytest.fixture(autouse=True)
def no_hang():
    """A minute of processor per test, a hundred times what any needs, ends it."""

    def stop(*_):
        raise TimeoutError("a minute of processor time: it hangs")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, 60)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


def holds(data: bytes) -> None:
    found = extract(main_text(data), REGISTRY)
    page_of(data)
    draft_note(HEAD, found)


@pytest.mark.parametrize("inputs", [250, pytest.param(10_000, marks=pytest.mark.soak)])
def test_anything(inputs):
    @settings(
        max_examples=inputs,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(anything)
    def survives(data):
        holds(data)

    survives()


@pytest.mark.parametrize(
    "piece",
    [
        *("9", "1,000", "十", "o3 ", "x", "<div>", "低于的", "1-", "a."),
        pytest.param("$1 to ", marks=pytest.mark.soak),  # many sums: half a minute
    ],
)
def test_long_lines(piece):
    holds((piece * (5_000_000 // len(piece.encode()))).encode())
    holds(b"<html>" + (piece * 500_000).encode())
