"""A refresh in a process of its own that says where it is, to be killed there.

Children are forked from a server that has imported everything, so that a kill costs
no start of an interpreter. The phases are told from outside: functions of the pipeline
are wrapped here. Only the pictures are left out: they take a third of the time, and
what is made of them is written whole or not at all like the rest of its file.
"""

from __future__ import annotations

import faulthandler
import importlib
import multiprocessing
import pkgutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dagster._core.storage.event_log
import dagster._core.storage.runs
import dagster._core.storage.schedules  # noqa: F401
import duckdb  # noqa: F401 - like those above, for the server to have it
import pandera.backends.pandas.container  # noqa: F401

import pipeline.assets.publish
import pipeline.assets.run
import pipeline.refresh
import pipeline.report.page
from pipeline import report
from pipeline.assets import shown
from pipeline.lake import plain, recovery, store, upkeep
from pipeline.lake.local import Local
from pipeline.settings import Settings

COMPACT_EVERY = 4  # so that kills meet compaction
PHASES = (
    "recovering",
    "starting",
    "raw tables",
    "core tables",
    "out tables",
    "validating",
    "writing the transaction",
    "committing",
    "between commit and replace",
    "replacing",
    "compacting",
    "page",
    "ending",
)

for _module in pkgutil.walk_packages(pipeline.__path__, "pipeline."):
    if not _module.name.startswith(("pipeline.cli", "pipeline.definitions")):
        importlib.import_module(_module.name)
_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class End:
    """How a refresh ended.

    Attributes:
        phase: the last it told of.
        lasted: seconds of its longest stay in each phase that it left.
        exit_code: of its process; negative for a signal.
        problems: why it published nothing; None if it never got to say.
    """

    phase: str
    lasted: dict[str, float]
    exit_code: int
    problems: list[str] | None


def refresh(settings: Settings, kill_in: str = "", after: float = 0) -> End:
    """Run a refresh; kill it so many seconds into a phase, if one is named."""
    here, there = _server.Pipe(duplex=False)
    process = _server.Process(target=_run, args=(settings, there))
    process.start()
    there.close()
    phase, since, lasted, problems = "", time.monotonic(), {}, None
    try:
        while True:
            if kill_in and phase == kill_in and not here.poll(after):
                process.kill()
                kill_in = ""
            told, at = here.recv()
            if isinstance(told, list):
                problems = told
                continue
            if phase:
                lasted[phase] = max(at - since, lasted.get(phase, 0))
            phase, since = told, at
    except EOFError:
        process.join()
    return End(phase, lasted, process.exitcode or 0, problems)


def _run(settings: Settings, pipe: Any) -> None:
    faulthandler.enable()
    told = ""

    def tell(phase: str) -> None:
        nonlocal told
        if phase != told:
            told = phase
            pipe.send((phase, time.monotonic()))

    def goes(phase: str, *following: str) -> Callable[[], None]:
        """Tell a phase when it follows one of these; recovery runs some code too."""
        return lambda: tell(phase) if told in following else None

    def nothing() -> None:
        return None

    upkeep.COMPACT_EVERY = COMPACT_EVERY
    shown.plot = lambda *_: {}
    pipeline.report.page.charts = lambda _: {}
    pipeline.report.page.library = str
    computing = ("raw tables", "core tables", "out tables")
    written = "between commit and replace"
    wrap(recovery, "_sweep", goes("recovering", ""), nothing)
    wrap(pipeline.assets.run, "build_definitions", goes("starting", *PHASES), nothing)
    wrap(pipeline.assets.publish, "publish", goes("validating", *computing), nothing)
    wrap(
        store,
        "commit",
        goes("writing the transaction", *PHASES),
        goes(written, *PHASES),
    )
    wrap(Local, "sync", nothing, goes("committing", "writing the transaction"))
    wrap(plain, "_build", nothing, goes("replacing", written))
    wrap(upkeep, "compact", goes("compacting", *PHASES), nothing)
    wrap(
        report, "mend", goes("page", "replacing", "compacting"), goes("ending", "page")
    )

    def watch(table: str) -> None:
        if table == "release":
            return
        tell(f"{table.split('.')[0]} tables")

    done = pipeline.refresh.refresh(settings, watch=watch)
    pipe.send((done.problems, time.monotonic()))


def wrap(
    module: Any, name: str, before: Callable[[], None], after: Callable[[], None]
) -> None:
    real = getattr(module, name)

    def wrapped(*args: Any, **more: Any) -> Any:
        before()
        result = real(*args, **more)
        after()
        return result

    setattr(module, name, wrapped)
