"""The headline in words: what was expected, what happened, what moved it, its scores.

What belongs here: the sentences and the queries behind them; every figure is read from
the release. What does not: which scenario answers (projection/headline.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pipeline.cli.console import counted, out
from pipeline.cli.release import Row, rows
from pipeline.settings import Settings
from pipeline.words.numbers import flop

_CONVERGENCE = """
SELECT c.*, m.name AS leader, f.name AS frontier FROM out.convergence c
LEFT JOIN core.models m ON m.model_id = c.leader_model_id
LEFT JOIN core.models f ON f.model_id = c.frontier_model_id
WHERE c.share = 'scenario' ORDER BY c.vintage
"""
# The document that stated the pace of the scenario marked as headline.
_EXPECTED = """
SELECT c.disclosed_on, s.title, s.publisher FROM core.scenarios p
JOIN raw.claims c ON c.claim_id = p.pace_claim JOIN raw.sources s USING (source_id)
WHERE p.scenario = $1
"""
_OBSERVED = """
SELECT m.name, o.share, o.state, o.reasoning_over_frontier_p50 AS over
FROM out.observed_convergence o JOIN core.models m USING (model_id)
ORDER BY over DESC NULLS LAST, m.name, o.share
"""
_REVISED = """
SELECT m.name, h.vintage, h.change_log10, h.changed_by
FROM out.estimate_history h JOIN core.models m USING (model_id)
WHERE h.stage = 'reasoning' AND h.vintage > $1 AND h.change_log10 IS NOT NULL
ORDER BY abs(h.change_log10) DESC, m.name LIMIT 1
"""
# A run whose total is unknown counts with its bulk, as in the projection.
_LARGEST = """
SELECT m.name, m.released_on, e.flop_p05, e.flop_p50, e.flop_p95
FROM core.estimates e JOIN core.models m USING (model_id)
WHERE e.stage IN ('total', 'pretraining') AND e.anchored AND m.released_on <= $1
ORDER BY e.flop_p50 DESC, m.model_id LIMIT 1
"""
_INFLUENCE = """
SELECT i.claim_id, i.convergence_shift_days AS days, c.disclosed_on, c.summary
FROM core.influence i JOIN raw.claims c USING (claim_id)
WHERE i.convergence_shift_days IS NULL OR abs(i.convergence_shift_days) >= 1
ORDER BY abs(days) DESC NULLS FIRST, i.weight DESC, i.claim_id LIMIT 3
"""
_CALIBRATION = """
SELECT * FROM out.calibration WHERE scenario IN ($1, $2)
ORDER BY target, scenario <> $1
"""
_OVERSHOOT = """
SELECT * FROM out.backtests WHERE scenario = $1 AND origin > $2
ORDER BY target DESC, origin, horizon_months DESC
"""
_DAYS_OF_YEAR = 365.25


def answer(settings: Settings) -> list[str]:
    """The headline as sentences, the answer of today first."""
    from pipeline.projection.headline import headline

    scenarios = rows(settings, "SELECT * FROM core.scenarios")
    courses = rows(settings, _CONVERGENCE)
    try:
        now = headline(scenarios, courses)
    except LookupError:
        why = courses[-1]["reason"] if courses else "the record is empty"
        return [f"No projection yet: {why}."]
    marked = next((s["scenario"] for s in scenarios if s["headline"]), now["scenario"])
    lines = [*_today(now, marked)]
    expected = rows(settings, _EXPECTED, [marked])
    then = next(
        (c for c in courses
         if c["scenario"] == marked and c["status"] != "none"
         and expected and c["vintage"] >= expected[0]["disclosed_on"]),
        None,
    )  # fmt: skip
    if then is not None:
        lines.append(_expectation(then, expected[0]))
        lines += _happened(settings, then)
    lines += _moved(settings, now, courses)
    return [*lines, *_scored(settings, marked, now["scenario"], then)]


def tell(settings: Settings) -> None:
    """Print the headline."""
    for line in answer(settings):
        out.print(line, markup=False)


def month(value: Any) -> str:
    """A date as month and year."""
    return "later or never" if value is None else f"{value:%b %Y}"


def _today(now: Row, marked: str) -> Iterator[str]:
    yield (
        f"Leader: {now['leader']} with about {flop(now['leader_flop_p50'])} FLOP of "
        f"reasoning training (the largest in {now['leader_probability']:.0%} of draws)."
    )
    yield (
        f"Gap: {now['gap_oom_p50']:.1f} orders of magnitude to its ceiling at release; "
        f"the largest known run is {now['frontier']}."
    )
    verdict = {
        "met": "was very likely reached before",
        "unclear": "may or may not have been reached by",
        "open": "lies ahead of",
    }[now["status"]]
    why = ""
    if now["scenario"] != marked:
        why = f" ({marked} does not answer: its pace is stale or not in force.)"
    elif now["stale"]:
        why = " The pace is stale: over a year old, confirmed by nothing newer."
    yield f"Convergence ({now['scenario']}): {_dates(now)}, which {verdict} " \
        f"{now['vintage']}.{why}"  # fmt: skip


def _expectation(then: Row, source: Row) -> str:
    return (
        f"Expected in {source['disclosed_on']:%B %Y} ({then['scenario']}, after "
        f'"{source["title"]}", {source["publisher"]}): from {then["leader"]} on '
        f"about {_round(then['growth_before'])}x a year, meeting the ceiling in "
        f"{_dates(then)} ({then['probability_within_12_months']:.0%} within 12 "
        f"months), then {then['growth_after']:.1f}x."
    )


def _happened(settings: Settings, then: Row) -> Iterator[str]:
    observed = rows(settings, _OBSERVED)
    met = sorted({r["name"] for r in observed if r["state"] == "met"})
    unknown = {r["name"] for r in observed if r["state"] == "unknown"}
    reached = (
        f"{', '.join(met)} reached a share of the frontier"
        if met
        else "no disclosed run is known to have reached even a tenth of the frontier"
    )
    nearest = [r for r in observed if r["name"] == observed[0]["name"]]
    states = ", ".join(f"{r['state']} at {r['share']}" for r in nearest)
    close = f"; {nearest[0]['name']} comes closest: {states}" if nearest else ""
    hidden = "does not disclose its" if len(unknown) == 1 else "do not disclose their"
    yield f"Happened: {reached}{close}; {counted(len(unknown), 'run')} {hidden} split."
    for r in rows(settings, _REVISED, [then["vintage"]]):
        way = "down" if r["change_log10"] < 0 else "up"
        yield (
            f"  Largest revision: {r['name']}'s reasoning compute, {way} "
            f"{10 ** abs(r['change_log10']):.1f}-fold on {r['vintage']} "
            f"(by {r['changed_by'] or 'the standing of its claims'})."
        )
    first = rows(settings, _LARGEST, [then["vintage"]])
    last = rows(settings, _LARGEST, ["9999-12-31"])
    if first and last and last[0]["name"] != first[0]["name"]:
        yield _growth(first[0], last[0], then)


def _growth(first: Row, last: Row, then: Row) -> str:
    years = (last["released_on"] - first["released_on"]).days / _DAYS_OF_YEAR
    low, middle, high = (
        (last[point] / first["flop_p50"]) ** (1 / years)
        for point in ("flop_p05", "flop_p50", "flop_p95")
    )
    return (
        f"  Largest run: {middle:.1f}x a year from {first['name']} "
        f"({month(first['released_on'])}) to {last['name']} "
        f"({month(last['released_on'])}), {low:.1f} to {high:.1f} by the latter's own "
        f"interval; expected were {then['growth_after']:.1f}x."
    )


def _moved(settings: Settings, now: Row, courses: list[Row]) -> Iterator[str]:
    """The claims that the date rests on, and its largest moves as they came in."""
    told = rows(settings, _INFLUENCE)
    if told:
        yield f"Moved most, the date ({now['scenario']}) without the claim:"
    medians = [
        c for c in courses
        if c["scenario"] == now["scenario"] and c["date_p50"] is not None
    ]  # fmt: skip
    moves = {new["vintage"]: (old, new) for old, new in pairwise(medians)}
    for r in told:
        days = "no date left" if r["days"] is None else f"{r['days']:+.0f} days"
        history = ""
        if r["disclosed_on"] in moves:
            old, new = moves[r["disclosed_on"]]
            shift = (new["date_p50"] - old["date_p50"]).days
            history = f"; that day moved it by {shift:+d} days" if shift else ""
        yield (
            f"  {days}: {r['claim_id']} ({r['disclosed_on']}{history}): {r['summary']}"
        )


def _scored(
    settings: Settings, marked: str, now: str, then: Row | None
) -> Iterator[str]:
    for r in rows(settings, _CALIBRATION, [now, marked]):
        if not r["n_forecasts"]:
            continue
        yield (
            f"Scored ({r['scenario']}, {r['target']}): {r['verdict']}; "
            f"{counted(r['n_forecasts'], 'forecast')} of "
            f"{counted(r['n_distinct_records'], 'record')}, 90% intervals held "
            f"{r['coverage_90']:.0%}, medians off by "
            f"x{10 ** r['mean_error']:.2g} on average."
        )
    if then is None:
        return
    seen = set()
    for r in rows(settings, _OVERSHOOT, [marked, then["vintage"]]):
        if r["target"] in seen:
            continue
        seen.add(r["target"])
        bound = "at least " if r["realised_kind"] != "measured" else ""
        yield (
            f"  Forecast of {month(r['origin'])} for {month(r['target_on'])}, "
            f"{r['target']}: {flop(r['predicted_flop_p50'])} FLOP; the record has "
            f"{bound}{flop(r['realised_flop_p50'])}."
        )


def _round(value: float) -> str:
    """Two significant digits, without an exponent."""
    return f"{float(f'{value:.2g}'):,.0f}"


def _dates(row: Row) -> str:
    ends = f"[{month(row['date_p05'])} to {month(row['date_p95'])}]"
    return f"{month(row['date_p50'])} {ends}"
