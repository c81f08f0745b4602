"""How a table is shown in Dagster's UI.

What belongs here: metadata made from the contract and from the rows. What does not: any
figure of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.contracts import TABLES, columns, derive

PREVIEW = 5  # rows shown of a table
FAILING = 50  # rows shown of what a check found
SCALE = 0.5  # pixels of the picture per pixel of the chart


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
    """What a staged table carries: its size, its key and its first rows."""
    return {
        "dagster/row_count": len(frame),
        "preview": rows(frame.head(PREVIEW)),
        "key": ", ".join(derive.key(TABLES[table])),
    }


def plots(
    tables: Iterable[str], frames: Mapping[str, pd.DataFrame]
) -> dict[str, dict[str, Any]]:
    """By table its chart, where it has one and the frames hold what it draws."""
    from pipeline.plots import PLOTS
    from pipeline.plots.image import apart

    about = set(tables)
    drawn = [
        each
        for each in PLOTS.values()
        if each.of in about and set(each.tables) <= frames.keys()
    ]
    if not drawn:
        return {}
    try:
        pictures = apart([each.build(frames) for each in drawn], SCALE)
    except ValueError as error:  # a table is no worse for having no picture
        return {str(p.of): {"plot": f"could not be drawn: {error}"} for p in drawn}
    told = {}
    for each, picture in zip(drawn, pictures, strict=True):
        image = f"![{each.alt}](data:image/png;base64,{picture})"
        text = f"**{each.title}**\n\n{image}"
        told[str(each.of)] = {"plot": dg.MetadataValue.md(text)}
    return told


def rows(frame: pd.DataFrame) -> dg.TableMetadataValue:
    """A few rows as a table that can be sorted; unknown values are left blank."""
    plain = frame.astype(object).where(frame.notna(), None)
    records = [
        dg.TableRecord({str(k): _plain(v) for k, v in row.items()})
        for row in plain.to_dict("records")
    ]
    schema = dg.TableSchema([dg.TableColumn(str(name)) for name in frame.columns])
    return dg.MetadataValue.table(records, schema)


def _plain(value: Any) -> str | int | float | bool | None:
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return value if value is None or isinstance(value, str | int) else str(value)
