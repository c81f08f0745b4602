"""The gate: staged tables become a release, or a sentence says why not.

What belongs here: reading every staged table again, the refusal of gaps and mixtures,
the order of store and plain file. It trusts no earlier run. What does not: what makes
a value plausible (checks), when to run (refresh).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from pipeline.contracts import PUBLISHED, ContractError
from pipeline.lake import plain, store, upkeep
from pipeline.lake.connect import attached
from pipeline.lake.errors import HeldError, RefusedError, StagingError
from pipeline.lake.fingerprints import method, release_id
from pipeline.lake.heads import Head, head
from pipeline.lake.holds import holds
from pipeline.lake.local import MARK
from pipeline.lake.locks import writer
from pipeline.lake.place import place_of
from pipeline.lake.recovery import recover
from pipeline.lake.staging import Provenance, Staged, verified
from pipeline.settings import Settings

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Rules:
    """What is asked of the tables besides their contracts.

    Attributes:
        refuse: what must hold; returns findings as sentences.
        hold: what cannot be true and waits for a person, unless the head has it: a
            sentence by what it is about.
        warn: what is published all the same and told; given the new tables and the
            head's.
    """

    refuse: Callable[[Tables], Iterable[str]] = lambda _: ()
    hold: Callable[[Tables], Mapping[tuple[str, ...], str]] = lambda _: {}
    warn: Callable[[Tables, Tables], Iterable[str]] = lambda _new, _old: ()


@dataclass(frozen=True)
class Publication:
    """The head after publishing, and whether it is new."""

    head: Head
    published: bool


def publish(
    settings: Settings,
    *,
    run_id: str,
    fingerprint: str,
    kind: str = "refresh",
    reason: str | None = None,
    now: datetime,
    rules: Rules = Rules(),
) -> Publication:
    """Publish the staged tables, unless the head has this fingerprint already.

    Args:
        settings: where everything lies.
        run_id: the run that asks.
        fingerprint: what decides the tables now; every staged table must carry it.
        kind: 'refresh', or 'accepted' where a person overrules a hold.
        reason: what that person gave as reason.
        now: when it is published.
        rules: what else is asked of the tables.

    Raises:
        RefusedError: with every reason why the tables may not be published.
        HeldError: if a person should look first, or a rollback withdrew them.
        CatalogError: if the lake cannot be written.
    """
    with writer(settings, "publish"):
        recover(settings)
        current = head(settings)
        if current and current.fingerprint == fingerprint:
            return Publication(current, published=False)
        if kind == "refresh" and current and current.held_fingerprint == fingerprint:
            raise HeldError([withdrawn(current)])
        upkeep.require_space(settings)
        new = _staged(settings, fingerprint)
        frames = dict(new.frames)
        if findings := list(rules.refuse(frames)):
            raise RefusedError(findings)
        newest = newest_disclosure(frames)
        with attached(settings, write=True) as con:
            old = store.read_head(con, new) if current else {}
            if kind == "refresh":
                unchanged = current is not None and current.method == method()
                found = _odd(rules, frames, old) + (
                    holds(old, frames, method_unchanged=unchanged) if current else []
                )
                if found:
                    raise HeldError(found)
            facts = store.Facts(
                release_id=release_id(newest, fingerprint),
                kind=kind,
                reason=reason,
                vintage=newest,
                fingerprint=fingerprint,
                published_at=now,
                run_id=run_id,
                method=method(),
                warnings=tuple(rules.warn(frames, old)),
            )
            published = store.commit(con, settings, old, new, facts)
            plain.release(settings, con)
            if published.seq % upkeep.COMPACT_EVERY == 0:
                # Killed in it, the files that it was writing are to be swept.
                place = place_of(settings)
                place.put(MARK, b"the lake is being compacted\n")
                upkeep.compact(con, place)
                place.remove(MARK)
        return Publication(published, published=True)


def _odd(rules: Rules, new: Tables, old: Tables) -> list[str]:
    """What cannot be true and is not in the head already, where a person let it in."""
    found = rules.hold(new)
    # By today's constants: an older release may lack some.
    constants = {"core.assumptions": new["core.assumptions"]}
    known = rules.hold({**old, **constants}) if found and old else {}
    return [sentence for about, sentence in found.items() if about not in known]


def newest_disclosure(tables: Tables) -> date:
    """The newest date on which the world learned something.

    Raises:
        RefusedError: if there is no claim at all.
    """
    claims, scores = tables["raw.claims"], tables["raw.scores"]
    made = tables["raw.forecasts"]["made_on"]
    if claims.empty:
        raise RefusedError(["there is not one readable claim: add a note first"])
    newest = pd.concat([claims["disclosed_on"], scores["disclosed_on"], made]).max()
    return pd.Timestamp(newest).date()


def withdrawn(current: Head) -> str:
    """Why a rolled-back content is not published again."""
    why = f" ({current.reason})" if current.reason else ""
    return f"these tables were withdrawn by the rollback to {current.release_id}{why}"


def _staged(settings: Settings, fingerprint: str) -> store.Tables:
    """Every published table, valid and of one piece.

    Raises:
        RefusedError: with all that is missing, broken or does not fit together.
    """
    staged: dict[str, Staged] = {}
    findings = []
    for table_name in PUBLISHED:
        try:
            staged[table_name] = verified(settings, table_name)
        except (StagingError, ContractError) as error:
            findings.append(str(error))
    origin = {name: each.provenance for name, each in staged.items()}
    findings += _mixture(origin, fingerprint)
    if findings:
        raise RefusedError(findings)
    return store.Tables(
        frames={name: each.frame for name, each in staged.items()},
        content={name: each.provenance.content for name, each in staged.items()},
    )


def _mixture(origin: Mapping[str, Provenance], fingerprint: str) -> list[str]:
    """What shows that the tables come from runs that do not belong together."""
    findings = []
    for table_name, provenance in origin.items():
        if provenance.fingerprint != fingerprint:
            findings.append(
                f"{table_name} was computed from other sources than those there are "
                "now: run `headroom refresh`"
            )
            continue
        findings += [
            f"{table_name} was computed from an older {name}: run `headroom refresh`"
            for name, content in provenance.inputs.items()
            if name in origin and origin[name].content != content
        ]
    return findings
