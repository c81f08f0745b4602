"""Which scenario answers.

What belongs here: the one choice that every view of a release shares. What does not:
its wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import pandas as pd

from pipeline.projection.scenario import Scenario, scenarios_of

Row = TypeVar("Row", bound=Mapping[Any, Any])


def headline(scenarios: Iterable[Mapping[Any, Any]], convergence: Iterable[Row]) -> Row:
    """The row of out.convergence that answers at the newest vintage.

    That of the scenario marked as headline; where its pace is stale or it has no
    projection, of the next in the order of scenarios.yaml. Where all are stale, the
    first of those that are projected.

    Args:
        scenarios: rows of core.scenarios: scenario, headline, position.
        convergence: rows of out.convergence: vintage, scenario, share, status, stale.

    Raises:
        LookupError: where no scenario has a projection at the newest vintage.
    """
    rows = [row for row in convergence if row["share"] == "scenario"]
    newest = max((row["vintage"] for row in rows), default=None)
    now = {row["scenario"]: row for row in rows if row["vintage"] == newest}
    # Releases from before the order was declared have no position.
    order = sorted(scenarios, key=lambda s: (not s["headline"], s.get("position", 0)))
    there = [now[s["scenario"]] for s in order if s["scenario"] in now]
    told = [row for row in there if row["status"] != "none"]
    for row in told:
        if not row["stale"]:
            return row
    if not told:
        raise LookupError("no scenario has a projection at the newest vintage")
    return told[0]


def answering(scenarios: pd.DataFrame, convergence: pd.DataFrame) -> Scenario | None:
    """The scenario that answers at the newest vintage; None where none is projected.

    Args:
        scenarios: core.scenarios.
        convergence: out.convergence.
    """
    try:
        row = headline(scenarios.to_dict("records"), convergence.to_dict("records"))
    except LookupError:
        return None
    return next(s for s in scenarios_of(scenarios) if s.name == row["scenario"])
