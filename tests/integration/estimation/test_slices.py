"""Slices of a piece of a component leave the posterior of all of it as it is."""

import numpy as np
from scipy import stats

from pipeline.estimation.grid import pair_quantiles
from pipeline.estimation.moves import BoundSlice, gaussian_given_weights, weights
from tests.unit.estimation.records import METHOD, graph_of
from tests.unit.estimation.test_moves import space_of


def test_slices_of_a_piece_keep_the_posterior_of_all():
    graph = graph_of(
        2, (0, -1, 24.5, 0.8, 0), (1, -1, 24, 0.5, 0), (0, 1, 0.2, 0.4, 0),
        (0, 1, 0.1, 0, 1), (1, -1, 23.9, 0, -1), (0, -1, 24.3, 0, 1),
    )  # fmt: skip
    chains = 20_000
    space = space_of([graph], chains)
    row = space.batch.rows_of(0)
    x = np.zeros((2, chains))
    for _ in range(150):
        x = BoundSlice(space)(x, *gaussian_given_weights(space, weights(space, x)))
    before = x.copy()
    for still in (0, 1):
        label = np.ones(2, dtype=np.int64)
        label[row[still]] = 0
        against = BoundSlice(space, label)
        for _ in range(4):
            old, weight = x, weights(space, x)
            given = gaussian_given_weights(space, weight, against.held(x))
            x = against(x, *given)
            assert np.array_equal(x[row[still]], old[row[still]])
    assert np.mean(x != before) > 0.9
    p = np.linspace(0, 1, 20_001)
    for node, values in enumerate(pair_quantiles(graph, METHOD, p)):
        u = np.interp(x[row[node]] + METHOD.prior_mean, values, p)
        assert stats.kstest(u, "uniform").pvalue > 1e-4
