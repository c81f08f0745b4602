"""What people write and what is fetched, as assets that are observed.

What belongs here: their data versions, so that Dagster knows what is out of date. What
does not: reading them (raw.py), and whether they ask for a run (watch.py).
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator

import dagster as dg

from pipeline.assets.jobs import FETCHED
from pipeline.assets.warehouse import OWNERS, Warehouse
from pipeline.lake.inputs import digests
from pipeline.settings import Settings

AUTHORED = {
    "notes": "Source notes: what was disclosed, a file per document.",
    "registries": "Models, hardware, constants, scenarios, corrections.",
    "datasets": "Tables of other organisations, as fetched or dropped.",
}


specs = [
    dg.AssetSpec(
        dg.AssetKey(["sources", name]),
        description=about,
        group_name="sources",
        owners=list(OWNERS),
        kinds={"csv" if name == "datasets" else "yaml"},
        deps=[FETCHED] if name == "datasets" else [],
    )
    for name, about in AUTHORED.items()
]


def _observe(warehouse: dg.ResourceParam[Warehouse]) -> Iterator[dg.ObserveResult]:
    """Data versions by content; the button observes what the sensor reports."""
    for name, version in versions(warehouse.settings).items():
        yield dg.ObserveResult(
            asset_key=["sources", name], data_version=dg.DataVersion(version)
        )


with warnings.catch_warnings():
    # Only of what a function observes does the UI look at observations when it judges
    # what is stale; the decorators for that are marked beta.
    warnings.simplefilter("ignore", dg.BetaWarning)
    source_files = dg.multi_observable_source_asset(name="source_files", specs=specs)(
        _observe
    )


def versions(settings: Settings) -> dict[str, str]:
    """Data version of notes, registries and datasets, as they lie in `sources/`."""
    parts: dict[str, list[str]] = {"notes": [], "registries": [], "datasets": []}
    for path, digest in digests(settings.sources).items():
        folder = path.split("/")[0]
        parts[folder if folder in parts else "registries"].append(f"{path} {digest}")
    return {
        name: hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
        for name, lines in parts.items()
    }
