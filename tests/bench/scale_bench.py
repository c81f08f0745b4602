"""What a longer record costs: the shipped one, and with notes by the thousand.

What belongs here: whole cold refreshes in processes of their own, and the table of
docs/scale.md. What does not: where the time goes (a profiler's work).

`NOTES=1000,5000 pytest tests/bench/scale_bench.py -m bench` prints the table.
"""

from __future__ import annotations

import math
import os
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.bench.refresh_bench import REFRESH, run
from tests.mini import SHIPPED
from tests.synthetic import add_notes

COUNTS = [int(n) for n in os.environ.get("NOTES", "1000").split(",")]
LIMITS = {1000: (3, 1500, 4.0), 5000: (15, 4000, math.inf)}  # CPU ratio, MB, MB of page


def _cost(folder: Path, notes: int) -> dict[str, float]:
    sources = folder / "sources"
    shutil.copytree(SHIPPED, sources)
    add_notes(sources, notes)
    cpu, peak = run(REFRESH, folder, sources)
    warehouse = folder / "warehouse"
    with duckdb.connect(warehouse / "headroom.duckdb", read_only=True) as con:
        row = con.execute(
            "SELECT (SELECT count(*) FROM raw.sources), (SELECT count(*) FROM "
            "raw.claims), (SELECT count(DISTINCT vintage) FROM out.convergence), "
            "(SELECT count(*) FROM out.projections)"
        ).fetchone()
    assert row is not None
    page = (warehouse / "report" / "index.html").stat().st_size / 1e6
    file = (warehouse / "headroom.duckdb").stat().st_size / 1e6
    names = ("notes", "claims", "vintages", "months")
    return dict(zip(names, row, strict=True)) | {
        "cpu": cpu, "peak": peak, "page": page, "file": file,
    }  # fmt: skip


@pytest.mark.bench
def test_a_longer_record(tmp_path: Path, capsys) -> None:
    found = {n: _cost(tmp_path / str(n), n) for n in (0, *COUNTS)}
    base = found[0]
    with capsys.disabled():
        heads = "notes,claims,vintages,months,CPU s,ratio,peak MB,page MB,file MB"
        print("\n|", heads.replace(",", " | "), "|\n" + "| --- " * 9 + "|")
        for each in found.values():
            print(
                f"| {each['notes']:,} | {each['claims']:,} | {each['vintages']:,} | "
                f"{each['months']:,} | {each['cpu']:.0f} | "
                f"{each['cpu'] / base['cpu']:.1f} | {each['peak']:.0f} | "
                f"{each['page']:.1f} | {each['file']:.1f} |"
            )
    for n, each in found.items():
        if n in LIMITS:
            ratio, peak, page = LIMITS[n]
            assert each["cpu"] <= ratio * base["cpu"]
            assert each["peak"] <= peak
            assert each["page"] <= page
