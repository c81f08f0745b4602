"""Our quantiles against NUTS on the same density, from stored answers.

tests/oracle/nuts.py makes them; `make bench` compares all of them.
"""

import pytest

from tests.oracle.answers import compare, load

FIXED = 24
ANSWERS = [a for a in load() if a["good"]][:FIXED]


@pytest.mark.parametrize("answer", ANSWERS, ids=range(len(ANSWERS)))
def test_quantiles_agree_with_nuts(answer):
    deviation, held = compare(answer)  # NaN where there is nothing to compare
    assert not deviation > 1
    assert not held < 0.8


def test_there_are_enough_answers_to_compare():
    assert len(ANSWERS) == FIXED
