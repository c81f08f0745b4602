"""Where the lake lies: in the warehouse folder, or where several machines reach it.

What belongs here: choosing between the two, which answer the same questions. What does
not: how they do it (local.py, remote.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from pipeline.lake.local import Local
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.lake.remote import Shared

Place: TypeAlias = "Local | Shared"


def place_of(settings: Settings) -> Place:
    """The place that the settings name."""
    if settings.remote is None:
        return Local(settings.lake, settings.warehouse)
    from pipeline.lake.remote import Shared

    return Shared(settings.remote)
