"""How a table is shown in Dagster's UI.

What belongs here: metadata made from the contract and from the rows. What does not: any
figure of its own.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.contracts import TABLES, columns, derive
from pipeline.contracts.lineage import lineage

PREVIEW = 10  # rows shown of a table
# Where a person would rather look than read: a chart of pipeline/plots by table.
PLOT_OF = {
    "core.estimates": "estimates",
    "out.projections": "projection",
    "out.convergence": "convergence",
    "out.frontier_trend": "frontier",
    "out.calibration": "calibration",
    "out.scaling_curves": "scaling",
}


def schema(table: str) -> dg.TableSchema:
    """Columns with types, words, units and rules, from the contract."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=c.name,
                type=c.sql_type,
                description=derive.comment(c),
                constraints=dg.TableColumnConstraints(
                    nullable=c.nullable, other=list(c.rules)
                ),
            )
            for c in columns(TABLES[table])
        ]
    )


def facts(table: str, frame: pd.DataFrame) -> dict[str, Any]:
    """What is told of a staged table: its size, first rows, and origin by column."""
    told = {
        "dagster/row_count": len(frame),
        "preview": dg.MetadataValue.md(markdown(frame.head(PREVIEW))),
        "key": ", ".join(derive.key(TABLES[table])),
    }
    if origins := lineage(table):
        told["dagster/column_lineage"] = dg.TableColumnLineage(
            {
                column: [
                    dg.TableColumnDep(
                        asset_key=dg.AssetKey(origin.split(".")[:2]),
                        column_name=origin.split(".")[2],
                    )
                    for origin in found
                ]
                for column, found in origins.items()
            }
        )
    return told


def plot(table: str, frames: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """The table's chart, if it has one and the frames hold what it draws."""
    from pipeline.plots import PLOTS
    from pipeline.plots.image import png

    name = PLOT_OF.get(table)
    if name is None or not set(PLOTS[name].tables) <= frames.keys():
        return {}
    drawn = PLOTS[name]
    try:
        picture = base64.b64encode(png(drawn.build(frames), scale=1)).decode()
    except ValueError as error:  # a table is no worse for having no picture
        return {"plot": f"could not be drawn: {error}"}
    text = f"**{drawn.title}**\n\n![{drawn.alt}](data:image/png;base64,{picture})"
    return {"plot": dg.MetadataValue.md(text)}


def markdown(frame: pd.DataFrame) -> str:
    """A frame as a Markdown table; bars and line breaks inside texts are escaped."""

    def text(value: Any) -> str:
        if pd.isna(value):
            return ""
        shown = f"{value:.6g}" if isinstance(value, float) else str(value)
        if isinstance(value, pd.Timestamp):
            shown = str(value.date())
        return shown.replace("|", "\\|").replace("\n", " ")

    head = "| " + " | ".join(map(str, frame.columns)) + " |"
    rule = "|" + " --- |" * len(frame.columns)
    rows = [
        "| " + " | ".join(text(v) for v in row) + " |"
        for row in frame.itertuples(index=False)
    ]
    return "\n".join([head, rule, *rows])
