"""The oracle: NUTS (numpyro) on the same density, written down a second time.

Needs the dependency group `oracle`. Run as a script, it adds the oracle's answers for
graphs that have none yet to tests/data/oracle/nuts.jsonl:

    python -m tests.oracle.nuts 220

Two runs of four chains each start from different points and know nothing of each other.
They are lengthened until each has split R̂ < 1.01 and an effective size above 10,000 on
every anchored node and both agree to half the tolerance of the comparison, or until
they have had their fair chance; then the graph is excluded and counted.
"""

from __future__ import annotations

import json
import sys
import time
from functools import cache

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from numpyro.infer import MCMC, NUTS

from pipeline.estimation.graph import anchored
from tests.oracle.answers import PATH, PROBS, graph_to_json, load, tolerances
from tests.oracle.graphs import collect
from tests.unit.estimation.records import METHOD

CHAINS, WARMUP, CHUNK, CHUNKS = 4, 1000, 4000, 6
# (nodes, equality claims, bounds): graphs are padded to the first shape that fits, so
# that few samplers are compiled. A padded node has only its prior.
SHAPES = ((6, 14, 10), (9, 22, 14), (12, 36, 24))
CONSTANTS = (
    float(METHOD.nu),
    float(METHOD.prior_mean),
    float(METHOD.prior_sd),
    METHOD.bound_s,
    METHOD.bound_eps,
)


def model(equalities, bounds, constants):
    """The density: Student-t equalities, contaminated bounds, a weak normal prior."""
    nu, mean, sd, s, eps = constants
    nodes = equalities["about"].shape[1]
    x = numpyro.sample("x", dist.Normal(mean, sd).expand([nodes]).to_event(1))
    z = (equalities["about"] @ x - equalities["y"]) / equalities["scale"]
    numpyro.factor("equalities", -(nu + 1) / 2 * jnp.sum(jnp.log1p(z**2 / nu)))
    slack = bounds["side"] * (bounds["y"] - bounds["about"] @ x)
    holds = jax.lax.erfc(-slack / s / jnp.sqrt(2.0)) / 2
    logs = jnp.log((1 - eps) * holds + eps)
    numpyro.factor("bounds", jnp.sum(jnp.where(bounds["side"] == 0, 0.0, logs)))


def arrays(graph, shape):
    """The graph's equality claims and bounds, padded to (nodes, equalities, bounds)."""
    nodes, *sizes = shape
    out = []
    for chosen, size in zip((graph.kind == 0, graph.kind != 0), sizes, strict=True):
        rows = np.flatnonzero(chosen)
        about = np.zeros((size, nodes), dtype=np.float32)
        about[np.arange(len(rows)), graph.i[rows]] = 1
        two = np.flatnonzero(graph.j[rows] >= 0)
        about[two, graph.j[rows][two]] = -1
        pad = (0, size - len(rows))
        out.append(
            {
                "about": about,
                "y": np.pad(graph.y[rows], pad).astype(np.float32),
                "scale": np.pad(
                    graph.scale[rows] / METHOD.t_quantile, pad, constant_values=1
                ).astype(np.float32),
                "side": np.pad(graph.kind[rows], pad).astype(np.float32),
            }
        )
    return out


@cache
def _sampler(shape):
    return MCMC(
        NUTS(model, dense_mass=True),
        num_warmup=WARMUP,
        num_samples=CHUNK,
        num_chains=2 * CHAINS,
        chain_method="vectorized",
        jit_model_args=True,
        progress_bar=False,
    )


def _statistics(draws):
    flat = draws.reshape(-1, draws.shape[-1])
    return {
        "quantiles": np.quantile(flat, PROBS, axis=0),
        "mean": flat.mean(axis=0),
        "sd": flat.std(axis=0),
        "rhat": split_gelman_rubin(draws),
        "ess": effective_sample_size(draws),
    }


def _good(first, second, compared):
    if not compared.any():
        return True
    for run in (first, second):
        if run["rhat"][compared].max() >= 1.01 or run["ess"][compared].min() <= 10_000:
            return False
    sd = (first["sd"] + second["sd"]) / 2
    apart = np.abs(first["quantiles"] - second["quantiles"])
    return bool(np.all((apart <= tolerances(sd) / 2)[:, compared]))


def answer(graph, seed):
    """Two NUTS runs on a graph, and whether they are good enough to judge by."""
    size = (graph.n, int((graph.kind == 0).sum()), int((graph.kind != 0).sum()))
    shape = next(s for s in SHAPES if all(a <= b for a, b in zip(size, s, strict=True)))
    equalities, bounds = arrays(graph, shape)
    sampler = _sampler(shape)
    sampler.post_warmup_state = None
    compared = anchored(graph)
    start = time.perf_counter()
    key, parts, good = jax.random.PRNGKey(seed), [], False
    for _ in range(CHUNKS):
        sampler.run(key, equalities, bounds, CONSTANTS)
        sampler.post_warmup_state = sampler.last_state
        key = sampler.post_warmup_state.rng_key
        draws = sampler.get_samples(group_by_chain=True)["x"]
        parts.append(np.asarray(draws, dtype=float)[:, :, : graph.n])
        both = np.concatenate(parts, axis=1)
        first, second = _statistics(both[:CHAINS]), _statistics(both[CHAINS:])
        good = _good(first, second, compared)
        if good:
            break
    return {
        "graph": graph_to_json(graph),
        "good": good,
        "quantiles": ((first["quantiles"] + second["quantiles"]) / 2).tolist(),
        "sd": np.sqrt((first["sd"] ** 2 + second["sd"] ** 2) / 2).tolist(),
        "rhat": float(max(first["rhat"].max(), second["rhat"].max())),
        "ess": float(min(first["ess"].min(), second["ess"].min())),
        "draws_per_run": int(both.shape[1] * CHAINS),
        "seconds": round(time.perf_counter() - start, 2),
    }


def rounded(value):
    """Numbers at the precision that the oracle has, to keep the file small."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return value


def main(count):
    """Answer the first `count` graphs that have no answer yet."""
    have = {tuple(a["graph"]["y"]) for a in load()} if PATH.exists() else set()
    for number, graph in enumerate(collect(count)):
        if tuple(graph_to_json(graph)["y"]) in have:
            continue
        found = answer(graph, seed=number)
        kept = {k: v if k == "graph" else rounded(v) for k, v in found.items()}
        with PATH.open("a") as sink:
            sink.write(json.dumps(kept) + "\n")
        # Compiled code piles up until the machine has no more memory maps to give.
        _sampler.cache_clear()
        jax.clear_caches()
        print(number, graph.n, graph.m, found["good"], found["seconds"], flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
