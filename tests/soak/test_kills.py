"""Kill -9 in every phase of a refresh; readers, the next refresh and the disk after it.

Each kill waits until the refresh tells of a phase and then a random part of what that
phase lasts, so that all phases are met and so are all instants in them.
"""

from __future__ import annotations

import random
import signal
from collections import Counter

import duckdb
import pytest

from pipeline import report
from pipeline.lake import fingerprint, head
from pipeline.lake.connect import attached
from pipeline.lake.heads import publications
from pipeline.lake.inputs import read_inputs
from pipeline.lake.verify import mismatches
from pipeline.settings import Settings
from tests.soak import tiny
from tests.soak.children import COMPACT_EVERY, PHASES, refresh

# Where few kills go: compacting first, which is not always due.
DANGEROUS = ("compacting", "writing the transaction", "between commit and replace")
TRUTH = PHASES.index("between commit and replace")  # from here on it is published


def published_file(settings: Settings) -> tuple[int, str]:
    """Seq and id of the plain file, whose checksums hold."""
    with duckdb.connect(settings.plain, read_only=True) as con:
        assert mismatches(con) == []
        row = con.execute(
            "SELECT seq, release_id FROM meta.releases ORDER BY seq DESC LIMIT 1"
        ).fetchone()
    return row[0], row[1]


def lake_is_whole(settings: Settings) -> None:
    with attached(settings) as con:
        con.execute("USE lake.main")
        assert mismatches(con) == []


def leftovers(settings: Settings) -> list[object]:
    found: list[object] = [
        p for p in settings.warehouse.rglob("*") if ".tmp-" in p.name
    ]
    found += [p for p in settings.lake.iterdir() if p.name == ".unfinished"]
    with attached(settings, write=True) as con:
        found += con.execute(
            "CALL ducklake_delete_orphaned_files('lake', cleanup_all => true, "
            "dry_run => true)"
        ).fetchall()
    return found


@pytest.mark.parametrize("kills", [1, pytest.param(100, marks=pytest.mark.soak)])
def test_kill_9_in_every_phase(tmp_path, kills, measured):
    settings = tiny.project(tmp_path)
    end = refresh(settings)
    assert (end.exit_code, end.problems) == (0, [])
    lasted = end.lasted
    random.seed(kills)
    wanted = Counter(dict.fromkeys(PHASES, 0))
    order = PHASES if kills > len(PHASES) else DANGEROUS
    fell, unacknowledged, number, missed = Counter(), 0, 1, 0
    while fell.total() < kills:
        before = head(settings)
        number += 1
        tiny.change(settings, number, tiny.FRONTIER)
        now = fingerprint(read_inputs(settings.sources))
        due = (before.seq + 1) % COMPACT_EVERY == 0
        phase = min(
            (p for p in order if p != "compacting" or due), key=wanted.__getitem__
        )
        wanted[phase] += 1
        end = refresh(settings, phase, random.uniform(0, lasted.get(phase, 0.2)))
        if end.exit_code == 0:
            missed += 1
            assert missed < kills + 5  # it was over before the kill
            lasted[phase] = lasted.get(phase, 0.2) / 2
            continue
        assert end.exit_code == -signal.SIGKILL  # and no crash of its own
        fell[end.phase] += 1
        # Nothing has been repaired yet: what do readers see?
        seen, reached = published_file(settings), head(settings)
        lake_is_whole(settings)
        assert reached.seq in (before.seq, before.seq + 1)
        assert seen in {(h.seq, h.release_id) for h in (before, reached)}
        at = PHASES.index(end.phase)
        if at < PHASES.index("committing"):
            assert reached == before
        if at >= TRUTH:
            assert reached.fingerprint == now  # nothing committed is lost
        unacknowledged += at < TRUTH and reached != before
        end = refresh(settings)
        assert (end.exit_code, end.problems or []) == (0, []), end
        after = head(settings)
        assert after.fingerprint == now
        assert after.seq == before.seq + 1  # never twice
        assert published_file(settings) == (after.seq, after.release_id)
        lake_is_whole(settings)
        page = settings.report / report.PAGE
        assert report.release_of(page) == f"{after.seq} {after.release_id}"
        assert leftovers(settings) == []
        # A phase that was over too soon does not regain its length at once.
        lasted |= {
            p: (s + lasted.get(p, s)) / 2 for p, s in end.lasted.items() if p in PHASES
        }
    seqs = [each.seq for each in publications(settings)]
    assert seqs == list(range(1, len(seqs) + 1))
    if kills >= len(PHASES) * 3:
        assert set(fell) == set(PHASES), fell
    bars = "".join(f"| {p} | {fell[p]} | {'#' * fell[p]} |\n" for p in PHASES)
    measured(
        "Kills",
        f"""
{kills} times kill -9 of a refresh, each followed by a refresh that succeeded;
{len(seqs)} publications, {unacknowledged} of them had landed although the killed
process never learned of it. After each kill the file held the old or the new release
whole and so did the lake; after the next refresh nothing was lost, doubled or left
behind. {missed} further refreshes were over before their kill.

| killed while | kills | |
| --- | --- | --- |
{bars}
""",
    )
