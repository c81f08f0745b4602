"""One dataset file: its vintage, its columns by header, its rows as values.

What belongs here: reading cells, and why a row is of no use by itself. What does not:
other rows, other files and the registry (bulk.py).

The name of a file carries its vintage, the day from which the world could know its
values: `<name>_<YYYY-MM-DD>.csv`, or `<name>_<YYYY-MM>.csv`, which counts from the last
day of that month, because nobody knows that it was out any sooner. The file
`notable_ai_models_2026-07.csv` is the source `epoch-notable-2026-07`.
"""

from __future__ import annotations

import calendar
import csv
import hashlib
import io
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from pipeline.notes.bulk_names import clean
from pipeline.notes.constants import Assumption
from pipeline.notes.faults import Fault, short

NAME, DATE, COMPUTE = "Model", "Publication date", "Training compute (FLOP)"
REQUIRED = (NAME, DATE, COMPUTE)
LOW, HIGH = "Training compute lower bound", "Training compute upper bound"
_LABELS = ("confident", "likely", "speculative")
_FILE = re.compile(
    r"^(?P<name>[a-z0-9]+(?:[_-][a-z0-9]+)*)_"
    r"(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?\.csv$"
)


@dataclass(frozen=True)
class Limits:
    """Constants of the reading, from assumptions.yaml."""

    same_value: float
    floor: float
    floor_since: float

    @classmethod
    def of(cls, assumptions: tuple[Assumption, ...]) -> Limits:
        """From the entries of assumptions.yaml.

        Raises:
            KeyError: naming an entry that is missing.
        """
        values = {a.id: a.value for a in assumptions}
        return cls(
            values["bulk.same_value"],
            values["bulk.floor"],
            values["bulk.floor_since_year"],
        )


@dataclass(frozen=True)
class Row:
    """One row; `outcome` is '' where it is usable, else why not, `reason` in words."""

    number: int
    name: str
    developer: str
    published_on: date | None
    value: float | None
    low: float | None
    high: float | None
    label: str
    notable: bool
    url: str | None
    outcome: str
    reason: str
    caveat: str


@dataclass(frozen=True)
class Dataset:
    """One readable file."""

    path: str
    sha256: str
    source_id: str
    kind: str  # what the file lists, such as `notable`
    edition: str  # the vintage as the file's name has it
    vintage: date
    rows: tuple[Row, ...]

    @property
    def is_notable(self) -> bool:
        """Whether the file lists notable models only."""
        return self.kind == "notable"


def vintage_of(file_name: str) -> tuple[str, str, date] | None:
    """Name, edition and vintage of a dataset file; None where its name has none."""
    match = _FILE.match(file_name)
    if match is None:
        return None
    year, month = int(match["year"]), int(match["month"])
    try:
        day = int(match["day"] or calendar.monthrange(year, month)[1])
        vintage = date(year, month, day)
    except (ValueError, calendar.IllegalMonthError):
        return None
    edition = file_name.removesuffix(".csv").removeprefix(match["name"] + "_")
    return match["name"], edition, vintage


def read_dataset(
    path: str, data: bytes, limits: Limits, latest: date
) -> tuple[Dataset | None, list[Fault]]:
    """One file; a file that cannot be read at all is a fault and None.

    Args:
        path: relative to sources/.
        data: its bytes.
        limits: what is plausible.
        latest: a vintage after this day is a typing error.
    """
    named = vintage_of(PurePosixPath(path).name)
    if named is None:
        return None, [
            Fault(path, 0, "", "the file's name carries no vintage",
                  "Rename it to <name>_<YYYY-MM-DD>.csv")
        ]  # fmt: skip
    name, edition, vintage = named
    if vintage > latest:
        return None, [
            Fault(path, 0, "", "the vintage lies in the future",
                  "Mend the date in the file's name", edition)
        ]  # fmt: skip
    try:
        text = data.decode("utf-8-sig")
        cells = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        return None, [
            Fault(path, 0, "", f"not a CSV file in UTF-8: {error}",
                  "Fetch it again with `headroom fetch epoch`")
        ]  # fmt: skip
    header = [clean(h) for h in cells[0]] if cells else []
    missing = [h for h in REQUIRED if h not in header]
    if missing:
        return None, [
            Fault(path, 1, missing[0], "the column is missing",
                  "Fetch Epoch's file again, or take the file out of datasets/",
                  short(", ".join(header)))
        ]  # fmt: skip
    kind = name.replace("_", "-").removesuffix("-models").removesuffix("-ai")
    return Dataset(
        path=path,
        sha256=hashlib.sha256(data).hexdigest(),
        source_id=f"epoch-{kind}-{edition}",
        kind=kind,
        edition=edition,
        vintage=vintage,
        rows=tuple(
            _row(k, dict(zip(header, values, strict=False)), kind, limits)
            for k, values in enumerate(filter(None, cells[1:]), start=1)
        ),
    ), []


def _row(number: int, cell: Mapping[str, str], kind: str, limits: Limits) -> Row:
    def text(column: str) -> str:
        return clean(cell.get(column, ""))

    label = text("Confidence")
    spread, vouched = _label(label)
    day = _day(text(DATE))
    value = _number(text(COMPUTE))
    low, high, of_range = _range(value, _number(text(LOW)), _number(text(HIGH)))
    outcome, reason = _use(text, value, day, label, limits)
    link = text("Link")
    return Row(
        number=number,
        name=text(NAME),
        developer=text("Organization") or "unknown",
        published_on=day,
        value=value,
        low=low,
        high=high,
        label=spread,
        notable=kind == "notable" or bool(text("Notability criteria")),
        url=link if re.match(r"^https?://\S+$", link) else None,
        outcome=outcome,
        reason=reason,
        caveat=" ".join(filter(None, (vouched, of_range))),
    )


def _use(
    text: Callable[[str], str],
    value: float | None,
    day: date | None,
    label: str,
    limits: Limits,
) -> tuple[str, str]:
    """Why a row cannot be used, as a code and in words; two empty texts if it can."""
    stated = text(COMPUTE)
    if not text(NAME):
        return "no_name", "the row has no name"
    if not stated and (text(LOW) or text(HIGH)):
        return "bound_only", "the file states a bound on the compute, no estimate"
    if not stated:
        return "no_compute", "the file states no compute"
    if value is None:
        return "unreadable", f"the compute is no positive number: {short(stated)!r}"
    if label.casefold() == "wrong":
        return "marked_wrong", "the file labels its own estimate as wrong"
    if day is None and text(DATE):
        return "unreadable", f"the publication date is no date: {short(text(DATE))!r}"
    if day is None:
        return "no_date", "the file states no publication date"
    if value < limits.floor and day.year >= limits.floor_since:
        floor = f"{limits.floor:g} FLOP, the least plausible of a model of that year"
        return "implausible", f"{value:g} FLOP is below {floor}"
    return "", ""


def _label(label: str) -> tuple[str, str]:
    """Epoch's label as a spread, and a caveat where the file does not vouch."""
    if label.casefold() in _LABELS:
        return label.casefold(), ""
    said = f"labels it {label}" if label else "gives it no label"
    return "speculative", f"The file {said}: read as speculative."


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and value > 0 else None


def _range(
    value: float | None, low: float | None, high: float | None
) -> tuple[float | None, float | None, str]:
    """The stated range, where it has two ends around the value."""
    if value is None or (low is None and high is None):
        return None, None, ""
    if low is not None and high is not None and low <= value <= high and low < high:
        return low, high, ""
    ends = " ".join(
        f"{name} bound {end:g};"
        for name, end in (("lower", low), ("upper", high))
        if end is not None
    )
    return None, None, f"The file also states a {ends} no range around the value."


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
