"""How many threads arithmetic takes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TASKS = Path("/proc/self/task")  # one entry per thread
CODE = """
import pipeline.projection.project, numpy as np
from pathlib import Path
large = np.ones((800, 800))
large @ large
print(len(list(Path("/proc/self/task").iterdir())))
"""


@pytest.mark.skipif(not TASKS.exists(), reason="counts threads in /proc")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core has one thread anyway")
def test_matrices_take_one_thread_unless_asked_otherwise():
    """A second one of BLAS only spins: matrices are small here."""
    assert threads(None) == threads("1") < threads("2")


def threads(asked: str | None) -> int:
    name = "OPENBLAS_NUM_THREADS"
    known = {k: v for k, v in os.environ.items() if k != name}
    known |= {} if asked is None else {name: asked}
    command = [sys.executable, "-c", CODE]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=known
    )
    return int(done.stdout)
