"""One writer at a time.

What belongs here: the lock and the sentence that names its holder. The operating
system frees the lock when its holder dies, so a lock file that was left behind is
harmless. Several machines share a lock besides (remote.py). What does not: what is done
under the lock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.lake.errors import LakeError, LockBusyError
from pipeline.lake.place import place_of
from pipeline.settings import Settings


@contextmanager
def writer(settings: Settings, what: str, *, wait: float = 0) -> Iterator[None]:
    """Hold the writer's lock; a thread that holds it already passes.

    Args:
        settings: where the lock lies.
        what: what the holder does, for the sentence others get to read.
        wait: seconds to wait for another writer to finish.

    Raises:
        LockBusyError: naming the holder, if it is still busy after that.
        LakeError: if the warehouse cannot be written at all.
    """
    with _local(settings, what, wait), place_of(settings).lock(what, wait):
        yield


@contextmanager
def _local(settings: Settings, what: str, wait: float) -> Iterator[None]:
    """Among the processes that use one warehouse folder."""
    try:
        settings.lock.parent.mkdir(parents=True, exist_ok=True)
        settings.lock.touch()
    except OSError as error:
        raise LakeError(
            f"{settings.warehouse} cannot be written ({error.strerror}): make it "
            "writable, or name another folder with HEADROOM_WAREHOUSE"
        ) from error
    # A singleton, so that publish may run inside a refresh that holds the lock.
    lock = FileLock(settings.lock, is_singleton=True)
    try:
        lock.acquire(timeout=wait, poll_interval=0.1)
    except Timeout as error:
        raise LockBusyError(_busy(settings)) from error
    try:
        if lock.lock_counter == 1:
            _card(settings).write_text(
                json.dumps({"pid": os.getpid(), "since": _now(), "what": what})
            )
        yield
    finally:
        lock.release()


def _card(settings: Settings) -> Path:
    # Beside the lock: a waiting process truncates the lock file itself.
    return settings.lock.with_name(f"{settings.lock.name}.holder")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _busy(settings: Settings) -> str:
    try:
        holder = json.loads(_card(settings).read_text())
        who = f"process {holder['pid']} ({holder['what']}, since {holder['since']})"
    except (OSError, ValueError, KeyError):
        who = "another process"  # it has the lock but has not yet signed
    return (
        f"the warehouse is being written by {who}: "
        "wait until it has finished, then run the command again"
    )
