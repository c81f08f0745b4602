"""Reading `sources/` once, as bytes.

What belongs here: which files count as input. What does not: their meaning (notes/).
"""

from __future__ import annotations

from pathlib import Path

# Documentation beside the data does not decide any table.
_PATTERNS = ("*.yaml", "*.csv", "notes/*.md", "datasets/*.csv")


def input_paths(folder: Path) -> list[Path]:
    """The files of `sources/` that decide the tables, sorted."""
    return sorted(p for pattern in _PATTERNS for p in folder.glob(pattern))


def read_inputs(folder: Path) -> dict[str, bytes]:
    """Every input file by its path relative to `sources/`."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in input_paths(folder)
    }
