"""Headroom from Python: a table of a release, and what one more claim would change.

What belongs here: what notebooks and the command line call (`pipeline.read`,
`pipeline.whatif`). What does not: printing (cli/) and computing (the layers below,
imported when they are called, so that `import pipeline` costs nothing).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import settings as environment

if TYPE_CHECKING:
    import pandas as pd

    from pipeline.notes.constants import Dates
    from pipeline.notes.parse import Note
    from pipeline.notes.registry import Registry
    from pipeline.projection.whatif import WhatIf
    from pipeline.settings import Settings

_TABLES = (
    "raw.claims", "raw.sources", "raw.corrections", "core.models", "core.hardware",
    "core.assumptions", "core.scenarios",
)  # fmt: skip
CLAIMED = "claimed"  # the scenario that a claimed growth becomes


def read(
    table: str, *, release: str | int | None = None, project: str | Path | None = None
) -> pd.DataFrame:
    """A table of a release as a frame.

    Args:
        table: schema and name, such as `core.estimates`.
        release: id or number of an old release; default: the current one.
        project: the project folder; default: as for the command line.

    Raises:
        LakeError: if there is no such table or release; says what there is.
        SettingsError: if there is no project.
    """
    from pipeline.lake.reading import read_table

    settings = environment.load(Path(project) if project else None)
    return read_table(settings, table, release)


def whatif(
    claim: str | None = None,
    *,
    note: str | Path | None = None,
    project: str | Path | None = None,
) -> WhatIf:
    """What one more disclosure would change in the current release; writes nothing.

    Args:
        claim: a sentence, such as `o5: ratio 10 x o3, disclosed 2026-12-01`.
        note: or the file of a whole note.
        project: the project folder; default: as for the command line.

    Returns:
        Tables of the differences, each with `…_before` and `…_after`.

    Raises:
        LakeError: if the claim cannot be read, fits no release or nothing is published.
        SettingsError: if there is no project.
    """
    from pipeline.checks.magnitudes import impossible, odd_claims
    from pipeline.estimation.forest import EntangledError
    from pipeline.lake import LakeError, UsageError
    from pipeline.lake.reading import read_contract
    from pipeline.projection.whatif import what_if

    if (claim is None) == (note is None):
        raise UsageError("give either a claim or a note")
    settings = environment.load(Path(project) if project else None)
    added, known = (
        _sentence(settings, claim) if claim else _note(settings, Path(note or ""))
    )
    before = {name: read_contract(settings, name) for name in _TABLES}
    after = _with(before, added, known)
    newest = read_contract(settings, "out.convergence")["vintage"].max()
    own = [c.disclosed_on or added.source.published_on for c in added.claims]
    at = max(newest, *map(_stamp, own))
    odd = odd_claims(after)
    odd = odd[~odd["claim_id"].isin(before["raw.claims"]["claim_id"])]
    try:
        found = what_if(before, after, at)
        stands, held = map(impossible, found.records)
        return replace(
            found,
            odd=[{str(k): v for k, v in row.items()} for row in odd.to_dict("records")],
            held=[why for about, why in held.items() if about not in stands],
        )
    except EntangledError as error:
        raise LakeError(str(error)) from error


def _sentence(settings: Settings, claim: str) -> tuple[Note, Registry]:
    from pipeline.lake import UsageError
    from pipeline.notes.parse import read_note
    from pipeline.notes.registry import build
    from pipeline.notes.sentence import SOURCE, SentenceError, read_sentence

    known = registry(settings.sources)
    try:
        sentence = read_sentence(claim, known, datetime.now(UTC).date())
    except SentenceError as error:
        raise UsageError(str(error)) from error
    new = [sentence.model] if sentence.model else []
    with_new, _ = build([*known.models.values(), *new], known.hardware.values())
    allowed = dates(settings.sources)._replace(latest=sentence.disclosed)
    note, faults = read_note(f"{SOURCE}.md", sentence.note, with_new, allowed)
    if note is None:
        f = faults[0]
        where = f"{f.field}: " if f.field else ""
        what = f" (found {f.found!r})" if f.found else ""
        raise UsageError(f"{where}{f.problem}{what}. {f.remedy}")
    return note, with_new


def _note(settings: Settings, path: Path) -> tuple[Note, Registry]:
    from pipeline.lake import UsageError
    from pipeline.notes.parse import read_note

    if not path.is_file():
        raise UsageError(f"{path}: there is no such note")
    known = registry(settings.sources)
    note, faults = read_note(
        f"notes/{path.name}", path.read_bytes(), known, dates(settings.sources)
    )
    if note is None:
        raise UsageError("\n".join(map(str, faults)))
    if not note.claims:
        raise UsageError(f"{path} has no claims, so that nothing would change")
    return note, known


def registry(sources: Path) -> Registry:
    """Models and hardware as `sources/` has them.

    Raises:
        UsageError: if the files cannot be read.
    """
    from pipeline.lake import UsageError
    from pipeline.notes.registry import build, read_hardware, read_models

    try:
        models, _ = read_models("models.yaml", (sources / "models.yaml").read_bytes())
        chips, _ = read_hardware(
            "hardware.csv", (sources / "hardware.csv").read_bytes()
        )
    except OSError as error:
        raise UsageError(
            f"the registry cannot be read ({error}); restore it from version control"
        ) from error
    return build(models, chips)[0]


def dates(sources: Path) -> Dates:
    """Which dates a note may bear.

    Raises:
        UsageError: if the constants cannot be read.
    """
    from pipeline.lake import UsageError
    from pipeline.notes import constants

    try:
        data = (sources / "assumptions.yaml").read_bytes()
    except OSError as error:
        raise UsageError(
            f"the constants cannot be read ({error}); restore them"
        ) from error
    known, _ = constants.read_assumptions("assumptions.yaml", data)
    return constants.Dates.of(known, datetime.now(UTC).date())


def _with(
    before: dict[str, pd.DataFrame], note: Note, known: Registry
) -> dict[str, pd.DataFrame]:
    """The tables with the note; it replaces an older note of the same source."""
    import pandas as pd

    from pipeline.contracts import conform, contract
    from pipeline.lake import UsageError
    from pipeline.notes import frames

    published = set(before["core.models"]["model_id"])
    new = [model for model in known.models.values() if model.id not in published]
    added = {
        "raw.claims": frames.claims([note]),
        "raw.sources": frames.sources([note]),
        "core.models": frames.models(new),
    }
    after = dict(before)
    for name, more in added.items():
        old = before[name]
        if "source_id" in old:
            old = old[old["source_id"] != note.source.id]
        fitted = more.reindex(columns=old.columns)
        after[name] = pd.concat(
            [old, conform(contract(name), fitted)], ignore_index=True
        )
    claims = after["raw.claims"]
    for column in ("repeats", "supersedes"):
        named = claims[column].dropna().str.split(", ").explode()
        for target in sorted(set(named) - set(claims["claim_id"])):
            raise UsageError(f"{column}: there is no claim {target!r} in the release")
    after["core.scenarios"] = _claimed(before["core.scenarios"], note)
    return after


def _claimed(scenarios: pd.DataFrame, note: Note) -> pd.DataFrame:
    """The scenarios, and the marked one again with each claimed growth."""
    import pandas as pd

    extra: list[pd.DataFrame] = []
    for claim in note.claims:
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
                "pace_claim": f"{note.source.id}/{claim.id}",
            }  # fmt: skip
        else:
            changed = {
                f"frontier_growth_{end}": bound.value if bound else value
                for end, bound in (("low", claim.low), ("high", claim.high))
            }
        name = CLAIMED if not extra else f"{CLAIMED}_{len(extra) + 1}"
        extra.append(marked.assign(scenario=name, headline=False, **changed))
    return pd.concat([scenarios, *extra], ignore_index=True)


def _stamp(on: date) -> pd.Timestamp:
    import pandas as pd

    return pd.Timestamp(on)
