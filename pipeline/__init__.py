"""Headroom: how much compute goes into reasoning training, and how far it can grow.

    import pipeline
    pipeline.read("core.estimates")                # a table of the current release
    pipeline.whatif("o5: ratio 10 x o3, disclosed 2026-12-01")

What belongs here: what others may import. Everything below may change with any version.
"""

import os

# Matrices are small here: a second BLAS thread only spins, for a third of a sampler's
# time of the processor. It counts if NumPy has not been imported yet.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from pipeline.api import read, whatif

__version__ = "0.2.0"
__all__ = ["__version__", "read", "whatif"]
