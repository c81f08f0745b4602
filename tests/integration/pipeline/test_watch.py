"""When the sources ask for a run, and when they do not: no run is executed here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import dagster as dg
import pytest
import synthetic
from dagster._core.test_utils import create_run_for_test

from pipeline.assets import runs, watch
from pipeline.assets.jobs import REFRESH
from pipeline.lake import Head, fingerprint
from pipeline.lake.inputs import digests, read_inputs
from pipeline.settings import Settings

Status = dg.DagsterRunStatus
LATER = 10.0  # the sources are quiet by then


@pytest.fixture
def settings(tmp_path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A project with three notes and nothing published."""
    monkeypatch.setattr(watch, "head", lambda _: None)
    found = synthetic.settings_in(tmp_path)
    (found.sources / "notes").mkdir()
    for name in "abc":
        _write(found, name, "first")
    return found


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as found:
        yield found


def _write(settings: Settings, name: str, text: str) -> None:
    (settings.sources / "notes" / f"{name}.md").write_text(text)


def _publish(settings: Settings) -> None:
    """From now on the head has the sources as they are."""
    now = fingerprint(read_inputs(settings.sources))
    provenance = synthetic.Provenance("r", now, digests(settings.sources))
    claims = synthetic.frames()["raw.claims"]
    synthetic.staging.write(settings, "raw.claims", claims, provenance)
    before = watch.head(settings)
    seq = before.seq + 1 if before else 1
    found = Head(
        seq, "2026-01-02-abcdef01", "refresh", None, seq, synthetic.NOW.date(), now,
        datetime.now(UTC), "r",
    )  # fmt: skip
    watch.head = lambda _: found  # put back by the fixture


def _ask(
    settings: Settings,
    instance: dg.DagsterInstance,
    after: float = LATER,
    *,
    patient: bool = True,
) -> dg.RunRequest | str:
    """A run, or the reason against it."""
    found = watch.decide(settings, instance, time.time() + after, patient=patient)
    return found if isinstance(found, dg.RunRequest) else str(found.skip_message)


def _run(
    instance: dg.DagsterInstance, asked: dg.RunRequest | str, status: Status, **more
) -> dg.DagsterRun:
    assert isinstance(asked, dg.RunRequest)
    made = create_run_for_test(
        instance, job_name=REFRESH, tags=dict(asked.tags) | more, status=status
    )
    if status == Status.FAILURE:
        instance.report_run_failed(made)  # so that it has an end
    return made


def test_the_published_sources_ask_for_nothing(settings, instance) -> None:
    first = _ask(settings, instance)
    assert first.tags[runs.CHANGED] == "all files"
    _publish(settings)
    assert "has these sources" in _ask(settings, instance)


def test_a_run_is_tagged_with_what_changed(settings, instance) -> None:
    _publish(settings)
    _write(settings, "a", "second")
    _write(settings, "new", "first")
    (settings.sources / "notes" / "c.md").unlink()
    asked = _ask(settings, instance)
    assert asked.tags[runs.CHANGED] == "+notes/new.md, notes/a.md, -notes/c.md"
    assert asked.tags[runs.FINGERPRINT] == fingerprint(read_inputs(settings.sources))


def test_twenty_notes_in_five_seconds_are_one_run(settings, instance) -> None:
    _publish(settings)
    for k in range(20):
        _write(settings, f"n{k}", "first")
        assert "waiting until all are written" in _ask(settings, instance, 0.25)
    asked = _ask(settings, instance)
    _run(instance, asked, Status.NOT_STARTED)
    assert "has not begun" in _ask(settings, instance)
    _write(settings, "n20", "first")  # the queued run will read this, too
    assert "has not begun" in _ask(settings, instance)


def test_neither_old_times_nor_equal_size_hide_a_change(settings, instance) -> None:
    _publish(settings)
    path = settings.sources / "notes" / "a.md"
    before = path.stat()
    path.write_text("FIRST")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert "waiting" in _ask(settings, instance, 0.1)
    assert _ask(settings, instance).tags[runs.CHANGED] == "notes/a.md"


def test_a_refusal_waits_for_a_change_and_a_fix_runs_at_once(
    settings, instance
) -> None:
    _publish(settings)
    _write(settings, "a", "broken")
    asked = _ask(settings, instance)
    _run(instance, asked, Status.FAILURE, **{runs.REFUSED: "held"})
    for patient in (True, False):  # the daily schedule would be held as well
        assert "refusal (held)" in _ask(settings, instance, patient=patient)
    _write(settings, "a", "fixed")
    assert isinstance(_ask(settings, instance), dg.RunRequest)
    _write(settings, "a", "broken")
    assert "refusal (held)" in _ask(settings, instance)


def test_other_failures_are_tried_again_three_times_in_all(settings, instance) -> None:
    keys = []
    for tries in (1, 2):
        asked = _ask(settings, instance)
        keys.append(asked.run_key)
        _run(instance, asked, Status.FAILURE)
        assert asked.tags[runs.CHANGED] == "all files", tries
    assert "waits 5 minutes" in _ask(settings, instance)
    asked = _ask(settings, instance, watch.PAUSE + LATER)
    keys.append(asked.run_key)
    assert len(set(keys)) == 3  # a used key would never run again
    _run(instance, asked, Status.FAILURE)
    assert "3 runs" in _ask(settings, instance, 10 * watch.PAUSE)
    assert isinstance(_ask(settings, instance, patient=False), dg.RunRequest)
    _write(settings, "a", "second")
    assert isinstance(_ask(settings, instance), dg.RunRequest)


def test_a_run_in_hand_is_not_doubled(settings, instance) -> None:
    run = _run(instance, _ask(settings, instance), Status.STARTED)
    _says_pid(instance, run, os.getpid())
    assert "in hand" in _ask(settings, instance)


def test_a_run_whose_process_was_killed_is_run_again(settings, instance) -> None:
    run = _run(instance, _ask(settings, instance), Status.STARTED)
    killed = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    _says_pid(instance, run, killed.pid)
    assert "in hand" in _ask(settings, instance)
    killed.kill()
    killed.wait()
    again = _ask(settings, instance)
    assert isinstance(again, dg.RunRequest)
    assert instance.get_run_by_id(run.run_id).status == Status.FAILURE
    assert again.run_key.endswith(":1")


def _says_pid(instance: dg.DagsterInstance, run: dg.DagsterRun, pid: int) -> None:
    instance.add_run_tags(run.run_id, {runs.PROCESS: f"{runs._place()}:{pid}"})


def _started(settings: Settings, instance: dg.DagsterInstance, tag: str | None) -> str:
    run = _run(instance, _ask(settings, instance), Status.STARTED)
    if tag:
        instance.add_run_tags(run.run_id, {runs.PROCESS: tag})
    return run.run_id


def test_a_run_elsewhere_is_left_to_those_who_can_see_it(settings, instance) -> None:
    gone = 2**22 + 1  # no process here
    _started(settings, instance, f"another-boot/pid:[1]:{gone}")
    assert runs.end_the_dead(instance) == []
    assert "in hand" in _ask(settings, instance)


def test_a_run_that_ended_meanwhile_is_not_reported(
    settings, instance, monkeypatch
) -> None:
    run_id = _started(settings, instance, f"{runs._place()}:{2**22 + 1}")

    def ends(process: int) -> bool:
        instance.report_run_canceled(instance.get_run_by_id(run_id))
        return False

    monkeypatch.setattr(runs, "_alive", ends)
    assert runs.end_the_dead(instance) == []
    assert instance.get_run_by_id(run_id).status == Status.CANCELED


def test_a_run_that_never_reached_a_step_is_ended_in_time(
    settings, instance, monkeypatch
) -> None:
    run_id = _started(settings, instance, None)
    assert runs.end_the_dead(instance) == []
    monkeypatch.setattr(runs, "SIGNED_BY", -1.0)
    assert runs.end_the_dead(instance) == [run_id]


def test_back_to_older_sources_is_a_run_of_its_own(settings, instance) -> None:
    asked = _ask(settings, instance)
    _run(instance, asked, Status.SUCCESS)
    _publish(settings)
    _write(settings, "a", "second")
    between = _ask(settings, instance)
    _publish(settings)
    _write(settings, "a", "first")
    back = _ask(settings, instance)
    assert back.tags[runs.FINGERPRINT] == asked.tags[runs.FINGERPRINT]
    assert len({asked.run_key, between.run_key, back.run_key}) == 3
