"""Kill -9 of a writer on one machine, mended by the other, at any instant.

Two working copies take turns: one is killed while it publishes, the other repairs and
publishes what did not land. The first kills are at the instants that matter most.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from typing import Any

import pytest
from synthetic import NOW, stage

from pipeline.lake import head, plain, publish, recover
from pipeline.lake.doctor import examine
from pipeline.lake.heads import publications
from pipeline.lake.local import MARK
from pipeline.lake.remote import Shared
from pipeline.lake.sandbox import run_sql
from pipeline.settings import Settings
from tests.services.shared import copy, orphans, stored, tables

pytestmark = pytest.mark.services

NAMED = ("after commit", "before commit", "before the put")
MODELS = "SELECT count(*) AS n FROM core.models"
MOST = 60  # so many lie in a file; see `models`

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload([__name__])


def models(number: int) -> int:
    """How many models a publication has: never as many as the one before."""
    return MOST - number % 3


def write(settings: Settings, number: int) -> None:
    """Stage and publish under a number."""
    fingerprint = f"{number:064x}"
    stage(settings, tables(models(number)), fingerprint)
    publish(settings, run_id=str(number), fingerprint=fingerprint, now=NOW)


def _child(settings: Settings, number: int, where: str, pipe: Any) -> None:
    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    recover(settings)  # before it may meet its death
    if where == "before commit":
        Shared.require_lock = die
    elif where == "after commit":
        plain.build_from = die
    elif where == "before the put":
        Shared.give = die
    pipe.send(time.monotonic())
    write(settings, number)
    pipe.send(time.monotonic())


def killed(settings: Settings, number: int, where: str, after: float) -> int:
    """Publish in a process and kill it at a named place or so many seconds later."""
    here, there = _server.Pipe(duplex=False)
    process = _server.Process(target=_child, args=(settings, number, where, there))
    process.start()
    there.close()
    here.recv()
    if not where:
        time.sleep(after)
        process.kill()
    process.join(120)
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode


def lasts(settings: Settings, number: int) -> float:
    """Seconds of a publication that nobody kills."""
    here, there = _server.Pipe(duplex=False)
    process = _server.Process(target=_child, args=(settings, number, "", there))
    process.start()
    began = here.recv()
    found = here.recv() - began
    process.join()
    return float(found)


@pytest.mark.parametrize("kills", [1, pytest.param(100, marks=pytest.mark.soak)])
def test_kills_on_one_machine_are_mended_by_the_other(
    tmp_path, remote, kills, measured
):
    copies = [copy(tmp_path / name, remote) for name in ("one", "two")]
    write(copies[0], 1)
    seconds = lasts(copies[0], 2)
    random.seed(kills)
    landed = missed = 0
    number, fell = 2, 0
    while fell < kills:
        number += 1
        one, two = copies if number % 2 else reversed(copies)
        where = NAMED[fell] if fell < len(NAMED) else ""
        ended = killed(one, number, where, random.uniform(0, seconds))
        if ended == 0:
            missed += 1
            assert missed < kills + 5  # it was over before the kill
        fell += ended != 0
        # Nothing has been repaired yet: what do the others see?
        reached, (seen, faults) = head(two).seq, stored(two)
        assert reached in (number - 1, number)
        assert faults == []  # whole, the old release or the new
        assert seen in (number - 1, reached)
        if where:
            assert (reached == number) == (where != "before commit")
            assert seen == number - 1
        landed += ended != 0 and reached == number
        recover(two)
        assert stored(two) == (reached, [])  # nothing committed is lost
        assert orphans(two) == []
        assert not Shared(remote).has(MARK)
        if reached < number:
            write(two, number)
        assert stored(two) == (number, [])
        past = random.randint(1, number)
        assert run_sql(two, MODELS, release=past)[1] == [(models(past),)]
    seqs = [each.seq for each in publications(copies[0])]
    assert seqs == list(range(1, number + 1))  # none twice
    for settings in copies:
        recover(settings)
        assert all(each.ok for each in examine(settings)), examine(settings)
    measured(
        "Kills on two machines",
        f"""
{kills} times kill -9 of a publication from one of two working copies that share a
catalog in PostgreSQL and data in S3-compatible storage, repaired from the other:
{len(NAMED)} at the instants around the commit, the others at random. After each kill
the stored file was the old or the new release, whole; {landed} of the killed
publications had landed. After the repair nothing was lost, doubled or left behind, and
an old release taken at random had its tables. {missed} further publications were over
before their kill.
""",
    )
