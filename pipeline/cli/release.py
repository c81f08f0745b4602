"""Reading the current release for people.

What belongs here: queries on the plain file and how they are shown. What does not:
SQL of users (sandbox of the lake).
"""

from __future__ import annotations

import math
from typing import Any

from pipeline.cli.console import WRONG_USAGE, stop
from pipeline.settings import Settings

Row = dict[str, Any]


def rows(
    settings: Settings, sql: str, parameters: list[Any] | None = None
) -> list[Row]:
    """Rows of a query on `headroom.duckdb`; stops with a remedy if there is none."""
    import duckdb

    if not settings.plain.exists():
        stop("There is no release yet: run `headroom refresh` first.", WRONG_USAGE)
    try:
        with duckdb.connect(str(settings.plain), read_only=True) as con:
            found = con.execute(sql, parameters or [])
            names = [column[0] for column in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    except duckdb.Error as error:
        why = str(error).splitlines()[0]
        stop(f"{settings.plain} cannot be read ({why}): run `headroom refresh`.")


def flop(value: float | None) -> str:
    """FLOP as people write it."""
    return "–" if value is None or math.isnan(value) else f"{value:.2g}"


def day(value: object) -> str:
    """A date, or the words for none within the horizon."""
    return "later or never" if value is None else str(value)


def month(value: Any) -> str:
    """A date as month and year."""
    return "later or never" if value is None else f"{value:%b %Y}"


def answer(settings: Settings) -> list[str]:
    """The answer in three lines: leader, gap, convergence with its interval."""
    found = rows(
        settings,
        """
        SELECT c.*, m.name AS leader, f.name AS frontier
        FROM out.convergence c
        JOIN core.scenarios s ON s.scenario = c.scenario AND s.headline
        LEFT JOIN core.models m ON m.model_id = c.leader_model_id
        LEFT JOIN core.models f ON f.model_id = c.frontier_model_id
        WHERE c.share = 'scenario'
        ORDER BY c.vintage DESC LIMIT 1
        """,
    )
    if not found:
        return ["No scenario is marked as headline in scenarios.yaml."]
    c = found[0]
    if c["status"] == "none":
        return [f"No projection as of {c['vintage']}: {c['reason']}."]
    stale = " The pace is stale: over a year old, confirmed by nothing newer."
    verdict = {
        "met": "was very likely reached before",
        "unclear": "may or may not have been reached by",
        "open": "lies ahead of",
    }[c["status"]]
    return [
        f"Leader: {c['leader']} with about {flop(c['leader_flop_p50'])} FLOP of "
        f"reasoning training (the largest in {c['leader_probability']:.0%} of draws).",
        f"Gap: {c['gap_oom_p50']:.1f} orders of magnitude to its ceiling at release; "
        f"the largest known run is {c['frontier']}.",
        f"Convergence ({c['scenario']}): {month(c['date_p50'])} "
        f"[{month(c['date_p05'])} to {month(c['date_p95'])}], which {verdict} "
        f"{c['vintage']}.{stale if c['stale'] else ''}",
    ]
