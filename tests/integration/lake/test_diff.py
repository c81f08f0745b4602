"""Comparison by key: added, removed, revised; NULL equals NULL."""

import pandas as pd
from synthetic import frames

from pipeline.contracts import PUBLISHED, key
from pipeline.lake.causes import Causes, causes
from pipeline.lake.changes import MANY, REPORTED, behind, changes
from pipeline.lake.diff import compare


def rows(found):
    shown = found[["key", "column", "change", "old", "new"]].astype(object)
    return [tuple(r) for r in shown.where(shown.notna(), None).to_numpy()]


def test_added_removed_revised():
    old = pd.DataFrame({"k": ["a", "b", "c"], "v": [1.0, None, 3.0], "t": list("xyz")})
    new = pd.DataFrame({"k": ["a", "b", "d"], "v": [2.0, None, 3.0], "t": list("xyz")})
    found = compare("s.t", ["k"], old, new, headline="v")
    assert rows(found) == [
        ("a", "v", "revised", "1", "2"),
        ("c", "", "removed", "3", None),
        ("d", "", "added", None, "3"),
    ]
    assert found["ratio"].tolist()[0] == 2


def test_a_table_compared_with_itself_is_equal():
    for table_name, data in frames().items():
        identity = key(PUBLISHED[table_name])
        assert compare(table_name, identity, data, data.copy()).empty, table_name


def test_unknown_to_known_and_new_column():
    old = pd.DataFrame({"k": [1, 2], "d": [pd.NaT, pd.Timestamp("2025-01-01")]})
    new = pd.DataFrame(
        {"k": [1, 2], "d": pd.to_datetime(["2026-01-01", None]), "n": ["x", None]}
    )
    assert rows(compare("s.t", ["k"], old, new)) == [
        ("1", "d", "revised", None, "2026-01-01"),
        ("1", "n", "revised", None, "x"),
        ("2", "d", "revised", "2025-01-01", None),
    ]


def test_reported_columns_exist():
    for each in REPORTED:
        names = set(PUBLISHED[each.table].to_schema().columns)
        assert {*each.columns, each.headline, each.latest} - {None} <= names, each


def record(*, ratio_value=10.0, supersedes=None):
    """o1 has a figure, o3 is ten times o1, r1 stands alone."""
    old = frames()
    claims = old["raw.claims"].head(3).copy()
    claims["claim_id"] = ["s/o1", "s/ratio", "s/r1"]
    claims["model_id"] = ["o1", "o3", "r1"]
    claims["reference_model_id"] = [None, "o1", None]
    claims[["applies_to", "supersedes", "repeats"]] = None
    claims["value"] = [1e25, ratio_value, 6e23]
    claims.loc[2, "supersedes"] = supersedes
    seen = old["core.observations"].head(3).copy()
    seen["claim_id"] = claims["claim_id"]
    seen["node"] = ["o1/reasoning", "o3/reasoning", "r1/reasoning"]
    seen["reference_node"] = [None, "o1/reasoning", None]
    return {**old, "raw.claims": claims, "core.observations": seen}


def test_causes_reach_the_component_and_no_further():
    why = causes(record(), record(ratio_value=12.0))
    assert why.claims == {"s/ratio"}
    assert why.linked("o1", "reasoning") == {"s/ratio"}
    assert why.linked("o3", "reasoning") == {"s/ratio"}
    assert why.linked("r1", "reasoning") == frozenset()
    assert why.earliest == pd.Timestamp("2025-02-01")


def test_a_superseding_claim_moves_the_nodes_of_the_superseded():
    why = causes(record(), record(supersedes="s/ratio"))
    assert why.claims == {"s/r1"}
    assert why.linked("o3", "reasoning") == {"s/r1"}


def test_other_words_are_no_cause():
    new = record()
    new["raw.claims"] = new["raw.claims"].assign(summary="other words")
    assert causes(record(), new).claims == frozenset()


def test_changes_name_the_claim_behind_an_estimate():
    old, new = record(), record(ratio_value=12.0)
    for tables, flop in ((old, 1e26), (new, 1.2e26)):
        row = tables["core.estimates"].head(1).copy()
        row["model_id"], row["stage"], row["flop_p50"] = "o3", "reasoning", flop
        row["flop_p95"], row["grade"] = 3e26, "likely"
        tables["core.estimates"] = row
    found = changes(old, new)
    assert list(found["table"]) == ["core.estimates", "raw.claims"]
    estimate = found.iloc[0]
    assert (estimate["key"], estimate["old"], estimate["new"]) == (
        "o3 / reasoning / accelerator_time",
        "1e+26",
        "1.2e+26",
    )
    assert estimate["changed_by"] == "s/ratio"


def test_a_source_of_which_many_claims_changed_stands_for_them():
    bulk = [f"epoch-all-2025-04/model-{k}" for k in range(MANY + 1)]
    why = Causes(frozenset([*bulk, "note/ratio"]), None, {}, {}, {})
    told = behind("out.convergence", "a / b", why)
    assert told == f"epoch-all-2025-04 ({MANY + 1} claims), note/ratio"


def test_a_new_vintage_reads_as_a_revision_of_the_one_before():
    old, new = frames(), frames()
    newest = old["out.convergence"]["vintage"].max()
    more = old["out.convergence"][old["out.convergence"]["vintage"] == newest].copy()
    more["vintage"] = newest + pd.Timedelta(days=10)
    more["status"] = "met" if more["status"].iloc[0] != "met" else "open"
    new["out.convergence"] = pd.concat([old["out.convergence"], more])
    found = changes(old, new)
    assert found["change"].tolist() == ["revised"]
    assert found["column"].tolist() == ["status"]
