"""One table of another organisation: its vintage, its columns by header, its rows.

What belongs here: what a connector states, reading cells, and why a row is of no use by
itself. What does not: other rows, other files and the registry (merge.py).

The name of a file carries its vintage, the day from which the world could know its
values: `<name>_<YYYY-MM-DD>.csv`, or `<name>_<YYYY-MM>.csv`, which counts from the last
day of that month, because nobody knows that it was out any sooner. The file
`notable_ai_models_2026-07.csv` of Epoch AI is the source `epoch-notable-2026-07`.
"""

from __future__ import annotations

import calendar
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath

from pipeline.datasets.cells import Style, StyleError, day, number, style_of
from pipeline.datasets.names import slug
from pipeline.notes.constants import Assumption
from pipeline.notes.faults import Fault, short
from pipeline.notes.frontmatter import Unreadable
from pipeline.notes.tables import Table, clean, read_table

_FILE = re.compile(
    r"^(?P<name>.*?[^\s_-])[\s_-]+(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?"
    r"(?:\s*\(\d+\))?\.(?:csv|tsv|parquet)$",  # a browser numbers its downloads
    re.IGNORECASE,
)
_TOO_EARLY = 0.1  # of the usable rows: then it is the file's vintage that is wrong


@dataclass(frozen=True)
class Connector:
    """How the tables of one organisation are read.

    Columns are named as the header spells them, the likeliest first; `name`,
    `published` and `compute` are needed, the others used where they are there.

    Attributes:
        id: First word of the ids of its files, and the NAME of `headroom fetch NAME`.
        publisher: Who publishes it.
        page: Where a reader finds it.
        licence: Under which terms.
        title: What the table is called.
        name: The model.
        published: Its date.
        compute: Its training compute.
        flop_per_unit: FLOP in one unit of `compute`.
        developer: Who trained it.
        low: Lower end of a range of the compute.
        high: Upper end.
        label: The organisation's word for how sure it is.
        labels: That word, in lower case → one of ours; any other is speculative.
        marks_wrong: The label of a row that the organisation disowns.
        notability: A column that is filled for notable models.
        link: The source of the row.
        passes_on: Id of the connector whose figures it passes on; they are echoes.
        address: Where `headroom fetch` finds the table; None where nowhere.
    """

    id: str
    publisher: str
    page: str
    licence: str
    title: str
    name: Sequence[str]
    published: Sequence[str]
    compute: Sequence[str]
    flop_per_unit: float = 1.0
    developer: Sequence[str] = ()
    low: Sequence[str] = ()
    high: Sequence[str] = ()
    label: Sequence[str] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    marks_wrong: str = ""
    notability: Sequence[str] = ()
    link: Sequence[str] = ()
    passes_on: str | None = None
    address: str | None = None

    def missing(self, header: Sequence[str]) -> list[str]:
        """The needed columns that a header does not have."""
        needed = (self.name, self.published, self.compute)
        return [names[0] for names in needed if _place(names, header) is None]


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

    connector: Connector
    path: str
    sha256: str
    kind: str  # what the file lists, such as `notable`
    edition: str  # the vintage as the file's name has it
    vintage: date
    rows: tuple[Row, ...]

    @property
    def source_id(self) -> str:
        """Id of the file as a source."""
        return f"{self.connector.id}-{self.kind}-{self.edition}"

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
        number_of_day = int(match["day"] or calendar.monthrange(year, month)[1])
        vintage = date(year, month, number_of_day)
    except (ValueError, calendar.IllegalMonthError):
        return None
    parts = (match["year"], match["month"], match["day"])
    return match["name"], "-".join(filter(None, parts)), vintage


def read_dataset(
    path: str,
    data: bytes,
    limits: Limits,
    latest: date,
    connectors: Sequence[Connector],
) -> tuple[Dataset | None, list[Fault]]:
    """One file; a file that cannot be read at all is a fault and None.

    Args:
        path: relative to sources/.
        data: its bytes.
        limits: what is plausible.
        latest: a vintage after this day is a typing error.
        connectors: who may have made it.
    """
    named = vintage_of(PurePosixPath(path).name)

    def refuse(problem: str, remedy: str, line: int = 0, field: str = "",
               seen: str = "") -> tuple[None, list[Fault]]:  # fmt: skip
        return None, [Fault(path, line, field, problem, remedy, seen)]

    if named is None:
        return refuse(
            "the file's name carries no vintage",
            "Rename it to <name>_<YYYY-MM-DD>.csv (or .tsv, .parquet)",
        )
    name, edition, vintage = named
    if vintage > latest:
        return refuse(
            "the vintage lies in the future",
            "Mend the date in the file's name",
            seen=edition,
        )
    try:
        table = _parquet(path, data) if data[:4] == b"PAR1" else read_table(path, data)
    except Unreadable as unreadable:
        return None, [unreadable.fault]
    connector, missing = _maker(table.header, connectors)
    if missing:
        return refuse(
            f"no connector knows this header; of {connector.publisher}'s columns "
            f"{', '.join(missing)} is missing",
            "Check that it is the table you meant, or write a connector "
            "(docs/how-to/connector.md)",
            1, missing[0], short(", ".join(table.header)),
        )  # fmt: skip
    if not table.rows:
        return refuse("the table has a header and no rows", "Fetch it again", 1)
    columns = _Columns(connector, table.header)
    try:
        style = style_of(columns.figures(table))
    except StyleError as error:
        return refuse(str(error), "Save it with one decimal sign", 0, columns.compute)
    kind = slug(name).removesuffix("-models").removesuffix("-ai")
    rows = tuple(
        columns.row(k, cells, style, kind, limits, vintage)
        for k, (_, cells) in enumerate(table.rows, start=1)
    )
    digest = hashlib.sha256(data).hexdigest()
    dataset = Dataset(connector, path, digest, kind, edition, vintage, rows)
    why, remedy = _useless(dataset)
    return refuse(why, remedy) if why else (dataset, [])


def _maker(
    header: Sequence[str], connectors: Sequence[Connector]
) -> tuple[Connector, list[str]]:
    """The connector that a header fits best, and what it misses of its columns."""
    found = ((connector, connector.missing(header)) for connector in connectors)
    return min(found, key=lambda pair: len(pair[1]))


def _useless(dataset: Dataset) -> tuple[str, str]:
    """Why nothing of the file should be believed, and what to do; '' if it may."""
    outcomes = Counter(row.outcome for row in dataset.rows)
    if outcomes["before_release"] > _TOO_EARLY * (
        outcomes[""] + outcomes["before_release"]
    ):
        return (
            f"{outcomes['before_release']} of its models were released after its "
            f"vintage, {dataset.edition}",
            "Mend the date in the file's name: the day from which it was public",
        )
    if not outcomes[""] and outcomes["unreadable"]:
        first = next(row for row in dataset.rows if row.outcome == "unreadable")
        return (
            f"none of its {len(dataset.rows)} rows can be read; the first: "
            f"{first.reason}",
            "Save dates as 2025-05-14 and numbers as 6e23",
        )
    return "", ""


def _parquet(path: str, data: bytes) -> Table:
    """A Parquet file as text cells, like a CSV file of the same table."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        read = pq.read_table(io.BytesIO(data))
        listed = [column.to_pylist() for column in read.columns]
    except (pa.ArrowException, OSError, ValueError) as error:
        problem = f"not a readable Parquet file: {short(error)}"
        raise Unreadable(Fault(path, 0, "", problem, "Fetch it again")) from error
    header = tuple(clean(str(name)) for name in read.column_names)
    rows = zip(*listed, strict=True)
    texts = (tuple("" if v is None else str(v) for v in row) for row in rows)
    return Table(header, tuple(enumerate(texts, start=2)), "")


def _place(names: Sequence[str], header: Sequence[str]) -> int | None:
    """The column of a header that has one of the names."""
    known = [title.casefold() for title in header]
    places = (known.index(n.casefold()) for n in names if n.casefold() in known)
    return next(places, None)


class _Columns:
    """A connector's columns in one header."""

    def __init__(self, connector: Connector, header: Sequence[str]) -> None:
        self._by = connector
        self._width = len(header)
        fields = ("name", "published", "compute", "developer", "low", "high", "label",
                  "notability", "link")  # fmt: skip
        self._at = {f: _place(getattr(connector, f), header) for f in fields}
        self.compute = header[self._at["compute"] or 0]

    def figures(self, table: Table) -> Iterable[str]:
        """Every cell that should hold a number."""
        for _, cells in table.rows:
            for name in ("compute", "low", "high"):
                yield self._text(cells, name)

    def row(
        self,
        place: int,
        cells: Sequence[str],
        style: Style,
        kind: str,
        limits: Limits,
        vintage: date,
    ) -> Row:
        """One row as values, and what it is good for."""

        def text(name: str) -> str:
            return self._text(cells, name)

        def flop(name: str) -> float | None:
            value = number(text(name), style)
            return None if value is None else value * self._by.flop_per_unit

        label = text("label")
        spread, vouched = self._label(label)
        released, value = day(text("published")), flop("compute")
        low, high, of_range = _range(value, flop("low"), flop("high"))
        outcome, reason = "", ""
        if len(cells) > self._width:
            outcome = "unreadable"
            reason = f"the row has {len(cells)} cells, the header {self._width}"
        elif text("name") != " ".join(cells[self._at["name"] or 0].split()):
            outcome, reason = "unreadable", "the name holds a control character"
        else:
            disowned = bool(label) and label.casefold() == self._by.marks_wrong
            outcome, reason = _use(text, value, released, disowned, limits, vintage)
        link = text("link")
        return Row(
            number=place,
            name=text("name"),
            developer=text("developer") or "unknown",
            published_on=released,
            value=value,
            low=low,
            high=high,
            label=spread,
            notable=kind == "notable" or bool(text("notability")),
            url=link if re.match(r"^https?://\S+$", link) else None,
            outcome=outcome,
            reason=reason,
            caveat=" ".join(filter(None, (vouched, of_range))),
        )

    def _text(self, cells: Sequence[str], name: str) -> str:
        at = self._at[name]
        return clean(cells[at]) if at is not None and at < len(cells) else ""

    def _label(self, label: str) -> tuple[str, str]:
        """The organisation's label as ours, and a caveat where it does not vouch."""
        ours = self._by.labels.get(label.casefold())
        if ours is not None:
            return ours, ""
        said = f"labels it {label}" if label else "gives it no label"
        return "speculative", f"The file {said}: read as speculative."


def _use(
    text: Callable[[str], str],
    value: float | None,
    released: date | None,
    disowned: bool,
    limits: Limits,
    vintage: date,
) -> tuple[str, str]:
    """Why a row cannot be used, as a code and in words; two empty texts if it can."""
    stated, dated = text("compute"), text("published")
    checks: tuple[tuple[bool, str, str], ...] = (
        (not text("name"), "no_name", "the row has no name"),
        (
            not stated and bool(text("low") or text("high")),
            "bound_only",
            "the file states a bound on the compute, no estimate",
        ),
        (not stated, "no_compute", "the file states no compute"),
        (
            value is None,
            "unreadable",
            f"the compute is no positive number: {short(stated)!r}",
        ),
        (disowned, "marked_wrong", "the file labels its own estimate as wrong"),
        (
            released is None and bool(dated),
            "unreadable",
            f"the publication date is none that can be read: {short(dated)!r}",
        ),
        (released is None, "no_date", "the file states no publication date"),
    )
    for broken, outcome, reason in checks:
        if broken:
            return outcome, reason
    if value is None or released is None:  # said above; for the type checker
        return "unreadable", ""
    if released > vintage:
        return "before_release", f"released on {released}, after the file's vintage"
    if value < limits.floor and released.year >= limits.floor_since:
        floor = f"{limits.floor:g} FLOP, the least plausible of a model of that year"
        return "implausible", f"{value:g} FLOP is below {floor}"
    return "", ""


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
