"""Numbers of generated sentences, read back and held against the tables.

What belongs here: finding the numbers of a text, and the values that each line of the
answer may hold, asked of the release by statements of their own. What does not: the
words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from itertools import chain
from typing import Any

from duckdb import DuckDBPyConnection

from pipeline.words import answer as words

_MONTHS = [f"{date(2000, month, 1):%b}" for month in range(1, 13)]
_TOKEN = re.compile(
    rf"(?:\d+ )?\b({'|'.join(_MONTHS)})[a-z]* (\d{{4}})"
    r"|(over |under |> |< )?(\d[\d,]*(?:\.\d+)?)(e[+-]?\d+| × 10[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?(%)?"
)
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# Named by the words themselves: levels of intervals, shares and ceilings asked about.
CONSTANTS = (0.1, 0.3, 0.5, 0.9, 1.0)

_FRONTIER = """
SELECT s.* FROM out.shares s JOIN core.models m USING (model_id)
WHERE basis = 'known' AND run_over_frontier_p50 >= 0.3
ORDER BY m.released_on DESC, model_id DESC LIMIT 1
"""
_RUNS = """
SELECT m.model_id, m.released_on, max(e.flop_p50) AS flop,
arg_max(e.flop_p05, e.flop_p50) AS flop_p05,
arg_max(e.flop_p95, e.flop_p50) AS flop_p95 FROM core.estimates e
JOIN core.models m USING (model_id) WHERE e.stage IN ('total', 'pretraining')
AND e.anchored AND m.released_on IS NOT NULL GROUP BY ALL
"""
_NEWEST = "(SELECT max(vintage) FROM out.convergence)"
_MARKED = "(SELECT scenario FROM core.scenarios WHERE headline)"
_SINCE = (
    "(SELECT disclosed_on FROM raw.claims JOIN core.scenarios ON claim_id = pace_claim "
    "WHERE headline)"
)
_THEN = f"""
SELECT * FROM out.convergence WHERE threshold = 'scenario' AND status <> 'none'
AND scenario = {_MARKED} AND vintage >= {_SINCE} ORDER BY vintage LIMIT 1
"""
LINES = {
    words.VERDICT: f"SELECT share_p05, share_p50, share_p95, released_on "
    f"FROM ({_FRONTIER}) JOIN core.models USING (model_id)",
    words.TODAY: "SELECT share_p05, share_p50, share_p95, probability_10, "
    "probability_30, probability_50, "
    "(SELECT count(*) FROM out.shares WHERE basis = 'known') FROM out.share_trend "
    "WHERE vintage = (SELECT max(vintage) FROM out.share_trend) AND month <= "
    "(SELECT max(vintage) FROM out.convergence) "
    "ORDER BY month DESC LIMIT 1",
    words.LARGEST: "SELECT r.flop, r.flop_p05, r.flop_p95, r.released_on, "
    f"s.share_p05, s.share_p95 FROM (SELECT * FROM ({_RUNS}) "
    "ORDER BY flop DESC LIMIT 1) r "
    "LEFT JOIN out.shares s USING (model_id)",
    words.OWN: "SELECT share_p50, released_on FROM out.shares "
    "JOIN core.models USING (model_id) WHERE basis = 'known' AND role = 'flagship'",
    words.PASSES: "SELECT date_p50, probability_past FROM out.convergence "
    f"WHERE scenario = 'share' AND vintage = {_NEWEST}",
    words.PATH: f"SELECT growth_before, date_p50 FROM out.convergence WHERE vintage = "
    f"{_NEWEST} AND threshold = 'scenario' AND scenario = {_MARKED}",
    words.EXPECTED: f"""
WITH runs AS ({_RUNS}), expected AS ({_THEN}),
  first AS (SELECT * FROM runs, expected WHERE released_on <= vintage
    ORDER BY flop DESC LIMIT 1),
  last AS (SELECT * FROM runs ORDER BY flop DESC LIMIT 1)
SELECT e.date_p50, e.growth_after, (last.flop / nullif(first.flop, 0)) ^
  (365.25 / nullif(date_diff('day', first.released_on, last.released_on), 0))
FROM expected e LEFT JOIN first ON true LEFT JOIN last ON true""",
    words.RESTS: "SELECT abs(100 * share_shift) FROM core.influence",
    words.RECORD: """
SELECT n, coverage_90, 10 ^ mean_abs_error FROM out.share_scores
WHERE variant = 'published' UNION ALL
SELECT count(crps), avg(covered_90),
  10 ^ avg(abs(log10(predicted_flop_p50 / realised_flop_p50)))
FROM out.backtests WHERE target = 'frontier' AND crps IS NOT NULL
AND scenario = 'share'""",
}
PARAGRAPHS = (
    (words.VERDICT,),
    (words.TODAY, words.PASSES, words.LARGEST),
    (words.RESTS, words.RECORD, words.EXPECTED),
)


def values(con: DuckDBPyConnection, lines: Iterable[str]) -> list[Any]:
    """What the release holds for these lines of the answer."""
    found = chain.from_iterable(con.execute(LINES[line]).fetchall() for line in lines)
    return [value for row in found for value in row if value is not None]


def names(con: DuckDBPyConnection) -> list[str]:
    """Names and ids, which hold digits too; the longest first."""
    rows = con.execute(
        "SELECT unnest([name, developer, model_id]) FROM core.models UNION "
        "SELECT claim_id FROM raw.claims"
    ).fetchall()
    return sorted({n for (n,) in rows if n}, key=len, reverse=True)


def wrong(text: str, allowed: Iterable[Any], known: Iterable[str] = ()) -> list[str]:
    """The numbers of a text that round no allowed value.

    Args:
        text: what was generated.
        allowed: numbers and dates of the release.
        known: names to leave out before reading.
    """
    for name in known:
        text = text.replace(name, "")
    for fixed in ("2024-25", "May 2025,", "Forecast of May 2025", "forecast of May"):
        text = text.replace(fixed, "")
    text = re.sub(r"(\d+) to (\d+%)", r"\1% to \2", text)
    days = [v for v in allowed if isinstance(v, date | datetime)]
    numbers = [float(v) for v in allowed if not isinstance(v, date | datetime)]
    return [
        found[0] for found in _TOKEN.finditer(text) if not _holds(found, days, numbers)
    ]


def _holds(found: re.Match[str], days: list[date], numbers: list[float]) -> bool:
    if found[1]:
        month = (int(found[2]), _MONTHS.index(found[1]) + 1)
        return any((d.year, d.month) == month for d in days)
    digits = found[4].replace(",", "")
    power = (found[5] or "").translate(_POWERS).replace(" × 10", "e")
    value = float(f"{digits}{power}")
    whole, _, decimals = digits.partition(".")
    zeros = len(whole) - len(whole.rstrip("0")) if not decimals else 0
    unit = float(f"1{power or 'e0'}") * 10.0 ** (zeros - len(decimals))
    if found[6]:
        value, unit = value / 100, unit / 100
    if found[3]:
        above = found[3] in ("over ", "> ")
        return any(v > value if above else v < value for v in numbers)
    return any(abs(v - value) <= unit * 0.500001 for v in (*numbers, *CONSTANTS))
