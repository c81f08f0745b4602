"""A mark that stands while a publication is written, and after a killed one.

What belongs here: setting, asking for and clearing it, where all writers see it. What
does not: what is done about one that was left (recovery.py).
"""

from __future__ import annotations

from pathlib import Path

from pipeline.lake import objects
from pipeline.lake.files import discard
from pipeline.settings import Settings

_NAME = ".unfinished"


def unfinished(settings: Settings) -> Path:
    """Where the mark stands on one machine."""
    return settings.lake / _NAME


def begin(settings: Settings) -> None:
    """A publication is about to be written."""
    if settings.remote:
        objects.put(settings.remote, _NAME, b"a publication is being written\n")
    else:
        unfinished(settings).touch()


def stands(settings: Settings) -> bool:
    """Whether a publication was begun and not ended."""
    if settings.remote:
        return objects.exists(settings.remote, _NAME)
    return unfinished(settings).exists()


def end(settings: Settings) -> None:
    """The publication is written, or what it left is gone."""
    if settings.remote:
        objects.remove(settings.remote, _NAME)
    else:
        discard(unfinished(settings))
