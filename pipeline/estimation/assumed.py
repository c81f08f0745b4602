"""The constants of the method, looked up by name.

What belongs here: access to core.assumptions. What does not: values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

# What the columns _p05 and _p95, and the low and high of a claim, say of themselves; no
# constant of the method, for another value would make their names untrue.
LEVEL = 0.9
# It reaches 1.645 standard deviations to each side of a normal's middle.
Z90 = 1.6448536269514722


@dataclass(frozen=True)
class Assumed:
    """Value and range of every assumption."""

    values: dict[str, float]
    ranges: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Assumed:
        """From the rows of core.assumptions."""
        ranged = frame.dropna(subset=["low", "high"])
        return cls(
            dict(zip(frame["assumption_id"], frame["value"], strict=True)),
            {
                a: (low, high)
                for a, low, high in zip(
                    ranged["assumption_id"], ranged["low"], ranged["high"], strict=True
                )
            },
        )

    def __getitem__(self, name: str) -> float:
        if name not in self.values:
            raise KeyError(f"assumptions.yaml has no {name!r}; restore the entry")
        return self.values[name]

    def span(self, name: str) -> tuple[float, float]:
        """The 90% range of an assumption."""
        if name not in self.ranges:
            raise KeyError(f"assumptions.yaml gives no low and high for {name!r}")
        return self.ranges[name]

    def half_width(self, name: str) -> float:
        """log10 of a spread that is stated as a factor."""
        return math.log10(self[name])
