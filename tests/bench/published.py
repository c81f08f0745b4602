"""Published quantiles of random records of 1,000, 10,000 and 100,000 claims, timed.

Prints a line of JSON per record; run by estimation_bench.py in a process of its own, so
that the memory is the sampler's. Five claims per node, Student-t noise, half-widths of
0.1 to 1; a third are ratios inside a component, a fifth bounds that hold by 0.5 on
average, 3% garbled by two orders of magnitude (tests/unit/estimation/records.py).
Components have ten nodes, or the sizes of a record like ours, where most models stand
alone and few hang together: both are harder than ours, whose largest has five nodes.
"""

from __future__ import annotations

import json
import time

import numpy as np

from pipeline.estimation.graph import Graph, union
from pipeline.estimation.posterior import sample_parts
from tests.bench.peak import megabytes
from tests.unit.estimation.records import METHOD, record

SIZES = (*(1,) * 12, 2, 2, 3, 3, 4, 5, 8, 12)
CLAIMS = (1_000, 10_000, 100_000)


class Nowhere(dict):
    """A cache that keeps nothing, as a file of draws keeps nothing in memory."""

    def __setitem__(self, key, value):
        del key, value


def of_many_sizes(claims: int) -> Graph:
    """Components of SIZES, over and over."""
    parts, left = [], claims
    while left > 0:
        size = SIZES[len(parts) % len(SIZES)]
        own = min(5 * size, left)
        parts.append(record(size, own, seed=len(parts), group=size))
        left -= own
    return union(parts)


def timed(graph: Graph) -> dict[str, float]:
    """Seconds, and seconds of the processor, to publish every node of a graph."""
    start, worked = time.perf_counter(), time.process_time()
    parts = sample_parts(graph, METHOD, 4096, label="bench", cache=Nowhere())
    for _, draws in parts:
        np.quantile(draws, (0.05, 0.5, 0.95), axis=0)
    return {
        "seconds": time.perf_counter() - start,
        "cpu": time.process_time() - worked,
    }


def main() -> None:
    """Both shapes at all sizes."""
    timed(record(50, 250, seed=9))  # imports, first calls
    for shape in ("tens", "many sizes"):
        for claims in CLAIMS:
            tens = shape == "tens"
            graph = (
                record(claims // 5, claims, seed=1) if tens else of_many_sizes(claims)
            )
            found = {"shape": shape, "claims": claims} | timed(graph)
            print(json.dumps(found | {"megabytes": megabytes()}), flush=True)


if __name__ == "__main__":
    main()
