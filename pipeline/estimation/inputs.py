"""Which tables the posterior is made of, and what it reads of them.

What belongs here: names and narrowing, without any of the arithmetic's imports. What
does not: the posterior (record.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

INPUTS = (
    "raw.claims",
    "raw.corrections",
    "raw.sources",
    "core.models",
    "core.hardware",
    "core.assumptions",
)


def sources_of_claims(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Of raw.sources what is read: the standing of those that claim something."""
    sources = frames["raw.sources"]
    claiming = sources["source_id"].isin(frames["raw.claims"]["source_id"])
    return sources.loc[claiming, ["source_id", "kind", "note_path"]]
