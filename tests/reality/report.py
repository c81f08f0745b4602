"""The table that the bench and the command print.

What belongs here: layout. What does not: figures (scores.py).
"""

from __future__ import annotations

from collections import Counter

import pandas as pd

from tests.reality.record import FUSED, HARDWARE, TOKENS
from tests.reality.scores import Result, best_log_score, intervals, points

_HEAD = (
    f"{'':44}{'n':>4}{'median':>8}{'in ×/÷3':>9}{'covered':>9}{'99% band':>11}"
    f"{'score':>7}{'width':>7}"
)


def report(result: Result, worst: int = 10) -> str:
    """All figures of a file as text."""
    lines = ["", _HEAD]
    numbers = result.naive_hours.index
    off = result.naive_hours - result.published(numbers)
    lines.append(_points("hardware, naive", off, scored=True))
    ours = by_method(result, HARDWARE)
    common = ours[ours.index.isin(numbers)]
    lines.append(line("hardware, ours, the same rows", common))
    for label, chosen in (
        ("  utilisation stated (MFU or HFU)", common["stated"]),
        ("  not stated", ~common["stated"]),
    ):
        lines.append(line(label, common[chosen.astype(bool)]))
    lines.append(line("hardware, ours, all rows", ours))
    naive = result.naive_tokens - result.published(result.naive_tokens.index)
    lines.append(_points("6ND, naive, every language row", naive, scored=True))
    tokens = by_method(result, TOKENS)
    lines.append(line("6ND, ours, rows that qualify", tokens))
    fused = by_method(result, FUSED)
    for method, label in ((HARDWARE, "hardware"), (TOKENS, "6ND"), (FUSED, "fused")):
        part = by_method(result, method)
        part = part[part.index.isin(fused.index)]
        lines.append(line(f"rows with both: {label}", part))
    lines.append(
        f"fused narrower than either: {narrower(result).sum()} of {len(fused)} rows"
    )
    lines += _reasons("not scored at all", result.selection.left_out)
    lines += _reasons("no hardware estimate", result.selection.no_hardware)
    lines += _reasons("no 6ND estimate", result.selection.no_tokens)
    lines.append(f"\nthe {worst} worst rows")
    for (method, number), row in worst_rows(result, worst).iterrows():
        ratio = 10 ** (row["p50"] - row["published"])
        lines.append(
            f"  row {number} {row['name'][:34]} ({method}): published "
            f"{10 ** row['published']:.3g}, ours {10 ** row['p50']:.3g} "
            f"[{10 ** row['p05']:.2g}, {10 ** row['p95']:.2g}], ×{ratio:.3g}"
        )
    lines.append(
        "\nmedian: of |log10 (estimate ÷ published)|; score: mean log score, natural "
        "log per order\nof magnitude (the naive one with the spread that suits it best "
        "in hindsight); width: median\nwidth of the 90% interval in orders of magnitude"
    )
    return "\n".join(lines)


def by_method(result: Result, method: str) -> pd.DataFrame:
    """Our rows of one method, by row number."""
    if result.ours.empty:
        columns = ["name", "stated", "published", "p05", "p50", "p95", "log_score"]
        return pd.DataFrame(columns=columns)
    return result.ours[
        result.ours.index.get_level_values("method") == method
    ].droplevel("method")


def narrower(result: Result) -> pd.Series:
    """Whether the fused interval is narrower than either, by row number."""
    width = {
        m: (part["p95"] - part["p05"]).astype(float)
        for m in (HARDWARE, TOKENS, FUSED)
        for part in (by_method(result, m),)
    }
    fused = width[FUSED]
    return (fused < width[HARDWARE].reindex(fused.index)) & (
        fused < width[TOKENS].reindex(fused.index)
    )


def worst_rows(result: Result, count: int) -> pd.DataFrame:
    """Rows of single methods by distance from the published value, largest first."""
    single = result.ours
    if single.empty:
        return single
    single = single[single.index.get_level_values("method") != FUSED]
    off = (single["p50"] - single["published"]).abs()
    return single.loc[off.sort_values(ascending=False, kind="stable").index[:count]]


def _points(label: str, off: pd.Series, *, scored: bool) -> str:
    if off.empty:
        return f"{label:44}{0:>4}"
    p = points(off)
    score = f"{best_log_score(off):7.2f}" if scored else ""
    return (
        f"{label:44}{p['n']:>4}{p['median']:8.3f}{p['within 3']:9.1%}"
        f"{'':9}{'':11}{score}"
    )


def line(label: str, ours: pd.DataFrame) -> str:
    """One line of the table on rows of ours."""
    if ours.empty:
        return f"{label:44}{0:>4}"
    i = intervals(ours)
    band = f"{i['band low']:.0%}–{i['band high']:.0%}"
    return (
        f"{label:44}{i['n']:>4}{i['median']:8.3f}{i['within 3']:9.1%}"
        f"{i['covered']:9.1%}{band:>11}{i['log score']:7.2f}{i['width']:7.2f}"
    )


def _reasons(title: str, counts: Counter[str]) -> list[str]:
    return [
        f"\n{title}",
        *(f"  {count:5} {reason}" for reason, count in counts.most_common()),
    ]
