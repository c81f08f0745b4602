"""`headroom whatif`: what one more disclosure would change. Nothing is written.

What belongs here: the release's tables with the disclosure added, and the printing.
What does not: the grammar (notes/sentence.py), the comparison (projection/whatif.py).
"""

from __future__ import annotations

import time
from collections import ChainMap
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from pipeline import settings as environment
from pipeline.cli.console import WRONG_USAGE, Json, as_json, out, stop
from pipeline.cli.draft import latest, registry
from pipeline.cli.release import Row, day, flop, frame, rows
from pipeline.cli.show import table
from pipeline.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.notes.parse import Note
    from pipeline.notes.registry import Model, Registry
    from pipeline.projection.whatif import WhatIf

SHOWN = 12  # estimates listed; the rest is counted
_TABLES = (
    "raw.claims", "raw.sources", "raw.corrections", "core.models", "core.hardware",
    "core.assumptions", "core.scenarios",
)  # fmt: skip
CLAIMED = "claimed"  # the scenario that a claimed growth becomes


def whatif(
    claim: Annotated[
        str | None, typer.Option(help="`o5: ratio 10 x o3, disclosed 2026-12-01`")
    ] = None,
    note: Annotated[
        Path | None, typer.Option(help="A whole note instead, in sources/ or not.")
    ] = None,
    json: Json = False,
) -> None:
    """What one more disclosure would change; writes nothing."""
    from pipeline.estimation.gibbs import NotConvergedError
    from pipeline.lake.draws import DrawCache
    from pipeline.projection.whatif import what_if

    began = time.perf_counter()
    if (claim is None) == (note is None):
        stop("give either --claim or --note", WRONG_USAGE)
    settings = environment.load()
    told, new = _sentence(settings, claim) if claim else _note(settings, note)
    before = {name: frame(settings, name) for name in _TABLES}
    after = _with(before, told, new)
    newest = rows(settings, "SELECT max(vintage) AS v FROM out.convergence")[0]["v"]
    at = max(
        [newest, *(c.disclosed_on or told.source.published_on for c in told.claims)]
    )
    try:
        # What is drawn anew stays in memory.
        found = what_if(
            before, after, _stamp(at), ChainMap({}, DrawCache(settings.cache))
        )
    except NotConvergedError as error:
        stop(str(error))
    seconds = time.perf_counter() - began
    if json:
        as_json(_facts(found, at, new, seconds))
    else:
        _tell(found, at, new)
        out.print(f"Took {seconds:.1f} s; nothing was written.")


def _sentence(settings: Settings, claim: str) -> tuple[Note, list[Model]]:
    from pipeline.notes.parse import read_note
    from pipeline.notes.registry import build
    from pipeline.notes.sentence import SOURCE, SentenceError, read_sentence

    known = registry(settings.sources)
    try:
        read = read_sentence(claim, known, datetime.now(UTC).date())
    except SentenceError as error:
        stop(str(error), WRONG_USAGE)
    new = [read.model] if read.model else []
    with_new, _ = build([*known.models.values(), *new], known.hardware.values())
    told, faults = read_note(f"{SOURCE}.md", read.note, with_new, read.disclosed)
    if told is None:
        f = faults[0]
        where = f"{f.field}: " if f.field else ""
        _wrong(f"{where}{f.problem}", f.found, f.remedy)
    return told, _unpublished(settings, with_new)


def _note(settings: Settings, path: Path | None) -> tuple[Note, list[Model]]:
    from pipeline.notes.parse import read_note

    if path is None or not path.is_file():
        stop(f"{path}: there is no such note", WRONG_USAGE)
    known = registry(settings.sources)
    told, faults = read_note(
        f"notes/{path.name}", path.read_bytes(), known, latest(settings.sources)
    )
    if told is None:
        stop(str(faults[0]), WRONG_USAGE)
    if not told.claims:
        stop(f"{path} has no claims, so that nothing would change", WRONG_USAGE)
    return told, _unpublished(settings, known)


def _wrong(problem: str, found: str, remedy: str) -> NoReturn:
    told = f" (found {found!r})" if found else ""
    stop(f"{problem}{told}. {remedy}", WRONG_USAGE)


def _unpublished(settings: Settings, known: Registry) -> list[Model]:
    """Models that the release does not have."""
    published = rows(settings, "SELECT model_id FROM core.models")
    return [
        m for m in known.models.values()
        if m.id not in {r["model_id"] for r in published}
    ]  # fmt: skip


def _with(
    before: dict[str, pd.DataFrame], told: Note, new: list[Model]
) -> dict[str, pd.DataFrame]:
    """The tables with the note; it replaces an older note of the same source."""
    import pandas as pd

    from pipeline.contracts import conform, contract
    from pipeline.notes import frames

    added = {
        "raw.claims": frames.claims([told]),
        "raw.sources": frames.sources([told]),
        "core.models": frames.models(new),
    }
    after = dict(before)
    for name, more in added.items():
        old = before[name]
        if "source_id" in old:
            old = old[old["source_id"] != told.source.id]
        fitted = more.reindex(columns=old.columns)
        after[name] = pd.concat(
            [old, conform(contract(name), fitted)], ignore_index=True
        )
    claims = after["raw.claims"]
    for column in ("repeats", "supersedes"):
        named = claims[column].dropna().str.split(", ").explode()
        for target in sorted(set(named) - set(claims["claim_id"])):
            stop(f"{column}: there is no claim {target!r} in the release", WRONG_USAGE)
    after["core.scenarios"] = _claimed(before["core.scenarios"], told)
    return after


def _claimed(scenarios: pd.DataFrame, told: Note) -> pd.DataFrame:
    """The scenarios, and the marked one again with each claimed growth."""
    import pandas as pd

    extra: list[pd.DataFrame] = []
    for claim in told.claims:
        marked = scenarios[scenarios["headline"].astype(bool)]
        if claim.evidence != "growth_rate" or marked.empty:
            continue
        value = claim.value.value
        changed: dict[str, Any] = {}
        if claim.of == "reasoning":
            months = (12.0, 12.0)
            if claim.per != "year":
                months = (claim.per.months.low, claim.per.months.high)
            changed = {
                "pace_times": value, "pace_months_low": months[0],
                "pace_months_high": months[1], "pace_factor": 1.0,
                "pace_claim": f"{told.source.id}/{claim.id}",
            }  # fmt: skip
        else:
            changed = {
                f"frontier_growth_{end}": bound.value if bound else value
                for end, bound in (("low", claim.low), ("high", claim.high))
            }
        name = CLAIMED if not extra else f"{CLAIMED}_{len(extra) + 1}"
        extra.append(marked.assign(scenario=name, headline=False, **changed))
    return pd.concat([scenarios, *extra], ignore_index=True)


def _stamp(at: date) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(at)


def _records(found: pd.DataFrame) -> list[Row]:
    """Rows with None for what is missing and plain dates."""
    known = found.astype(object).where(found.notna(), None)
    return [
        {str(k): v.date() if isinstance(v, datetime) else v for k, v in row.items()}
        for row in known.to_dict("records")
    ]


def _facts(found: WhatIf, at: date, new: list[Model], seconds: float) -> dict[str, Any]:
    return {
        "at": at,
        "new_models": [m.model_dump() for m in new],
        "observations": _records(found.roles),
        "estimates": _records(found.estimates),
        "convergence": _records(found.convergence),
        "conflicts_caused": found.conflicts,
        "conflicts_settled": found.settled,
        "seconds": round(seconds, 2),
    }


def _tell(found: WhatIf, at: date, new: list[Model]) -> None:
    out.print(f"As known on {at}, without the disclosure and with it:")
    for model in new:
        out.print(
            f"  {model.name} is new: {model.id}, released {model.released_on}",
            markup=False,
        )
    for role in _records(found.roles):
        why = f", {role['reason']}" if role["reason"] else ""
        out.print(f"  on {role['node']}: {role['role']}{why}", markup=False)
    estimates = _records(found.estimates)
    table(
        ["stage", "before", "after", "median"],
        (
            [f"{r['model_id']}/{r['stage']}", _points(r, "before"), _points(r, "after"),
             f"x{r['ratio']:.2g}" if r["ratio"] else ""]
            for r in estimates[:SHOWN]
        ),
    )  # fmt: skip
    if len(estimates) > SHOWN:
        out.print(f"  … and {len(estimates) - SHOWN} more")
    if not estimates:
        out.print("No estimate would change.")
    table(
        ["scenario", "leader", "gap (OOM)", "5%", "convergence", "95%", "status"],
        (
            [r["scenario"], *(_both(r, name, show) for name, show in _SHOW.items())]
            for r in _records(found.convergence)
        ),
    )
    for row in found.conflicts:
        out.print(f"Conflict, {row['claim_id']}: {row['explanation']}", markup=False)
    for row in found.settled:
        out.print(f"Settled, {row['claim_id']}: {row['explanation']}", markup=False)
    if not found.conflicts:
        out.print("It would cause no conflict.")


_SHOW: dict[str, Any] = {
    "leader_model_id": str,
    "gap_oom_p50": lambda x: f"{x:.2f}",
    "date_p05": day,
    "date_p50": day,
    "date_p95": day,
    "status": str,
}


def _both(row: Row, name: str, show: Any) -> str:
    """One text where nothing changes, else before → after."""
    sides = []
    for side in ("before", "after"):
        value, projected = row[f"{name}_{side}"], row[f"leader_model_id_{side}"]
        sides.append(show(value) if projected is not None else "–")
    return sides[0] if sides[0] == sides[1] else " → ".join(sides)


def _points(row: Row, side: str) -> str:
    low, middle, high = (row[f"flop_{p}_{side}"] for p in ("p05", "p50", "p95"))
    if low is None and high is None:
        return "–"
    return f"{flop(middle)} [{flop(low)}, {flop(high)}]"
