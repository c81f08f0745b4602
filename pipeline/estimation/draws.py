"""Quasi-random draws with seeds that come from content.

What belongs here: generators and scrambled Sobol normals for a content key. What does
not: what is drawn (forest.py).
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


def sobol_unit(
    dimensions: int, n: int, key: str, *, ordered: bool = False
) -> FloatArray:
    """Scrambled Sobol points of the open unit cube, shape (n, dimensions).

    Balance is best for n a power of two. The key seeds the scrambling and the order:
    scrambled or not, the k-th points of two Sobol sequences share their leading bits,
    and arrays of different keys, laid side by side, would be correlated (up to 0.87
    between two components of the record).

    Args:
        dimensions: Number of columns.
        n: Number of points.
        key: Content key (hex).
        ordered: Keep the sequence's own order, in which the first 2^k points are
            balanced, too.
    """
    exponent = max(n - 1, 1).bit_length()
    engine = qmc.Sobol(dimensions, scramble=True, rng=generator(key, 0))
    unit = engine.random_base2(exponent)[:n]
    # Scrambled points lie in [0, 1); half a step inwards keeps 0 from becoming -inf.
    step = 2.0 ** -(engine.bits + 1)
    unit = np.clip(unit, step, 1 - step)
    return unit if ordered else generator(key, _ROWS).permutation(unit)


def sobol_sequence(dimensions: int, n: int, key: str) -> FloatArray:
    """Scrambled Sobol points as standard normals, in their order, (n, dimensions)."""
    return np.asarray(special.ndtri(sobol_unit(dimensions, n, key, ordered=True)))


def sobol_normals(dimensions: int, n: int, key: str) -> FloatArray:
    """`sobol_sequence` in an order of the key's own."""
    return np.asarray(special.ndtri(sobol_unit(dimensions, n, key)))
