"""Draws of fitted components on disk, by content; safe to delete at any time.

What belongs here: a mapping from key to array, one file each, written atomically. What
does not: what the draws mean (estimation/).
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from pathlib import Path

import numpy as np

from pipeline.estimation.method import FloatArray
from pipeline.lake.files import temporary_of


class DrawCache(MutableMapping[str, FloatArray]):
    """Arrays in a folder; an unreadable file counts as absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._used: set[str] = set()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npy"

    def __getitem__(self, key: str) -> FloatArray:
        try:
            found = np.load(self._path(key), allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise KeyError(key) from error
        self._used.add(key)
        return np.asarray(found)

    def __setitem__(self, key: str, draws: FloatArray) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = temporary_of(self._path(key))
        with temporary.open("wb") as file:  # no sync: a lost entry is drawn again
            np.save(file, draws, allow_pickle=False)
        temporary.replace(self._path(key))
        self._used.add(key)

    def __delitem__(self, key: str) -> None:
        self._path(key).unlink()

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in self.folder.glob("*.npy"))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def forget_unused(self) -> None:
        """Delete what this run has not asked for."""
        for key in set(self) - self._used:
            del self[key]
