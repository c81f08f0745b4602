"""Intervals from raw facts against what Epoch publishes, with the compute hidden.

`HEADROOM_EPOCH_FILE=FILE make bench` takes another table of models, and
`HEADROOM_EPOCH_HARDWARE` the table of hardware for the naive reference. Lines that this
file meets are no promise for another; docs/method.md says what was fitted on what.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from pipeline.estimation.formulas import span
from pipeline.notes.constants import read_assumptions
from pipeline.notes.registry import folded
from tests.mini import PROJECT
from tests.reality.record import FUSED, HARDWARE, TOKENS
from tests.reality.report import by_method, line, narrower, report
from tests.reality.scores import (
    Result,
    best_log_score,
    intervals,
    peaks_for,
    points,
    score,
)

SHARED = PROJECT.parent / "shared/data/epoch"
KNOWN = SHARED / "notable_ai_models_2026-07.csv"
EARLIER = SHARED / "all_ai_models_2025-04.csv"
FILE = Path(os.environ.get("HEADROOM_EPOCH_FILE") or KNOWN)
PEAKS = Path(
    os.environ.get("HEADROOM_EPOCH_HARDWARE") or SHARED / "ml_hardware_2026-07.csv"
)
known_file = pytest.mark.skipif(
    not KNOWN.is_file() or not EARLIER.is_file() or FILE != KNOWN,
    reason="about Epoch's files of April 2025 and July 2026, which do not ship",
)
pytestmark = [
    pytest.mark.bench,
    pytest.mark.shared,
    pytest.mark.skipif(
        not FILE.is_file(),
        reason="no table of models: name one in HEADROOM_EPOCH_FILE",
    ),
]


@lru_cache
def scored(path: Path = FILE) -> Result:
    return score(path, peaks_for(PEAKS if PEAKS.is_file() else None))


def test_the_table_is_printed(capsys):
    with capsys.disabled():
        print(report(scored()))
    assert len(by_method(scored(), HARDWARE)) > 0


@known_file
def test_the_naive_references_are_the_known_ones():
    found = scored()
    hours = points(found.naive_hours - found.published(found.naive_hours.index))
    assert hours["n"] == 86
    assert hours["median"] == pytest.approx(0.067, abs=5e-4)
    assert hours["within 3"] == pytest.approx(0.87, abs=5e-3)
    tokens = points(found.naive_tokens - found.published(found.naive_tokens.index))
    assert tokens["n"] == 133
    assert tokens["within 3"] == pytest.approx(0.60, abs=5e-3)


def test_hardware_rows_beat_the_naive_reference():
    found = scored()
    naive = found.naive_hours - found.published(found.naive_hours.index)
    ours = by_method(found, HARDWARE)
    both = naive.index.intersection(ours.index)  # hardware.csv may lack a chip
    if FILE == KNOWN:
        assert len(both) == 86
    naive, got = naive[both], intervals(ours.loc[both])
    assert got["median"] <= 0.065
    assert got["within 3"] >= 0.88
    assert got["band low"] <= got["covered"] <= got["band high"]
    assert got["log score"] > best_log_score(naive)


def test_rows_counted_in_tokens_are_right():
    got = intervals(by_method(scored(), TOKENS))
    assert got["median"] <= 0.05
    assert got["within 3"] >= 0.90
    assert got["band low"] <= got["covered"] <= got["band high"]


def test_two_methods_that_agree_narrow_the_interval_and_still_cover():
    found = scored()
    fused = by_method(found, FUSED)
    got = intervals(fused)
    assert got["band low"] <= got["covered"] <= got["band high"]
    hours, tokens = (by_method(found, m).loc[fused.index] for m in (HARDWARE, TOKENS))
    agree = hours["p50"].between(tokens["p05"], tokens["p95"]) & tokens["p50"].between(
        hours["p05"], hours["p95"]
    )
    print(f"\nmiddles inside one another's interval: {agree.sum()} of {len(fused)};")
    print(
        "fused not narrower:", found.ours.loc[FUSED][~narrower(found)]["name"].tolist()
    )
    assert narrower(found)[agree].all()
    assert got["width"] < min(intervals(p)["width"] for p in (hours, tokens))


@known_file
def test_the_constants_are_those_of_rows_that_are_not_scored(capsys):
    """Utilisation and spread, from models that only the earlier file lists."""
    earlier, listed = scored(EARLIER), {folded(r.name) for r in scored().rows.values()}
    constants, _ = read_assumptions(
        "assumptions.yaml", (PROJECT / "sources/assumptions.yaml").read_bytes()
    )
    assumed = {a.id: a for a in constants}
    stated, implied, beyond = [], [], []
    for number, facts in earlier.selection.hardware.items():
        row = earlier.rows[number]
        if folded(row.name) in listed or facts.chips is None:
            continue
        peak = peaks_for(None)[facts.accelerator]
        used = row.flop / (facts.chips * facts.hours * 3600 * peak)
        if facts.utilisation is None and used <= 1:  # beyond the peak: wrong facts
            implied.append(used)
        elif facts.utilisation is None:
            beyond.append(row.name)
        else:
            stated.append(abs(np.log10(used / span([*facts.utilisation])[0])))
    middle = np.median(implied)
    reach = np.quantile(np.abs(np.log10(np.array(implied) / middle)), 0.9)
    factor = 10 ** np.quantile(stated, 0.9)
    new = {
        method: ours[
            [
                folded(n) not in {folded(r.name) for r in earlier.rows.values()}
                for n in ours["name"]
            ]
        ]
        for method in (HARDWARE, TOKENS)
        for ours in (by_method(scored(), method),)
    }
    with capsys.disabled():
        print(
            f"\nutilisation of the wall time implied by {len(implied)} rows of the "
            f"earlier file alone (not {', '.join(beyond)}): {middle:.3f}, "
            f"90% within ×/÷{10**reach:.2f}; "
            f"90% of {len(stated)} with a stated one within ×/÷{factor:.2f}"
        )
        print(line("hardware, models new since that file", new[HARDWARE]))
        print(line("6ND, models new since that file", new[TOKENS]))
    wall = assumed["utilisation.wall_clock_bf16"]
    assert wall.value == pytest.approx(middle, abs=0.01)
    assert np.log10(wall.high / wall.low) / 2 == pytest.approx(reach, rel=0.1)
    assert assumed["spread.chips_x_time"].value == pytest.approx(factor, rel=0.1)
