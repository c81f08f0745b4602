"""What the shipped record says today, as text that a person reviews.

What belongs here: which figures, and how they are written down. What does not: whether
they are right. `make accept-record` writes them to says.txt; test_shipped.py compares.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import duckdb

from pipeline.refresh import refresh
from pipeline.settings import Settings
from tests.mini import PROJECT

ACCEPTED = Path(__file__).parent / "says.txt"
SECTIONS = {
    "counts": """
        SELECT 'claims', count(*) FROM raw.claims
        UNION ALL SELECT 'scores', count(*) FROM raw.scores
        UNION ALL SELECT 'sources', count(*) FROM raw.sources
        UNION ALL SELECT 'models', count(*) FROM core.models ORDER BY ALL""",
    "estimates: FLOP at 5, 50 and 95%": """
        SELECT * EXCLUDE (anchored) FROM (
            SELECT model_id, stage, measure, flop_p05, flop_p50, flop_p95, grade,
                anchored
            FROM core.estimates) WHERE anchored ORDER BY ALL""",
    "conflicts that stand": """
        SELECT claim_id, node, status, round(z, 1) FROM core.conflicts
        WHERE until IS NULL ORDER BY ALL""",
    "convergence at the newest vintage: leader, status, dates at 5, 50 and 95%": """
        SELECT scenario, threshold, leader_model_id, status,
            strftime(date_p05, '%Y-%m'), strftime(date_p50, '%Y-%m'),
            strftime(date_p95, '%Y-%m')
        FROM out.convergence
        WHERE vintage = (SELECT max(vintage) FROM out.convergence) ORDER BY ALL""",
    "observed convergence": """
        SELECT model_id, share, state FROM out.observed_convergence
        WHERE state <> 'unknown' ORDER BY ALL""",
    "forecasts scored: number, coverage of 90% intervals, verdict": """
        SELECT scenario, target, n_forecasts, coverage_90, verdict
        FROM out.calibration ORDER BY ALL""",
    "scores per tenfold compute": """
        SELECT curve_id, benchmark, protocol, form, slope_per_oom_p50
        FROM out.scaling_curves WHERE preferred ORDER BY ALL""",
    "what the chart's axis shows: reading, evidence, error of reading, probability": """
        SELECT hypothesis, evidence, reading_error, posterior
        FROM out.chart_axis_test ORDER BY ALL""",
}


def published(folder: Path) -> Settings:
    """The shipped record refreshed into a warehouse of its own.

    Raises:
        RuntimeError: with the problems, if it was not published.
    """
    settings = Settings(folder / "sources", folder / "warehouse", folder / "home")
    shutil.copytree(
        PROJECT / "sources",
        settings.sources,
        ignore=shutil.ignore_patterns("notable*.csv", "all_ai*.csv"),
    )
    outcome = refresh(settings)
    if outcome.problems or not outcome.published:
        raise RuntimeError("\n".join(outcome.problems) or "nothing was published")
    return settings


def says(plain: Path) -> str:
    """The sections, a line for each row; figures to two digits."""
    lines = []
    with duckdb.connect(str(plain), read_only=True) as con:
        for title, query in SECTIONS.items():
            lines += [f"# {title}"]
            lines += [
                " ".join(map(_word, row)) for row in con.execute(query).fetchall()
            ]
            lines += [""]
    return "\n".join(lines)


def _word(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.2g}"
    return "-" if cell is None else str(cell)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        ACCEPTED.write_text(says(published(Path(scratch)).plain), encoding="utf-8")
    print(f"written: {ACCEPTED.relative_to(PROJECT)}; review it with git diff")
