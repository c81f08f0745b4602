"""What is wrong with a warehouse, what to do, and repair of what is derived.

What belongs here: one function per thing to look at; each returns its findings. What
does not: repairing the lake itself, which is the truth and has a backup.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import yaml

from pipeline.lake import alerts, plain, upkeep, verify
from pipeline.lake.backups import NAMED_FILES
from pipeline.lake.connect import LAKE, attached
from pipeline.lake.errors import LakeError
from pipeline.lake.fingerprints import fingerprint
from pipeline.lake.heads import Head, head
from pipeline.lake.inputs import read_inputs
from pipeline.lake.locks import writer
from pipeline.lake.place import Place, place_of
from pipeline.lake.recovery import lost, recover
from pipeline.settings import Settings


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        what: versions, disk, dagster, lock, lake, derived files, runs or to look at.
        ok: whether it is well, or was repaired.
        text: a sentence; what to do where it is not well.
    """

    what: str
    ok: bool
    text: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything; repairs files that derive from the lake."""
    found = [_versions(settings), _disk(settings), dagster_home(settings)]
    try:
        with writer(settings, "doctor"):
            found.append(Finding("lock", ok=True, text="nobody is writing"))
            found += _lake(settings)
    except LakeError as error:
        found.append(Finding("lock", ok=False, text=str(error)))
    return found


def _versions(settings: Settings) -> Finding:
    place = place_of(settings)
    names = (name.replace("_", "-") for name in ("ducklake", *place.extensions))
    wanted = ("duckdb", "duckdb-extensions", *(f"duckdb-extension-{n}" for n in names))
    try:
        have = {name: version(name) for name in wanted}
    except PackageNotFoundError as error:
        setup = "make setup-cluster" if place.shared else "make setup"
        text = f"the package {error.name} is missing: run `{setup}`"
        return Finding("versions", ok=False, text=text)
    if len(set(have.values())) > 1:
        text = f"duckdb and its extensions must agree, found {have}: run `make setup`"
        return Finding("versions", ok=False, text=text)
    text = f"duckdb and its extensions are {have['duckdb']}"
    return Finding("versions", ok=True, text=text)


def _disk(settings: Settings) -> Finding:
    try:
        upkeep.require_space(settings)
    except (LakeError, OSError) as error:
        return Finding("disk", ok=False, text=str(error))
    return Finding("disk", ok=True, text=f"there is room in {settings.warehouse}")


def _lake(settings: Settings) -> Iterator[Finding]:
    try:
        current = head(settings)
        if why := lost(settings, current):
            yield Finding("lake", ok=False, text=why)
            return
        if current is None:
            text = "nothing has been published yet: run `headroom refresh`"
            yield Finding("lake", ok=True, text=text)
            return
        place = place_of(settings)
        faults = [*place.faults(), *_files(place)]
        if not faults:
            with attached(settings) as con:
                con.execute(f"USE {LAKE}.main")
                faults = verify.mismatches(con)
    except LakeError as error:
        yield Finding("lake", ok=False, text=str(error))
        return
    if faults:
        shown = "; ".join(faults[:3]) + (" …" if len(faults) > 3 else "")
        yield Finding(
            "lake",
            ok=False,
            text=f"the lake is damaged ({shown}): put back a copy with "
            "`headroom lake restore DIR`, or move its folder and headroom.duckdb "
            "away and run `headroom refresh` to start a new history",
        )
        return
    text = f"the head is publication {current.seq}, {current.release_id}"
    yield Finding("lake", ok=True, text=text)
    yield from _derived(settings)
    yield _runs(settings, current)
    yield from (Finding("to look at", ok=True, text=w) for w in current.warnings)


def dagster_home(settings: Settings) -> Finding:
    """Whether Dagster can read its configuration and its memory of runs."""
    config = settings.home / "dagster.yaml"
    files = [*settings.home.glob("history/*.db"), *settings.home.glob("schedules/*.db")]
    looked = config
    try:
        if config.exists():
            dict(yaml.safe_load(config.read_text(encoding="utf-8")) or {})
        for looked in (*files, *settings.home.glob("history/runs/index.db")):
            with closing(
                sqlite3.connect(f"{looked.as_uri()}?mode=ro", uri=True)
            ) as con:
                con.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except (OSError, TypeError, ValueError, yaml.YAMLError, sqlite3.Error) as error:
        why = str(error).splitlines()[0]
        text = (
            f"Dagster cannot read {looked} ({why}): mend it, or move {settings.home} "
            "away; it holds only the memory of runs, what was published is in the lake"
        )
        return Finding("dagster", ok=False, text=text)
    return Finding("dagster", ok=True, text=f"its home {settings.home} can be read")


def _runs(settings: Settings, current: Head) -> Finding:
    """The last failed run, unless the head is what the sources ask for."""
    alert = alerts.since(settings, current.published_at)
    if alert is None:
        text = "none failed since the head was published"
        return Finding("runs", ok=True, text=text)
    wanted = fingerprint(read_inputs(settings.sources))
    return Finding("runs", ok=wanted == current.fingerprint, text=alert.sentence())


def _files(place: Place) -> list[str]:
    """Data files that the catalog names and that are missing or of another size."""
    have = place.sizes()
    return [
        f"{path} is missing or cut short"
        for path, size in place.ask(NAMED_FILES)
        if have.get(path) != size
    ]


def _derived(settings: Settings) -> Iterator[Finding]:
    done = recover(settings)
    faults = [] if done else _plain_faults(settings)
    if faults:
        plain.build(settings)
        done = [f"rebuilt {settings.plain.name}: {'; '.join(faults)}"]
    text = "; ".join(done) or f"{settings.plain.name} is what the head says"
    yield Finding("derived files", ok=True, text=text)


def _plain_faults(settings: Settings) -> list[str]:
    import duckdb

    try:
        with duckdb.connect(settings.plain, read_only=True) as con:
            return verify.mismatches(con)
    except duckdb.Error as error:
        return [str(error).splitlines()[0]]
