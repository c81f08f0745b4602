"""The projection of reasoning compute, with the record that it grows from.

What belongs here: the rows. `fan`, `record` and `start` hold every vintage and scenario
so that a page can choose; `data` gives the newest vintage of the scenario that answers.
What does not: the drawing (fan.py).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.plots.fan import ALT, FIRST, LOWEST, TITLE, draw
from pipeline.plots.look import days, moment
from pipeline.plots.plot import Frames, Plot, answering


def fan(frames: Frames) -> pd.DataFrame:
    """Months of all vintages: vintage, scenario, t, lo, mid, hi, frontier."""
    table = frames["out.projections"]
    log = {
        short: np.log10(table[name].astype(float))
        for short, name in (
            ("lo", "reasoning_flop_p05"),
            ("mid", "reasoning_flop_p50"),
            ("hi", "reasoning_flop_p95"),
            ("frontier", "frontier_flop_p50"),
        )
    }
    rows = pd.DataFrame(
        {
            "vintage": days(table["vintage"]),
            "scenario": table["scenario"].astype(str),
            "t": days(table["month"]),
            **log,
        }
    )
    return rows.sort_values(["vintage", "scenario", "t"], ignore_index=True)


def record(frames: Frames) -> pd.DataFrame:
    """What was known of each model and stage, from a vintage `since` until another.

    Columns: since, until (null = still), model, name, stage, t (its release), lo, mid,
    hi, and whether its node has the most claims of all.
    """
    table = frames["out.estimate_history"].query("measure == 'accelerator_time'")
    table = table.sort_values(["model_id", "stage", "vintage"])
    until = table.groupby(["model_id", "stage"])["vintage"].shift(-1)
    table = table.assign(until=until)
    table = table.merge(
        frames["core.models"][["model_id", "name", "released_on"]], on="model_id"
    )
    table = table[table["released_on"].notna() & table["flop_p50"].notna()]
    table = table[table["stage"].isin(["reasoning", "total"])]
    rows = pd.DataFrame(
        {
            "since": days(table["vintage"]),
            "until": days(table["until"].fillna(pd.Timestamp("9999-01-01"))),
            "model": table["model_id"].astype(str),
            "name": table["name"].astype(str),
            "stage": table["stage"].astype(str),
            "t": days(table["released_on"]),
            "lo": np.log10(table["flop_p05"].astype(float)),
            "mid": np.log10(table["flop_p50"].astype(float)),
            "hi": np.log10(table["flop_p95"].astype(float)),
        }
    )
    known = frames["core.estimates"].query(
        "stage == 'reasoning' and measure == 'accelerator_time'"
    )
    most = known.sort_values(["n_claims", "model_id"], ascending=[False, True])
    first = str(most["model_id"].iloc[0]) if len(most) else ""
    rows["documented"] = (rows["model"] == first) & (rows["stage"] == "reasoning")
    rows = rows[(rows["t"] >= moment(FIRST)) & (rows["mid"] >= LOWEST)]
    return rows.sort_values(["since", "t", "model", "stage"], ignore_index=True)


def start(frames: Frames) -> pd.DataFrame:
    """Where each projection starts: vintage, scenario, t, mid of its leader."""
    table = frames["out.convergence"].query(
        "threshold == 'scenario' and leader_model_id.notna()"
    )
    table = table.merge(
        frames["core.models"][["model_id", "released_on"]],
        left_on="leader_model_id",
        right_on="model_id",
    )
    rows = pd.DataFrame(
        {
            "vintage": days(table["vintage"]),
            "scenario": table["scenario"].astype(str),
            "t": days(table["released_on"]),
            "mid": np.log10(table["leader_flop_p50"].astype(float)),
        }
    )
    return rows.sort_values(["vintage", "scenario"], ignore_index=True)


def at(sets: Frames, vintage: int, scenario: str) -> dict[str, pd.DataFrame]:
    """The rows of one vintage and scenario: fan, path, record, now.

    Args:
        sets: `fan`, `record` and `start` of all vintages.
        vintage: milliseconds since 1970.
        scenario: of scenarios.yaml.
    """

    def last(rows: pd.DataFrame) -> pd.DataFrame:
        own = rows[(rows["vintage"] <= vintage) & (rows["scenario"] == scenario)]
        newest: pd.DataFrame = own[own["vintage"] == own["vintage"].max()]
        return newest

    # The months of the last vintage that has its own: they stand until the next.
    known, months = sets["record"], last(sets["fan"])
    known = known[(known["since"] <= vintage) & (vintage < known["until"])]
    path = pd.concat([last(sets["start"]), months.head(1)], ignore_index=True)
    return {
        "fan": months[["t", "lo", "mid", "hi", "frontier"]],
        "path": path[["t", "mid"]] if len(months) else path.loc[[], ["t", "mid"]],
        "record": known.drop(columns=["since", "until"]),
        "now": pd.DataFrame({"t": [vintage]}),
    }


def data(frames: Frames) -> dict[str, pd.DataFrame]:
    """The newest vintage of the scenario that answers."""
    sets = {"fan": fan(frames), "record": record(frames), "start": start(frames)}
    return at(sets, *answering(frames))


PLOT = Plot(
    TITLE,
    ALT,
    (
        "out.projections",
        "out.convergence",
        "out.estimate_history",
        "core.estimates",
        "core.models",
        "core.scenarios",
    ),
    data,
    draw,
    section="projection",
    of="out.projections",
)
