"""Bulk datasets as claims, with an account of every row.

What belongs here: which row becomes which claim, what the claims of several files and
the hand notes have to do with one another. What does not: cells (base.py),
spelling (names.py), and what a claim weighs (estimation/standing.py).

**Rows.** A row with compute and a publication date is a claim on the whole of training
(`total`); every other row has a named reason in raw.bulk_rows. Models that a used row
names and models.yaml does not know become models of their own.

**Files.** They are read in the order of their vintages. A value is disclosed on the
vintage of the first file that has it. The same value in a later file echoes it; another
value, or another confidence, supersedes it; a blank withdraws it (`withdrawn_on`), for
the vintages from then on. A row that is absent says nothing: files differ in what they
list.

**Organisations.** Each has its own row of files. A figure that another organisation's
file states, within `bulk.same_value`, echoes it. A connector that `passes_on` another's
figures is its echo wherever that one lists the model, whatever the edition; where it
came first, the original supersedes it.

**Hand notes.** A row with the value of a hand note's claim on the same model, within
`bulk.same_value`, is the same evidence and `repeats` it, whichever source states it;
those of the organisation's own notes come first. What a person has judged holds: such
an echo never speaks while its original is disclosed, be that fused, doubtful or
corrected. A row with another value is held out wherever the hand notes of primary or
analyst sources have an absolute claim of their own on the node; it counts, with its own
spread, where they have none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from pipeline.datasets import CONNECTORS
from pipeline.datasets.base import Connector, Dataset, Limits, Row, read_dataset
from pipeline.datasets.names import Identities, near
from pipeline.notes.constants import Assumption
from pipeline.notes.faults import Fault
from pipeline.notes.registry import Registry, folded

STAGE = "total"
_SPELLING = 1e-3  # Epoch's file has 2.96e25 as 2.9599999e25: the same figure
_ENDS_A_VALUE = {"no_compute", "bound_only", "marked_wrong"}


@dataclass
class _Standing:
    """The value that holds for a model: its claims (original first) and last row."""

    claims: list[dict[str, Any]]
    row: Row


@dataclass
class _Seen:
    """Where a model was last listed, and the value that holds for it, if any."""

    dataset: Dataset
    row: Row
    standing: _Standing | None
    reported_gone: bool = False


@dataclass(frozen=True)
class Bulk:
    """What the dataset files add to the record, as rows of tables."""

    claims: list[dict[str, Any]] = field(default_factory=list)
    sources: list[dict[str, Any]] = field(default_factory=list)
    models: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    revisions: list[dict[str, Any]] = field(default_factory=list)
    notable: dict[str, bool] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def added_to(self, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
        """The tables of the notes with the rows of the datasets."""
        more = {
            "raw.claims": self.claims,
            "raw.sources": self.sources,
            "core.models": self.models,
        }
        joined = {
            name: pd.DataFrame([*tables[name].to_dict("records"), *rows])
            for name, rows in more.items()
            if rows
        }
        if self.notable:
            models = joined.get("core.models", tables["core.models"])
            notable = models["model_id"].map(self.notable)
            joined["core.models"] = models.assign(is_notable=notable)
        return {
            **tables,
            **joined,
            "raw.bulk_rows": pd.DataFrame(self.rows),
            "raw.bulk_revisions": pd.DataFrame(self.revisions),
        }


def read_bulk(
    files: Mapping[str, bytes],
    registry: Registry,
    hand: pd.DataFrame,
    assumptions: tuple[Assumption, ...],
    latest: date,
    taken: Collection[str] = (),
    connectors: Sequence[Connector] = CONNECTORS,
) -> Bulk:
    """Read all dataset files.

    Args:
        files: path relative to sources/ → bytes; only those in `datasets/` are read.
        registry: models by name.
        hand: raw.claims of the notes.
        assumptions: the constants; `bulk.*` are used.
        latest: a file of a later vintage is refused.
        taken: ids of sources that the notes use.
        connectors: who may have made a file.
    """
    found = Bulk()
    chosen = {p: d for p, d in sorted(files.items()) if p.startswith("datasets/")}
    if not chosen:
        return found
    try:
        limits = Limits.of(assumptions)
    except KeyError as error:
        found.faults.append(
            Fault("assumptions.yaml", 0, str(error.args[0]), "the entry is missing",
                  "Restore it: the datasets are not read without it")
        )  # fmt: skip
        return found
    datasets: dict[str, Dataset] = {}
    for path, data in chosen.items():
        dataset, faults = read_dataset(path, data, limits, latest, connectors)
        found.faults.extend(faults)
        if dataset is not None and dataset.source_id in {*taken, *datasets}:
            found.faults.append(
                Fault(path, 0, "", "its id is that of another source",
                      "Rename the file or the other source", dataset.source_id)
            )  # fmt: skip
        elif dataset is not None:
            datasets[dataset.source_id] = dataset
    reader = _Reader(found, Identities(registry), _by_model(hand), limits.same_value)
    for dataset in sorted(datasets.values(), key=lambda d: (d.vintage, d.path)):
        reader.read(dataset)
    _mark_near(found.rows, registry)
    return found


def _by_model(hand: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Stated totals of the hand notes by model."""
    if hand.empty:
        return {}
    stated = hand[
        (hand["stage"] == STAGE) & (hand["evidence"] == "flop") & hand["bound"].isna()
    ].dropna(subset=["value"])
    found: dict[str, list[dict[str, Any]]] = {}
    for claim in stated.to_dict("records"):
        entry = {"claim_id": claim["claim_id"], "value": claim["value"]}
        found.setdefault(claim["model_id"], []).append(entry)
    return found


class _Reader:
    """Goes through the files in the order of their vintages."""

    def __init__(
        self,
        found: Bulk,
        names: Identities,
        hand: Mapping[str, list[dict[str, Any]]],
        same_value: float,
    ) -> None:
        self._found = found
        self._names = names
        self._hand = hand
        self._same_value = same_value
        # By organisation and model: what its last file said, all it ever claimed.
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._stated: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._last: dict[str, Dataset] = {}
        self._added: set[str] = set()
        self._passes_on: dict[str, str] = {}

    def read(self, dataset: Dataset) -> None:
        """Take in the next file."""
        self._found.sources.append(_source(dataset))
        org, of = dataset.connector.id, dataset.connector.passes_on
        if of is not None:
            self._passes_on[org] = of
        here: dict[str, _Seen] = {}
        spare: dict[str, tuple[Row, dict[str, Any]]] = {}
        accounts = [self._account(dataset, row) for row in dataset.rows]
        for row, entry in zip(dataset.rows, accounts, strict=True):
            if row.outcome:
                model = self._names.known(row.name)
                if model is not None:
                    spare.setdefault(model, (row, entry))
                continue
            model, why = self._names.give(row.name)
            if model in here:
                first = here[model].row
                entry["outcome"] = "duplicate"
                entry["reason"] = f"row {first.number} ({first.name}) is the same model"
                continue
            claim = self._claim(dataset, model, row)
            entry |= {"outcome": "used", "claim_id": claim["claim_id"]}
            entry["reason"] = why or None
            here[model] = self._value(dataset, model, row, claim)
        for model, (row, entry) in spare.items():
            if model not in here and (org, model) in self._seen:
                here[model] = self._blank(dataset, model, row, entry)
        for row, entry in zip(dataset.rows, accounts, strict=True):
            model_id = self._names.known(row.name)
            entry["model_id"] = model_id
            if model_id is not None:
                was = self._found.notable.get(model_id, False)
                self._found.notable[model_id] = was or row.notable
        self._found.rows.extend(accounts)
        self._gone(dataset, here)
        self._seen |= {(org, model): seen for model, seen in here.items()}
        self._last[org] = dataset

    def _account(self, dataset: Dataset, row: Row) -> dict[str, Any]:
        return {
            "dataset": dataset.source_id,
            "row": row.number,
            "name": row.name or None,
            "model_id": None,
            "outcome": row.outcome,
            "reason": row.reason or None,
            "claim_id": None,
            "registered": self._names.is_registered(row.name),
            "near": None,
        }

    def _claim(self, dataset: Dataset, model: str, row: Row) -> dict[str, Any]:
        """The claim of a usable row; the model joins core.models if it is new."""
        if not self._names.is_registered(row.name) and model not in self._added:
            self._found.models.append(_model(model, row))
            self._added.add(model)
        claim = {
            "claim_id": f"{dataset.source_id}/{model}",
            "source_id": dataset.source_id,
            "model_id": model,
            "stage": STAGE,
            "evidence": "flop",
            "value": row.value,
            "unit": "FLOP",
            "low": row.low,
            "high": row.high,
            "range_covers": "all",
            "inputs": json.dumps({"confidence": row.label}),
            "disclosed_on": dataset.vintage,
            "locator": f"row {row.number} of the file ({row.name})",
            "summary": f"{row.name}: {row.value:g} FLOP in the file of "
            f"{dataset.edition} by {dataset.connector.publisher}, {row.label}.",
            "caveat": row.caveat or None,
            "url": row.url,
            "repeats": self._same_elsewhere(dataset, model, row.value or math.nan),
            "supersedes": None,
            "status": "accepted",
            "withdrawn_on": None,
        }
        self._found.claims.append(claim)
        self._stated.setdefault((dataset.connector.id, model), []).append(claim)
        return claim

    def _same_elsewhere(self, dataset: Dataset, model: str, value: float) -> str | None:
        """The claim of a note or of another organisation that a row echoes."""
        org = dataset.connector.id
        noted = self._hand_claim(org, model, value)
        if noted is not None:
            return noted
        original = self._stated.get((self._passes_on.get(org, ""), model))
        if original:
            nearest = min(original, key=lambda c: abs(c["value"] - value))
            return str(nearest["claim_id"])
        for (other, about), seen in self._seen.items():
            held = seen.standing
            if other == org or about != model or held is None:
                continue
            if abs(_figure(held.row) - value) / value <= self._same_value:
                return str(held.claims[0]["claim_id"])
        return None

    def _supersede_passed_on(self, org: str, model: str, claim: dict[str, Any]) -> None:
        """What others passed on of an organisation falls once its own row is there."""
        ids = [
            c["claim_id"]
            for other, of in self._passes_on.items()
            if of == org
            for c in self._stated.get((other, model), [])
            if not c["repeats"]
        ]
        if ids:
            named = filter(None, [claim["supersedes"], *ids])
            claim["supersedes"] = ", ".join(named)
            claim["repeats"] = None if claim["repeats"] in ids else claim["repeats"]

    def _hand_claim(self, org: str, model: str, value: float) -> str | None:
        """The hand claim with the same value: its own first, then the nearest."""
        same = [
            (not str(c["claim_id"]).startswith(f"{org}-"), distance, c["claim_id"])
            for c in self._hand.get(model, [])
            if (distance := abs(c["value"] - value) / value) <= self._same_value
        ]
        return str(min(same)[2]) if same else None

    def _value(
        self, dataset: Dataset, model: str, row: Row, claim: dict[str, Any]
    ) -> _Seen:
        """How a value stands to the one that held so far."""
        org = dataset.connector.id
        before = self._seen.get((org, model))
        if before is not None and folded(before.row.name) != folded(row.name):
            self._revise(model, before.dataset, dataset, "renamed",
                         (before.row.name, row.name))  # fmt: skip
        held = before.standing if before is not None else None
        if held is None:
            self._supersede_passed_on(org, model, claim)
            if org in self._last:
                last = before.dataset if before is not None else self._last[org]
                self._revise(model, last, dataset, "added", (None, _told(row)))
            return _Seen(dataset, row, _Standing([claim], row))
        if _same(held.row, row):
            claim["repeats"] = claim["repeats"] or held.claims[0]["claim_id"]
            return _Seen(dataset, row, _Standing([*held.claims, claim], row))
        claim["supersedes"] = ", ".join(c["claim_id"] for c in held.claims)
        kind = "relabelled" if _same_figure(held.row, row) else "revised"
        told = (_told(held.row), _told(row))
        ratio = _figure(row) / _figure(held.row)
        last = before.dataset if before is not None else dataset
        self._revise(model, last, dataset, kind, told, ratio)
        return _Seen(dataset, row, _Standing([claim], row))

    def _blank(
        self, dataset: Dataset, model: str, row: Row, entry: dict[str, Any]
    ) -> _Seen:
        """A row without a usable value, of a model that had one."""
        before = self._seen[dataset.connector.id, model]
        held = before.standing
        if held is None or row.outcome not in _ENDS_A_VALUE:
            return _Seen(dataset, row, held)
        for claim in held.claims:
            claim["withdrawn_on"] = dataset.vintage
        entry["outcome"] = "withdrawn"
        entry["reason"] = (
            f"{row.reason}; {before.dataset.edition} had {_told(held.row)}"
        )
        self._revise(model, before.dataset, dataset, "withdrawn",
                     (_told(held.row), None))  # fmt: skip
        return _Seen(dataset, row, None)

    def _gone(self, dataset: Dataset, here: Mapping[str, _Seen]) -> None:
        """Models with a value that this file should list and does not."""
        for (org, model), before in self._seen.items():
            if org != dataset.connector.id:
                continue
            listed = before.dataset.kind == dataset.kind or (
                dataset.is_notable and before.row.notable
            )
            held = before.standing
            if held and listed and model not in here and not before.reported_gone:
                before.reported_gone = True
                told = (_told(held.row), None)
                self._revise(model, before.dataset, dataset, "gone", told)

    def _revise(
        self,
        model: str,
        before: Dataset,
        after: Dataset,
        kind: str,
        told: tuple[str | None, str | None],
        ratio: float | None = None,
    ) -> None:
        self._found.revisions.append(
            {
                "model_id": model,
                "dataset_before": before.source_id,
                "dataset_after": after.source_id,
                "kind": kind,
                "old": told[0],
                "new": told[1],
                "ratio": ratio,
            }
        )


def _figure(row: Row) -> float:
    return row.value if row.value is not None else math.nan


def _same_figure(a: Row, b: Row) -> bool:
    return math.isclose(_figure(a), _figure(b), rel_tol=_SPELLING)


def _same(before: Row, after: Row) -> bool:
    """Whether two rows say the same: figure, and the spread that it is given.

    The later files have no columns for a range, which takes none back.
    """
    ranged = after.low is None or (before.low, before.high) == (after.low, after.high)
    return ranged and before.label == after.label and _same_figure(before, after)


def _told(row: Row) -> str:
    ends = "" if row.low is None else f" [{row.low:g}, {row.high:g}]"
    return f"{_figure(row):g}{ends} {row.label}"


def _source(dataset: Dataset) -> dict[str, Any]:
    by = dataset.connector
    return {
        "source_id": dataset.source_id,
        "title": f"{by.title}: {dataset.kind.replace('-', ' ')}, "
        f"file of {dataset.edition}",
        "publisher": by.publisher,
        "author": by.publisher,
        "licence": by.licence,
        "url": by.page,
        "published_on": dataset.vintage,
        "retrieved_on": None,
        "kind": "analyst",
        "language": "en",
        "note_path": dataset.path,
        "note_sha256": dataset.sha256,
    }


def _model(model: str, row: Row) -> dict[str, Any]:
    return {
        "model_id": model,
        "name": row.name,
        "developer": row.developer,
        "released_on": row.published_on,
        "base_model_id": None,
        "family": model,
        "aliases": None,
        "is_reasoning": False,
        "is_notable": row.notable,
    }


def _mark_near(rows: Iterable[dict[str, Any]], registry: Registry) -> None:
    """Fill `near` for names that lead to no registered model."""
    strange = [r for r in rows if r["name"] and not r["registered"]]
    close = near({r["name"] for r in strange}, registry.model_names)
    for row in strange:
        found = close.get(row["name"])
        row["near"] = registry.model_names[found] if found else None
