"""What must not change a published digit: order, names, threads, a note told twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import loaded

ROOT = Path(__file__).parents[3]
SHOWN = ["flop_p05", "flop_p50", "flop_p95", "grade", "anchored", "derived"]
FEW = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
THREADS = """
import numpy as np
from pipeline.estimation.component import content_of, solve
from pipeline.estimation.graph import components, subgraph
from tests.unit.estimation.records import METHOD, random_graph
for seed in (11, 12):
    graph = random_graph(12, seed)
    for nodes, claims in components(graph):
        own = subgraph(graph, nodes, claims)
        names = [f"claim {c}" for c in claims]
        part = solve(content_of(own, nodes.tolist(), names), 0, 1024, METHOD)
        for row in (*part.points, part.draws.std(axis=0)):
            print(*(f"{value:.6g}" for value in row))
"""


def subset(seed: int) -> dict[str, pd.DataFrame]:
    """A random record: some of the small record's claims, dates and values moved."""
    rng = np.random.default_rng(seed)
    tables = dict(loaded.small().tables)
    claims = tables["raw.claims"]
    kept = claims[rng.random(len(claims)) < 0.8].reset_index(drop=True)
    # What an echo repeats or a claim supersedes may be gone: it names nobody then.
    here = kept["claim_id"]
    kept["repeats"] = kept["repeats"].where(kept["repeats"].isin(here))
    kept["value"] = kept["value"] * 10 ** rng.normal(0, 0.2, len(kept))
    for name in ("low", "high"):
        kept[name] = np.nan
    tables["raw.claims"] = kept.astype(claims.dtypes.to_dict())
    return tables


def shown(found: loaded.Loaded) -> pd.DataFrame:
    """Published figures at 6 significant digits."""
    estimates = found.estimates()[SHOWN].astype(object).sort_index()
    return estimates.map(lambda v: f"{v:.6g}" if isinstance(v, float) else str(v))


@FEW
@given(seed=st.integers(0, 10_000))
def test_the_order_of_notes_changes_no_digit(seed: int) -> None:
    tables = subset(seed)
    mixed = {
        name: table.sample(frac=1, random_state=seed).reset_index(drop=True)
        for name, table in tables.items()
    }
    pd.testing.assert_frame_equal(
        shown(loaded.again(tables)), shown(loaded.again(mixed))
    )


@FEW
@given(seed=st.integers(0, 10_000))
def test_the_names_of_models_change_no_digit(seed: int) -> None:
    tables = subset(seed)
    ids = sorted(tables["core.models"]["model_id"])
    order = np.random.default_rng(seed).permutation(len(ids))
    new = {name: f"model-{place:03d}" for name, place in zip(ids, order, strict=True)}

    def renamed(text: object) -> object:
        if not isinstance(text, str):
            return text
        return ", ".join(new[part] for part in text.split(", "))

    other = dict(tables)
    for table, columns in (
        ("core.models", ("model_id", "base_model_id")),
        ("raw.claims", ("model_id", "reference_model_id", "applies_to")),
    ):
        other[table] = tables[table].assign(
            **{name: tables[table][name].map(renamed) for name in columns}
        )
    before, after = shown(loaded.again(tables)), shown(loaded.again(other))
    before.index = pd.MultiIndex.from_tuples(
        [(new[model], stage) for model, stage in before.index], names=before.index.names
    )
    pd.testing.assert_frame_equal(before.sort_index(), after.sort_index())


@FEW
@given(seed=st.integers(0, 10_000))
def test_a_note_told_twice_adds_only_to_the_echoes(seed: int) -> None:
    tables = subset(seed)
    claims = tables["raw.claims"]
    one = loaded.again(tables)
    roles = one.observations()["role"]
    heard = claims["claim_id"].isin(roles.index[roles == "fused"])
    sources = sorted(claims.loc[heard, "source_id"].unique())
    source = sources[seed % len(sources)]
    again = claims[claims["source_id"] == source]
    again = again.assign(
        repeats=again["repeats"].where(again["repeats"].notna(), again["claim_id"]),
        claim_id="again/" + again["claim_id"],
        source_id="again",
        supersedes=None,
    )
    note = tables["raw.sources"]
    note = note[note["source_id"] == source].assign(source_id="again")
    other = dict(tables)
    for name, rows in (("raw.claims", again), ("raw.sources", note)):
        joined = pd.concat([tables[name], rows], ignore_index=True)
        other[name] = joined.astype(tables[name].dtypes.to_dict())
    two = loaded.again(other)
    pd.testing.assert_frame_equal(shown(one), shown(two))
    counts = ["n_independent", "n_held_out", "n_claims"]
    added = two.estimates()[counts] - one.estimates()[counts]
    assert (added["n_independent"] == 0).all()
    assert added["n_claims"].sum() > 0


def test_the_number_of_threads_changes_no_digit() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", THREADS],
            cwd=ROOT,
            env=os.environ
            | {
                f"{name}_NUM_THREADS": str(count)
                for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR")
            },
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for count in (1, 2)
    ]
    assert told[0].count("\n") >= 8
    assert told[0] == told[1]
