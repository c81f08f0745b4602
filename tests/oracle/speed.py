"""Our sampler against NUTS, timed in one process; prints lines of JSON.

Both draw until they meet the same demands (estimation/convergence.py) on every anchored
node: R̂ below 1.01, standard errors of the three published quantiles a third of the
oracle's tolerance. NUTS is compiled beforehand and takes the better of two lengths of
trajectory. Seconds are of the processor, for other work may share it. Run by
tests/bench/oracle_bench.py:

    .venv-oracle/bin/python -m tests.oracle.speed
"""

from __future__ import annotations

import json
import time

import jax
import numpy as np
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from numpyro.infer import MCMC, NUTS

from pipeline.estimation.convergence import (
    ENOUGH,
    MEDIAN_ERROR,
    R_HAT,
    TAIL,
    TAIL_ERROR,
)
from pipeline.estimation.gaussian import fit
from pipeline.estimation.graph import anchored
from pipeline.estimation.posterior import sample
from tests.oracle.graphs import random_graph
from tests.oracle.nuts import CONSTANTS, DEPTH, arrays, model
from tests.unit.estimation.records import METHOD

SMALL = [
    random_graph(nodes, seed) for nodes, seed in ((5, 1), (8, 2), (10, 3), (12, 4))
]
LARGE = [random_graph(50, 6), random_graph(50, 5)]
CHAINS, WARMUP, CHUNK, CHUNKS = 4, 1000, 2000, 4


def seconds(function, repeat):
    """The best of a few runs, in seconds of the processor."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        function()
        best = min(best, time.process_time() - start)
    return best


def accurate(draws):
    """Whether draws (chains, draws, nodes) meet our own demands, (nodes,)."""
    flat = draws.reshape(-1, draws.shape[-1])
    good = split_gelman_rubin(draws) < R_HAT
    for p, (absolute, relative) in (
        (TAIL, TAIL_ERROR),
        (0.5, MEDIAN_ERROR),
        (1 - TAIL, TAIL_ERROR),
    ):
        below = (draws <= np.quantile(flat, p, axis=0)).astype(float)
        size = effective_sample_size(below)
        for node in range(draws.shape[-1]):
            slack = np.sqrt(p * (1 - p) / size[node])
            ends = np.clip((p - slack, p + slack), 0, 1)
            error = np.diff(np.quantile(flat[:, node], ends))[0] / 2
            sharp = error < max(absolute, relative * flat[:, node].std())
            good[node] &= sharp or size[node] > ENOUGH
    return good


def nuts_seconds(graph, depth):
    """NUTS on a graph: seconds, draws per chain, and whether that was enough."""
    shape = (graph.n, int((graph.kind == 0).sum()), int((graph.kind != 0).sum()))
    claims = arrays(graph, shape)
    sampler = MCMC(
        NUTS(model, dense_mass=True, max_tree_depth=depth),
        num_warmup=WARMUP,
        num_samples=CHUNK,
        num_chains=CHAINS,
        chain_method="vectorized",
        jit_model_args=True,
        progress_bar=False,
    )
    asked = anchored(graph)
    key = jax.random.PRNGKey(0)
    sampler.run(key, *claims, CONSTANTS)  # compiles
    sampler.post_warmup_state = sampler.last_state
    sampler.run(key, *claims, CONSTANTS)  # compiles its continuation
    sampler.post_warmup_state = None
    took, parts, enough = 0.0, [], False
    for _ in range(CHUNKS):
        start = time.process_time()
        sampler.run(key, *claims, CONSTANTS)
        draws = sampler.get_samples(group_by_chain=True)["x"]
        parts.append(np.asarray(jax.block_until_ready(draws), dtype=float))
        took += time.process_time() - start
        sampler.post_warmup_state = sampler.last_state
        key = sampler.post_warmup_state.rng_key
        enough = bool(accurate(np.concatenate(parts, axis=1))[asked].all())
        if enough:
            break
    return {"seconds": took, "draws": len(parts) * CHUNK, "enough": enough}


def best_of_nuts(graph):
    """NUTS with short trajectories and with its own default, whichever is faster."""
    tried = [nuts_seconds(graph, depth) for depth in (DEPTH, 10)]
    return min(tried, key=lambda t: (not t["enough"], t["seconds"]))


def ours_seconds(graph):
    """Published draws from an empty cache."""
    return seconds(lambda: sample(graph, METHOD, 4096, label="", cache={}), 1)


def main():
    """Print seconds, a graph a line, as they come."""
    for graph in (*SMALL, *LARGE):
        found = {
            "nodes": graph.n,
            "ours": ours_seconds(graph),
            "nuts": best_of_nuts(graph),
            "gaussian": seconds(lambda graph=graph: fit(graph, METHOD), 20),
        }
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
