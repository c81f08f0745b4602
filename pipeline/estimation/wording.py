"""A conflict in one sentence that a person understands.

What belongs here: words and rounded figures. What does not: deciding what conflicts
(conflicts.py).
"""

from __future__ import annotations

from typing import Any

from pipeline.estimation import standing
from pipeline.estimation.method import FloatArray
from pipeline.words.numbers import apart, times

_SPEAKER = ("A primary source", "An analyst", "A press report", "A scraped page")
_BOUND = {"equality": "", "lower": "at least ", "upper": "at most "}


def quantity(row: dict[str, Any]) -> str:
    """What an observation is about: a stage, or one stage as a multiple of another."""
    if relative(row):
        return f"{row['node']} ÷ {row['reference_node']}"
    return str(row["node"])


def relative(row: dict[str, Any]) -> bool:
    """Whether an observation compares two stages."""
    return isinstance(row["reference_node"], str)


def figure(log10: float, row: dict[str, Any]) -> str:
    """A value in the unit of an observation: FLOP, or a multiple."""
    if relative(row):
        return times(10**log10)
    return f"{10**log10:.2g} FLOP".replace("e+", "e")


def interval(points: FloatArray, row: dict[str, Any]) -> str:
    """Median [5%, 95%] in the unit of an observation."""
    low, middle, high = (figure(float(p), row).removesuffix(" FLOP") for p in points)
    unit = "" if relative(row) else " FLOP"
    return f"{middle} [{low}, {high}]{unit}"


def sentence(
    row: dict[str, Any], role: str, points: FloatArray | None, z: float, end: str
) -> str:
    """The claim, what stands against it, how far apart, and what became of it.

    Args:
        row: the observation.
        role: its role at the vintage.
        points: 5%, 50% and 95% points of its quantity without it, log10; None where
            nothing else tells.
        z: distance in standard deviations.
        end: what became of the claim.
    """
    said = (
        f"{_SPEAKER[row['rank']]} says {_BOUND[row['kind']]}"
        f"{figure(row['log10_value'], row)} for {quantity(row)}"
    )
    if points is None:
        return f"{said}; nothing else in the record gives it a level; {end}."
    rest = "everything else says" if role == standing.FUSED else "the estimate is"
    orders = float(row["log10_value"] - points[1])
    fits = row["kind"] != "equality" and z == 0
    far = "which it allows" if fits else apart(orders)
    return f"{said}; {rest} {interval(points, row)}: {far}; {end}."
