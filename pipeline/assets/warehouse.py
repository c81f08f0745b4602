"""The resource of every asset, and the names they share.

What belongs here: where things lie, who watches, how a table is called in Dagster.
What does not: reading or writing a table (audited.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import dagster as dg

from pipeline.settings import Settings

OWNERS = ("team:headroom",)
LOCK_SECONDS = 900  # longer than any refresh


@dataclass
class Warehouse:
    """Where everything lies, and who watches.

    Attributes:
        settings: the folders.
        watch: called with each table when it is staged; the command line's progress.
    """

    settings: Settings
    watch: Callable[[str], None] = field(default=lambda _: None)


def key_of(table: str) -> dg.AssetKey:
    """Asset key of `schema.table`."""
    return dg.AssetKey(table.split("."))
