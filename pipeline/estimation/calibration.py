"""Constants of the method that the record teaches, vintage by vintage.

What belongs here: operations per accelerator time (κ) and FLOP per dollar of reasoning
bills, each the predictive distribution for one more run, from the runs known by then
that state both sides. What does not: constants that nothing in the record tells
(sources/assumptions.yaml).

Values are log10, normal about an unknown mean with an unknown sd; the prior counts as
`calibration.prior_pairs` pairs (conjugate normal, inverse gamma: Gelman et al. 2013,
section 3.3). The scatter of the pairs includes the errors of both their claims, so that
the range is rather too wide than too narrow. Below `calibration.fewest_pairs` pairs the
prior stands alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from pipeline.estimation import standing
from pipeline.estimation.assumed import LEVEL, Z90, Assumed
from pipeline.estimation.formulas import reference_flop_per_usd
from pipeline.vocabulary import OPERATIONS, TWO_LEDGERS

KAPPA, RATE = "operations_per_accelerator_time", "flop_per_usd"
_HOURS = ("chip_hours", "chips_x_time")
COLUMNS = [
    "vintage", "constant", "n_pairs", "pairs", "prior_p05", "prior_p50", "prior_p95",
    "p05", "p50", "p95",
]  # fmt: skip


@dataclass(frozen=True)
class Learned:
    """One constant at one vintage.

    Attributes:
        prior: Median and 90% half-width without any pair, log10.
        pairs: What each run says, log10, by node.
        weight: Pairs that the prior counts as.
        fewest: Pairs below which the prior stands alone.
    """

    prior: tuple[float, float]
    pairs: Mapping[str, float]
    weight: float
    fewest: float

    def predicted(self, but: str = "") -> tuple[float, float]:
        """Median and 90% half-width for one more run, log10.

        Args:
            but: the run itself, whose own pair is left out.
        """
        values = np.array([v for run, v in sorted(self.pairs.items()) if run != but])
        n, (middle, half) = len(values), self.prior
        if n < self.fewest:
            return self.prior
        whole = self.weight + n
        mean = (self.weight * middle + values.sum()) / whole
        squares = self.weight * (half / Z90) ** 2
        squares += float(((values - values.mean()) ** 2).sum())
        squares += self.weight * n / whole * float(values.mean() - middle) ** 2
        scale = math.sqrt(squares / whole * (1 + 1 / whole))
        return float(mean), float(stats.t.ppf((1 + LEVEL) / 2, whole)) * scale


class Calibrations:
    """Both constants of a record at any vintage."""

    def __init__(self, prepared: pd.DataFrame, assumed: Assumed) -> None:
        self._assumed = assumed
        p = prepared.reset_index(drop=True)
        stage = p["node"].str.rsplit("/", n=1).str[-1].str.removesuffix(OPERATIONS)
        plain = p["reference_node"].isna() & (p["kind"] == "equality")
        self._plain = (plain & stage.isin(TWO_LEDGERS)).to_numpy()
        self._operations = p["node"].str.endswith(OPERATIONS).to_numpy()
        self._hours = p["evidence"].isin(_HOURS).to_numpy()
        self._paid = (p["evidence"] == "cost").to_numpy() & stage.isin(TWO_LEDGERS)
        self._paid = np.asarray(self._paid & p["reference_node"].isna().to_numpy())
        self._throughput = (p["evidence"] == "throughput").to_numpy()
        self._node = p["node"].str.removesuffix(OPERATIONS).to_numpy()
        self._value = p["log10_value"].to_numpy(dtype=float)
        self._half = p["half_width"].to_numpy(dtype=float)

    def at(self, roles: pd.DataFrame) -> dict[str, Learned]:
        """The constants as the roles of a vintage allow, by name."""
        role = roles["role"].to_numpy()
        fused = role == standing.FUSED
        heard = fused | (role == standing.ECHO)  # a bill for stated hours is an echo
        hours = self._levels(self._plain & self._hours & fused)
        counted = self._levels(self._plain & self._operations & fused)
        paid = self._levels(self._plain & self._paid & heard)
        kappa = {run: counted[run] - hours[run] for run in counted if run in hours}
        kappa |= self._levels(self._throughput & fused)
        rate = {run: hours[run] - paid[run] for run in paid if run in hours}
        a = self._assumed
        low, high = (math.log10(x) for x in a.span("calibration.kappa"))
        doubt = (0.0, a.half_width("spread.cost"))
        rest = (a["calibration.prior_pairs"], a["calibration.fewest_pairs"])
        return {
            KAPPA: Learned(((low + high) / 2, (high - low) / 2), kappa, *rest),
            RATE: Learned(doubt, rate, *rest),
        }

    def values(self, learned: Learned) -> tuple[Any, Any]:
        """Values and 90% half-widths of all observations with bills at the rate.

        Returns:
            Two arrays in the order of the observations, log10.
        """
        value, half = self._value.copy(), self._half.copy()
        spread = self._assumed.half_width("spread.cost")
        for k in np.flatnonzero(self._paid):
            shift, doubt = learned.predicted(str(self._node[k]))
            own = math.sqrt(max(half[k] ** 2 - spread**2, 0.0))
            value[k] += shift
            half[k] = math.hypot(own, doubt)
        return value, half

    def _levels(self, chosen: Any) -> dict[str, float]:
        """Mean value of each node over the chosen rows, by precision."""
        sums: dict[str, tuple[float, float]] = {}
        for k in np.flatnonzero(chosen):
            weight = 1 / self._half[k] ** 2
            total, whole = sums.get(self._node[k], (0.0, 0.0))
            sums[self._node[k]] = (
                total + weight * self._value[k], whole + weight
            )  # fmt: skip
        return {node: total / whole for node, (total, whole) in sums.items()}


def calibration_table(
    learned: list[tuple[pd.Timestamp, Mapping[str, Learned]]], assumed: Assumed
) -> pd.DataFrame:
    """Rows of core.calibrations: one per constant and vintage at which it changed."""
    rate = math.log10(
        reference_flop_per_usd(assumed["cost.reference_date_year"], assumed)
    )
    rows, last = [], dict[str, Mapping[str, float]]()
    for vintage, constants in learned:
        for name, each in constants.items():
            if name in last and last[name] == each.pairs:
                continue
            last[name] = each.pairs
            unit = rate if name == RATE else 0.0
            points = [
                10 ** (unit + middle + sign * half)
                for middle, half in (each.prior, each.predicted())
                for sign in (-1, 0, 1)
            ]
            runs = ", ".join(sorted(each.pairs)) or None
            rows.append((vintage, name, len(each.pairs), runs, *points))
    return pd.DataFrame(rows, columns=COLUMNS)
