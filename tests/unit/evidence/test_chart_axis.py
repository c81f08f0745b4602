"""The chart-axis test: three readings, with and without the score."""

import numpy as np
import pytest
from scipy import integrate, stats

from pipeline.evidence.chart_axis import (
    BASE_PAID,
    CUT_SHORT,
    REASONING,
    SPAN_CLAIM,
    chart_axis_table,
    chart_of,
    cut,
    likelihoods,
    odds_text,
)
from tests import loaded

ASSUMED = loaded.assumed()
CLAIMS = loaded.record()["raw.claims"]


@pytest.fixture(scope="module")
def state():
    """o1 near R1's compute and o3 tenfold, both uncertain together."""
    level = np.random.default_rng(3).normal(23.7, 0.45, 4096)
    nodes = {"o1/reasoning": level, "o3/reasoning": level + 1}
    return loaded.state("2026-01-01", nodes, joint=True)


def odds(state, evidence, **kwargs):
    rows = chart_axis_table(state, CLAIMS, ASSUMED, **kwargs)
    rows = rows[(rows["hypothesis"] == REASONING) & (rows["evidence"] == evidence)]
    p = rows.set_index("reading_error")["posterior"]
    return p / (1 - p)


def test_the_span_is_the_records_claim():
    told = CLAIMS.set_index("claim_id").loc[SPAN_CLAIM]
    chart = chart_of(CLAIMS)
    assert 10**-chart.span == pytest.approx(told["value"])
    assert (chart.first, chart.last) == ("o1", "o3")
    changed = CLAIMS.assign(value=CLAIMS["value"].where(
        CLAIMS["claim_id"] != SPAN_CLAIM, 1e-2))  # fmt: skip
    assert chart_of(changed).span == pytest.approx(2)


def test_only_with_the_score_do_the_odds_exceed_twenty(state):
    with_score, without = odds(state, "span and score"), odds(state, "span")
    assert list(with_score.index) == [0.15, 0.3, 0.5]
    assert (with_score >= 20).all()
    assert (without < 20).all()
    assert (without > 1).all()


@pytest.mark.parametrize("span", [0.0, 0.3, 4.0, 12.0])
def test_the_readings_add_up_to_one(state, span):
    rows = chart_axis_table(state, CLAIMS, ASSUMED, span=span)
    sums = rows.groupby(["evidence", "reading_error"])["posterior"].sum()
    assert sums.to_numpy() == pytest.approx(1, abs=1e-12)


def test_an_unlikely_reading_keeps_what_odds_of_a_thousand_leave_it():
    found = cut({"a": 1.0, "b": 0.25, "c": 1e-12}, 1000)
    assert found["c"] == pytest.approx(1 / 1001)
    assert found["a"] / found["b"] == pytest.approx(4)
    assert sum(found.values()) == pytest.approx(1)
    assert cut({"a": 3.0, "b": 1.0}, 1000) == pytest.approx({"a": 0.75, "b": 0.25})


def test_at_a_short_span_the_paid_base_leads(state):
    rows = chart_axis_table(state, CLAIMS, ASSUMED, span=0.3)
    for _, group in rows.groupby(["evidence", "reading_error"]):
        assert group.loc[group["posterior"].idxmax(), "hypothesis"] == BASE_PAID
    assert set(rows["span_oom_observed"]) == {0.3}


def test_likelihoods_agree_with_numerical_integration(state):
    error, span = 0.3, 4.0
    t = stats.t(4, scale=error)
    paid = np.array([0.1, 3.5])
    found = likelihoods(span, paid, error, ASSUMED)
    for name, low, high in ((REASONING, 0.5, 6), (CUT_SHORT, 0, 6)):
        area = integrate.quad(lambda s: t.pdf(span - s), low, high, points=[span])[0]
        assert found[name] == pytest.approx(area / (high - low), rel=1e-6)
    assert found[BASE_PAID] == pytest.approx((t.pdf(3.9) + t.pdf(0.5)) / 2)


def test_the_base_hides_the_span_only_as_far_as_it_is_large(state):
    rows = chart_axis_table(state, CLAIMS, ASSUMED).set_index("hypothesis")
    usual = rows.loc[BASE_PAID, "span_oom_p50"].iloc[0]
    a = loaded.assumed(chart__base_pretraining=1e18)
    tiny = type(a)(a.values, a.ranges | {"chart.base_pretraining": (1e18, 1e18)})
    rows = chart_axis_table(state, CLAIMS, tiny).set_index("hypothesis")
    assert rows.loc[BASE_PAID, "span_oom_p50"].iloc[0] == pytest.approx(1, abs=0.01)
    assert usual < 0.1


def test_nothing_beyond_a_thousand_to_one_is_said(state):
    assert odds_text(1000.1, 1000) == ">1,000"
    assert odds_text(1 / 1000.1, 1000) == "<0.001"
    assert odds_text(217.3, 1000) == "217"
    rows = chart_axis_table(state, CLAIMS, ASSUMED)
    assert rows["posterior"].between(1 / 1001, 1000 / 1001).all()
    paid = rows[(rows["hypothesis"] == BASE_PAID) & (rows["reading_error"] == 0.15)]
    assert set(paid["odds"]) == {"<0.001"}
    assert paid["likelihood"].iloc[0] > 0


def test_without_the_claim_or_the_models_there_is_no_test(state):
    rest = CLAIMS[CLAIMS["claim_id"] != SPAN_CLAIM]
    assert chart_axis_table(state, rest, ASSUMED).empty
    alone = loaded.state("2026-01-01", {"o1/reasoning": np.full(8, 24.0)})
    assert chart_axis_table(alone, CLAIMS, ASSUMED).empty
