"""The score of the note drafts on the labelled articles, printed by `make bench`."""

import pytest
from draft_scores import score


@pytest.mark.bench
def test_draft_score(capsys):
    result = score()
    with capsys.disabled():
        print(f"\nnote drafts: {result}")
    assert result.recall >= 0.85
