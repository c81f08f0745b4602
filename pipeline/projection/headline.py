"""Which scenario answers.

What belongs here: the one choice that every view of a release shares. What does not:
its wording.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

SHARE = "share"  # the scenario that is no path: projection/outlook.py

Row = TypeVar("Row", bound=Mapping[Any, Any])


def headline(scenarios: Iterable[Mapping[Any, Any]], convergence: Iterable[Row]) -> Row:
    """The row of out.convergence that answers at the newest vintage.

    That of scenario `share`; where it has no projection, that of the path marked as
    headline, or of the next in the order of scenarios.yaml. Where all paths are stale,
    the first of those that are projected.

    Args:
        scenarios: rows of core.scenarios: scenario, headline, position.
        convergence: rows of out.convergence: vintage, scenario, threshold, status,
            stale.

    Raises:
        LookupError: where no scenario has a projection at the newest vintage.
    """
    rows = [row for row in convergence if row["threshold"] == "scenario"]
    newest = max((row["vintage"] for row in rows), default=None)
    now = {row["scenario"]: row for row in rows if row["vintage"] == newest}
    # Releases from before the order was declared have no position.
    order = sorted(scenarios, key=lambda s: (not s["headline"], s.get("position", 0)))
    names = [SHARE, *(s["scenario"] for s in order)]
    told = [now[n] for n in names if n in now and now[n]["status"] != "none"]
    if not told:
        raise LookupError("no scenario has a projection at the newest vintage")
    return next((row for row in told if not row["stale"]), told[0])
