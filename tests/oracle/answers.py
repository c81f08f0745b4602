"""The oracle's stored answers, and the tolerances by which we are held to them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from pipeline.estimation.graph import Graph

PATH = Path(__file__).parent.parent / "data" / "oracle" / "nuts.jsonl"
PROBS = (0.05, 0.5, 0.95)


def tolerances(sd):
    """Allowed deviation of the 5%, 50% and 95% points, shape (3, n)."""
    outer = np.maximum(0.08, 0.15 * sd)
    return np.stack([outer, np.maximum(0.03, 0.05 * sd), outer])


def graph_to_json(graph):
    """Plain lists; floats in full, for they must come back as they were."""
    return {
        "n": graph.n,
        **{f: getattr(graph, f).tolist() for f in ("i", "j", "y", "scale", "kind")},
    }


def graph_from_json(data):
    """The graph of `graph_to_json`."""
    return Graph(
        data["n"],
        np.array(data["i"], dtype=np.int64),
        np.array(data["j"], dtype=np.int64),
        np.array(data["y"], dtype=float),
        np.array(data["scale"], dtype=float),
        np.array(data["kind"], dtype=np.int64),
    )


def load():
    """All stored answers, in the order in which they were made."""
    return [json.loads(line) for line in PATH.read_text().splitlines()]
