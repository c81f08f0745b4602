"""Components, subgraphs, anchoring."""

import numpy as np
import pytest

from pipeline.estimation.graph import anchored, components, subgraph
from tests.unit.estimation.records import graph_of


def test_components_are_linked_by_bounds():
    graph = graph_of(5, (3, 1, 0.5, 0, 1), (0, -1, 24, 0.2, 0), (1, -1, 23, 0.2, 0))
    parts = [(n.tolist(), c.tolist()) for n, c in components(graph)]
    assert parts == [([0], [1]), ([1, 3], [0, 2])]


def test_subgraph_renumbers_in_the_order_asked_for():
    graph = graph_of(4, (3, 1, 0.5, 0.1, 0), (1, -1, 23, 0.2, 0))
    part = subgraph(graph, np.array([3, 1]), np.array([1, 0]))
    assert (part.n, part.i.tolist(), part.j.tolist()) == (2, [1, 0], [-1, 1])
    assert part.y.tolist() == [23, 0.5]


def test_subgraph_refuses_a_claim_that_leaves_it():
    graph = graph_of(3, (0, 1, 0.5, 0.1, 0))
    with pytest.raises(ValueError, match="outside"):
        subgraph(graph, np.array([0, 2]), np.array([0]))


def test_only_equality_claims_anchor():
    graph = graph_of(
        6,
        (0, -1, 24, 0.2, 0),  # an anchor
        (1, 0, 1, 0.2, 0),  # reached from it
        (2, 1, 1, 0, 1),  # a bound reaches nothing
        (3, -1, 25, 0, -1),  # an absolute bound is no anchor
        (4, 5, 1, 0.2, 0),  # a ratio between two unknowns
    )
    assert anchored(graph).tolist() == [True, True, False, False, False, False]


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ((0, 0, 1, 0.1, 0), "another node"),
        ((2, -1, 1, 0.1, 0), "outside the graph"),
        ((0, -2, 1, 0.1, 0), "another node"),
        ((0, -1, 1, 0.0, 0), "half-width"),
        ((0, -1, np.nan, 0.1, 0), "finite"),
        ((0, -1, 1, 0.1, 2), "kind"),
    ],
)
def test_malformed_claims_are_refused(claim, message):
    with pytest.raises(ValueError, match=message):
        graph_of(2, claim)
