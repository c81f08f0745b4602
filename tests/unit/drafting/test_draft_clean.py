"""Noise goes before anything could make a digit of it."""

import pytest

from pipeline.drafting.clean import (
    decoded,
    kind_of,
    main_text,
    repaired,
    strip_noise,
)


@pytest.mark.parametrize("noise", ["①", "⑳", "❶", "❿", "⓪", "㉑", "㈠", "▓", "█", "⑴"])
def test_noise_is_removed(noise):
    assert strip_noise(f"6e23{noise} FLOP") == "6e23 FLOP"
    assert "6e23 FLOP" in repaired(f"6e23{noise} FLOP")


@pytest.mark.parametrize("reference", ["&#9312;", "&#x2460;", "&#10102;"])
def test_noise_as_a_reference(reference):
    body = f"<p>It took 6e23{reference} FLOP to train the model last year.</p>"
    page = f"<html><body><article>{body * 3}</article></body></html>"
    assert "6e23 FLOP" in main_text(page.encode())
    assert "6e23 FLOP" in repaired(f"6e23{reference} FLOP")


def test_powers():
    assert "6×10^23" in repaired("6×10²³")
    page = "<html><body><p>It took 6×10<sup>23</sup> FLOP.</p></body></html>"
    assert "10^23" in main_text(page.encode())


def test_decoding():
    assert decoded("算力约为".encode("gb18030")) == "算力约为"
    assert decoded("算力".encode()[:-1]) == "算"
    assert decoded(b"plain \xff" + b"x" * 200) == "plain " + "x" * 200


def test_kinds():
    assert kind_of(b"%PDF-1.7") == "pdf"
    assert kind_of(b"  <!DOCTYPE html>") == "html"
    assert kind_of(b"# Title") == "text"


def test_deep_and_broken_pages_end():
    assert "x" in main_text(b"<html>" + b"<div>" * 10_000 + b"x")
    assert main_text(b"%PDF-1.4 broken") == ""
