"""What a step is, and what it gets: the words in which the assets are written.

What belongs here: the resource, the step, what it made. What does not: running a step
(step.py), its checks (audit.py), how its tables are shown (shown.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.settings import Settings

Frames = Mapping[str, pd.DataFrame]
OWNERS = ("team:headroom",)
LOCK_SECONDS = 900  # longer than any refresh


@dataclass
class Warehouse:
    """The resource of every step: where things lie, and who watches.

    Attributes:
        settings: the folders.
        accept: the reason with which a person overrules a hold; None = no one does.
        watch: called with each table when it is staged; the command line's progress.
        kept: what one step of a run computed and later ones need as well, by what it
            was computed from.
    """

    settings: Settings
    accept: str | None = None
    watch: Callable[[str], None] = field(default=lambda _: None)
    kept: dict[tuple[str, ...], Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What a step computed; a step that reads the sources says what it read."""

    tables: Frames
    fingerprint: str | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One computation: from staged tables (or the sources) to tables.

    Attributes:
        code: packages and modules below `pipeline/` that decide the result; a change
            in one of them computes it anew.
        narrowed: by input, the part of it that the step gets to see; a change in the
            rest computes nothing anew.
    """

    name: str
    tables: tuple[str, ...]
    inputs: tuple[str, ...]
    compute: Callable[[Frames, Warehouse], Made]
    code: tuple[str, ...] = ()
    narrowed: Mapping[str, Callable[[Frames], pd.DataFrame]] = field(
        default_factory=dict
    )
    kinds: frozenset[str] = frozenset({"pandas"})


def key_of(table: str) -> dg.AssetKey:
    """Asset key of `schema.table`."""
    return dg.AssetKey(table.split("."))
