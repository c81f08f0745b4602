"""Every cross-table rule: good frames pass, a bad one fails."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.checks import CHECKS
from pipeline.contracts import TABLES
from pipeline.contracts import columns as declared
from tests import loaded


def _frames() -> dict[str, pd.DataFrame]:
    found = loaded.small()
    projected = found.project()
    return found.tables | {
        "core.observations": found.observations().reset_index(),
        "core.estimates": found.estimates().reset_index(),
        "out.projections": projected.projections,
        "out.convergence": projected.convergence,
        "out.estimate_history": pd.DataFrame(
            {c.name: [] for c in declared(TABLES["out.estimate_history"])}
        ),
    }


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    return _frames()


def _check(name: str, table: str):
    return next(c for c in CHECKS if c.name == name and c.table == table)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: f"{c.table}-{c.name}")
def test_good_frames_pass(check, frames: dict[str, pd.DataFrame]) -> None:
    if set(check.needs) <= set(frames):
        assert check.findings(frames) == []


def test_an_orphan_reference_fails(frames: dict[str, pd.DataFrame]) -> None:
    claims = frames["raw.claims"].assign(model_id="nobody")
    (sentence,) = _check("references", "raw.claims").findings(
        frames | {"raw.claims": claims}
    )
    assert "nobody" in sentence
    assert "core.models.model_id" in sentence


@pytest.mark.parametrize(
    "table", ["core.estimates", "out.projections", "out.convergence"]
)
def test_quantiles_out_of_order_fail(
    table: str, frames: dict[str, pd.DataFrame]
) -> None:
    frame = frames[table].copy()
    low = next(c for c in frame if c.endswith("_p05"))
    high = next(c for c in frame if c.endswith("_p95"))
    frame[[low, high]] = frame[[high, low]].to_numpy()
    assert _check("quantiles_ordered", table).findings(frames | {table: frame})


def test_a_date_after_never_fails(frames: dict[str, pd.DataFrame]) -> None:
    frame = frames["out.convergence"].copy()
    some = frame["date_p50"].notna()
    frame.loc[some, "date_p50"] = pd.NaT
    bad = frames | {"out.convergence": frame}
    assert _check("quantiles_ordered", "out.convergence").findings(bad)


def test_a_median_of_an_unanchored_node_fails(frames: dict[str, pd.DataFrame]) -> None:
    frame = frames["core.estimates"].assign(anchored=False)
    bad = frames | {"core.estimates": frame}
    assert _check("median_only_if_anchored", "core.estimates").findings(bad)


def test_a_falling_probability_fails(frames: dict[str, pd.DataFrame]) -> None:
    frame = frames["out.projections"].copy()
    frame["probability_converged"] = np.linspace(1, 0, len(frame))
    bad = frames | {"out.projections": frame}
    assert _check("probability_grows", "out.projections").findings(bad)


def test_a_course_without_months_fails(frames: dict[str, pd.DataFrame]) -> None:
    bad = frames | {"out.projections": frames["out.projections"].iloc[:0]}
    assert _check("covers_convergence", "out.projections").findings(bad)


def test_months_stand_until_the_next_ones(frames: dict[str, pd.DataFrame]) -> None:
    check = _check("covers_convergence", "out.projections")
    months = frames["out.projections"]
    first = months.groupby("scenario")["vintage"].transform("min")
    kept = frames | {"out.projections": months[months["vintage"] == first]}
    assert len(kept["out.projections"]) < len(months)
    assert check.findings(kept) == []
    late = frames | {"out.projections": months[months["vintage"] > first]}
    assert check.findings(late)


def test_months_without_a_course_fail(frames: dict[str, pd.DataFrame]) -> None:
    nothing = frames["out.convergence"].assign(status="none")
    bad = frames | {"out.convergence": nothing}
    assert _check("covers_convergence", "out.projections").findings(bad)


def test_a_claim_that_is_not_observed_fails(frames: dict[str, pd.DataFrame]) -> None:
    bad = frames | {"core.observations": frames["core.observations"].iloc[1:]}
    assert _check("covers_claims", "core.observations").findings(bad)
