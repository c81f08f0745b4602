"""PDFs: English and Chinese, broken, scanned, and under a password."""

import io

import pytest
from draft_scores import ROOT, pdf, registry
from pypdf import PdfWriter
from typer.testing import CliRunner

from pipeline.cli.note import app
from pipeline.drafting.clean import main_text
from pipeline.drafting.pdf import unwrapped
from pipeline.drafting.rules import extract

ENGLISH = [
    "Cheap reasoning",
    "The team says that the reasoning training of DeepSeek-R1 took about",
    "6e23 FLOP, and that its reinforcement learning cost only $294K. It rein-",
    "forced nothing else.",
]
CHINESE = [
    "推理训练有多贵",
    "据报道,DeepSeek-R1的推理训练算力约为6e23 FLOP,相当于DeepSeek-V3预训",
    "练成本的20%。",
]


def page(lines: list[str]) -> bytes:
    return pdf([(40, 700 - 12 * k, line) for k, line in enumerate(lines)])


def blank(password: str = "") -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(600, 800)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (ENGLISH, [(6e23, "FLOP", "deepseek-r1"), (294e3, "USD", "deepseek-r1")]),
        (CHINESE, [(6e23, "FLOP", "deepseek-r1"), (20, "%", "deepseek-r1")]),
    ],
)
def test_claims_over_the_ends_of_lines(lines, wanted):
    found = extract(main_text(page(lines)), registry())
    assert [(c.value, c.unit, c.model) for c in found.candidates] == wanted


def test_lines_are_joined_but_headings_are_not():
    text = unwrapped("\n".join(ENGLISH))
    assert text.split("\n")[0] == "Cheap reasoning"
    assert "took about 6e23 FLOP" in text
    assert "It reinforced nothing" in text
    assert "预训练成本" in unwrapped("\n".join(CHINESE))
    assert unwrapped("") == ""


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (page(ENGLISH)[:300], "is a broken PDF"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "is a broken PDF"),
        (blank(), "is a PDF without text (1 pages, scanned perhaps)"),
        (blank("secret"), "is a PDF under a password"),
    ],
)
def test_no_text_is_one_sentence(data, told, tmp_path, monkeypatch):
    monkeypatch.setenv("HEADROOM_SOURCES", str(ROOT / "sources"))
    monkeypatch.setenv("HEADROOM_WAREHOUSE", str(tmp_path))
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    done = CliRunner().invoke(app, ["draft", str(path)])
    output = " ".join(done.output.split())
    assert done.exit_code == 1
    assert output.endswith(f"{told}; give the article as text instead")
    assert "Traceback" not in output
