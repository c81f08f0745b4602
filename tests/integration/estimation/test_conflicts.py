"""What is listed as a conflict, on the small record."""

from __future__ import annotations

import numpy as np
import pytest

from tests import loaded, mini

TWO = """\
  - id: {name}
    model: o5
    stage: reasoning
    evidence: flop
    value: {value}
    locator: text
    summary: A figure.
"""


def _with(**notes: str) -> loaded.Loaded:
    texts = {f"notes/{k}.md": v.encode() for k, v in notes.items()}
    return loaded.load(mini.files() | texts)


def _o5(source: str, value: str, kind: str = "primary", *, on: str) -> str:
    text = mini.note(source, TWO.format(name="o5", value=value), on=on)
    return text.replace("kind: primary", f"kind: {kind}")


def test_a_bound_is_one_sided() -> None:
    found = loaded.small()
    rows = found.conflicts().loc[["scrape/garbled"]]
    assert set(rows["node"]) == {"o1/reasoning", "o3/reasoning"}
    assert (rows["z"] > 2.5).all()
    assert set(rows["status"]) == {"test"}
    below = mini.files()
    text = below["notes/scrape.md"].decode().replace("at least 1e26", "at least 1e19")
    kept = loaded.load(below | {"notes/scrape.md": text.encode()})
    assert "scrape/garbled" not in kept.conflicts().index


def test_two_claims_of_equal_rank_that_deny_each_other() -> None:
    found = _with(
        one=_o5("one", "1e24", on="2026-03-01"), two=_o5("two", "1e26", on="2026-06-01")
    )
    rows = found.conflicts().loc[["one/o5", "two/o5"]]
    assert set(rows["status"]) == {"fused"}
    assert rows["z"].abs().min() > 2.5
    assert rows["z"]["one/o5"] < 0 < rows["z"]["two/o5"]
    assert rows["against"].to_dict() == {"one/o5": "two/o5", "two/o5": "one/o5"}
    assert rows["explanation"].str.contains("the record cannot tell").all()
    assert found.estimates().loc[("o5", "reasoning"), "grade"] == "speculative"
    assert "one/o5" not in found.conflicts("2026-03-01").index
    assert found.estimates("2026-03-01").loc[("o5", "reasoning"), "grade"] != (
        "speculative"
    )


def test_an_outvoted_claim_stands_alone() -> None:
    found = _with(
        one=_o5("one", "1e24", on="2026-03-01"),
        two=_o5("two", "1.1e24", on="2026-03-01"),
        three=_o5("three", "0.9e24", on="2026-03-01"),
        odd=_o5("odd", "1e26", on="2026-06-01"),
    )
    rows = found.conflicts()
    assert "odd/o5" in rows.index
    assert not {"one/o5", "two/o5", "three/o5"} & set(rows.index)
    assert rows.loc["odd/o5", "weight"] < 0.2
    assert "cannot tell" not in rows.loc["odd/o5", "explanation"]
    assert found.estimates().loc[("o5", "reasoning"), "grade"] == "confident"


def test_z_is_by_the_method_and_not_widened_by_rank() -> None:
    def z(kind: str) -> float:
        found = _with(
            one=_o5("one", "1e24", on="2026-03-01"),
            two=_o5("two", "1e26", kind, on="2026-06-01"),
        )
        return float(found.conflicts().loc["two/o5", "z"])

    assert z("press") == pytest.approx(z("analyst"), abs=0.1)


def test_a_row_lasts_until_the_vintage_at_which_it_changes() -> None:
    found = _with(
        one=_o5("one", "1e24", on="2026-03-01"), two=_o5("two", "1e26", on="2026-06-01")
    )
    rows = found.conflict_rows
    days = {state.vintage for state in found.found.states}
    assert set(rows["until"].dropna()) <= days
    assert (rows["until"].isna() | (rows["until"] > rows["vintage"])).all()
    ordered = rows.sort_values(["claim_id", "node", "vintage"])
    following = ordered.groupby(["claim_id", "node"])["vintage"].shift(-1)
    overlap = following.notna() & (
        ordered["until"].isna() | (ordered["until"] > following)
    )
    assert not overlap.any()


def test_a_total_below_its_stages_is_told() -> None:
    claims = TWO.replace("reasoning", "total").format(name="total", value="1e22")
    claims += TWO.replace("reasoning", "pretraining").format(name="pre", value="1e25")
    found = _with(sums=mini.note("sums", claims))
    row = found.conflicts().loc["sums/total"]
    assert row["status"] == "stage_sum"
    assert row["z"] < -2.5
    assert "come to 1e25 FLOP" in row["explanation"].replace("e+", "e")
    more = claims.replace("1e22", "3e25")
    assert "sums/total" not in _with(sums=mini.note("sums", more)).conflicts().index


def test_both_figures_stand_in_the_sentence() -> None:
    row = loaded.small().conflicts().loc[["scrape/garbled"]].iloc[0]
    middle = loaded.small().estimates().loc[tuple(row["node"].split("/")), "flop_p50"]
    assert "at least 1e26 FLOP" in row["explanation"]
    assert f"{middle:.2g}".replace("e+", "e") in row["explanation"]
    apart = 26 - np.log10(middle)
    assert f"{apart:.1f} orders of magnitude apart" in row["explanation"]
