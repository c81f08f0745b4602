"""Quasi-random draws with seeds that come from content.

What belongs here: generators and scrambled Sobol normals for a content key. What does
not: Markov chains (gibbs).
"""

from __future__ import annotations

import numpy as np
from scipy import special
from scipy.stats import qmc

from pipeline.estimation.method import FloatArray

_ROWS = 1  # purpose number of the order of rows


def generator(key: str, purpose: int) -> np.random.Generator:
    """A random generator for a content key (hex) and a numbered purpose.

    PCG64 seeded with the key: the same stream on any machine, and streams of different
    keys or purposes are independent.
    """
    words = [int(key[k : k + 8], 16) for k in range(0, len(key), 8)]
    return np.random.default_rng([purpose, *words])


def sobol_sequence(dimensions: int, n: int, key: str) -> FloatArray:
    """Scrambled Sobol points as standard normals, in their order, (n, dimensions).

    Balance is best for n a power of two; the first 2^k rows are balanced, too. The key
    seeds the scrambling.
    """
    exponent = max(n - 1, 1).bit_length()
    engine = qmc.Sobol(dimensions, scramble=True, rng=generator(key, 0))
    unit = engine.random_base2(exponent)[:n]
    # Scrambled points lie in [0, 1); half a step inwards keeps 0 from becoming -inf.
    step = 2.0 ** -(engine.bits + 1)
    return np.asarray(special.ndtri(np.clip(unit, step, 1 - step)))


def sobol_normals(dimensions: int, n: int, key: str) -> FloatArray:
    """`sobol_sequence` in an order of the key's own.

    Scrambled or not, the k-th points of two Sobol sequences share their leading bits,
    and arrays of different keys, laid side by side, would be correlated (up to 0.87
    between two components of the record).
    """
    found = sobol_sequence(dimensions, n, key)
    return generator(key, _ROWS).permutation(found)


def gaussian_draws(mean: FloatArray, cov: FloatArray, n: int, key: str) -> FloatArray:
    """Draws of N(mean, cov) by Sobol normals, shape (n, nodes).

    Args:
        mean: Shape (nodes,), log10 FLOP.
        cov: Shape (nodes, nodes), positive definite.
        n: Number of draws, best a power of two.
        key: Content key (hex) that seeds the scrambling.

    Raises:
        numpy.linalg.LinAlgError: if `cov` is not positive definite.
    """
    factor = np.linalg.cholesky(cov)
    return np.asarray(mean + sobol_normals(len(mean), n, key) @ factor.T)
