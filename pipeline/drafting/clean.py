"""From the bytes of an article to clean running text.

What belongs here: decoding, main text of a page, removal of scraped noise. What does
not: reading figures. Noise goes first: normalising a circled digit makes a digit of it.
"""

from __future__ import annotations

import html
import re
from typing import Literal

from pipeline.drafting import pdf

MAX_BYTES = 200_000  # a long article has 100 kB; the rest of an input is not read
MAX_LINES = 20_000  # a long article has 2,000; each is repaired by itself
MAX_DEPTH = 200  # deeper pages are no articles; their tags are stripped instead
MAX_PAGES = 60

Kind = Literal["html", "pdf", "text"]

# Enclosed alphanumerics, dingbat digits, enclosed CJK, their supplement, block
# elements, soft hyphens and zero-width characters.
_NOISE = re.compile(
    "[\u2460-\u24ff\u2776-\u2793\u3200-\u32ff\U0001f100-\U0001f1ff"
    "\u2580-\u259f\u00ad\u200b-\u200f\u2060\ufeff]"
)
_REFERENCE = re.compile(r"&#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_SCRIPT = re.compile(r"<(script|style|noscript)\b[^<>]{0,2000}>", re.IGNORECASE)
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]{0,2000}>")
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_POWER = re.compile("10([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})")
_SUP_TAG = re.compile(r"<sup>\s{0,3}([+-]?\d{1,3})\s{0,3}</sup>", re.IGNORECASE)
# Signs that stand for plain ones: hyphens, minus, digits and letters of full width.
_PLAIN = str.maketrans(
    dict.fromkeys("‐‑‒−﹣－", "-")
    | {chr(0xFF10 + k): str(k) for k in range(10)}
    | {chr(0xFF21 + k): chr(65 + k) for k in range(26)}
    | {chr(0xFF41 + k): chr(97 + k) for k in range(26)}
    | {
        "％": "%",
        "＄": "$",
        "．": ".",
        "＋": "+",
        "＝": "=",
        "～": "~",
        "∼": "~",
        "＜": "<",
        "＞": ">",
    }
)
_LATEX = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"\\\$", "US$ "), (r"\$([^$\n]{0,60}?(?:\\[a-zA-Z]{2,8}|\^)[^$\n]{0,60}?)\$", r"\1"),
        (r"\$(\d[\d,.]{0,12})\$", r"\1"),
        (r"\\times(?![a-zA-Z])\s?", "×"), (r"\\cdot(?![a-zA-Z])\s?", "·"), (r"\\(?:approx|simeq)(?![a-zA-Z])\s?", "≈"),
        (r"\\sim(?![a-zA-Z])\s?", "~"), (r"\\(?:leq?|leqslant)(?![a-zA-Z])\s?", "≤"), (r"\\(?:geq?|geqslant)(?![a-zA-Z])\s?", "≥"),
        (r"\\(?:text|mathrm|mathbf|textbf|textit|emph|texttt|mbox)\{([^{}\n]{0,80})\}", r"\1"),
        (r"\{,\}", ","), (r"\\[,;:! ]", " "), (r"\\([%&#_])", r"\1"), (r"(?<=\d)~(?=[A-Za-z])", " "),
    )
)  # fmt: skip
_MARKDOWN = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"!?\[([^\[\]\n]{1,200})\]\((?:https?:|/|#)[^()\s]{0,300}\)", r"\1"),
        (r"(?<!\d)\*\*|\*\*(?!\d)", ""), (r"(?<![\w`])`([^`\n]{1,80})`", r"\1"),
        (r"(?<![\w*])\*(?=\S)([^*\n]{1,200}?\S)\*(?![\w*])", r"\1"),
    )
)  # fmt: skip
_GAP = re.compile(r"\n{3,}")
_BLANKS = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")


def strip_noise(text: str) -> str:
    """Text without characters that a scraper scattered through it."""
    return _NOISE.sub("", text)


def kind_of(data: bytes) -> Kind:
    """What an input is, by its first bytes."""
    head = data[:2000].lstrip().lower()
    if head.startswith(b"%pdf-"):
        return "pdf"
    if re.match(rb"<(!doctype|html|head|body|div|article|p\b|!--|\?xml)", head):
        return "html"
    return "html" if b"<html" in head or b"<body" in head else "text"


def decoded(data: bytes) -> str:
    """Text in UTF-8, else in GB 18030, else in UTF-8 with what is broken left out."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.end >= len(data) - 3:  # cut within a character
            return data[: error.start].decode("utf-8-sig", "ignore")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "ignore")
    loose = data.decode("utf-8", "replace")
    if loose.count("\ufffd") * 50 < len(loose):
        return loose.replace("\ufffd", "")
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        return loose.replace("\ufffd", " ")


def main_text(data: bytes) -> str:
    """Clean text of an HTML page, a PDF, Markdown or plain text.

    At most MAX_BYTES and MAX_LINES of a page or text and MAX_PAGES of a PDF are read.
    """
    kind = kind_of(data)
    if kind == "pdf":
        return repaired(pdf.text(data, MAX_PAGES, MAX_BYTES))
    text = decoded(data[:MAX_BYTES])
    if kind == "html":
        return repaired(_page(strip_noise(_entities(text))))
    return repaired(text)


def repaired(text: str) -> str:
    """Plain text with noise removed, encodings repaired and blanks folded."""
    import ftfy

    text = _CONTROL.sub("", strip_noise(text)).translate(_PLAIN)
    text = _POWER.sub(lambda m: "10^" + m[1].translate(_SUPERSCRIPT), text)
    text = "\n".join(_GAP.sub("\n\n", text).split("\n", MAX_LINES)[:MAX_LINES])
    text = ftfy.fix_text(text, ftfy.TextFixerConfig(normalization="NFC"))
    text = strip_noise(_CONTROL.sub("", text))  # what the repair brought to light
    for pattern, plain in (*_LATEX, *_MARKDOWN):
        text = pattern.sub(plain, text)
    return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.splitlines())


def one_line(text: str) -> str:
    """Cleaned text without line breaks, such as a title."""
    return " ".join(repaired(text).split())


def _entities(text: str) -> str:
    """Numeric references resolved when they stand for noise, kept otherwise."""

    def one(match: re.Match[str]) -> str:
        return match[0] if strip_noise(html.unescape(match[0])) else ""

    return _REFERENCE.sub(one, text)


def _page(text: str) -> str:
    text = _SUP_TAG.sub(r"^\1", text)
    if too_deep(text):
        return _stripped(text)
    import trafilatura

    try:
        found = trafilatura.extract(
            text, include_comments=False, include_tables=True, favor_recall=True
        )
    except Exception:  # noqa: BLE001 - its parsers raise whatever broken pages provoke
        found = None
    return str(found) if found else _stripped(text)


def too_deep(text: str) -> bool:
    """Whether elements stand in one another as in no article; parsers recurse."""
    depth = 0
    for match in re.finditer(r"<(/?)[a-zA-Z]", text):
        depth = max(0, depth + (-1 if match[1] else 1))
        if depth > MAX_DEPTH:
            return True
    return False


def _stripped(text: str) -> str:
    parts: list[str] = []
    at = 0
    lower = text.lower()
    for match in _SCRIPT.finditer(text):
        if match.start() < at:
            continue
        parts.append(text[at : match.start()])
        end = lower.find(f"</{match[1].lower()}", match.end())
        at = len(text) if end < 0 else end
    parts.append(text[at:])
    return html.unescape(_TAG.sub("\n", "".join(parts)))
