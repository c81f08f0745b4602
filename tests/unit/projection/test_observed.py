"""Observed convergence: read against the frontier, never against a run's own base."""

import numpy as np

from pipeline.projection.observed import observed_table
from tests import loaded

ASSUMED = loaded.assumed()
N = 64
MODELS = loaded.models(
    ("big", "2025-02-01"), ("coder", "2026-02-01"), ("closed", "2026-03-01"),
    ("silent", "2026-04-01"), ("base", "2025-06-01"),
)  # fmt: skip
MODELS.loc[MODELS["model_id"] == "coder", "base_model_id"] = "base"
MODELS.loc[MODELS["model_id"].isin(["big", "base"]), "is_reasoning"] = False
BIG = {"big/total": np.full(N, 26.5), "base/pretraining": np.full(N, 23.0)}


def states(nodes):
    table = observed_table(loaded.state("2026-06-01", BIG | nodes), MODELS, ASSUMED)
    return table.set_index(["model_id", "share"])


def test_passing_its_own_small_base_is_no_convergence():
    found = states({"coder/reasoning": np.full(N, 24.0)})
    assert set(found.loc["coder", "state"]) == {"not met"}
    assert (found.loc["coder", "reasoning_over_rest_p50"] > 9).all()


def test_without_a_split_a_run_counts_on_no_side():
    found = states({"closed/total": np.full(N, 27.0)})
    assert set(found.loc["closed", "state"]) == {"unknown"}
    assert "silent" not in found.index.get_level_values("model_id")
    assert "coder" not in found.index.get_level_values("model_id")


def test_a_level_that_only_a_ratio_gives_is_no_level():
    state = loaded.state("2026-06-01", BIG | {"coder/reasoning": np.full(N, 27.0)})
    part = state.of_node["coder/reasoning"]
    part.anchored[:] = False  # a multiple of its base, and of nothing else
    table = observed_table(state, MODELS, ASSUMED)
    assert table.empty or "coder" not in set(table["model_id"])


def test_the_three_verdicts():
    half = np.where(np.arange(N) % 2, 25.9, 26.7)  # half of the draws above 0.5
    found = states({"coder/reasoning": half})["state"]
    assert found["coder", 0.1] == "met"
    assert found["coder", 0.5] == "undecided"
    assert found["coder", 1] == "undecided"
