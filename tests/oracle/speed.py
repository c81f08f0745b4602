"""Our sampler against NUTS, timed in one process; prints JSON.

NUTS is compiled beforehand and draws 4 chains × 1,000 after as many of warm-up: no
more than what our accuracy asks for. Run by tests/bench/oracle_bench.py:

    .venv-oracle/bin/python -m tests.oracle.speed
"""

from __future__ import annotations

import json
import time

import jax
from numpyro.infer import MCMC, NUTS

from pipeline.estimation.gaussian import fit
from pipeline.estimation.posterior import sample
from tests.oracle.graphs import random_graph
from tests.oracle.nuts import CONSTANTS, arrays, model
from tests.unit.estimation.records import METHOD

SMALL = [
    random_graph(nodes, seed) for nodes, seed in ((5, 1), (8, 2), (10, 3), (12, 4))
]
LARGE = [random_graph(50, 5)]


def seconds(function, repeat):
    """The best of a few runs."""
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        function()
        best = min(best, time.perf_counter() - start)
    return best


def nuts_seconds(graph):
    """A warm run of NUTS."""
    shape = (graph.n, int((graph.kind == 0).sum()), int((graph.kind != 0).sum()))
    claims = arrays(graph, shape)
    sampler = MCMC(
        NUTS(model, dense_mass=True),
        num_warmup=1000,
        num_samples=1000,
        num_chains=4,
        chain_method="vectorized",
        jit_model_args=True,
        progress_bar=False,
    )

    def run():
        sampler.run(jax.random.PRNGKey(0), *claims, CONSTANTS)
        jax.block_until_ready(sampler.get_samples())

    run()  # compiles
    return seconds(run, 1)


def ours_seconds(graph):
    """Published draws from an empty cache."""
    return seconds(lambda: sample(graph, METHOD, 4096, label="", cache={}), 2)


def main():
    """Print seconds by size."""
    found = {}
    for name, graphs in (("small", SMALL), ("large", LARGE)):
        found[name] = {
            "nuts": [nuts_seconds(g) for g in graphs],
            "ours": [ours_seconds(g) for g in graphs],
        }
    found["large"]["gaussian"] = [seconds(lambda: fit(LARGE[0], METHOD), 20)]
    print(json.dumps(found))


if __name__ == "__main__":
    main()
