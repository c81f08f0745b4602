"""Other ways to predict a share, scored on the same shares.

What belongs here: variants of the trend, two references, and out.share_scores. What
does not: the published trend (share.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from pipeline.estimation.assumed import Assumed
from pipeline.estimation.method import FloatArray
from pipeline.projection import pace as paces
from pipeline.projection.calibration import verdict
from pipeline.projection.course import NoProjectionError, course, setting
from pipeline.projection.dates import month_of
from pipeline.projection.paths import SINGLE, Path
from pipeline.projection.scenario import scenarios_of
from pipeline.projection.scores import point_scores
from pipeline.projection.share import Shares, error, scattered, student
from pipeline.projection.shares import Forecast, History
from pipeline.projection.splits import Run

PUBLISHED = "published"
PERSISTENCE, OF_ROLE, ARTICLE = "persistence", "persistence of the role", "article"
Runs = Callable[[Run, Forecast], Run]
Predict = Callable[[Forecast], FloatArray | None]


def score_table(
    history: History, models: pd.DataFrame, scenarios: pd.DataFrame, assumed: Assumed
) -> pd.DataFrame:
    """Rows of out.share_scores: every variant and reference on the same shares.

    Args:
        history: splits and trend of every vintage.
        models: core.models.
        scenarios: core.scenarios; the one marked as headline has the article's pace.
        assumed: constants of the method.
    """
    n = int(assumed["share.variant_draws"])
    few = history.model.prior.rows(np.arange(n))
    base = replace(history.model, prior=few, last=None)
    ways: dict[str, Predict] = {PUBLISHED: _trend(base)}
    still = np.zeros(n)
    level = replace(few, slope=still)
    spread = stats.norm.ppf((np.arange(n) + 0.5) / n)
    extra = np.random.default_rng(0).permutation(spread) * assumed["share.covariate"]
    for name, prior, runs in (
        ("level alone", level, None),
        ("wandering level", level, _aged(assumed["share.wander"])),
        ("without role", replace(few, role=still), None),
        ("without cap", replace(few, cap=np.full(n, np.inf)), None),
        ("distance to the frontier", replace(few, extra=extra), _behind),
        ("open weights", replace(few, extra=extra), _open(models)),
    ):
        ways[name] = _trend(replace(base, prior=prior, last=None), runs)
    ways |= {
        PERSISTENCE: lambda forecast: _last(forecast, flagship=True),
        OF_ROLE: lambda forecast: _last(forecast, flagship=forecast.run.flagship),
        ARTICLE: _article(models, scenarios, assumed),
    }
    rows = [_row(name, way, history.forecasts, assumed) for name, way in ways.items()]
    return pd.DataFrame([row for row in rows if row is not None])


def _row(
    name: str, way: Predict, forecasts: Iterable[Forecast], assumed: Assumed
) -> dict[str, object] | None:
    scores, days = [], set()
    for forecast in forecasts:
        z = way(forecast)
        if z is None:
            continue
        (fact,) = forecast.run.facts
        scores.append(point_scores(z + fact.sd * error(len(z)), fact.z))
        days.add(forecast.disclosed_on)
    if not scores:
        return None
    table = pd.DataFrame(scores)
    mean = table.mean()
    return {
        "variant": name,
        "n": len(table),
        "n_distinct_days": len(days),
        "mean_crps": mean["crps"],
        "mean_log_score": mean["log_score"],
        "mean_abs_error": table["error"].abs().mean(),
        "coverage_50": mean["covered_50"],
        "coverage_90": mean["covered_90"],
        "mean_pit": mean["pit"],
        "verdict": verdict(len(days), mean["covered_50"], mean["covered_90"], assumed),
    }


def _trend(model: Shares, runs: Runs | None = None) -> Predict:
    def predict(forecast: Forecast) -> FloatArray:
        known, run = forecast.before.runs, forecast.run
        if runs is not None:
            known, run = [runs(r, forecast) for r in known], runs(run, forecast)
        trend = model.prior.rows(model.chosen(model.likelihood(known, keep=True)))
        return scattered(trend, run)

    return predict


def _aged(wander: float) -> Runs:
    """A level that wanders: what is known of it is the wider the older it is."""

    def older(run: Run, forecast: Forecast) -> Run:
        years = abs(forecast.run.time - run.time)
        facts = (
            replace(fact, sd=float(np.hypot(fact.sd, wander * years**0.5)))
            for fact in run.facts
        )
        return replace(run, facts=tuple(facts)) if run is not forecast.run else run

    return older


def _behind(run: Run, forecast: Forecast) -> Run:
    """Orders of magnitude below the largest run that the vintage knows."""
    nodes = [n for n in forecast.before.state.known if n.endswith("/total")]
    if run.rest is None or not nodes:
        return run
    largest = max(float(forecast.before.state.points(node)[1]) for node in nodes)
    return replace(run, x=float(np.clip(largest - np.median(run.rest), 0, 6)))


def _open(models: pd.DataFrame) -> Runs:
    weights = dict(zip(models["model_id"], models["openness"], strict=True))
    return lambda run, _: replace(
        run, x=float(str(weights[run.model]).startswith("open"))
    )


def _last(forecast: Forecast, *, flagship: bool) -> FloatArray | None:
    """The last share known of a role, or of any, with the scatter between runs."""
    known = [run for run in forecast.before.runs if run.known]
    alike = [run for run in known if run.flagship == flagship] or known
    if len(known) < 2:
        return None
    levels = np.array([run.facts[0].z for run in known])
    n = len(forecast.run.draws) if forecast.run.draws is not None else 0
    return alike[-1].facts[0].z + float(levels.std(ddof=1)) * student(n)


def _article(
    models: pd.DataFrame, scenarios: pd.DataFrame, assumed: Assumed
) -> Predict:
    """The headline's path at the vintage: R over the largest run, known or not then."""
    paths: dict[pd.Timestamp, tuple[Path, FloatArray] | None] = {}
    marked = [s for s in scenarios_of(scenarios) if s.headline]
    luck = paces.luck_of(assumed)

    def path(forecast: Forecast) -> tuple[Path, FloatArray] | None:
        state = forecast.before.state
        try:
            at = setting(state, models, assumed)
            stated = replace(marked[0], pace_claim=None)
            taken = course(at, stated, {}, luck, assumed)
        except (NoProjectionError, IndexError):
            return None
        ceiling = paces.log_uniform(luck[:, paces.SHARE], *stated.share)
        return Path.until(taken, month_of(forecast.run.time + 5)), ceiling

    def predict(forecast: Forecast) -> FloatArray | None:
        day = forecast.before.state.vintage
        if day not in paths:
            paths[day] = path(forecast)
        found = paths[day]
        if found is None:
            return None
        way, ceiling = found
        k = max(month_of(forecast.run.time) - way.first, 0)
        # Of all its months the first, which its ceiling refers to, and the one asked.
        few = replace(way, months=way.months[[0, k]])
        over = few.levels(ceiling.astype(SINGLE))[1] - few.total[1]
        return np.asarray(over, dtype=float)

    return predict
