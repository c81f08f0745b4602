"""All stored answers of NUTS, and our speed against it.

More answers: `make oracle`. The speed test needs the `.venv-oracle` that this makes.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from pipeline.estimation.gaussian import fit, leave_one_out
from pipeline.estimation.graph import anchored
from pipeline.estimation.posterior import sample
from tests.oracle.answers import PROBS, graph_from_json, load, tolerances
from tests.unit.estimation.records import METHOD

pytestmark = pytest.mark.bench
ROOT = Path(__file__).parent.parent.parent
ORACLE = ROOT / ".venv-oracle" / "bin" / "python"


def flagged(graph):
    """Nodes that a claim beyond 2.5 of its own leave-one-out touches."""
    found = leave_one_out(graph, METHOD, fit(graph, METHOD))
    noise = np.where(
        graph.kind == 0, graph.scale / METHOD.normal_quantile, METHOD.bound_s
    )
    off = (graph.y - found.mean) / np.hypot(noise, found.sd)
    wrong = np.where(graph.kind == 0, np.abs(off), -graph.kind * off) > 2.5
    out = np.zeros(graph.n, dtype=bool)
    out[graph.i[wrong]] = True
    out[graph.j[wrong & graph.relative]] = True
    return out


def test_quantiles_agree_with_nuts_on_all_stored_graphs():
    answers = load()
    good = [a for a in answers if a["good"]]
    worst, worst_flagged = [], []
    for answer in good:
        graph = graph_from_json(answer["graph"])
        draws = sample(graph, METHOD, 4096, label="oracle", cache={})
        ours = np.quantile(draws, PROBS, axis=0)
        allowed = tolerances(np.array(answer["sd"]))
        relative = np.abs(ours - answer["quantiles"]) / allowed
        odd = flagged(graph)
        for chosen, into in ((~odd, worst), (odd, worst_flagged)):
            into.append(relative[:, anchored(graph) & chosen].max(initial=0.0))
    excluded = len(answers) - len(good)
    print(
        f"\n{len(answers)} graphs, {excluded} excluded (NUTS disagrees with itself); "
        f"deviation ÷ tolerance, largest of a graph: median {np.median(worst):.2f}, "
        f"95% {np.quantile(worst, 0.95):.2f}, worst {max(worst):.2f}; "
        f"flagged nodes {max(worst_flagged):.2f}"
    )
    assert np.mean(np.array(worst) <= 1) >= 0.95
    assert max(worst) <= 3
    assert max(worst_flagged) <= 3


@pytest.mark.skipif(not ORACLE.exists(), reason="no .venv-oracle; run `make oracle`")
def test_we_are_faster_than_nuts():
    one_core = {
        "OMP_NUM_THREADS": "1",
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false "
        "intra_op_parallelism_threads=1",
    }
    done = subprocess.run(
        [ORACLE, "-m", "tests.oracle.speed"],
        cwd=ROOT,
        env=os.environ | one_core,
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    small, large = found["small"], found["large"]
    ratios = np.array(small["nuts"]) / small["ours"]
    print(f"\nNUTS ÷ ours: small {ratios.round(1)}, 50 nodes {large}")
    assert ratios.min() >= 5
    assert large["nuts"][0] >= large["ours"][0]
    assert large["nuts"][0] >= 1000 * large["gaussian"][0]
