"""The score of the note drafts on each labelled article, printed by `make bench`."""

import pytest
from draft_scores import all_scores


@pytest.mark.bench
def test_draft_score(capsys):
    with capsys.disabled():
        for name, result in all_scores().items():
            print(f"\n{name:20} {result}", end="")
