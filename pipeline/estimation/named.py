"""Observations as a claim graph with named nodes.

What belongs here: from rows of a frame to arrays. What does not: which rows (standing).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.estimation.graph import EQUALITY, LOWER, UPPER, Graph
from pipeline.estimation.method import IntArray

_KINDS = {"equality": EQUALITY, "upper": UPPER, "lower": LOWER}


def whole_graph(prepared: pd.DataFrame, width: pd.Series) -> tuple[Graph, list[str]]:
    """The graph of all observations and the name of each of its nodes, ascending.

    Rows that cannot be read have no value and no width; they are never fused, and stand
    here with a value of 0 and a width of 1.

    Args:
        prepared: outcome of `standing.prepare`; claim k of the graph is its k-th row.
        width: 90% half-widths in log10, as `standing.spread` gives them.
    """
    reference = prepared["reference_node"].dropna()
    names = sorted(set(prepared["node"]) | set(reference))
    at = {name: k for k, name in enumerate(names)}
    i: IntArray = prepared["node"].map(at).to_numpy(dtype=np.int64)
    j: IntArray = prepared["reference_node"].map(at).fillna(-1).to_numpy(dtype=np.int64)
    half = width.to_numpy(dtype=float)
    graph = Graph(
        n=len(names),
        i=i,
        j=j,
        y=prepared["log10_value"].fillna(0.0).to_numpy(dtype=float),
        scale=np.where(half > 0, half, 1.0),
        kind=np.asarray(prepared["kind"].map(_KINDS), dtype=np.int64),
    )
    return graph, names
