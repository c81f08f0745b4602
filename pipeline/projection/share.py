"""The share of a run that is reasoning: a saturating trend of log odds.

What belongs here: the model, its priors' draws and its posterior at a vintage. What
does not: which runs are known (splits.py), tables (shares.py).

z = log10 of reasoning over the rest of the run. The typical z of a run is

    min(level + slope · (t − mid-2025) + role · flagship, cap),

a run's own z is spread about it by a Student t (4 degrees of freedom) of width
`scatter`, and what is known of it by its own error. Bounds are one-sided and may be
garbled, as in estimation. The posterior is by importance weights on draws from the
prior: five unknowns, some thirty runs. The log likelihood of a run is computed once for
all the vintages that know it; a vintage is a sum of such rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from scipy import special

from pipeline.estimation.assumed import Z90, Assumed
from pipeline.estimation.draws import sobol_normals, sobol_sequence
from pipeline.estimation.method import FloatArray, IntArray
from pipeline.projection.splits import KNOWN, Fact, Run

MIDDLE = 25.5  # mid-2025, years of dates.py: where the level is read
_NU = 4  # degrees of freedom of the scatter
_ROUNDS = 30  # of moving closer
_KEY = hashlib.sha256(b"headroom share of a run").hexdigest()


@dataclass(frozen=True)
class Trend:
    """Draws of the five unknowns, log10 odds and years; all (draws,)."""

    level: FloatArray
    slope: FloatArray
    role: FloatArray
    scatter: FloatArray
    cap: FloatArray
    extra: FloatArray | None = None  # effect of a covariate, in variants

    def typical(
        self, t: FloatArray | float, *, flagship: bool, x: float = 0.0
    ) -> FloatArray:
        """Z of a typical run, (draws,) or with times (times, 1) (times, draws)."""
        line = self.level + self.slope * (np.asarray(t) - MIDDLE)
        if flagship:
            line = line + self.role
        if self.extra is not None:
            line = line + self.extra * x
        return np.asarray(np.minimum(line, self.cap))

    def rows(self, rows: IntArray) -> Trend:
        """Chosen draws."""
        level, slope, role, scatter, cap = (
            part[rows]
            for part in (self.level, self.slope, self.role, self.scatter, self.cap)
        )
        extra = None if self.extra is None else self.extra[rows]
        return Trend(level, slope, role, scatter, cap, extra)

    def reached(self, z: float, since: float) -> FloatArray:
        """When a typical flagship reaches z, years, (draws,); inf = never.

        Args:
            z: log10 odds.
            since: years; nothing is reached before.
        """
        there = self.typical(since, flagship=True) >= z
        with np.errstate(divide="ignore", invalid="ignore"):
            at = MIDDLE + (z - self.level - self.role) / self.slope
        later = np.where((self.slope > 0) & (self.cap >= z), at, np.inf)
        return np.where(there, since, np.maximum(later, since))


def drawn(z: FloatArray, assumed: Assumed) -> Trend:
    """Draws from the prior of assumptions.yaml, from standard normals (draws, 5)."""

    def normal(name: str, column: int) -> FloatArray:
        low, high = assumed.span(f"share.{name}")
        return np.asarray((low + high) / 2 + z[:, column] * (high - low) / 2 / Z90)

    return Trend(
        level=normal("level", 0),
        slope=normal("slope", 1),
        role=np.abs(normal("role", 2)),
        scatter=assumed["share.scatter_least"]
        + np.abs(z[:, 3]) * (assumed["share.scatter"] / Z90),
        cap=normal("cap", 4),
    )


@dataclass
class Shares:
    """Posteriors of the trend.

    Attributes:
        prior: Draws from the prior.
        eps: Chance that a bound is garbled.
        draws: How many a posterior has.
        assumed: Constants of the method.
        last: What the last likelihood that was kept is of, and the likelihood: the next
            vintage knows nearly the same.
    """

    prior: Trend
    eps: float
    draws: int
    assumed: Assumed
    last: tuple[dict[Hashable, tuple[Run, Fact]], FloatArray] | None = field(
        default=None, repr=False
    )

    @classmethod
    def of(cls, assumed: Assumed) -> Shares:
        """From the constants of the method."""
        z = sobol_sequence(5, int(assumed["share.prior_draws"]), _KEY)
        return cls(
            prior=drawn(z, assumed),
            eps=assumed["fusion.bound_contamination"],
            draws=int(assumed["fusion.draws"]),
            assumed=assumed,
        )

    def fit(self, runs: Sequence[Run]) -> Trend:
        """The posterior, given what is known of some runs."""
        return self.weighted(self.likelihood(runs, keep=True), runs)

    def weighted(self, log: FloatArray, runs: Sequence[Run]) -> Trend:
        """The posterior from the outcome of `likelihood`."""
        if _effective(log) >= self.assumed["share.fewest_effective"]:
            return self.prior.rows(self.chosen(log))
        return self._closer(runs)

    def _closer(self, runs: Sequence[Run]) -> Trend:
        """The posterior where draws from the prior are too few: from nearer ones.

        Normals are moved to where tempered weights lie, until enough draws count.
        """
        z = sobol_sequence(5, int(self.assumed["share.variant_draws"]), _KEY)
        middle, root = np.zeros(5), np.eye(5)
        for _ in range(_ROUNDS):
            u = middle + z @ root.T
            near = replace(self, prior=drawn(u, self.assumed), last=None)
            log = near.likelihood(runs) + (np.square(z) - np.square(u)).sum(axis=1) / 2
            if _effective(log) >= self.assumed["share.fewest_effective"]:
                return near.prior.rows(self.chosen(log))
            heat = 1.0
            while _effective(log * heat) < len(z) / 20:
                heat /= 2
            weight = np.exp((log - log.max()) * heat)
            weight /= weight.sum()
            middle = weight @ u
            spread = (u - middle).T @ ((u - middle) * weight[:, None])
            root = np.linalg.cholesky(spread + 1e-9 * np.eye(5))
        names = ", ".join(run.model for run in runs if run.facts)
        raise ValueError(f"no trend of shares fits these runs together: {names}")

    def likelihood(self, runs: Iterable[Run], *, keep: bool = False) -> FloatArray:
        """Log likelihood of each draw from the prior; `keep` it for the next."""
        facts: dict[Hashable, tuple[Run, Fact]] = {
            (run.model, run.time, run.flagship, run.x, fact, k): (run, fact)
            for run in runs
            for k, fact in enumerate(run.facts)
        }
        known: dict[Hashable, tuple[Run, Fact]] = {}
        total = np.zeros(len(self.prior.level))
        if keep and self.last is not None:
            known, total = self.last[0], self.last[1].copy()
        for key in [key for key in known if key not in facts]:
            total -= self._row(*known[key])
        for key in [key for key in facts if key not in known]:
            total += self._row(*facts[key])
        if keep:
            self.last = (facts, total)
        return total

    def chosen(self, log: FloatArray) -> IntArray:
        """Rows of the prior by systematic resampling, (draws,)."""
        weight = np.exp(log - log.max())
        mass = np.cumsum(weight)
        places = (np.arange(self.draws) + 0.5) / self.draws * mass[-1]
        return np.asarray(np.minimum(mass.searchsorted(places), len(mass) - 1))

    def _row(self, run: Run, fact: Fact) -> FloatArray:
        typical = self.prior.typical(run.time, flagship=run.flagship, x=run.x)
        sd = np.hypot(self.prior.scatter, fact.sd)
        return _log_likelihood(fact, typical, sd, self.eps)


def _effective(log: FloatArray) -> float:
    """The effective number of draws with such log weights."""
    weight = np.exp(log - log.max())
    return float(weight.sum() ** 2 / np.square(weight).sum())


def _log_likelihood(
    fact: Fact, typical: FloatArray, sd: FloatArray, eps: float
) -> FloatArray:
    away = (fact.z - typical) / sd
    if fact.kind == KNOWN:
        return np.asarray(-(_NU + 1) / 2 * np.log1p(away**2 / _NU) - np.log(sd))
    side = np.log1p(-eps) + special.log_ndtr(fact.kind * away)
    return np.asarray(np.logaddexp(side, np.log(eps)))


def scattered(trend: Trend, run: Run) -> FloatArray:
    """Z of a run of its day and role, (draws,): the typical one and its own scatter."""
    typical = trend.typical(run.time, flagship=run.flagship, x=run.x)
    return typical + trend.scatter * student(len(trend.level))


@lru_cache
def student(n: int) -> FloatArray:
    """Evenly spread draws of a Student t, in an order of their own, (n,)."""
    u = special.ndtr(sobol_normals(1, n, _KEY)[:, 0])
    return np.asarray(special.stdtrit(_NU, u))


@lru_cache
def error(n: int) -> FloatArray:
    """Evenly spread standard normals, in another order, (n,)."""
    return sobol_normals(1, n, _KEY[::-1])[:, 0]


def share(z: FloatArray) -> FloatArray:
    """Reasoning over the whole run, from log10 of reasoning over the rest."""
    return np.asarray(special.expit(z * np.log(10)))


def odds(share: float) -> float:
    """The reverse of `share`."""
    return float(np.log10(share / (1 - share)))


def within(run: Run, z: FloatArray, eps: float) -> FloatArray:
    """Z of a run given the bounds on it, from draws without them, (draws,) ascending.

    Args:
        run: what is known of it.
        z: (draws,) of a run of its day and role.
        eps: chance that a bound is garbled.
    """
    if not run.facts:
        return z
    z = np.sort(z)
    log = np.zeros(len(z))
    for fact in run.facts:
        log += _log_likelihood(fact, z, np.full(len(z), fact.sd), eps)
    mass = np.cumsum(np.exp(log - log.max()))
    places = (np.arange(len(z)) + 0.5) / len(z) * mass[-1]
    return np.asarray(z[np.minimum(mass.searchsorted(places), len(z) - 1)])
