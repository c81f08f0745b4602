"""Headroom: how much compute goes into reasoning training, and how far it can grow."""

import os

# Matrices are small here: a second BLAS thread only spins, for a third of a sampler's
# time of the processor. It counts if NumPy has not been imported yet.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
