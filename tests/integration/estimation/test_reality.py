"""Facts of a table become the pipeline's own intervals, and are scored."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest
from scipy import stats

from tests.reality.report import by_method, narrower, report
from tests.reality.scores import best_log_score, peaks_for, score

ROW = {
    "Model": "Plain", "Publication date": "2023-05-01",
    "Training compute (FLOP)": "2e23", "Domain": "Language",
    "Training hardware": "NVIDIA A100", "Hardware quantity": "512",
    "Training time (hours)": "1000", "Hardware utilization (MFU)": "0.4",
    "Parameters": "2.5e10", "Training dataset size (total)": "1.5e12",
    "Dataset size notes": "1.5T tokens",
}  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    path = tmp_path_factory.mktemp("reality") / "models.csv"
    rows = [
        ROW,
        ROW | {"Model": "No utilisation", "Hardware utilization (MFU)": "",
               "Hardware quantity": "", "Training chip-hours": "512000",
               "Training compute (FLOP)": "2.2e23"},
        ROW | {"Model": "Denied", "Training time (hours)": "30000",
               "Training compute (FLOP)": "3e23"},
    ]  # fmt: skip
    columns = sorted({c for row in rows for c in row})
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return score(path, peaks_for(None))


def test_each_method_gives_the_interval_of_its_claim(result):
    hours = by_method(result, "hardware").loc[1]
    flop = math.log10(512_000 * 3600 * 3.12e14 * 0.4)
    assert hours["p50"] == pytest.approx(flop, abs=0.002)
    assert (hours["p95"] - hours["p05"]) / 2 == pytest.approx(math.log10(1.4), abs=0.01)
    tokens = by_method(result, "tokens").loc[1]
    assert tokens["p50"] == pytest.approx(math.log10(6 * 2.5e10 * 1.5e12), abs=0.003)
    plain = by_method(result, "hardware").loc[2]
    assert plain["p50"] == pytest.approx(flop + math.log10(0.357 / 0.4), abs=0.003)


def test_log_score_is_that_of_the_claims_own_density(result):
    row = by_method(result, "tokens").loc[1]
    scale = math.log10(1.5) / stats.t.ppf(0.95, 4)
    middle = math.log10(6 * 2.5e10 * 1.5e12)
    expected = stats.t.logpdf(row["published"], 4, loc=middle, scale=scale)
    assert row["log_score"] == pytest.approx(expected, abs=0.05)  # the weak prior


def test_fused_is_narrower_where_the_methods_agree_and_wider_where_not(result):
    assert narrower(result).to_dict() == {1: True, 2: True, 3: False}


def test_no_fixed_spread_beats_the_best_in_hindsight(result):
    off = (
        by_method(result, "hardware")["p50"]
        - by_method(result, "hardware")["published"]
    )
    best = best_log_score(off)
    for scale in np.geomspace(1e-3, 10, 50):
        assert stats.t.logpdf(off, df=4, scale=scale).mean() <= best + 1e-6


def test_the_table_counts_every_exclusion(result):
    text = report(result)
    assert "no hardware estimate" in text
    assert "fused narrower than either: 2 of 3 rows" in text
