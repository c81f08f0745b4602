"""The oracle: NUTS (numpyro) on the same density, written down a second time.

Needs the dependency group `oracle`. Run as a script, it adds the oracle's answers for
graphs that have none yet, or one that does not count, to tests/data/oracle/nuts.jsonl:

    python -m tests.oracle.nuts 220

Two runs of four chains each start from different points and know nothing of each other.
They are lengthened until each has split R̂ < 1.01 and an effective size above 10,000 on
every anchored node and both agree to half the tolerance of the comparison, or until
they have had their fair chance; then the graph is excluded and counted. The chains of
many graphs take their steps together, for a step's cost is mostly the interpreter's.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
import numpyro.distributions as dist
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from numpyro.infer import NUTS

from pipeline.estimation.graph import Graph, anchored
from tests.oracle.answers import (
    COMPARED,
    PATH,
    PROBS,
    graph_to_json,
    load,
    tolerances,
)
from tests.oracle.graphs import collect
from tests.unit.estimation.records import METHOD

CHAINS, WARMUP, CHUNK = 4, 1500, 4000
# All wait for the longest trajectory: many short ones tell more in the same time.
DEPTH = 4
LOOKS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 50, 75, 100)  # chunks, then a verdict
TOGETHER, FEW = 16, 4  # graphs whose chains take steps together; so many at the end
# Every other draw goes when there are more: effective sizes then suffer least.
KEPT = 16_000
# (nodes, equality claims, bounds): graphs are padded to the first shape that fits, so
# that few samplers are compiled. A padded node has only its prior.
SHAPES = ((6, 14, 10), (9, 22, 14), (12, 36, 24))
CONSTANTS = (
    float(METHOD.nu),
    float(METHOD.prior_sd),
    METHOD.bound_s,
    METHOD.bound_eps,
)


def model(equalities, bounds, constants):
    """The density: Student-t equalities, contaminated bounds, a weak normal prior.

    x are deviations from the prior mean: single precision has digits to spare then.
    """
    nu, sd, s, eps = constants
    nodes = equalities["about"].shape[1]
    x = numpyro.sample("x", dist.Normal(0, sd).expand([nodes]).to_event(1))
    z = (equalities["about"] @ x - equalities["y"]) / equalities["scale"]
    numpyro.factor("equalities", -(nu + 1) / 2 * jnp.sum(jnp.log1p(z**2 / nu)))
    slack = bounds["side"] * (bounds["y"] - bounds["about"] @ x)
    holds = jax.lax.erfc(-slack / s / jnp.sqrt(2.0)) / 2
    logs = jnp.log((1 - eps) * holds + eps)
    numpyro.factor("bounds", jnp.sum(jnp.where(bounds["side"] == 0, 0.0, logs)))


def arrays(graph, shape):
    """The graph's equality claims and bounds, padded to (nodes, equalities, bounds)."""
    nodes, *sizes = shape
    level = graph.y - np.where(graph.relative, 0.0, METHOD.prior_mean)
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
                "y": np.pad(level[rows], pad).astype(np.float32),
                "scale": np.pad(
                    graph.scale[rows] / METHOD.t_quantile, pad, constant_values=1
                ).astype(np.float32),
                "side": np.pad(graph.kind[rows], pad).astype(np.float32),
            }
        )
    return out


KERNEL = NUTS(model, dense_mass=True, max_tree_depth=DEPTH)


@partial(jax.jit, static_argnums=2)
def begin(keys, claims, warmup):
    """Chains of all graphs after `warmup` steps, from points drawn from the prior."""

    def one(key, of_graph):
        where, way = jax.random.split(key)
        nodes = of_graph[0]["about"].shape[1]
        start = {"x": METHOD.prior_sd * jax.random.normal(where, (nodes,))}
        return KERNEL.init(way, warmup, start, (*of_graph, CONSTANTS), {})

    states = jax.vmap(jax.vmap(one, (0, None)), (0, 0))(keys, claims)
    return jax.lax.fori_loop(0, warmup, lambda _, s: _step(s, claims), states)


def _step(states, claims):
    def one(state, of_graph):
        return KERNEL.sample(state, (*of_graph, CONSTANTS), {})

    return jax.vmap(jax.vmap(one, (0, None)), (0, 0))(states, claims)


@partial(jax.jit, static_argnums=2)
def draw(states, claims, count):
    """New states, and draws (count, graphs, chains, nodes)."""

    def advance(states, _):
        states = _step(states, claims)
        return states, states.z["x"]

    return jax.lax.scan(advance, states, None, length=count)


@dataclass
class Asked:
    """A graph on its way to an answer.

    Attributes:
        number: Its seed.
        graph: The claims.
        claims: The same as padded arrays.
        state: Where its chains are.
        draws: What was kept of them, (chains, draws, nodes) each.
        rounds: Chunks drawn so far.
        seconds: Its share of the time.
    """

    number: int
    graph: Graph
    claims: list
    state: object = None
    draws: list = field(default_factory=list)
    rounds: int = 0
    seconds: float = 0.0

    def keep(self, new):
        """Add draws; thin all alike when there are too many of them."""
        stride = max(1, self.rounds * CHUNK // KEPT)
        stride = 2 ** (stride - 1).bit_length()
        new = np.asarray(new, dtype=np.float64).transpose(1, 0, 2)
        if self.draws and stride > self.stride:
            self.draws = [np.concatenate(self.draws, axis=1)[:, 1::2]]
        self.stride = stride
        self.draws.append(new[:, stride - 1 :: stride, : self.graph.n])


def _statistics(draws):
    flat = draws.reshape(-1, draws.shape[-1])
    return {
        "quantiles": np.quantile(flat, PROBS, axis=0) + METHOD.prior_mean,
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
    apart = np.abs(first["quantiles"] - second["quantiles"])[list(COMPARED)]
    return bool(np.all((apart <= tolerances(sd) / 2)[:, compared]))


def verdict(asked):
    """The answer as it stands, and whether it is good enough to judge by."""
    both = np.concatenate(asked.draws, axis=1)
    first, second = _statistics(both[:CHAINS]), _statistics(both[CHAINS:])
    compared = anchored(asked.graph)
    worst = compared if compared.any() else ~compared
    return {
        "graph": graph_to_json(asked.graph),
        "good": _good(first, second, compared),
        "quantiles": ((first["quantiles"] + second["quantiles"]) / 2).tolist(),
        "sd": np.sqrt((first["sd"] ** 2 + second["sd"] ** 2) / 2).tolist(),
        "rhat": float(max(first["rhat"][worst].max(), second["rhat"][worst].max())),
        "ess": float(min(first["ess"][worst].min(), second["ess"][worst].min())),
        "draws_per_run": asked.rounds * CHUNK * CHAINS,
        "seconds": round(asked.seconds, 1),
    }


def _stack(trees):
    """Trees of arrays side by side; the last fills up, so that few sizes compile."""
    size = TOGETHER if len(trees) > FEW else FEW
    trees = [*trees, *[trees[-1]] * (size - len(trees))]
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *trees)


def advance(together):
    """Begin or continue the chains of up to TOGETHER graphs, by one chunk."""
    start = time.perf_counter()
    claims = _stack([a.claims for a in together])
    if together[0].state is None:
        keys = [
            jax.random.split(jax.random.PRNGKey(a.number), 2 * CHAINS) for a in together
        ]
        states = begin(_stack(keys), claims, WARMUP)
    else:
        states = _stack([a.state for a in together])
    states, draws = jax.device_get(draw(states, claims, CHUNK))
    took = time.perf_counter() - start
    for k, asked in enumerate(together):
        asked.state = jax.tree.map(lambda leaf, k=k: leaf[k], states)
        asked.rounds += 1
        asked.seconds += took / len(together)
        asked.keep(draws[:, k])


def rounded(value):
    """Numbers at the precision that the oracle has, to keep the file small."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, list):
        return [rounded(v) for v in value]
    return value


def _save(answer):
    kept = {k: v if k == "graph" else rounded(v) for k, v in answer.items()}
    with PATH.open("a") as sink:
        sink.write(json.dumps(kept, separators=(",", ":")) + "\n")
    size = answer["graph"]["n"]
    print(size, answer["good"], answer["draws_per_run"], answer["seconds"], flush=True)


def _unanswered(count):
    """Graphs by shape; what is stored without being good is asked again."""
    stored = load() if PATH.exists() else []
    have = {tuple(a["graph"]["y"]) for a in stored if a["good"]}
    by_shape = defaultdict(list)
    for number, graph in enumerate(collect(count)):
        if tuple(graph.y.tolist()) in have:
            continue
        kinds = int((graph.kind == 0).sum()), int((graph.kind != 0).sum())
        size = (graph.n, *kinds)
        shape = next(
            s for s in SHAPES if all(a <= b for a, b in zip(size, s, strict=True))
        )
        by_shape[shape].append(Asked(number, graph, arrays(graph, shape)))
    return by_shape


def _round(together):
    """Advance graphs by a chunk and save what is answered; what is not is returned."""
    advance(together)
    left = []
    for asked in together:
        found = verdict(asked) if asked.rounds in LOOKS else None
        if found and (found["good"] or asked.rounds == LOOKS[-1]):
            _save(found)
        else:
            left.append(asked)
    return left


def main(count):
    """Answer the first `count` graphs as far as they have no good answer yet."""
    by_shape = _unanswered(count)
    for shape, fresh in by_shape.items():
        by_shape[shape] = []
        for first in range(0, len(fresh), TOGETHER):
            by_shape[shape] += _round(fresh[first : first + TOGETHER])
    for left in by_shape.values():
        while left:
            # The shortest first: they wait for each other.
            left.sort(key=lambda asked: asked.rounds)
            together, left[:TOGETHER] = left[:TOGETHER], []
            left.extend(_round(together))


if __name__ == "__main__":
    main(int(sys.argv[1]))
