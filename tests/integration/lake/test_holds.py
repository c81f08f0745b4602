"""The four rules that make a release wait, each with what does and does not trip it."""

import pandas as pd
import pytest
from synthetic import frames

from pipeline.lake.holds import holds


def record():
    """Twenty claims of ten sources about twenty models, two vintages, no scores."""
    days = pd.to_datetime(["2025-01-01", "2025-06-01"])
    base = frames(60)
    claims = base["raw.claims"].head(20).copy()
    claims["claim_id"] = [f"s{i // 2}/c{i}" for i in range(20)]
    claims["source_id"] = [f"s{i // 2}" for i in range(20)]
    claims["model_id"] = [f"m{i}" for i in range(20)]
    claims[["applies_to", "supersedes", "repeats", "reference_model_id"]] = None
    claims["disclosed_on"] = [days[i // 10] for i in range(20)]
    sources = base["raw.sources"].head(10).copy()
    sources["source_id"] = [f"s{i}" for i in range(10)]
    sources["note_path"] = [f"notes/s{i}.md" for i in range(10)]
    seen = base["core.observations"].head(20).copy()
    seen["claim_id"] = claims["claim_id"]
    seen["node"] = [f"m{i}/reasoning" for i in range(20)]
    seen["reference_node"] = None
    estimates = base["core.estimates"].head(20).copy()
    estimates["model_id"] = [f"m{i}" for i in range(20)]
    estimates["stage"] = "reasoning"
    estimates["flop_p50"] = 1e24
    history = base["out.estimate_history"].head(20).copy()
    history["vintage"] = claims["disclosed_on"]
    history["model_id"] = estimates["model_id"]
    return {
        **base,
        "raw.claims": claims,
        "raw.sources": sources,
        "raw.rejected": base["raw.rejected"].head(0),
        "raw.scores": base["raw.scores"].head(0),
        "core.observations": seen,
        "core.estimates": estimates,
        "out.estimate_history": history,
        "out.projections": base["out.projections"].head(0),
        "out.convergence": base["out.convergence"].head(0),
    }


def without(tables, table_name, at):
    frame = tables[table_name]
    tables[table_name] = frame[~frame.index.isin(at)].reset_index(drop=True)


def edited(tables, table_name, row, column, value):
    tables[table_name] = tables[table_name].copy()
    tables[table_name].loc[row, column] = value


def rejected(tables, path):
    row = frames()["raw.rejected"].head(1).copy()
    row["path"] = path
    tables["raw.rejected"] = row


def found(new, method_unchanged=True):
    return holds(record(), new, method_unchanged=method_unchanged)


def test_nothing_changed():
    assert found(record()) == []


def test_rows_lost_without_a_reason():
    new = record()
    without(new, "core.estimates", [0, 1])
    assert found(new) == [
        "core.estimates would lose 2 of 20 rows that no removed or superseded note "
        "explains"
    ]
    new = record()
    without(new, "core.estimates", [0])  # 5% is tolerated
    assert found(new) == []


@pytest.mark.parametrize(
    ("rows", "lost", "held"),
    [(3, 1, False), (3, 2, True), (1, 1, True), (19, 1, False), (19, 2, True),
     (40, 2, False), (40, 3, True), (60, 60, True), (0, 0, False)],
)  # fmt: skip
def test_how_many_rows_may_go(rows, lost, held):
    old, new = record(), record()
    for tables, kept in ((old, rows), (new, rows - lost)):
        tables["core.hardware"] = tables["core.hardware"].head(kept)
    told = holds(old, new, method_unchanged=True)
    assert told == (
        [f"core.hardware would lose {lost} of {rows} rows that no removed or "
         "superseded note explains"] if held else []
    )  # fmt: skip


def test_rows_lost_with_their_note_are_explained():
    new = record()
    without(new, "raw.sources", [3])
    for table_name in ("raw.claims", "core.observations", "core.estimates"):
        without(new, table_name, [6, 7])
    assert found(new) == []


def test_rows_lost_by_superseding_are_explained():
    new = record()
    edited(new, "raw.claims", 19, "supersedes", "s0/c0, s0/c1")
    without(new, "core.observations", [0, 1])
    assert found(new) == []


def test_a_published_note_that_cannot_be_read_any_more():
    new = record()
    without(new, "raw.sources", [3])
    without(new, "raw.claims", [6, 7])
    rejected(new, "notes/s3.md")
    texts = found(new)
    assert "notes/s3.md is part of the head release and can no longer be read" in texts
    new = record()
    rejected(new, "notes/new.md")  # was never published
    assert found(new) == []
    rejected(new, "notes/s3.md")  # one faulty extra claim; all published ones stay
    assert found(new) == []


@pytest.mark.parametrize(("factor", "held"), [(11, True), (0.09, True), (9, False)])
def test_a_median_that_jumps_without_a_claim(factor, held):
    new = record()
    edited(new, "core.estimates", 5, "flop_p50", 1e24 * factor)
    assert any("median of m5/reasoning" in text for text in found(new)) == held


def test_a_median_that_jumps_with_a_claim_on_its_component():
    for row, column, value in ((5, "value", 99.0), (19, "supersedes", "s2/c5")):
        new = record()
        edited(new, "core.estimates", 5, "flop_p50", 1e26)
        edited(new, "raw.claims", row, column, value)
        assert found(new) == []
    new = record()  # through a ratio: m6 hangs on m5
    edited(new, "core.observations", 6, "reference_node", "m5/reasoning")
    edited(new, "core.estimates", 5, "flop_p50", 1e26)
    edited(new, "raw.claims", 6, "value", 99.0)
    assert found(new) == []
    new = record()  # another component
    edited(new, "core.estimates", 5, "flop_p50", 1e26)
    edited(new, "raw.claims", 7, "value", 99.0)
    assert len(found(new)) == 1


def test_an_old_vintage_that_changes():
    new = record()
    edited(new, "out.estimate_history", 0, "flop_p50", 7e24)
    (text,) = found(new)
    assert "out.estimate_history would change at 1 vintages from 2025-01-01 on" in text
    assert found(new, method_unchanged=False) == []


def test_an_old_vintage_may_change_with_an_old_claim_source_or_constant():
    for table_name, row, column, value in (
        ("raw.claims", 0, "value", 99.0),
        ("raw.sources", 0, "kind", "scrape"),
        ("core.assumptions", 0, "value", 99.0),
        ("core.models", 0, "released_on", pd.Timestamp("2020-01-01")),
    ):
        new = record()
        edited(new, "out.estimate_history", 0, "flop_p50", 7e24)
        edited(new, table_name, row, column, value)
        assert found(new) == [], table_name


def test_an_old_vintage_may_change_with_a_correction():
    new = record()
    edited(new, "out.estimate_history", 0, "flop_p50", 7e24)
    assert len(found(new)) == 1
    edited(new, "raw.corrections", 0, "correct", 99.0)
    assert new["raw.corrections"].loc[0, "claim_id"] == "s0/c0"
    assert found(new) == []


def test_a_new_claim_does_not_excuse_an_older_vintage():
    new = record()
    edited(new, "raw.claims", 19, "value", 99.0)  # disclosed at the second vintage
    edited(new, "out.estimate_history", 19, "flop_p50", 7e24)
    assert found(new) == []
    edited(new, "out.estimate_history", 0, "flop_p50", 7e24)
    assert len(found(new)) == 1
