"""All stored answers of NUTS, and our speed against it.

More answers: `make oracle`. The speed test needs the `.venv-oracle` that this makes.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from tests.oracle.answers import compare, load

pytestmark = pytest.mark.bench
ROOT = Path(__file__).parent.parent.parent
ORACLE = ROOT / ".venv-oracle" / "bin" / "python"


def test_quantiles_agree_with_nuts_on_all_stored_graphs():
    answers = load()
    good = [a for a in answers if a["good"]]
    plain, odd = np.array([compare(answer) for answer in good]).T
    worst, held = plain[~np.isnan(plain)], odd[~np.isnan(odd)]
    excluded = len(answers) - len(good)
    print(
        f"\n{len(answers)} graphs, {excluded} excluded (NUTS disagrees with itself); "
        f"deviation ÷ tolerance, largest of a graph: median {np.median(worst):.2f}, "
        f"95% {np.quantile(worst, 0.95):.2f}, worst {worst.max():.2f}, within "
        f"{np.mean(worst <= 1):.1%}; {len(held)} graphs with a flag: our 90% interval "
        f"holds at least {held.min():.1%} of NUTS"
    )
    assert excluded <= 0.05 * len(answers)
    assert np.mean(worst <= 1) >= 0.95
    assert worst.max() <= 3
    assert held.min() >= 0.8


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
    found = [json.loads(line) for line in done.stdout.splitlines()]
    small = [case for case in found if case["nodes"] <= 12]
    large = [case for case in found if case["nodes"] > 12]
    for case in found:
        print(
            f"\n{case['nodes']} nodes: NUTS {case['nuts']['seconds']:.2f} s "
            f"({case['nuts']['draws']} draws a chain, "
            f"{'enough' if case['nuts']['enough'] else 'not yet enough'}), ours "
            f"{case['ours']:.2f} s (NUTS ÷ ours {ratio(case, 'ours'):.1f}), Gaussian "
            f"stage {case['gaussian'] * 1000:.1f} ms"
            f" (NUTS ÷ that {ratio(case, 'gaussian'):.0f})",
            end="",
        )
    assert min(ratio(case, "ours") for case in small) >= 5
    assert min(ratio(case, "ours") for case in large) >= 1
    assert min(ratio(case, "gaussian") for case in large) >= 1000


def ratio(case, ours):
    """Seconds of NUTS in seconds of ours; a floor where NUTS was not done."""
    return case["nuts"]["seconds"] / case[ours]
