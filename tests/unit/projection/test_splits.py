"""What is known of a run's split: levels, bounds, and nothing."""

import numpy as np
import pandas as pd
import pytest

from pipeline.projection.splits import AT_LEAST, AT_MOST, KNOWN, Splits
from tests import loaded

ASSUMED = loaded.assumed()
N = 512
RNG = np.random.default_rng(3)
MODELS = loaded.models(
    ("base", "2024-12-01"), ("thinker", "2025-01-20"), ("later", "2026-05-01")
).assign(role="flagship", base_model_id=[None, "base", "base"])
MODELS.loc[MODELS["model_id"] == "base", "is_reasoning"] = False


def observed(*rows):
    """Prepared observations: claim, node, reference, kind, log10 value."""
    names = ["claim_id", "node", "reference_node", "kind", "log10_value"]
    table = pd.DataFrame(rows, columns=names).assign(half_width=0.1)
    return table.astype({"node": "str", "reference_node": object})


def state(nodes, prepared, vintage="2025-06-01", role="fused"):
    plain = loaded.state(vintage, nodes)
    roles = pd.DataFrame({"role": [role] * len(prepared)})
    return type(plain)(plain.vintage, roles, plain.of_node)


def split(nodes, *rows, role="fused"):
    prepared = observed(*rows)
    found = Splits(prepared, MODELS, ASSUMED).at(state(nodes, prepared, role=role))
    assert [run.model for run in found] == ["thinker"]  # `later` is not released
    return found[0]


def spread(level, sd=0.1):
    return level + sd * RNG.standard_normal(N)


BASE = {"base/pretraining": spread(25.0)}


def test_a_level_is_over_the_rest_base_and_fine_tuning_included():
    nodes = BASE | {"thinker/reasoning": spread(24.0), "thinker/sft": spread(25.0)}
    run = split(nodes)
    (fact,) = run.facts
    assert run.known
    assert run.flagship
    assert (fact.kind, fact.sd) == (KNOWN, pytest.approx(0.13, abs=0.05))
    assert fact.z == pytest.approx(-1 - np.log10(2), abs=0.03)


def test_draws_that_move_together_make_a_narrow_split():
    base = spread(25.0, 1.0)
    run = split({"base/pretraining": base, "thinker/reasoning": base - 1.0})
    assert run.facts[0].z == pytest.approx(-1)
    assert run.facts[0].sd < 1e-9


def test_the_base_of_the_base_is_part_of_the_run():
    models = loaded.models(("root", "2024-01-01"), ("base", "2024-12-01"),
                          ("thinker", "2025-01-20"))  # fmt: skip
    models = models.assign(role="research", base_model_id=[None, "root", "base"])
    nodes = {"root/total": spread(25.0), "thinker/reasoning": spread(24.0)}
    prepared = observed()
    found = Splits(prepared, models, ASSUMED).at(state(nodes, prepared))
    run = next(run for run in found if run.model == "thinker")
    assert run.facts[0].z == pytest.approx(-1, abs=0.05)
    assert not run.flagship


@pytest.mark.parametrize(
    ("row", "kind", "z"),
    [
        (("c", "thinker/reasoning", "base/pretraining", "lower", -0.5), AT_LEAST, -0.5),
        (("c", "thinker/reasoning", "base/pretraining", "upper", 0.5), AT_MOST, 0.5),
        (("c", "thinker/reasoning", None, "upper", 24.0), AT_MOST, -1.0),
        (("c", "thinker/reasoning", None, "lower", 24.5), AT_LEAST, -0.5),
        (("c", "thinker/post_training", None, "upper", 24.0), AT_MOST, -1.0),
        (("c", "thinker/reasoning", "thinker/total", "lower", np.log10(0.2)),
         AT_LEAST, np.log10(0.25)),
    ],
)  # fmt: skip
def test_bounds_on_a_run_are_bounds_on_its_split(row, kind, z):
    run = split(BASE, row)
    (fact,) = run.facts
    assert not run.known
    assert (fact.kind, fact.z) == (kind, pytest.approx(z, abs=0.03))


def test_all_training_after_the_base_bounds_reasoning_from_above():
    run = split(BASE | {"thinker/post_training": spread(25.5)})
    (fact,) = run.facts
    assert (fact.kind, fact.z) == (AT_MOST, pytest.approx(0.5, abs=0.05))


@pytest.mark.parametrize(
    "row",
    [
        ("c", "thinker/post_training", "base/pretraining", "lower", 0.0),
        ("c", "thinker/reasoning", "other/reasoning", "lower", 1.0),
    ],
)
def test_what_bounds_no_split_is_no_fact(row):
    assert split(BASE, row).facts == ()


def test_only_fused_claims_count_and_silence_is_nothing():
    row = ("c", "thinker/reasoning", "base/pretraining", "lower", -0.5)
    assert split(BASE, row, role="held_out").facts == ()
    assert split(BASE).facts == ()


def test_a_split_wider_than_the_limit_tells_nothing():
    wide = {"thinker/reasoning": spread(24.0, 3.0)}
    assert split(BASE | wide).facts == ()
