"""A table of published models in Epoch's format, as rows of facts.

What belongs here: cells. Columns may be missing, named as in any edition, or dirty;
what cannot be read is unknown. What does not: which rows are used (rules.py).
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from pipeline.notes.tables import clean

_DATA = ("training dataset size (total)", "training dataset size (datapoints)")


@dataclass(frozen=True)
class Row:
    """What a row states of one model; None or '' where it states nothing.

    `flop` is the published compute: it is scored against, and nothing else reads it.
    """

    number: int
    name: str
    published_on: date | None
    flop: float | None
    tuned: bool  # has a base model, or compute of a fine-tune
    domains: frozenset[str]
    hardware: str
    chips: float | None
    hours: float | None
    chip_hours: float | None
    mfu: float | None
    hfu: float | None
    fp8: bool
    parameters: float | None
    data: float | None
    epochs: float | None
    parameter_notes: str
    data_notes: str
    about: str  # name, title and abstract


def read_rows(path: Path) -> list[Row]:
    """The rows of a file.

    Raises:
        ValueError: in one sentence, if it is no table of models.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    cells = list(filter(any, csv.reader(text.splitlines(keepends=True))))
    header = [clean(h).casefold() for h in cells[0]] if cells else []
    if not {"model", "training compute (flop)"} <= set(header):
        raise ValueError(
            f"{path} is no table of models: it needs the columns "
            "`Model` and `Training compute (FLOP)`"
        )
    return [
        _row(number, _getter(header, values))
        for number, values in enumerate(cells[1:], start=1)
    ]


def read_peaks(path: Path) -> dict[str, float]:
    """16-bit peaks of an Epoch table of hardware, by name in lower case.

    Where it has no tensor peak, the vector peak in FP16, then that in FP32.
    """
    frame = pd.read_csv(path, dtype=str)
    names = frame["Hardware name"].fillna("").map(clean).str.casefold()
    peaks = pd.Series(math.nan, index=frame.index)
    for start in ("tensor-fp16", "fp16", "fp32"):
        for column in frame.columns[frame.columns.str.casefold().str.startswith(start)]:
            peaks = peaks.fillna(pd.to_numeric(frame[column], errors="coerce"))
    return {n: float(p) for n, p in zip(names, peaks, strict=True) if p > 0}


def _getter(header: list[str], values: list[str]) -> Callable[..., str]:
    cell = dict(zip(header, map(clean, values), strict=False))

    def text(*names: str) -> str:
        """The first cell that holds something, by its names in several editions."""
        return next((cell[name] for name in names if cell.get(name)), "")

    return text


def _row(number: int, text: Callable[..., str]) -> Row:
    return Row(
        number=number,
        name=text("model"),
        published_on=_day(text("publication date")),
        flop=_number(text("training compute (flop)")),
        tuned=bool(text("base model", "finetune compute (flop)")),
        domains=frozenset(
            clean(d).casefold() for d in text("domain").split(",") if clean(d)
        ),
        hardware=text("training hardware"),
        chips=_number(text("hardware quantity")),
        hours=_number(text("training time (hours)")),
        chip_hours=_number(text("training chip-hours")),
        mfu=_share(text("hardware utilization (mfu)", "hardware utilization")),
        hfu=_share(text("hardware utilization (hfu)")),
        fp8="fp8" in text("numerical format").casefold(),
        parameters=_number(text("parameters")),
        data=_number(text(*_DATA)),
        epochs=_number(text("epochs")),
        parameter_notes=text("parameters notes"),
        data_notes=text("dataset size notes"),
        about=" ".join((text("model"), text("reference"), text("abstract"))),
    )


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def _share(text: str) -> float | None:
    value = _number(text.removesuffix("%").strip())
    if value is not None and (text.endswith("%") or value > 1):
        value /= 100
    return value if value is not None and value <= 1 else None


def _day(text: str) -> date | None:
    found = pd.to_datetime(text, errors="coerce")
    return None if pd.isna(found) else found.date()
