"""Precision and recall of candidates on the labelled articles."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import yaml

from pipeline.notes.draft.candidates import extract
from pipeline.notes.draft.clean import main_text
from pipeline.notes.draft.place import Candidate
from pipeline.notes.registry import Registry, build, read_hardware, read_models

ROOT = Path(__file__).parents[1]
ARTICLES = ROOT / "tests" / "data" / "articles"


def registry() -> Registry:
    sources = ROOT / "sources"
    models, _ = read_models("models.yaml", (sources / "models.yaml").read_bytes())
    chips, _ = read_hardware("hardware.csv", (sources / "hardware.csv").read_bytes())
    return build(models, chips)[0]


@dataclass(frozen=True)
class Score:
    labels: int
    candidates: int
    found: int
    subjects: int
    misses: tuple[str, ...]

    @property
    def precision(self) -> float:
        return self.found / self.candidates

    @property
    def recall(self) -> float:
        return self.found / self.labels

    @property
    def subject(self) -> float:
        return self.subjects / self.labels

    def __str__(self) -> str:
        return (
            f"value+unit: precision {self.precision:.2f}, recall {self.recall:.2f}; "
            f"subject+kind {self.subject:.2f} ({self.labels} labels)"
        )


def same(c: Candidate, label: dict) -> bool:
    fits = math.isclose(c.value, float(label["value"]), rel_tol=1e-3)
    return c.unit == label["unit"] and fits


def score() -> Score:
    known = registry()
    labels = candidates = found = subjects = 0
    misses: list[str] = []
    for path in sorted(ARTICLES.glob("*.yaml")):
        article = next(p for p in ARTICLES.glob(path.stem + ".*") if p != path)
        wanted = yaml.safe_load(path.read_text())
        got = list(extract(main_text(article.read_bytes()), known).candidates)
        labels += len(wanted)
        candidates += len(got)
        for label in wanted:
            fits = [c for c in got if same(c, label)]
            right = [
                c
                for c in fits
                if (c.model, c.evidence) == (label.get("model"), label["evidence"])
            ]
            if not fits:
                misses.append(f"{path.stem}: missed {label}")
                continue
            best = (right or fits)[0]
            got.remove(best)
            found += 1
            subjects += bool(right)
            if not right:
                misses.append(
                    f"{path.stem}: {label} taken for {best.model} {best.evidence}"
                )
        misses += [f"{path.stem}: too much: {c.text} {c.evidence}" for c in got]
    return Score(labels, candidates, found, subjects, tuple(misses))
