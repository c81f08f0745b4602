"""Constants learned from runs: the prior, shrinkage, and a run's own pair."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.calibration import KAPPA, RATE, Calibrations, Learned

PRIOR = (-0.5, 0.56)
ASSUMED = Assumed(
    {
        "spread.cost": 3, "calibration.prior_pairs": 1, "calibration.fewest_pairs": 3,
        "calibration.kappa": 0.3,
    },
    {"calibration.kappa": (0.1, 1.0)},
)  # fmt: skip


def learned(*values):
    return Learned(PRIOR, {f"run-{k}/reasoning": v for k, v in enumerate(values)}, 1, 3)


def test_fewer_than_three_pairs_leave_the_prior():
    assert learned(-1.0, -1.2).predicted() == PRIOR
    # Three are two for one of them.
    three = learned(-1.0, -1.2, -1.1)
    assert three.predicted("run-1/reasoning") == PRIOR
    assert three.predicted() != PRIOR


def test_many_pairs_outweigh_the_prior_and_give_their_own_scatter():
    values = stats.norm.ppf((np.arange(400) + 0.5) / 400, -1.3, 0.4)
    middle, half = learned(*values).predicted()
    assert middle == pytest.approx(-1.3, abs=0.01)
    assert half == pytest.approx(1.645 * 0.4, abs=0.02)


def test_the_prior_counts_as_one_pair():
    middle, _ = learned(-1.5, -1.5, -1.5).predicted()
    assert middle == pytest.approx((3 * -1.5 - 0.5) / 4)


def test_its_own_run_is_left_out():
    odd = learned(-1.2, -1.3, -1.4, -1.3, 1.0)
    assert odd.predicted("run-4/reasoning")[0] < odd.predicted()[0] - 0.3


def observations():
    """Three runs with hours and rollouts, a bill, and one with a bill alone."""
    rows = []
    for k, kappa in enumerate((-1.0, -1.2, -1.1)):
        rows += [
            (f"run-{k}/reasoning", "chip_hours", 23.0, 0.2),
            (f"run-{k}/reasoning@operations", "rollouts", 23.0 + kappa, 0.5),
            (f"run-{k}/reasoning", "cost", 22.7, 0.477),
        ]
    rows.append(("bill/reasoning", "cost", 22.0, 0.477))
    rows.append(("other/total", "cost", 22.0, 0.477))
    columns = ["node", "evidence", "log10_value", "half_width"]
    return pd.DataFrame(rows, columns=columns).assign(
        reference_node=None, kind="equality"
    )


def test_pairs_come_from_hours_and_rollouts_and_echoed_bills():
    found = Calibrations(observations(), ASSUMED)
    roles = pd.DataFrame({"role": ["fused", "fused", "echo"] * 3 + ["fused"] * 2})
    at = found.at(roles)
    assert sorted(at[KAPPA].pairs.values()) == pytest.approx([-1.2, -1.1, -1.0])
    assert list(at[RATE].pairs.values()) == pytest.approx([0.3] * 3)
    value, half = found.values(at[RATE])
    # A reasoning bill moves to the rate of the others; no other bill does.
    assert value[-2] == pytest.approx(22 + 0.3 * 3 / 4)
    assert value[-1] == 22.0
    assert half[-1] == 0.477
    later = found.at(roles.assign(role=["not_yet"] * 3 + list(roles["role"][3:])))
    assert later[KAPPA].predicted() == later[KAPPA].prior
