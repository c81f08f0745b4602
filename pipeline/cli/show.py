"""`headroom status`, `estimates`, `projection`: reading the release in a terminal.

What belongs here: the commands and their tables. What does not: SQL of users.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from json import loads
from typing import Annotated, Any

import typer

from pipeline import settings as environment
from pipeline.cli.console import (
    WRONG_USAGE,
    Json,
    as_json,
    counted,
    out,
    red,
    stop,
    table,
    yellow,
)
from pipeline.cli.headline import answer, facts_of, tell
from pipeline.cli.release import Row, day, rows
from pipeline.settings import Settings
from pipeline.words.numbers import flop

_COUNTS = """
SELECT
  (SELECT count(*) FROM raw.sources) AS sources,
  (SELECT count(*) FROM raw.claims) AS claims_on_compute,
  (SELECT count(*) FROM raw.scores) AS benchmark_scores,
  (SELECT count(*) FROM raw.claims) + (SELECT count(*) FROM raw.scores) AS claims,
  (SELECT count(*) FROM core.models) AS models,
  (SELECT count(DISTINCT model_id) FROM
    (SELECT model_id FROM raw.claims UNION ALL SELECT model_id FROM raw.scores)
    WHERE model_id IS NOT NULL) AS models_with_claims,
  (SELECT count(*) FROM raw.claims WHERE stage = 'reasoning') AS reasoning_claims,
  (SELECT count(DISTINCT model_id) FROM raw.claims
    WHERE stage = 'reasoning') AS reasoning_models,
  (SELECT count(*) FROM core.estimates WHERE anchored) AS estimates_with_median,
  (SELECT count(DISTINCT vintage) FROM out.convergence) AS vintages,
  (SELECT count(*) FROM raw.rejected) AS rejected
"""


def status(
    full: Annotated[
        bool, typer.Option("--full", help="Counts, and what the answer rests on.")
    ] = False,
    json: Json = False,
) -> None:
    """What is published, what it holds, and whether the sources are newer."""
    from pipeline.lake import alerts, fingerprint
    from pipeline.lake.inputs import read_inputs

    settings = environment.load()
    counts = rows(settings, _COUNTS)[0]
    head = rows(settings, "SELECT * FROM meta.releases ORDER BY seq DESC LIMIT 1")[0]
    warnings = _warnings(settings, head)
    current = fingerprint(read_inputs(settings.sources)) == head["fingerprint"]
    rejected = rows(settings, "SELECT * FROM raw.rejected ORDER BY path, line")
    alert = None if current else alerts.since(settings, head["published_at"])
    if json:
        as_json(
            {
                "release_id": head["release_id"],
                "seq": head["seq"],
                "published_at": head["published_at"],
                "vintage": head["vintage"],
                "up_to_date": current,
                "counts": counts,
                "rejected": rejected,
                "warnings": warnings,
                "alert": asdict(alert) if alert else None,
                "answer": answer(settings),
                "facts": facts_of(settings),
            }
        )
        return
    state = "up to date" if current else "sources or method differ: `headroom refresh`"
    out.print(
        f"Release {head['release_id']} (no. {head['seq']}), "
        f"{head['published_at']:%-d %b %Y}; {state}."
    )
    if full:
        for name, count in counts.items():
            out.print(f"  {count:>6,}  {name.replace('_', ' ')}")
    if rejected:
        red(f"{len(rejected)} faults in the sources: run `headroom note check`")
    for sentence in warnings:
        yellow(f"To look at: {sentence}")
    if alert:
        red(alert.sentence())
    tell(settings, full=full)
    if not full:
        out.print("More: headroom status --full | explain grok-4 | projection")


def _warnings(settings: Settings, head: Row) -> list[str]:
    """What a person should look at: in the release, and its age."""
    from pipeline.checks.advisory import old
    from pipeline.lake.reading import released

    tables = ("raw.claims", "raw.scores", "core.assumptions")
    age = old(released(settings, tables), datetime.now(UTC).date())
    return [*loads(head["warnings"] or "[]"), *([age] if age else [])]


def estimates(
    model: Annotated[str | None, typer.Argument(help="Model id or alias.")] = None,
    stage: Annotated[str | None, typer.Option(help="Only this stage.")] = None,
    developer: Annotated[
        str | None, typer.Option(help="Only this developer's models.")
    ] = None,
    role: Annotated[
        str | None, typer.Option(help="Only flagship, derivative or research models.")
    ] = None,
    json: Json = False,
) -> None:
    """Estimated compute per model and stage, with 90% intervals."""
    from pipeline.vocabulary import ROLES, STAGES

    settings = environment.load()
    _one_of("stage", stage, STAGES)
    _one_of("role", role, ROLES)
    if developer is not None:
        names = rows(settings, "SELECT DISTINCT developer FROM core.models ORDER BY 1")
        developer = _one_of("developer", developer, [r["developer"] for r in names])
    wanted = find_model(settings, model) if model else None
    found = rows(
        settings,
        """
        SELECT e.*, m.name, m.developer, m.role
        FROM core.estimates e JOIN core.models m USING (model_id)
        WHERE ($1 IS NULL OR e.model_id = $1) AND ($2 IS NULL OR e.stage = $2)
          AND ($3 IS NULL OR m.developer = $3) AND ($4 IS NULL OR m.role = $4)
        ORDER BY e.stage, e.measure, e.flop_p50 DESC NULLS LAST, e.model_id
        """,
        [wanted, stage, developer, role],
    )
    if json:
        as_json(found)
        return
    if not found:
        there = rows(
            settings,
            """SELECT DISTINCT stage FROM core.estimates
            WHERE $1 IS NULL OR model_id = $1 ORDER BY stage""",
            [wanted],
        )
        stages = ", ".join(r["stage"] for r in there)
        about = f"{wanted} has {stages or 'none'}" if wanted else f"there are {stages}"
        stop(f"no estimate matches; of stages {about}", WRONG_USAGE)
    table(
        ["model", "stage", *map(_figure, ("5%", "median", "95%")), "grade", "claims"],
        (
            [
                r["model_id"], _counted(r), flop(r["flop_p05"]),
                flop(r["flop_p50"]), flop(r["flop_p95"]),
                r["grade"] or "bounds only", f"{r['n_independent']} of {r['n_claims']}",
            ]
            for r in found
        ),
    )  # fmt: skip
    out.print(f"{counted(len(found), 'estimate')}, in FLOP.", style="dim")


def _counted(row: Row) -> str:
    """A stage, and what its figure counts where there are two."""
    operations = row["measure"] == "operations"
    return f"{row['stage']}, operations" if operations else str(row["stage"])


def projection(
    vintage: Annotated[
        str | None, typer.Option(help="Only claims disclosed by then; default: newest.")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(help="One of scenarios.yaml, or `all`; default: the headline's."),
    ] = None,
    json: Json = False,
) -> None:
    """When reasoning compute meets its ceiling, and the path to it."""
    settings = environment.load()
    at = find_vintage(settings, vintage)
    names = [
        r["scenario"]
        for r in rows(settings, "SELECT DISTINCT scenario FROM out.convergence")
    ]
    if scenario is None and not json:
        scenario = _headline(settings)
    everything = scenario is None or scenario == "all"
    scenario = None if everything else _one_of("scenario", scenario, [*names, "all"])
    parameters = [at, scenario]
    convergence = rows(
        settings,
        """SELECT * FROM out.convergence
        WHERE vintage = $1 AND ($2 IS NULL OR scenario = $2)
        ORDER BY scenario, share""",
        parameters,
    )
    months = rows(
        settings,
        """SELECT * FROM projections_as_of($1) WHERE $2 IS NULL OR scenario = $2
        ORDER BY scenario, month""",
        parameters,
    )
    if json:
        as_json({"vintage": at, "convergence": convergence, "months": months})
        return
    which = "all scenarios" if everything else f"scenario {scenario}"
    out.print(f"As known on {at}, {which}:", style="bold")
    for reason in dict.fromkeys(
        f"{r['scenario']}: no projection, {r['reason']}"
        for r in convergence
        if r["status"] == "none"
    ):
        out.print(f"  {reason}")
    told = [r for r in convergence if r["status"] != "none"]
    first = ["scenario"] if everything else []  # one alone is named above
    table(
        [*first, "ceiling", "leader",
         *map(_figure, ("gap", "5%", "median", "95%")), "status"],
        (
            [
                *([r["scenario"]] if first else []), r["threshold"],
                r["leader_model_id"] or "–",
                f"{r['gap_oom_p50']:.2f}", day(r["date_p05"]), day(r["date_p50"]),
                day(r["date_p95"]), r["status"],
            ]
            for r in told
        ),
    )  # fmt: skip
    table(
        [*first, "month", *map(_figure, ("5%", "median", "95%", "frontier", "met"))],
        (
            [
                *([r["scenario"]] if first else []), f"{r['month']:%b %Y}",
                flop(r["reasoning_flop_p05"]), flop(r["reasoning_flop_p50"]),
                flop(r["reasoning_flop_p95"]), flop(r["frontier_flop_p50"]),
                f"{r['probability_converged']:.0%}",
            ]
            for r in months
            if (r["month"].month - 1) % 6 == 0
        ),
    )  # fmt: skip


def _figure(name: str) -> Any:
    """A column of figures or dates: to the right, on one line."""
    from rich.table import Column

    style = "bold" if name == "median" else ""
    return Column(name, justify="right", no_wrap=True, style=style)


def _headline(settings: environment.Settings) -> str | None:
    """The scenario that answers at the newest vintage; None if none does."""
    from pipeline.projection.headline import headline

    scenarios = rows(settings, "SELECT * FROM core.scenarios")
    try:
        row = headline(scenarios, rows(settings, "SELECT * FROM out.convergence"))
    except LookupError:
        return None
    return str(row["scenario"])


def _one_of(what: str, asked: str | None, known: Iterable[str]) -> str | None:
    """The known spelling of a name; stops with the nearest where there is none."""
    if asked is None:
        return None
    spellings = {name.casefold(): name for name in known}
    if asked.casefold() not in spellings:
        near = difflib.get_close_matches(asked.casefold(), spellings, n=1)
        listed = ", ".join(spellings.values())
        hint = (
            f"did you mean {spellings[near[0]]!r}?" if near else f"there are {listed}"
        )
        stop(f"there is no {what} {asked!r}; {hint}", WRONG_USAGE)
    return spellings[asked.casefold()]


def find_model(settings: environment.Settings, name: str) -> str:
    """The id for an id, name or alias; stops with the nearest known name."""
    known: dict[str, str] = {}
    for r in rows(settings, "SELECT model_id, name, aliases FROM core.models"):
        for spelling in (r["model_id"], r["name"], *(r["aliases"] or "").split(" | ")):
            known[spelling.casefold()] = r["model_id"]
    if name.casefold() not in known:
        near = difflib.get_close_matches(name.casefold(), known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        stop(f"there is no model {name!r} in models.yaml.{hint}", WRONG_USAGE)
    return known[name.casefold()]


def find_vintage(settings: environment.Settings, asked: str | None) -> Any:
    """The newest vintage up to the date asked for."""
    from datetime import date

    try:
        until = date.fromisoformat(asked) if asked else date.max
    except ValueError:
        stop(f"{asked!r} is not a date; write it as 2025-05-14", WRONG_USAGE)
    found = rows(
        settings,
        "SELECT max(vintage) AS v FROM out.convergence WHERE vintage <= $1",
        [until],
    )[0]["v"]
    if found is None:
        stop(f"nothing in the record was disclosed by {asked}", WRONG_USAGE)
    return found
