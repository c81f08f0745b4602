"""Epoch's own files, whole: nothing is lost silently, and vintages stay apart."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
import pytest

from pipeline.contracts import conform, contract
from pipeline.lake.inputs import read_inputs
from pipeline.notes.record import Record, read_record
from tests import loaded
from tests.mini import PROJECT

SHARED = PROJECT.parent / "shared/data/epoch"
NOTABLE, ALL = "notable_ai_models_2026-07.csv", "all_ai_models_2025-04.csv"
LATER, EARLIER = "epoch-notable-2026-07", "epoch-all-2025-04"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not all((SHARED / name).is_file() for name in (NOTABLE, ALL)),
        reason="Epoch's files are research data and do not ship with the project",
    ),
]


@lru_cache
def _inputs() -> dict[str, bytes]:
    return {
        path: data
        for path, data in read_inputs(PROJECT / "sources").items()
        if not path.startswith("datasets/")
    }


@lru_cache
def _record(*names: str) -> Record:
    files = {f"datasets/{name}": (SHARED / name).read_bytes() for name in names}
    return read_record(_inputs() | files, loaded.today())


def _table(name: str, *files: str) -> pd.DataFrame:
    return conform(contract(name), _record(*files).tables[name])


@pytest.mark.parametrize(
    ("file", "dataset", "rows", "fewest"),
    [(NOTABLE, LATER, 1036, 529), (ALL, EARLIER, 2228, 960)],
)
def test_no_row_is_lost_silently(
    file: str, dataset: str, rows: int, fewest: int
) -> None:
    account = _table("raw.bulk_rows", file)
    assert list(account["row"]) == list(range(1, rows + 1))
    used = account["outcome"] == "used"
    assert used.sum() >= fewest
    assert account.loc[~used, "reason"].notna().all()
    assert account.loc[used, "claim_id"].is_unique
    claims = _table("raw.claims", file)
    made = claims[claims["source_id"] == dataset]
    assert set(made["claim_id"]) == set(account.loc[used, "claim_id"])
    assert _record(file).faults == ()


def test_every_stated_figure_is_a_claim_or_named() -> None:
    for file in (NOTABLE, ALL):
        raw = pd.read_csv(SHARED / file, dtype=str)["Training compute (FLOP)"]
        account = _table("raw.bulk_rows", file)
        stated = account[raw.notna().to_numpy()]
        assert set(stated["outcome"]) <= {
            "used", "duplicate", "implausible", "marked_wrong", "no_date",
        }  # fmt: skip
        blank = account[raw.isna().to_numpy()]
        assert set(blank["outcome"]) <= {"no_compute", "bound_only", "no_name"}


def test_both_files_keep_their_vintages_apart() -> None:
    claims = _table("raw.claims", NOTABLE, ALL).set_index("claim_id")
    of = {d: claims[claims["source_id"] == d] for d in (EARLIER, LATER)}
    assert set(of[EARLIER]["disclosed_on"]) == {pd.Timestamp("2025-04-30")}
    assert set(of[LATER]["disclosed_on"]) == {pd.Timestamp("2026-07-31")}
    # 3.8e26 for GPT-4.5 was not known in May 2025.
    assert f"{EARLIER}/gpt-4-5" not in claims.index
    assert claims.loc[f"{LATER}/gpt-4-5", "value"] == pytest.approx(3.8e26)


def test_what_changed_between_the_files_is_listed() -> None:
    found = _table("raw.bulk_revisions", NOTABLE, ALL)
    count = found["kind"].value_counts()
    assert set(count.index) == {
        "added", "revised", "relabelled", "withdrawn", "renamed", "gone",
    }  # fmt: skip
    withdrawn = set(found.loc[found["kind"] == "withdrawn", "model_id"])
    assert {"gpt-4o", "claude-3-opus", "gemini-1-5-pro", "glm-4-plus"} <= withdrawn
    renamed = found[found["kind"] == "renamed"].set_index("model_id")
    assert renamed.loc["gpt-4", "new"] == "GPT-4 (Mar 2023)"
    # 83 of 821 shared models changed: revised, withdrawn, or filled where blank.
    changed = count["revised"] + count["withdrawn"]
    assert 70 <= changed <= 83
    claims = _table("raw.claims", NOTABLE, ALL).set_index("claim_id")
    gone = claims.loc[f"{EARLIER}/gpt-4o"]
    assert gone["withdrawn_on"] == pd.Timestamp("2026-07-31")


def test_hand_notes_of_epochs_files_are_the_same_evidence() -> None:
    claims = _table("raw.claims", NOTABLE, ALL).set_index("claim_id")
    for note, dataset in (
        ("epoch-notable-models-2026-07", LATER),
        ("epoch-ai-models-2025-04", EARLIER),
    ):
        hand = claims[
            (claims["source_id"] == note)
            & (claims["stage"] == "total")
            & (claims["evidence"] == "flop")
        ]
        rows = claims[claims["source_id"] == dataset].set_index("model_id")
        both = [m for m in hand["model_id"] if m in rows.index]
        assert len(both) > 20
        assert rows.loc[both, "repeats"].notna().all()


def test_names_carry_no_stray_spaces_and_no_two_models_share_an_id() -> None:
    models = _table("core.models", NOTABLE, ALL)
    assert models["model_id"].is_unique
    names = _table("raw.bulk_rows", NOTABLE, ALL)["name"].dropna()
    assert (names == names.str.split().str.join(" ")).all()
