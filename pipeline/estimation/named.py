"""Observations as a claim graph with named nodes.

What belongs here: from rows of a frame to arrays. What does not: which rows (standing).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.estimation.graph import EQUALITY, LOWER, UPPER, Graph
from pipeline.estimation.method import FloatArray, IntArray

_KINDS = {"equality": EQUALITY, "upper": UPPER, "lower": LOWER}


def graph_of(fused: pd.DataFrame, width: FloatArray) -> tuple[Graph, list[str]]:
    """The graph of fused observations and the name of each of its nodes, ascending.

    Args:
        fused: rows of `prepared`.
        width: their 90% half-widths in log10, as `standing.spread` gives them.
    """
    reference = fused["reference_node"].dropna()
    names = sorted(set(fused["node"]) | set(reference))
    at = {name: k for k, name in enumerate(names)}
    i: IntArray = fused["node"].map(at).to_numpy(dtype=np.int64)
    j: IntArray = fused["reference_node"].map(at).fillna(-1).to_numpy(dtype=np.int64)
    graph = Graph(
        n=len(names),
        i=i,
        j=j,
        y=fused["log10_value"].to_numpy(dtype=float),
        scale=width,
        kind=np.asarray(fused["kind"].map(_KINDS), dtype=np.int64),
    )
    return graph, names
