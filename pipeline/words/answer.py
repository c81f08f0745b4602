"""The answer of a release: its numbers, and the sentences that say them.

What belongs here: fact, condition and caveat, in that order, the same for the command,
the page, Dagster and alerts. What does not: layout, and any figure that is not in a
published table.

Words: a run's *share* is its reasoning training over the whole of its training, base
model included, in accelerator time. A *frontier run* is one of the size of the largest
known run at its release. A *vintage* is a date of disclosure: what was known then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from pipeline.words.numbers import flop, percent, times

Row = dict[str, Any]
Query = Callable[[str], list[Row]]

FRONTIER_RUN = 0.3  # of the largest known run: the least ceiling of May 2025
MET = 0.9  # chance from which a share counts as reached
_POINTS = ("p05", "p50", "p95")
POINT = 0.005  # half a percentage point, below which nobody sees a share move

_TODAY = """
SELECT t.* FROM out.share_trend t
WHERE t.vintage = (SELECT max(vintage) FROM out.share_trend)
  AND t.month = date_trunc('month', (SELECT max(vintage) FROM out.convergence))
"""
_SHARES = """
SELECT s.*, m.name, m.developer, m.role, m.released_on,
  (SELECT count(*) FROM core.observations o WHERE o.node = s.model_id || '/reasoning'
    AND o.kind = 'equality' AND o.role = 'fused') AS n_levels
FROM out.shares s JOIN core.models m USING (model_id) ORDER BY m.released_on, s.model_id
"""
_DATES = """
SELECT c.*, l.name AS leader, f.name AS frontier FROM out.convergence c
LEFT JOIN core.models l ON l.model_id = c.leader_model_id
LEFT JOIN core.models f ON f.model_id = c.frontier_model_id
ORDER BY c.vintage, c.threshold
"""
_MARKED = """
SELECT p.scenario, c.disclosed_on, s.title, s.publisher FROM core.scenarios p
LEFT JOIN raw.claims c ON c.claim_id = p.pace_claim
LEFT JOIN raw.sources s USING (source_id) WHERE p.headline
"""
_LARGEST = """
SELECT m.name, m.model_id, m.released_on, max(e.flop_p50) AS flop,
  arg_max(e.flop_p05, e.flop_p50) AS flop_p05,
  arg_max(e.flop_p95, e.flop_p50) AS flop_p95
FROM core.estimates e JOIN core.models m USING (model_id)
WHERE e.stage IN ('total', 'pretraining') AND e.anchored
  AND e.flop_p50 IS NOT NULL AND m.released_on IS NOT NULL
GROUP BY ALL ORDER BY m.released_on, m.model_id
"""
_RESTS = """
SELECT i.claim_id, i.share_shift, i.convergence_shift_days AS days, m.name
FROM core.influence i JOIN raw.claims c USING (claim_id)
LEFT JOIN core.models m ON m.model_id = c.model_id
WHERE i.share_shift IS NOT NULL
ORDER BY abs(i.share_shift) DESC, i.claim_id LIMIT 3
"""
_SCORES = "SELECT * FROM out.share_scores ORDER BY mean_crps, variant"
_FRONTIER_SCORES = """
SELECT scenario, count(crps) AS n, avg(crps) AS crps, avg(covered_90) AS coverage_90,
  avg(abs(log10(predicted_flop_p50 / realised_flop_p50))) AS mean_abs_error
FROM out.backtests WHERE target = 'frontier' AND crps IS NOT NULL GROUP BY scenario
"""
_NEWEST = "SELECT max(vintage) AS vintage FROM out.convergence"


def facts(query: Query) -> dict[str, Any]:
    """Every number of the answer, by name; None where a release does not have it.

    Args:
        query: rows of a statement on the release.
    """
    today = _one(query(_TODAY))
    shares = query(_SHARES)
    dates = query(_DATES)
    marked = _one(query(_MARKED)) or {}
    newest = query(_NEWEST)[0]["vintage"]
    known = [s for s in shares if s["basis"] == "known"]
    frontier = [s for s in known if (s["run_over_frontier_p50"] or 0) >= FRONTIER_RUN]
    own = [s for s in known if s not in frontier and s["role"] == "flagship"]
    now = [d for d in dates if d["vintage"] == newest]
    paths = [d for d in dates if d["scenario"] == marked.get("scenario")
             and d["threshold"] == "scenario" and d["status"] != "none"]  # fmt: skip
    since = marked.get("disclosed_on")
    then = next((d for d in paths if since and d["vintage"] >= since), None)
    largest = _records(query(_LARGEST))
    return {
        "vintage": newest,
        "today": today,
        "n_known": len(known),
        "frontier_run": frontier[-1] if frontier else None,
        "largest_run": largest[-1] if largest else None,
        "largest_run_share": next(
            (s for s in shares if largest and s["model_id"] == largest[-1]["model_id"]),
            None,
        ),
        "own_runs": own[-3:],
        "dates": {d["threshold"]: d for d in now if d["scenario"] == "share"},
        "path": next((d for d in reversed(paths) if d["vintage"] == newest), None),
        "expected": then and then | {k: marked[k] for k in ("title", "publisher")},
        "growth_since": _growth(largest, then["vintage"] if then else None),
        "rests_on": query(_RESTS),
        "share_scores": {s["variant"]: s for s in query(_SCORES)},
        "frontier_scores": {s["scenario"]: s for s in query(_FRONTIER_SCORES)},
    }


def lines(found: dict[str, Any]) -> list[tuple[str, str]]:
    """The answer as labelled lines, the most important first."""
    if found["today"] is None:
        return [("Share of a frontier run", "not known: too few runs say their split")]
    return [
        line
        for line in (
            _verdict(found),
            _share_today(found),
            _largest(found),
            _own(found),
            _passes(found),
            _path(found),
            _expected(found),
            _rests(found),
            _record(found),
        )
        if line is not None
    ]


def sentence(label: str, text: str) -> str:
    """A line as one sentence; a label that asks needs no colon."""
    return f"{label}{'' if label.endswith('?') else ':'} {text}."


def effect(today: Row, shares: list[Row], names: dict[str, str]) -> str:
    """What a disclosure does to the share of a frontier run, in a sentence or two.

    Args:
        today: `share_p50_before`, `share_p50_after` of a flagship's run.
        shares: runs whose own share differs, with `…_before` and `…_after`.
        names: model names by id.
    """
    before, after = today["share_p50_before"], today["share_p50_after"]
    if after is None or before is None:
        return "There is no trend of shares to compare."
    if abs(after - before) < POINT:
        said = f"The share of a flagship's run would stay at {percent(before)}"
    else:
        said = (
            f"The share of a flagship's run would be {percent(after)} "
            f"(was {percent(before)})"
        )
    own = "".join(
        f" {_own_share(run, names.get(run['model_id'], str(run['model_id'])))}"
        for run in shares[:3]
        if run["share_p50_after"] is not None
    )
    return f"{said}.{own}"


def _own_share(run: Row, name: str) -> str:
    low, middle, high = (percent(run[f"share_{p}_after"]) for p in _POINTS)
    if run["basis_after"] == "known":
        return f"{name}'s own would be {middle} (90%: {low} to {high})."
    why = "known only by a bound" if run["basis_after"] == "bounded" else "undisclosed"
    return (
        f"{name}'s own would stay {why}; the other runs put it between {low} and "
        f"{high}."
    )


def share_of(row: Row) -> str:
    """The share of one run, as far as it is known; a bound is said as a bound.

    Args:
        row: a row of out.shares.
    """
    low, middle, high = (percent(row[f"share_{p}"]) for p in _POINTS)
    if row["basis"] == "known":
        return f"{middle} (90%: {low} to {high})"
    judged = f"the other runs put it between {low} and {high}"
    if row["basis"] == "nowcast":
        return f"undisclosed; {judged}"
    claimed = [
        f"{word} {percent(row[name])}"
        for word, name in (("at least", "claimed_least"), ("at most", "claimed_most"))
        if row[name] is not None
    ]
    return f"{' and '.join(claimed)} by what is disclosed; {judged}"


def paragraphs(found: dict[str, Any]) -> list[str]:
    """The answer as fact, condition and caveat, for a page."""
    label, fact = _verdict(found)
    return [
        f"{label} {fact}.",
        " ".join(part for part in (_condition(found), _hidden(found)) if part),
        " ".join(part for part in (_caveat(found), _fate(found)) if part),
    ]


def _condition(found: dict[str, Any]) -> str:
    t = found["today"]
    said = (
        f"Judged by the {found['n_known']} runs whose split is known, reasoning takes "
        f"about {_interval(t)} of a flagship's training today; the chance of at least "
        f"a tenth is {percent(t['probability_10'])}, of half "
        f"{percent(t['probability_50'])}."
    )
    half = found["dates"].get("0.5")
    if half is None or half["status"] == "none":
        return said
    return (
        f"{said} A typical flagship passes 50% in {_month(half['date_p50'])} "
        f"({percent(half['probability_past'])} that it has)."
    )


def _hidden(found: dict[str, Any]) -> str:
    run, own = found["largest_run"], found["largest_run_share"]
    if run is None or own is None or own["basis"] == "known":
        return ""
    return f"{run['name']}, the largest known run, does not say."


def _caveat(found: dict[str, Any]) -> str:
    said = "This rests on few disclosures, most of them by smaller labs"
    rows = [r for r in found["rests_on"] if r["share_shift"]]
    if rows and rows[0]["name"]:
        way = "higher" if rows[0]["share_shift"] > 0 else "lower"
        points = abs(rows[0]["share_shift"]) * 100
        said += (
            f": without one claim on {rows[0]['name']} it is {points:.0f} points {way}"
        )
    own = found["share_scores"].get(PUBLISHED)
    if own is None:
        return f"{said}."
    return (
        f"{said}. Of {own['n']} shares predicted before they were known "
        f"{_inside(own['coverage_90'])} fell inside the 90% interval."
    )


def _fate(found: dict[str, Any]) -> str:
    then = found["expected"]
    if then is None:
        return ""
    return (
        f"The forecast of May 2025, that reasoning would meet the frontier in "
        f"{_month(then['date_p50'])}, is neither confirmed nor refuted."
    )


def _inside(coverage: float) -> str:
    return "all" if coverage == 1 else percent(coverage)


PUBLISHED = "published"  # the trend in out.share_scores
VERDICT = "Has reasoning training met the largest runs?"
TODAY = "Share of a flagship's run today"
LARGEST = "Largest known run"
OWN = "Other flagships, of their own run"
PASSES = "A typical flagship passes"
PATH = "If the pace of 2024-25 had held"
EXPECTED = "Forecast of May 2025"
RESTS = "The share rests most on"
RECORD = "Track record"
SHORT = (VERDICT, TODAY, LARGEST, PASSES, OWN, EXPECTED)


def _verdict(found: dict[str, Any]) -> tuple[str, str]:
    run = found["frontier_run"]
    if run is None:
        return VERDICT, "Not shown: no lab has said how a frontier run splits"
    said = "Yes" if run["probability_30"] >= MET else "Not shown"
    alone = ", by one claim alone" if run["n_levels"] == 1 else ""
    return VERDICT, (
        f"{said}. The last frontier run that lets one judge is {run['name']} "
        f"({run['developer']}, {_month(run['released_on'])}): reasoning was "
        f"{_interval(run)} of its accelerator time{alone}. No frontier lab has "
        "disclosed a split since"
    )


def _share_today(found: dict[str, Any]) -> tuple[str, str]:
    t = found["today"]
    return TODAY, (
        f"about {_interval(t)}, judged by {found['n_known']} known splits. Chance of "
        f"at least 10%: {percent(t['probability_10'])}, of 30%: "
        f"{percent(t['probability_30'])}, of 50%: {percent(t['probability_50'])}"
    )


def _largest(found: dict[str, Any]) -> tuple[str, str] | None:
    run, own = found["largest_run"], found["largest_run_share"]
    if run is None:
        return None
    ends = f"{flop(run['flop_p05'])} to {flop(run['flop_p95'])}"
    text = (
        f"{run['name']} ({_month(run['released_on'])}), {flop(run['flop'])} FLOP "
        f"(90%: {ends})"
    )
    if own is not None and own["basis"] != "known":
        text += (
            f"; its split is undisclosed, {percent(own['share_p05'])} to "
            f"{percent(own['share_p95'])} by the other runs"
        )
    return LARGEST, text


def _own(found: dict[str, Any]) -> tuple[str, str] | None:
    runs = found["own_runs"]
    if not runs:
        return None
    return OWN, ", ".join(
        f"{run['name']} {percent(run['share_p50'])} ({_month(run['released_on'])})"
        for run in reversed(runs)
    )


def _passes(found: dict[str, Any]) -> tuple[str, str] | None:
    dates = found["dates"]
    parts = [
        f"{float(share):.0%} in {_month(dates[share]['date_p50'])} "
        f"({percent(dates[share]['probability_past'])} that it has)"
        for share in ("0.1", "0.3", "0.5")
        if share in dates and dates[share]["status"] != "none"
    ]
    return (PASSES, ", ".join(parts)) if parts else None


def _path(found: dict[str, Any]) -> tuple[str, str] | None:
    path = found["path"]
    if path is None:
        return None
    old = " (stale: its leader or pace is over a year old)" if path["stale"] else ""
    return PATH, (
        f"{times(path['growth_before'])} a year from {path['leader']} on would have "
        f"met 30 to 100% of the largest run in {_month(path['date_p50'])}{old}"
    )


def _expected(found: dict[str, Any]) -> tuple[str, str] | None:
    then, grown = found["expected"], found["growth_since"]
    if then is None:
        return None
    text = f"met in {_month(then['date_p50'])}; neither confirmed nor refuted"
    if grown is not None:
        text += (
            f". The largest runs have grown {times(grown)} a year since, not "
            f"{times(then['growth_after'])}"
        )
    return EXPECTED, text


def _rests(found: dict[str, Any]) -> tuple[str, str] | None:
    rows = [r for r in found["rests_on"] if r["share_shift"]]
    if not rows:
        return None
    return RESTS, ", ".join(
        f"{r['claim_id']} ({r['share_shift'] * 100:+.0f} points without it)"
        for r in rows[:2]
    )


def _record(found: dict[str, Any]) -> tuple[str, str] | None:
    own = found["share_scores"].get(PUBLISHED)
    runs = found["frontier_scores"].get("share")
    if own is None:
        return None
    text = (
        f"{own['n']} shares predicted, {_inside(own['coverage_90'])} inside the 90% "
        f"interval, odds off by {times(10 ** own['mean_abs_error'])}"
    )
    if runs is not None:
        text += (
            f"; {runs['n']} forecasts of the largest run, "
            f"{percent(runs['coverage_90'])} inside, off by "
            f"{times(10 ** runs['mean_abs_error'])}"
        )
    return RECORD, text


def _interval(row: Row) -> str:
    middle, low, high = (percent(row[f"share_{p}"]) for p in ("p50", "p05", "p95"))
    return f"{middle} (90%: {low} to {high})"


def _month(day: date | str | None) -> str:
    if day is None:
        return "later or never"
    return f"{date.fromisoformat(str(day)[:10]):%b %Y}"


def _records(runs: list[Row]) -> list[Row]:
    best: list[Row] = []
    for run in runs:
        if not best or run["flop"] > best[-1]["flop"]:
            best.append(run)
    return best


def _growth(records: list[Row], since: Any) -> float | None:
    """Growth of the record from the one that stood at a date, x per year."""
    before = [r for r in records if since and str(r["released_on"]) <= str(since)[:10]]
    if not before or before[-1] is records[-1]:
        return None
    first, last = before[-1], records[-1]
    days = [date.fromisoformat(str(r["released_on"])[:10]) for r in (first, last)]
    years = (days[1] - days[0]).days / 365.25
    return float((last["flop"] / first["flop"]) ** (1 / years))


def _one(rows: list[Row]) -> Row | None:
    return rows[0] if rows else None
