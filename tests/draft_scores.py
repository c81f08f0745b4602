"""Precision and recall of candidates on labelled articles, an article at a time.

A label is `[subject, fact, value]` or `[subject, fact, value, bound]`; `a|b` accepts
either subject, null says that no subject is stated. Facts are the kinds of evidence and
the parts of those that have several (chips, tokens, steps, …).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import yaml

from pipeline.drafting.clean import main_text
from pipeline.drafting.rules import extract
from pipeline.notes.registry import Registry, build, read_hardware, read_models

PARTS = ("chips", "tokens", "parameters", "steps", "prompts", "samples", "mean_tokens")


def facts(c: Mapping[str, Any]) -> list[tuple[str, float]]:
    """What one candidate states, as (fact, value)."""
    value, kind = c["value"], c["evidence"]
    if c["unit"] == "%" and kind != "score":
        value = value / 100
    if c["unit"] == "OOM":
        value = 10**value
    stated = [("flop", value)] if kind in ("flop", "bound") else [(kind, value)]
    if kind == "bound":
        stated.append(("bound", value))
    if kind == "share_of_run":
        stated = [("share", value)]
    scale = 0.01 if c["unit"] == "%" and kind != "score" else 1
    stated += [
        (end, c[end] * scale) for end in ("low", "high") if c.get(end) is not None
    ]
    return stated + [(p, c[p]) for p in PARTS if c.get(p) is not None]


def subject(c: Mapping[str, Any]) -> str | None:
    """Whom a candidate is about; of a rate of growth, what grows."""
    return c["of"] if c["evidence"] == "growth_rate" else c["model"]


@dataclass
class Score:
    """Counts over articles; `lines` says what was wrong."""

    labels: int = 0
    candidates: int = 0
    figures: int = 0
    subjects: int = 0
    right: int = 0
    lines: list[str] = field(default_factory=list)

    def __iadd__(self, other: Score) -> Score:
        for name in ("labels", "candidates", "figures", "subjects", "right"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.lines += other.lines
        return self

    @property
    def recall(self) -> float:
        """Of the labels, those with a candidate of this value and kind."""
        return self.figures / max(1, self.labels)

    @property
    def subject(self) -> float:
        """Of the labels, those whose candidate has the subject, too."""
        return self.subjects / max(1, self.labels)

    @property
    def precision(self) -> float:
        """Of the candidates, those with a labelled value, kind and subject."""
        return self.right / max(1, self.candidates)

    def __str__(self) -> str:
        return (
            f"recall {self.recall:.2f}, with subject {self.subject:.2f}, precision "
            f"{self.precision:.2f} ({self.labels} labels, {self.candidates} candidates)"
        )


def score(
    candidates: Iterable[Mapping[str, Any]], labels: list[list[Any]], name: Any
) -> Score:
    """Compare the candidates of one article with its labels.

    Args:
        candidates: as `headroom note draft --json` prints them.
        labels: see above.
        name: a spelling → the id that candidates carry.
    """
    got = list(candidates)
    total = Score(labels=len(labels), candidates=len(got))
    supported: set[int] = set()
    for label in labels:
        who, fact, stated, *bound = label
        value = float(stated)  # PyYAML reads 1e23 as text
        subjects = {name(s) for s in str(who).split("|")} if who else {None}
        fits = [
            k for k, c in enumerate(got)
            if any(f == fact and math.isclose(v, value, rel_tol=0.011)
                   for f, v in facts(c))
            and (not bound or c.get("bound") == bound[0])
        ]  # fmt: skip
        right = [k for k in fits if subject(got[k]) in subjects]
        total.figures += bool(fits)
        total.subjects += bool(right)
        supported.update(right)
        if not right:
            said = ", ".join(str(got[k]["model"]) for k in fits)
            total.lines.append(f"  {label}: {f'given to {said}' if fits else 'missed'}")
    total.right = len(supported)
    total.lines += [
        f"  not labelled: {c['model'] or c.get('of')} {c['evidence']} {c['text']!r}"
        for k, c in enumerate(got) if k not in supported
    ]  # fmt: skip
    return total


ROOT = Path(__file__).parents[1]
ARTICLES = ROOT / "tests" / "drafting" / "articles"


def registry() -> Registry:
    """The shipped models and hardware."""
    sources = ROOT / "sources"
    models, _ = read_models("models.yaml", (sources / "models.yaml").read_bytes())
    chips, _ = read_hardware("hardware.csv", (sources / "hardware.csv").read_bytes())
    return build(models, chips)[0]


def name_in(known: Registry) -> Callable[[str], str]:
    """A spelling of a label → the id that candidates carry."""
    return lambda spelled: known.model(spelled) or spelled.replace(".", "-")


def labelled() -> dict[str, tuple[bytes, list[list[Any]]]]:
    """The labelled articles: name → bytes and labels."""
    found = {}
    for path in sorted(ARTICLES.glob("*.yaml")):
        article = next(p for p in ARTICLES.glob(path.stem + ".*") if p != path)
        data = article.read_bytes()
        if b"|||||" in data:
            data = two_columns(data.decode())
        found[path.stem] = data, yaml.safe_load(path.read_text())
    return found


def two_columns(text: str) -> bytes:
    """A PDF that draws the lines of its two columns row by row."""
    head, body = text.split("=====\n")
    left, right = (column.strip().splitlines() for column in body.split("|||||"))
    lines = [(40, 760 - 14 * k, x) for k, x in enumerate(head.splitlines())]
    for k, (a, b) in enumerate(zip_longest(left, right, fillvalue="")):
        lines += [(40, 700 - 14 * k, a), (320, 700 - 14 * k, b)]
    return pdf([x for x in lines if x[2]])


def pdf(lines: list[tuple[int, int, str]]) -> bytes:
    """A PDF of one page as printers write it: glyph numbers, their characters apart.

    A text may hold `10^{24}`, which is drawn as small digits behind a 10.
    """
    drawn = [(x, y, re.sub(r"[{}^]", "", t)) for x, y, t in lines]
    glyphs = {c: k for k, c in enumerate(sorted(set("".join(t for *_, t in drawn))), 1)}

    def shown(t: str) -> str:
        return f"<{''.join(f'{glyphs[c]:04x}' for c in t)}> Tj"

    parts = []
    for x, y, t in lines:
        parts.append(f"BT /F 9 Tf 1 0 0 1 {x} {y} Tm")
        for k, piece in enumerate(re.split(r"\^\{?(\d+)\}?", t)):
            size = f"/F 6 Tf {shown(piece)} /F 9 Tf" if k % 2 else shown(piece)
            parts.append(size if piece else "")
        parts.append("ET")
    content = " ".join(parts)
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


def all_scores() -> dict[str, Score]:
    """The score of each labelled article."""
    known = registry()
    return {
        name: score(
            [asdict(c) for c in extract(main_text(data), known).candidates],
            labels,
            name_in(known),
        )
        for name, (data, labels) in labelled().items()
    }
