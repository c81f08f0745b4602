"""PDFs: English and Chinese, broken, scanned, and under a password."""

import io

import pytest
from draft_scores import ROOT, registry
from pypdf import PdfWriter
from typer.testing import CliRunner

from pipeline.cli.note import app
from pipeline.notes.draft.candidates import extract
from pipeline.notes.draft.clean import main_text
from pipeline.notes.draft.pdf import unwrapped

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


def pdf(lines: list[str]) -> bytes:
    """A PDF of one page as printers write it: glyph numbers, their characters apart."""
    glyphs = {c: k for k, c in enumerate(sorted(set("".join(lines))), 1)}
    shown = "".join(
        f"<{''.join(f'{glyphs[c]:04x}' for c in line)}> Tj T* " for line in lines
    )
    content = f"BT /F 9 Tf 12 TL 40 700 Td {shown}ET"
    chars = "\n".join(
        f"<{k:04x}> <{c.encode('utf-16-be').hex()}>" for c, k in glyphs.items()
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange "
        f"<0000> <ffff> endcodespacerange\n{len(glyphs)} beginbfchar\n{chars}\n"
        "endbfchar endcmap end"
    )
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R"
        "/Resources<</Font<</F 5 0 R>>>>>>",
        f"<</Length {len(content)}>>stream\n{content}\nendstream",
        "<</Type/Font/Subtype/Type0/BaseFont/A/Encoding/Identity-H"
        "/DescendantFonts[6 0 R]/ToUnicode 7 0 R>>",
        "<</Type/Font/Subtype/CIDFontType2/BaseFont/A/DW 500"
        "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>>>",
        f"<</Length {len(cmap)}>>stream\n{cmap}\nendstream",
    ]
    out = b"%PDF-1.4\n"
    at = []
    for number, entry in enumerate(objects, 1):
        at.append(len(out))
        out += f"{number} 0 obj\n{entry}\nendobj\n".encode()
    table = "".join(f"{k:010} 00000 n \n" for k in at)
    size = len(objects) + 1
    return (
        out
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n"
            f"<</Size {size}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
        ).encode()
    )


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
    found = extract(main_text(pdf(lines)), registry())
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
        (pdf(ENGLISH)[:300], "is a broken PDF"),
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
