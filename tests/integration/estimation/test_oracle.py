"""Our quantiles against NUTS on the same density, from stored answers.

tests/oracle/nuts.py makes them; `make bench` compares all of them.
"""

import numpy as np
import pytest

from pipeline.estimation.graph import anchored
from pipeline.estimation.posterior import sample
from tests.oracle.answers import PROBS, graph_from_json, load, tolerances
from tests.unit.estimation.records import METHOD

FIXED = 24
ANSWERS = [a for a in load() if a["good"]][:FIXED]


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_quantiles_agree_with_nuts(answer):
    graph = graph_from_json(answer["graph"])
    draws = sample(graph, METHOD, 4096, label="oracle", cache={})
    ours = np.quantile(draws, PROBS, axis=0)
    deviation = np.abs(ours - answer["quantiles"])
    relative = (deviation / tolerances(np.array(answer["sd"])))[:, anchored(graph)]
    assert relative.max(initial=0.0) <= 1


def test_there_are_enough_answers():
    assert len(ANSWERS) == FIXED
