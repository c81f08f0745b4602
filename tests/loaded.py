"""Records in memory: from bytes to posterior, and small worlds made by hand.

What belongs here: the way from bytes to states, and builders of states and models for
tests of the projection. What does not: assertions.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contracts import conform, contract
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.conflicts import Court, conflict_table, disputed
from pipeline.estimation.estimates import estimate_table, observation_table
from pipeline.estimation.record import Posterior, posterior
from pipeline.estimation.vintages import Component, State
from pipeline.lake.inputs import read_inputs
from pipeline.notes.record import read_record
from pipeline.projection.project import Projected, project
from tests import mini

FROZEN = Path(__file__).parent / "fixtures" / "record"


@dataclass(frozen=True)
class Loaded:
    """Tables of the record and everything computed from them."""

    tables: dict[str, pd.DataFrame]
    found: Posterior

    @cached_property
    def court(self) -> Court:
        """Verdicts on the claims."""
        return Court(
            self.found.prepared, self.tables["core.models"], self.found.assumed
        )

    @cached_property
    def conflict_rows(self) -> pd.DataFrame:
        """core.conflicts."""
        table = conflict_table(
            self.court, self.found.states, self.tables["core.models"]
        )
        return conform(contract("core.conflicts"), table)

    def conflicts(self, day: str = "2100-01-01") -> pd.DataFrame:
        """What conflicts at a date, by claim."""
        rows, at = self.conflict_rows, pd.Timestamp(day)
        now = (rows["vintage"] <= at) & (rows["until"].isna() | (rows["until"] > at))
        return rows[now].set_index("claim_id")

    def at(self, day: str) -> State:
        """The state of the last vintage up to a date."""
        return [s for s in self.found.states if s.vintage <= pd.Timestamp(day)][-1]

    def estimates(
        self, day: str = "2100-01-01", measure: str = "accelerator_time"
    ) -> pd.DataFrame:
        """core.estimates at a date in one measure, by model and stage."""
        table = estimate_table(
            self.found.prepared,
            self.at(day),
            self.tables["core.models"],
            self.found.assumed,
            disputed(self.court, self.at(day)),
        )
        conformed = conform(contract("core.estimates"), table)
        conformed = conformed[conformed["measure"] == measure]
        return conformed.set_index(["model_id", "stage"])

    def observations(self, day: str = "2100-01-01") -> pd.DataFrame:
        """core.observations at a date, by claim."""
        table = observation_table(self.found.prepared, self.at(day))
        return conform(contract("core.observations"), table).set_index("claim_id")

    def project(self) -> Projected:
        """Projections of every vintage."""
        return project(
            self.found.states,
            self.tables["core.models"],
            self.tables["core.scenarios"],
            self.tables["raw.claims"],
            self.found.assumed,
        )


def today() -> date:
    """The day by the clock: reading refuses what is dated long after it."""
    return datetime.now(UTC).date()


def tables_of(files: dict[str, bytes]) -> dict[str, pd.DataFrame]:
    """The tables of a record; any fault in it is an error of the test."""
    record = read_record(files, today())
    assert record.faults == (), [str(fault) for fault in record.faults]
    return {n: conform(contract(n), f) for n, f in record.tables.items()}


def load(files: dict[str, bytes]) -> Loaded:
    """A record from bytes."""
    return again(tables_of(files))


def again(tables: dict[str, pd.DataFrame]) -> Loaded:
    """A record from tables, changed by a test."""
    return Loaded(tables, posterior(tables))


@lru_cache(maxsize=1)
def small() -> Loaded:
    """The small record."""
    return load(mini.files())


def frozen() -> dict[str, bytes]:
    """The record of the code tests, as bytes.

    It is what shipped in December 2026 and stays so when the shipped record grows.
    """
    constants = {name: (mini.SHIPPED / name).read_bytes() for name in mini.CONSTANTS}
    return read_inputs(FROZEN) | constants


@lru_cache(maxsize=1)
def record() -> dict[str, pd.DataFrame]:
    """The frozen record as tables."""
    return tables_of(frozen())


@lru_cache(maxsize=1)
def real() -> Loaded:
    """The frozen record."""
    return again(record())


def assumed(**changes: float) -> Assumed:
    """The constants of the method; `__` stands for the dot in a name."""
    a = Assumed.of(record()["core.assumptions"])
    values = a.values | {k.replace("__", "."): v for k, v in changes.items()}
    return Assumed(values, a.ranges)


def state(vintage: str, nodes: dict[str, np.ndarray], *, joint: bool = False) -> State:
    """A posterior with the given draws; one component, or one per node."""
    groups = [tuple(nodes)] if joint else [(node,) for node in nodes]
    of_node: dict[str, Component] = {}
    for names in groups:
        draws = np.column_stack([nodes[n] for n in names])
        key = hashlib.sha256(draws.tobytes() + "".join(names).encode()).hexdigest()
        known = np.ones(len(names), dtype=bool)
        part = Component(key, names, (), known, partial(np.copy, draws))
        of_node |= dict.fromkeys(names, part)
    return State(pd.Timestamp(vintage), pd.DataFrame(), of_node)


def models(
    *rows: tuple[str, str], reasoning: bool = True, **changes: str
) -> pd.DataFrame:
    """core.models from (id, release date); `family` is the id unless changed."""
    return pd.DataFrame(
        {
            "model_id": model,
            "name": model,
            "developer": "a lab",
            "released_on": pd.Timestamp(day),
            "base_model_id": None,
            "family": changes.get(model, model),
            "aliases": None,
            "is_reasoning": reasoning,
        }
        for model, day in rows
    ).astype({"released_on": "datetime64[us]"})
