"""Forecasts of others: how they are read, scored and compared.

The traps: a range without a probability scored as if it had one; a bold and wrong
forecaster who beats an honest one; a ranking of people who answered other questions; a
forecast that moves an estimate.
"""

import numpy as np
import pandas as pd
import pytest
import scoringrules
from scipy import stats

from pipeline.contracts import ContractError, conform, contract
from pipeline.projection.scores import crps, sample_scores
from pipeline.scoreboard.said import answer, question
from pipeline.scoreboard.settled import Came
from pipeline.scoreboard.tables import TOO_FEW, _status, board_table

ROW = {
    "forecast_id": "a/b", "quantity": "largest_total", "model_id": None, "among": None,
    "made_on": pd.Timestamp("2024-01-01"), "target_on": pd.Timestamp("2025-01-01"),
    "value": 1e26, "bound": None, "low": None, "high": None, "level": None,
    "threshold": None, "probability": None, "unit": "FLOP", "caveat": None,
}  # fmt: skip


def said(**fields: object) -> object:
    return answer(ROW | fields)


def test_an_interval_has_its_ends_where_they_were_stated() -> None:
    given = said(value=2e26, low=1e26, high=1e27, level=0.9)
    assert given.kind == "interval"
    low, middle, high = 10 ** np.quantile(given.sample, (0.05, 0.5, 0.95))
    assert low == pytest.approx(1e26, rel=0.01)
    assert middle == pytest.approx(2e26, rel=0.01)
    assert high == pytest.approx(1e27, rel=0.01)


def test_a_range_without_a_level_is_a_point_in_its_middle() -> None:
    given = said(value=None, low=1e26, high=1e28)
    assert given.kind == "range"
    assert given.sample.tolist() == [27.0]


def test_a_bound_is_a_statement_and_a_probability_is_one() -> None:
    assert said(bound="lower").kind == "statement"
    stated = said(quantity="threshold_by_date", value=None, threshold=1e27)
    assert stated.kind == "statement"
    sure = said(
        quantity="threshold_by_date", value=None, threshold=1e27, probability=0.8
    )
    assert (sure.kind, sure.probability) == ("probability", 0.8)


def test_crps_against_a_library_that_we_did_not_write() -> None:
    z = stats.norm.ppf((np.arange(1024) + 0.5) / 1024)
    for middle, width, truth in ((26, 0.3, 26.1), (25, 1.0, 27), (24, 0.1, 24)):
        ours = crps(middle + width * z, np.full(1, float(truth)))
        theirs = scoringrules.crps_normal(truth, middle, width)
        assert ours == pytest.approx(float(theirs), abs=2e-3)


def test_the_sure_and_right_beat_the_wide_and_the_honest_beat_the_sure_and_wrong() -> (
    None
):
    truth = np.full(1, 26.0)
    z = stats.norm.ppf((np.arange(1024) + 0.5) / 1024)

    def score(middle: float, width: float) -> float:
        return sample_scores(middle + width * z, truth)["crps"]

    assert score(26.0, 0.1) < score(26.0, 1.0)
    assert score(25.0, 1.0) < score(25.0, 0.01)


@pytest.mark.parametrize(
    ("chance", "due", "status"),
    [
        (0.97, False, "scored"),  # reached before its date: it stays reached
        (0.5, False, "open"),
        (0.5, True, "undecided"),
        (0.02, True, "scored"),
    ],
)
def test_a_threshold_is_settled_once_the_record_is_sure(
    chance: float, due: bool, status: str
) -> None:
    q = question(ROW | {"quantity": "threshold_by_date", "threshold": 1e27})
    came = Came(np.full(8, 26.0), "m", chance)
    assert _status(q, came, due=due) == status


def test_what_the_record_cannot_know_is_undecided() -> None:
    q = question(ROW | {"quantity": "cluster"})
    assert _status(q, Came(reason="no table"), due=True) == "undecided"


def scores(n: int, own: float, still: float) -> pd.DataFrame:
    """Scores of one person and of no change on n common questions."""
    rows = [
        {
            "forecast_id": f"s/q{k}",
            "forecaster": who,
            "kind": kind,
            "status": "scored",
            "scored_as": "point",
            "crps": value,
            "error": value,
        }
        for k in range(n)
        for who, kind, value in (
            ("A", "outside", own),
            ("No change", "reference", still),
        )
    ]
    columns = ["covered_90", "brier", "record_probability"]
    return pd.DataFrame(rows).reindex(columns=[*rows[0], *columns])


@pytest.mark.parametrize(
    ("n", "own", "verdict"),
    [
        (7, 0.1, TOO_FEW),
        (8, 0.1, "better than no change"),
        (8, 0.9, "no better than no change"),
    ],
)
def test_nobody_is_judged_on_fewer_than_eight_common_targets(
    n: int, own: float, verdict: str
) -> None:
    board = board_table(scores(n, own, 0.5), {"calibration.fewest_records": 8})
    typed = conform(contract("out.scoreboard"), board)
    assert typed.set_index("forecaster")["verdict"]["A"] == verdict


def test_a_bad_row_fails_the_contract() -> None:
    board = board_table(scores(8, 0.1, 0.5), {"calibration.fewest_records": 8})
    with pytest.raises(ContractError):
        conform(contract("out.scoreboard"), board.assign(verdict="best of all"))
