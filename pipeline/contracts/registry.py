"""All contracts by table name, in the order in which data flows.

What belongs here: the list. A table that is not listed is not published.
"""

from __future__ import annotations

from pipeline.contracts import core, meta, out, raw
from pipeline.contracts.derive import name
from pipeline.contracts.table import Table

_PUBLISHED: tuple[type[Table], ...] = (
    raw.Sources,
    raw.Claims,
    raw.BulkRows,
    raw.BulkRevisions,
    raw.Scores,
    raw.Forecasts,
    raw.Corrections,
    raw.Rejected,
    core.Models,
    core.Hardware,
    core.Assumptions,
    core.Scenarios,
    core.Observations,
    core.Estimates,
    core.Calibrations,
    core.Conflicts,
    core.Influence,
    out.Shares,
    out.ShareTrend,
    out.ShareScores,
    out.FrontierTrend,
    out.Projections,
    out.Convergence,
    out.ObservedConvergence,
    out.EstimateHistory,
    out.ScalingCurves,
    out.ChartAxisTest,
    out.Backtests,
    out.Calibration,
    out.ForecastScores,
    out.Scoreboard,
)
_WRITTEN_BY_PUBLISH: tuple[type[Table], ...] = (
    meta.Releases,
    meta.Changes,
    meta.Tables,
    meta.Columns,
)

PUBLISHED: dict[str, type[Table]] = {name(table): table for table in _PUBLISHED}
TABLES: dict[str, type[Table]] = PUBLISHED | {
    name(table): table for table in _WRITTEN_BY_PUBLISH
}


def contract(table_name: str) -> type[Table]:
    """The contract of `schema.table`.

    Raises:
        KeyError: naming the tables there are.
    """
    if table_name not in TABLES:
        raise KeyError(f"no table {table_name!r}; there are: {', '.join(TABLES)}")
    return TABLES[table_name]
