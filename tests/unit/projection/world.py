"""Small worlds for the projection: constants as shipped, states made by hand.

What belongs here: builders. What does not: any expectation.
"""

from __future__ import annotations

import datetime
import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from pipeline.contracts import conform, contract
from pipeline.estimation.assumed import Assumed
from pipeline.estimation.vintages import Component, State
from pipeline.lake.inputs import read_inputs
from pipeline.notes.record import read_record

SOURCES = Path(__file__).parents[3] / "sources"
# No note of the record is dated later; reading refuses those from the future.
TODAY = datetime.date(2100, 1, 1)


@lru_cache
def record() -> dict[str, pd.DataFrame]:
    """The shipped record as tables."""
    read = read_record(read_inputs(SOURCES), TODAY)
    return {name: conform(contract(name), f) for name, f in read.tables.items()}


def assumed(**changes: float) -> Assumed:
    """The constants as shipped; `__` stands for the dot in a name."""
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
        part = Component(key, names, (), np.ones(len(names), dtype=bool), draws)
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
