"""Paths and settings; the only reader of the environment.

What belongs here: HEADROOM_* variables and the folders derived from them. What does
not: constants of the method (sources/assumptions.yaml).
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

EPOCH_URL = "https://epoch.ai/data/notable_ai_models.csv"
PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Settings:
    """Where everything lies. All paths are absolute.

    Attributes:
        sources: what people write.
        warehouse: what the pipeline makes.
        home: Dagster's runs and logs.
        epoch_url: where `headroom fetch epoch` finds the published table.
        epoch_daily: whether the schedule fetches it, too.
        webhook: address that hears of failed runs; it may hold a secret.
    """

    sources: Path
    warehouse: Path
    home: Path
    epoch_url: str = EPOCH_URL
    epoch_daily: bool = False
    webhook: str | None = field(default=None, repr=False)

    @property
    def datasets(self) -> Path:
        """Bulk tables that others publish; fetched, not committed."""
        return self.sources / "datasets"

    @property
    def staging(self) -> Path:
        """One Parquet file per table of the last run, and quarantine/."""
        return self.warehouse / "staging"

    @property
    def cache(self) -> Path:
        """Draws of fitted components, by content; safe to delete."""
        return self.warehouse / "cache"

    @property
    def lake(self) -> Path:
        """DuckLake: catalog.sqlite and data/."""
        return self.warehouse / "lake"

    @property
    def plain(self) -> Path:
        """The current release as one plain DuckDB file."""
        return self.warehouse / "headroom.duckdb"

    @property
    def report(self) -> Path:
        """Folder of the HTML page."""
        return self.warehouse / "report"

    @property
    def lock(self) -> Path:
        """Lock file of the one writer."""
        return self.warehouse / ".writer.lock"


def load() -> Settings:
    """Read the environment.

    HEADROOM_SOURCES and HEADROOM_WAREHOUSE move the folders, DAGSTER_HOME the runs;
    HEADROOM_EPOCH_URL names an address of Epoch's table, and has it fetched daily;
    HEADROOM_WEBHOOK is called when a run fails.
    """

    def folder(variable: str, default: Path) -> Path:
        return Path(os.environ.get(variable) or default).expanduser().resolve()

    return Settings(
        sources=folder("HEADROOM_SOURCES", PROJECT / "sources"),
        warehouse=folder("HEADROOM_WAREHOUSE", PROJECT / "warehouse"),
        home=folder("DAGSTER_HOME", PROJECT / ".dagster"),
        epoch_url=os.environ.get("HEADROOM_EPOCH_URL") or EPOCH_URL,
        epoch_daily=bool(os.environ.get("HEADROOM_EPOCH_URL")),
        webhook=os.environ.get("HEADROOM_WEBHOOK") or None,
    )
